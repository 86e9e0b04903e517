"""Windows slide over speech only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.results import Segment
from voice.windows import sliding


def test_windows_follow_each_other_by_the_hop() -> None:
    """Seven seconds of speech hold three windows of three, two apart."""
    windows = sliding([Segment(1.0, 8.0)], 3.0, 2.0, 2.0)
    assert windows == [(Segment(1.0, 4.0),), (Segment(3.0, 6.0),), (Segment(5.0, 8.0),)]


def test_a_window_steps_over_a_pause() -> None:
    """A window that meets a pause goes on behind it."""
    windows = sliding([Segment(0.0, 2.0), Segment(10.0, 12.0)], 3.0, 1.0, 2.0)
    assert windows[0] == (Segment(0.0, 2.0), Segment(10.0, 11.0))
    assert windows[1] == (Segment(1.0, 2.0), Segment(10.0, 12.0))


def test_the_last_window_ends_with_the_speech() -> None:
    """Nothing at the end is left out."""
    windows = sliding([Segment(0.0, 7.7)], 3.0, 1.5, 2.0)
    assert windows[-1] == (Segment(4.7, 7.7),)


def test_short_speech_is_one_window() -> None:
    """Speech shorter than a window is judged as it is."""
    assert sliding([Segment(0.5, 3.0)], 4.0, 2.0, 2.0) == [(Segment(0.5, 3.0),)]


@pytest.mark.parametrize("segments", [[], [Segment(0.0, 1.9)]])
def test_too_little_speech_gives_no_window(segments: list[Segment]) -> None:
    """Below the minimum there is nothing to judge."""
    assert sliding(segments, 3.0, 1.5, 2.0) == []


@given(
    st.lists(st.tuples(st.floats(0.0, 3.0), st.floats(0.1, 6.0)), min_size=1, max_size=8),
    st.floats(1.0, 5.0),
    st.floats(0.3, 1.0),
)
def test_windows_cover_all_speech_and_nothing_else(
    shape: list[tuple[float, float]], length: float, share: float
) -> None:
    """Every window has the full length and lies in the speech, and no speech is lost."""
    segments, at = [], 0.0
    for pause, speech in shape:
        segments.append(Segment(at + pause, at + pause + speech))
        at += pause + speech
    total = sum(segment.seconds for segment in segments)
    windows = sliding(segments, length, length * share, 0.0)
    for window in windows:
        seconds = sum(piece.seconds for piece in window)
        assert seconds == pytest.approx(min(length, total), abs=1e-6)
        for piece in window:
            assert any(
                segment.start - 1e-9 <= piece.start and piece.end <= segment.end + 1e-9
                for segment in segments
            )
    assert windows[0][0].start == segments[0].start
    assert windows[-1][-1].end == pytest.approx(segments[-1].end, abs=length * share / 10 + 1e-6)
