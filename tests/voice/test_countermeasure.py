"""The slot for the synthetic-speech score is empty until there are weights, and well-formed."""

import pytest

from voice.countermeasure import load_countermeasure, windows_of
from voice.results import Segment


def test_it_has_no_countermeasure_before_there_are_weights() -> None:
    """No weights, no score: nothing is made up."""
    assert load_countermeasure() is None


def test_it_cuts_speech_into_windows_of_four_seconds_every_two() -> None:
    """Windows count speech only; the last ends where the speech ends."""
    windows = windows_of([Segment(1.0, 4.0), Segment(10.0, 15.0)])
    lengths = [sum(piece.seconds for piece in window) for window in windows]
    assert lengths == pytest.approx([4.0, 4.0, 4.0])
    assert [window[0].start for window in windows] == pytest.approx([1.0, 3.0, 11.0])
    assert windows[-1][-1].end == pytest.approx(15.0)


def test_it_gives_no_window_below_two_seconds_of_speech() -> None:
    """Too little speech has no window, so no score can be given for it."""
    assert windows_of([Segment(0.0, 1.5)]) == []
