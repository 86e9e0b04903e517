"""Prompts are fresh each time, and whether one was read shows in what the recogniser heard."""

from random import Random

import pytest

from familyguard.codeword.wordlists import words
from familyguard.phrase import far_apart
from familyguard.prompts import LONGEST_WORD, MIN_WORDS_HEARD, SLOTS, Prompt, draw, read
from familyguard.two_digits import is_number_word

SENTENCES = [
    ["I read {first} and {second}.", "First comes {first}, then {second}."],
    ["Below it {third} and {fourth}."],
    ["At the end {fifth} and {sixth}."],
]


@pytest.mark.parametrize("language", ["en", "nl"])
def test_a_prompt_has_six_words_that_cannot_be_taken_for_each_other(language):
    """All of them are in its text; none is a number or too long to be read."""
    rng = Random(1)
    for _ in range(20):
        prompt = draw(SENTENCES, words(language), rng)
        assert len(set(prompt.words)) == len(SLOTS)
        assert all(word in prompt.text for word in prompt.words)
        assert all(len(word) <= LONGEST_WORD for word in prompt.words)
        assert not any(is_number_word(word) for word in prompt.words)
        assert not any(character.isdigit() for character in prompt.text)
        for place, word in enumerate(prompt.words):
            assert all(far_apart(word, other) for other in prompt.words[:place])


def test_the_next_prompt_shares_no_word_with_the_one_before():
    """So a memo of the former one does not read the next."""
    rng = Random(2)
    former = draw(SENTENCES, words("en"), rng)
    following = draw(SENTENCES, words("en"), rng, former.words)
    assert read(following, [former.text]).words == frozenset()
    assert not read(following, [former.text]).is_enough


def test_too_few_different_words_are_refused():
    """A prompt that anybody could have foreseen is none."""
    with pytest.raises(ValueError, match="too few"):
        draw(SENTENCES, ["candle", "candles", "kandle", "ladder"], Random(3))


PROMPT = Prompt(
    "I read candle and harbour.\nBelow it ladder and window.\nAt the end pencil and mountain.",
    ("candle", "harbour", "ladder", "window", "pencil", "mountain"),
)


@pytest.mark.parametrize(
    ("heard", "is_enough"),
    [
        (PROMPT.text, True),
        (
            "i read candel and harbor below it letter and window at the end pensil and mountain",
            True,
        ),
        (
            "I read can dull and har bar. Below it ladder. Window. At the end pencil, mountains.",
            True,
        ),
        ("I read and. Below it ladder and window. At the end pencil and mountain.", True),
        ("I read and. Below it ladder and window. At the end pencil and.", True),
        ("I read and. Below it ladder and. At the end pencil and.", False),
        ("I read purple and submarine. Below it dragon and kitchen. At the end carpet.", False),
        ("mountain pencil window ladder harbour candle", False),
        (PROMPT.text + " and please send the money to this account" * 8, False),
        ("", False),
    ],
)
def test_slips_are_forgiven_and_other_words_are_not(heard, is_enough):
    """Three of the six words, in the run of the lines, without much else."""
    assert read(PROMPT, [heard]).is_enough is is_enough


def test_any_reading_of_the_recogniser_may_hold_a_word():
    """What its first guess missed, its second may have."""
    guesses = [
        "I read candle and labour. Below it letting and win though. At the end pencil and much.",
        "I read handle and harbour. Below it ladder and wind. At the end stencil and fountain pen.",
    ]
    assert {"candle", "harbour", "ladder", "pencil"} <= read(PROMPT, guesses).words
    assert MIN_WORDS_HEARD == 3


def test_nothing_heard_reads_nothing():
    """A memo without words has no readings."""
    found = read(PROMPT, [])
    assert (found.words, found.agreement) == (frozenset(), 0.0)


def test_the_words_that_were_heard_are_not_printed():
    """Somebody's words do not belong in a log."""
    assert "candle" not in repr(read(PROMPT, [PROMPT.text]))
