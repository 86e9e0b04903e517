"""Is it the same recording?  A fingerprint of sound that survives re-encoding.

After Haitsma & Kalker, "A highly robust audio fingerprinting system" (ISMIR 2002): the signs of
differences of band energies between neighbouring bands and neighbouring moments, here with a mark
for moments in which nothing sounds.  Two recordings are compared at all shifts at once by
correlation.  It tells recordings, not speakers: the same words said again give other signs.

Nothing here imports more than NumPy: the light process compares.
"""

import numpy as np
from numpy.typing import NDArray

from voice.audio import SAMPLE_RATE, Waveform

HOP_SECONDS = 0.02
FRAME_SECONDS = 0.25
"""Long frames that overlap much: a start cut elsewhere changes few signs."""

N_BITS = 31
"""Signs in a moment; the 32nd bit marks that something sounds."""

LOW_HZ, HIGH_HZ = 200.0, 3200.0
"""The band that every codec and telephone leaves."""

MAX_SECONDS = 300.0
"""Of a longer recording only the beginning: 60 kB."""

QUIET_DB = 35.0
"""Moments softer than the loud ones by more than this are pauses."""

BLOCK_SECONDS = 1.0
MIN_SECONDS = 0.8
MIN_SIMILARITY = 0.55


Bits = NDArray[np.uint32]


def fingerprint(waveform: Waveform) -> bytes:
    """Four bytes for each HOP_SECONDS, little-endian; empty for sound shorter than two frames."""
    hop, frame = round(HOP_SECONDS * SAMPLE_RATE), round(FRAME_SECONDS * SAMPLE_RATE)
    samples = waveform.samples[: round(MAX_SECONDS * SAMPLE_RATE)]
    if len(samples) < 2 * frame:
        return b""
    frames = np.lib.stride_tricks.sliding_window_view(samples, frame)[::hop]
    window = np.hanning(frame).astype(np.float32)
    edges = np.geomspace(LOW_HZ, HIGH_HZ, N_BITS + 2) * frame / SAMPLE_RATE
    starts = np.round(edges).astype(np.intp)
    rows = []
    for first in range(0, len(frames), 512):
        power = np.abs(np.fft.rfft(frames[first : first + 512] * window, axis=1)) ** 2
        rows.append(np.add.reduceat(power, starts, axis=1)[:, :-1])
    energy = np.log(np.concatenate(rows) + 1e-9)
    loud = energy.max(axis=1)
    active = loud > np.percentile(loud, 95) - QUIET_DB * np.log(10) / 10
    across = np.diff(energy, axis=1)
    signs = np.diff(across, axis=0) > 0
    bits = (signs << np.arange(N_BITS, dtype=np.uint32)).sum(axis=1, dtype=np.uint32)
    bits |= (active[1:] & active[:-1]).astype(np.uint32) << np.uint32(N_BITS)
    data: bytes = bits.astype("<u4").tobytes()
    return data


def similarity(one: bytes, other: bytes) -> float:
    """How alike two recordings are at their best shift: 1 the same, about 0 two recordings.

    0 where they have less than MIN_SECONDS of sound in common at any shift.
    """
    first, second = _signs(one), _signs(other)
    if not len(first) or not len(second):
        return 0.0
    length = len(first) + len(second) - 1
    spectrum = np.fft.rfft(first, length, axis=0) * np.fft.rfft(second[::-1], length, axis=0)
    agreeing = np.fft.irfft(spectrum.sum(axis=1), length)
    sounding = np.fft.irfft(
        np.fft.rfft(np.abs(first[:, 0]), length) * np.fft.rfft(np.abs(second[::-1, 0]), length),
        length,
    )
    enough = sounding >= MIN_SECONDS / HOP_SECONDS
    if not enough.any():
        return 0.0
    return float((agreeing[enough] / (N_BITS * sounding[enough])).max())


def same_recording(one: bytes, other: bytes) -> bool:
    """Whether one recording is, or holds, the other one, however it was coded since."""
    return similarity(one, other) >= MIN_SIMILARITY


def _signs(data: bytes) -> NDArray[np.float32]:
    """The bits as ±1, and 0 where nothing sounds; shape = (n, N_BITS)."""
    bits = np.frombuffer(data[: len(data) // 4 * 4], "<u4")
    signs = ((bits[:, None] >> np.arange(N_BITS, dtype=np.uint32)) & 1).astype(np.float32) * 2 - 1
    return np.asarray(signs * (bits >> np.uint32(N_BITS))[:, None], dtype=np.float32)
