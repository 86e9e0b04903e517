"""Copies of a recording that sound as the word may sound on another day."""

import numpy as np
import pytest

from voice.audio import SAMPLE_RATE, Waveform
from voice.perturb import AS_SPOKEN, COPIES, TELEPHONE_HZ, faster, narrow


def tone(hertz: float, seconds: float = 1.0) -> Waveform:
    """A pure tone."""
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return Waveform((0.5 * np.sin(2 * np.pi * hertz * time)).astype(np.float32))


@pytest.mark.parametrize("percent", [-10, -5, 5, 10])
def test_a_faster_copy_is_shorter_and_a_slower_one_longer(percent: int) -> None:
    """By the percentage given."""
    assert faster(tone(440), percent).seconds == pytest.approx(1 / (1 + percent / 100), abs=1e-3)


def test_a_narrow_copy_has_nothing_above_a_telephones_band() -> None:
    """What is below stays."""
    below, above = narrow(tone(1000), TELEPHONE_HZ), narrow(tone(6000), TELEPHONE_HZ)
    assert np.abs(below.samples).max() > 0.4
    assert np.abs(above.samples[2000:]).max() < 0.01


@pytest.mark.parametrize("name", COPIES)
def test_every_copy_is_the_same_each_time(name: str) -> None:
    """Setting the same word again stores the same keys."""
    one, other = (COPIES[name](tone(440), np.random.default_rng(1)) for _ in range(2))
    assert np.array_equal(one.samples, other.samples)
    assert np.abs(one.samples).max() <= 1.0


def test_the_first_copy_is_the_recording_itself() -> None:
    """What the word is, is told by the sound as it came."""
    sound = tone(440)
    assert next(iter(COPIES)) == AS_SPOKEN
    assert COPIES[AS_SPOKEN](sound, np.random.default_rng(1)) is sound
