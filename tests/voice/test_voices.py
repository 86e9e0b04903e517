"""Two people in one memo are noticed, one person is not taken for two."""

import numpy as np
import pytest

from voice.results import Segment
from voice.voiceprint import Embedding
from voice.voices import several_voices, side_likeness
from voice.windows import Pieces


def windows(count: int) -> list[Pieces]:
    """Windows of three seconds, one and a half apart."""
    return [(Segment(1.5 * number, 1.5 * number + 3.0),) for number in range(count)]


def near(direction: int, count: int, spread: float = 0.05) -> Embedding:
    """Embeddings around one of 64 axes, length 1."""
    random = np.random.default_rng(direction)
    rows = random.normal(0, spread, (count, 64))
    rows[:, direction] += 1
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def test_one_voice_is_one_voice() -> None:
    """Windows that resemble each other are one person."""
    assert not several_voices(near(3, 8), windows(8))


def test_two_voices_are_noticed_wherever_they_speak() -> None:
    """One after the other or taking turns."""
    one, other = near(3, 4), near(9, 4)
    assert several_voices(np.concatenate((one, other)), windows(8))
    assert several_voices(np.stack((one, other), axis=1).reshape(8, 64), windows(8))


def test_one_odd_window_is_no_second_voice() -> None:
    """A laugh or a shout fills one window only."""
    assert not several_voices(np.concatenate((near(3, 7), near(9, 1))), windows(8))


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_too_few_windows_tell_nothing(count: int) -> None:
    """Below two windows a voice there is no answer but no."""
    assert side_likeness(near(3, count), windows(count)) is None
    assert not several_voices(near(3, count), windows(count))


def test_each_window_needs_its_embedding() -> None:
    """A mix-up of arrays is an error, not an answer."""
    with pytest.raises(ValueError, match="each window"):
        several_voices(near(3, 4), windows(5))
