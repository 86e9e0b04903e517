"""The whole life of a code word, with real hashes at a cheap setting."""

import random

import pytest

from familyguard.codeword import (
    CHEAP_COST_FOR_TESTS,
    MAX_CANDIDATES,
    Hasher,
    Kind,
    Recording,
    Which,
    WrongCodeWord,
    bits_per_word,
    candidates,
    enrol,
    familiar,
    judge_strength,
    mask,
    suggest,
    text_candidates,
    words,
)
from familyguard.codeword.strength import MIN_BITS

FAMILY = "f1"
PHRASES = {"en": "velvet kettle", "nl": "fluwelen theepot"}


def recordings(phrase, *misheard):
    """Three recordings in which the phrase was heard, and copies in which it was misheard."""
    return [Recording((phrase,), tuple((text,) for text in misheard)) for _ in range(3)]


@pytest.fixture
def hasher():
    """A hasher that protects nothing but is quick."""
    with Hasher(b"k" * 32, CHEAP_COST_FOR_TESTS) as hasher:
        yield hasher


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_word_is_suggested_judged_enrolled_and_known_again(language, hasher):
    """From the list to the match, and the match can be hidden."""
    phrase = suggest(language, 2, random.Random(4))
    assert judge_strength(phrase, language, suggested=True).bits > MIN_BITS
    tags = hasher.tags(enrol(recordings(phrase), language).keys, FAMILY, 1)
    memo = f"Ik ben het, {phrase}, echt waar."
    found = hasher.verify(candidates([memo], language, tags.shapes), tags, FAMILY)
    assert (found.which, found.kind) == (Which.WORD, Kind.EXACT)
    assert mask(memo, found, language) == "Ik ben het, ▒▒▒, echt waar."


def test_what_the_recogniser_made_of_a_noisy_copy_is_known_again(hasher):
    """A spelling that was met at enrolment is accepted later."""
    enrolment = enrol(recordings("velvet kettle", "velvet cattle", "fell fit kettle"), "en")
    tags = hasher.tags(enrolment.keys, FAMILY, 1)
    found = hasher.verify(candidates(["so fell fit kettle"], "en", tags.shapes), tags, FAMILY)
    assert found.kind is Kind.PHONETIC


def test_another_phrase_is_wrong(hasher):
    """One word of two is not enough."""
    tags = hasher.tags(enrol(recordings("velvet kettle"), "en").keys, FAMILY, 1)
    for memo in ("velvet curtain", "copper kettle", "kettle velvet", ""):
        with pytest.raises(WrongCodeWord):
            hasher.verify(candidates([memo], "en", tags.shapes), tags, FAMILY)


def test_a_typed_code_word_is_noticed(hasher):
    """A message that gives it away is found, in whatever spelling (security.md, row 2)."""
    tags = hasher.tags(enrol(recordings("fluwelen theepot"), "nl").keys, FAMILY, 1)
    typed = text_candidates("het is FLUWELEN-theepot hoor!!", "nl", tags.shapes)
    assert len(typed) <= MAX_CANDIDATES
    assert hasher.verify(typed, tags, FAMILY).which is Which.WORD


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_lists_are_long_and_plain(language):
    """Five dice's worth of distinct small-letter words."""
    listed = words(language)
    assert len(listed) == len(set(listed)) >= 7_776
    assert all(word.isascii() and word.isalpha() and word.islower() for word in listed)
    assert all(4 <= len(word) <= 12 for word in listed)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_what_is_offered_is_plain_and_still_a_thousand_words(language):
    """Small letters that can be typed nowhere wrongly, and bits enough for two words."""
    offered = familiar(language)
    assert offered == tuple(sorted(set(offered)))
    assert all(word.isascii() and word.isalpha() and word.islower() for word in offered)
    assert 2 * bits_per_word(language, suggested=True) > MIN_BITS
