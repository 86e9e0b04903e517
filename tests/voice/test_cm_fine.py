"""The fine structure of a spectrum: steady lines, and how clearly harmonics stand out."""

import numpy as np
import torch

from voice.audio import SAMPLE_RATE
from voice.cm_fine import (
    LINES_GROUP,
    N_BANDS,
    N_HARMONY,
    N_LINES,
    harmony,
    line_heights,
    lines,
)

RANDOM = np.random.default_rng(8)
TIME = np.arange(3 * SAMPLE_RATE) / SAMPLE_RATE


def sound(values: np.ndarray) -> torch.Tensor:
    """As the measurements take it."""
    return torch.from_numpy(values.astype(np.float32))


def hiss() -> np.ndarray:
    """Three seconds without any line or harmony."""
    return RANDOM.standard_normal(len(TIME)) * 0.02


def test_a_steady_tone_stands_out_as_a_line() -> None:
    """Only the group of its frequency rises, and hiss alone has none."""
    plain = line_heights(lines(sound(hiss())))
    found = line_heights(lines(sound(hiss() + 0.02 * np.sin(2 * np.pi * 3000 * TIME))))
    assert plain.shape == (N_LINES // LINES_GROUP,)
    assert plain.max() < 0.3
    group = int(3000 / (SAMPLE_RATE / 2) * len(found))
    assert int(found.argmax()) == group
    assert found[group] > 1.0


def test_harmonics_are_regular_and_hiss_is_not() -> None:
    """A buzz of 150 Hz correlates with itself some harmonics on in every band."""
    buzz = sum(np.sin(2 * np.pi * 150 * k * TIME) for k in range(1, 52)) * 0.01
    voiced, unvoiced = harmony(sound(buzz + 0.01 * hiss())), harmony(sound(hiss()))
    assert voiced.shape[1] == N_HARMONY
    assert voiced[5:-5, :N_BANDS].mean() > unvoiced[5:-5, :N_BANDS].mean() + 0.3
    assert voiced[5:-5, N_BANDS:].mean() > unvoiced[5:-5, N_BANDS:].mean()


def test_loudness_does_not_change_what_is_measured() -> None:
    """How loud a memo is says nothing about who made it."""
    values = hiss() + 0.02 * np.sin(2 * np.pi * 500 * TIME)
    loud, soft = sound(values), sound(values * 0.2)
    assert torch.allclose(line_heights(lines(loud)), line_heights(lines(soft)), atol=1e-3)
    assert torch.allclose(harmony(loud), harmony(soft), atol=1e-2)
