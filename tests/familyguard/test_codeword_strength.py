"""Which phrases are offered, which are refused and why, and when another one is due."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from familyguard.codeword import (
    Rotation,
    WeakCodeWord,
    Weakness,
    familiar,
    judge_strength,
    more_urgent,
    rotation_due,
    suggest,
    words,
)
from familyguard.codeword.rotation import MAX_AGE

SEEDS = st.integers(0, 10_000)


@given(seed=SEEDS, language=st.sampled_from(["nl", "en"]), n_words=st.sampled_from([2, 3]))
def test_what_is_suggested_is_never_refused(seed, language, n_words):
    """And consists of that many different familiar words."""
    phrase = suggest(language, n_words, random.Random(seed))
    parts = phrase.split(" ")
    assert len(set(parts)) == n_words
    assert set(parts) <= set(familiar(language))
    assert judge_strength(phrase, language, suggested=True).bits > 20


def test_words_with_too_few_sounds_are_neither_offered_nor_taken():
    """As one word «kajakmelodie» has sounds enough; spoken as two it had no phonetic key."""
    with pytest.raises(WeakCodeWord) as refused:
        judge_strength("kajak melodie", "nl", suggested=True)
    assert refused.value.reason is Weakness.TOO_SHORT


def test_nobody_can_foresee_a_suggestion():
    """Drawn by the operating system's generator: two draws differ."""
    assert len({suggest("nl") for _ in range(20)}) == 20


@pytest.mark.parametrize("n_words", [0, 1, 4])
def test_only_two_or_three_words_are_offered(n_words):
    """One can be guessed, four are forgotten."""
    with pytest.raises(ValueError, match=str(n_words)):
        suggest("en", n_words)


@pytest.mark.parametrize(
    ("phrase", "language", "reason"),
    [
        ("ketel", "nl", Weakness.TOO_FEW_WORDS),
        ("", "en", Weakness.TOO_FEW_WORDS),
        ("the quick brown fox jumps over", "en", Weakness.TOO_MANY_WORDS),
        ("twaalf mei", "nl", Weakness.NUMBER),
        ("12 mei 1984", "nl", Weakness.NUMBER),
        ("the fourth of july", "en", Weakness.NUMBER),
        ("vijfentwintig december", "nl", Weakness.NUMBER),
        ("Ik hou van jou", "nl", Weakness.COMMON_PHRASE),
        ("I love you", "en", Weakness.COMMON_PHRASE),
        ("open sesame!", "en", Weakness.COMMON_PHRASE),
        ("with you", "en", Weakness.ORDINARY_WORDS),
        ("Annas ketel", "nl", Weakness.NAME),
        ("Annaatje ketel", "nl", None),
        ("kettle kettle", "en", Weakness.SAME_WORD),
        ("knoll demo", "en", Weakness.TOO_SHORT),
        ("velvet kettle", "en", None),
        ("fluwelen theepot", "nl", None),
    ],
)
def test_a_weak_phrase_is_refused_with_its_reason(phrase, language, reason):
    """Each rule of product.md has its own sentence for the keeper."""
    if reason is None:
        assert judge_strength(phrase, language, names=["Anna de Vries"]).bits > 15
        return
    with pytest.raises(WeakCodeWord) as caught:
        judge_strength(phrase, language, names=["Anna de Vries"])
    assert caught.value.reason is reason


def test_what_a_member_typed_before_is_refused():
    """The predicate sees the normalised phrase."""
    with pytest.raises(WeakCodeWord) as caught:
        judge_strength("Velvet  Kettle!", "en", typed=lambda phrase: phrase == "velvet kettle")
    assert caught.value.reason is Weakness.TYPED


def test_two_words_of_the_list_written_together_count_as_two():
    """A recogniser runs them together now and then."""
    assert judge_strength("kettlepigeon", "en").n_words == 2


def test_a_phrase_of_ones_own_is_worth_less_than_a_drawn_one():
    """People choose words that go together."""
    own = judge_strength("kettle pigeon", "en").bits
    assert own < judge_strength("kettle pigeon", "en", suggested=True).bits


def test_no_two_words_of_a_list_sound_alike():
    """By the rule that the list was made by."""
    from familyguard.codeword.wordlist_making import sound_of

    for language in ("nl", "en"):
        for listed in (words(language), familiar(language)):
            assert len({sound_of(word, language) for word in listed}) == len(listed)


@pytest.mark.parametrize("marked", [None, *Rotation])
@pytest.mark.parametrize("why", [*Rotation])
def test_the_most_urgent_reason_is_named(marked, why):
    """A leak before a departure before a use, in whichever order they became known."""
    urgency = [*Rotation]
    named = more_urgent(marked, why)
    assert urgency.index(named) == min(urgency.index(one) for one in (marked, why) if one)
    assert rotation_due(0.0, named, 1.0) is named


def test_after_six_months_another_word_is_due():
    """Even if nothing happened."""
    assert rotation_due(0.0, None, MAX_AGE - 1) is None
    assert rotation_due(0.0, None, MAX_AGE) is Rotation.OLD
