"""Words that sound alike are near each other, others are far."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from familyguard.sounding import distance, slips, sound

letters = st.text("abcdefghijklmnoprstuvwz", min_size=1, max_size=10)


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("harbour", "harbor"), ("rainbow", "rain bow"), ("kasteel", "casteel"), ("één", "een"),
        ("phone", "fone"), ("molen", "moolen"), ("schaap", "skaap"), ("hond", "hont"),
    ],
)  # fmt: skip
def test_another_spelling_of_the_same_sound_costs_nothing(said, heard):
    """What only looks different is the same."""
    assert distance(said, heard) == 0


@pytest.mark.parametrize(
    ("said", "heard"),
    [("lemon", "lemen"), ("candle", "kandel"), ("fiets", "feats"), ("tafel", "dafel")],
)
def test_a_slip_of_a_recogniser_costs_little(said, heard):
    """Another vowel, a voiced consonant, a letter too many."""
    assert 0 <= distance(said, heard) <= 0.3


@pytest.mark.parametrize(
    ("said", "heard"), [("lemon", "harbour"), ("molen", "kasteel"), ("water", "brood")]
)
def test_another_word_is_far(said, heard):
    """Words that nobody takes for each other."""
    assert distance(said, heard) > 0.6


@given(letters, letters)
def test_it_is_a_distance(one, other):
    """Nothing to itself, the same both ways, never negative, never more than both lengths."""
    a, b = sound(one), sound(other)
    assert slips(a, a) == 0
    assert slips(a, b) == slips(b, a) >= 0
    assert slips(a, b) <= len(a) + len(b)


@given(st.text(max_size=30))
def test_any_text_has_a_sound_of_plain_letters(text):
    """Other scripts sound of nothing; nothing breaks it."""
    assert all("a" <= letter <= "z" for letter in sound(text))
