"""A recogniser may be told which words to expect, if what it copies is told from what it hears."""

import re
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from familyguard.codeword import familiar
from familyguard.expected import N_DECOYS, WORDS, context, trusted
from familyguard.phrase import Phrase, draw, words_heard

ENGLISH = familiar("en")
PHRASE = Phrase(("harbour", "lemon"), "47")
unhurried = settings(deadline=None, max_examples=20)
"""The machine that tests may be busy."""


@given(st.integers(0, 2**32), st.sampled_from(["en", "nl"]))
@unhurried
def test_the_phrase_stands_among_pairs_that_sound_otherwise(seed, language):
    """Its words once each and the decoys' once each, and the same text every time."""
    words = familiar(language)
    phrase = draw(words, Random(seed))
    told = context(phrase, words)
    pairs = re.findall(r"(\w+), (\w+)[.]", told)
    assert len(set(pairs)) == len(pairs) == N_DECOYS + 1
    assert phrase.words in pairs
    assert [pair for pair in pairs if words_heard(phrase, " ".join(pair))] == [phrase.words]
    assert context(phrase, words) == told


@given(st.integers(0, 2**32))
@unhurried
def test_the_digits_are_never_told(seed):
    """A third of the phrase is always heard unaided."""
    phrase = draw(ENGLISH, Random(seed))
    assert not re.search(r"\d", context(phrase, ENGLISH))


@pytest.mark.parametrize(
    "heard", ["harbour, lemon, forty seven.", "Hi mum, it is me, harbor lemon 74, call me back"]
)
def test_a_reading_with_both_words_is_trusted(heard):
    """Whatever else is said, and whatever became of the digits."""
    assert trusted(PHRASE, ENGLISH, ["hello", heard]) == [heard]


@pytest.mark.parametrize(
    "heard", ["", "harbour, castle, forty seven.", "lemon 47", "I left it at the harbour"]
)
def test_a_reading_with_one_word_is_not_trusted(heard):
    """One word is written over another that sounds like it now and then."""
    assert trusted(PHRASE, ENGLISH, [heard]) == []


def test_a_reading_that_copies_what_was_told_is_not_trusted():
    """All of it, or the phrase and one of the pairs that nobody can have said."""
    told = context(PHRASE, ENGLISH)
    assert words_heard(PHRASE, told) == WORDS
    assert trusted(PHRASE, ENGLISH, [told]) == []
    decoy = next(pair for pair in told.split(". ") if "harbour" not in pair)
    assert trusted(PHRASE, ENGLISH, [f"harbour, lemon. {decoy}"]) == []
