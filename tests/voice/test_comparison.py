"""Whom a memo is supposed to be of can be said afterwards, and changed."""

import pytest

from tests.bot.analyses import analysis
from voice.comparison import compared_with, voice_doubt
from voice.results import Analysis, Problem, Score, Unchecked, VoiceMatch


def heard(*matches: tuple[str, float], problems: tuple[Problem, ...] = ()) -> Analysis:
    """A memo with these log-likelihood ratios by label."""
    from dataclasses import replace

    found = analysis("hello", problems=problems, unchecked=(Unchecked.VOICE_NO_REFERENCE,))
    scores = tuple(VoiceMatch(label, Score("campplus", llr / 10, llr)) for label, llr in matches)
    return replace(found, voices=scores)


def test_the_best_of_a_persons_prints_counts() -> None:
    """A person may have several."""
    found = compared_with(heard(("mum", 1.0), ("mum", 4.0), ("dad", 4.5)), {"mum"})
    assert found.speaker is not None
    assert found.speaker.llr == 4.0
    assert found.unchecked == ()


def test_it_says_when_the_score_says_nothing() -> None:
    """Between like and unlike."""
    found = compared_with(heard(("mum", 0.5)), {"mum"})
    assert found.unchecked == (Unchecked.VOICE_UNSURE,)


def test_another_person_can_be_asked_about_afterwards() -> None:
    """The answer does not depend on whom was asked about before."""
    memo = heard(("mum", 4.0), ("dad", -3.0))
    first = compared_with(memo, {"mum"})
    assert compared_with(first, {"dad"}) == compared_with(memo, {"dad"})
    nobody = compared_with(first, {"aunt"})
    assert nobody.speaker is None
    assert nobody.unchecked == (Unchecked.VOICE_NO_REFERENCE,)


@pytest.mark.parametrize("problem", [Problem.NO_SPEECH, Problem.TOO_SHORT])
def test_of_a_memo_without_speech_nothing_is_said_about_voices(problem: Problem) -> None:
    """As without voiceprints."""
    assert compared_with(heard(problems=(problem,)), {"mum"}).unchecked == ()


def test_a_score_that_was_not_calibrated_leaves_doubt() -> None:
    """Whatever its number."""
    assert voice_doubt(Score("ge2e", 0.99, None)) is Unchecked.VOICE_UNSURE
