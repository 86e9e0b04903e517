"""The outline of a memo's sound, for the picture on the card."""

import numpy as np

from voice.audio import Waveform

POINTS = 400
"""Peaks for the picture: about two pixels each on a telephone."""


def envelope(waveform: Waveform, points: int = POINTS) -> tuple[float, ...]:
    """The peak level, 0 … 1, of each of at most `points` equal slices."""
    n_samples = len(waveform.samples)
    if n_samples == 0:
        return ()
    edges = np.linspace(0, n_samples, min(points, n_samples), endpoint=False).astype(np.intp)
    peaks = np.maximum.reduceat(np.abs(waveform.samples), edges)
    return tuple(np.minimum(peaks, 1.0).astype(float).tolist())
