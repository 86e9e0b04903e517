"""The noise behind speech is turned down, and the speech stays."""

import numpy as np

from voice.audio import SAMPLE_RATE, Waveform
from voice.hush import FLOOR_DB, FRAME, hushed
from voice.perturb import noisy


def syllables(seconds=4.0):
    """A hum of several harmonics that comes and goes like speech, silent half of the time."""
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    hum = sum(np.sin(2 * np.pi * 150 * n * time) / n for n in range(1, 12))
    return Waveform((0.1 * hum * (np.sin(2 * np.pi * 2 * time) > 0)).astype(np.float32))


def level(samples):
    """Mean power in decibels."""
    return 10 * np.log10(np.mean(np.square(samples, dtype=np.float64)) + 1e-12)


def test_noise_between_the_words_is_turned_down_and_the_words_are_not():
    """In the pauses it is softer by nearly all that is allowed, in the words by next to nothing."""
    clean = syllables()
    spoilt = noisy(clean, np.random.default_rng(3), 10.0)
    better = hushed(spoilt)
    silent = np.abs(clean.samples) < 1e-9
    # Frames reach over the edges of a syllable.
    pause = np.convolve(silent, np.ones(2 * FRAME), "same") >= 2 * FRAME - 1
    assert len(better.samples) == len(spoilt.samples)
    assert level(better.samples[pause]) < level(spoilt.samples[pause]) + 0.7 * FLOOR_DB
    assert abs(level(better.samples[~silent]) - level(spoilt.samples[~silent])) < 1.0


def test_a_quiet_recording_hardly_changes():
    """Where there is no noise there is nothing to turn down."""
    clean = syllables()
    changed = level(hushed(clean).samples - clean.samples) - level(clean.samples)
    assert changed < -20.0


def test_too_short_a_sound_stays_as_it_is():
    """Less than a frame has no quiet frames."""
    click = Waveform(np.ones(FRAME - 1, np.float32))
    assert hushed(click) is click
