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

SILENT_AMPLITUDE = 1e-4
"""Of the loudest band, as a tone: below is digital silence and the noise of coding it."""

Signs = NDArray[np.float32]

MIN_SECONDS = 0.8
"""Of sound in common from which two recordings are compared; less happens to agree."""

SAME_SIMILARITY = 0.4
"""From here on two recordings are one (docs/measurements/fingerprint.md)."""

PART_SECONDS = 1.5
PART_HOP_SECONDS = 0.5
"""The parts of one recording that are looked for in another: a code word is about as long."""


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
    # A tone of amplitude a gives (a · frame / 4)² under a Hann window.
    silent = 2 * np.log(SILENT_AMPLITUDE * frame / 4)
    active = loud > max(silent, np.percentile(loud, 95) - QUIET_DB * np.log(10) / 10)
    across = np.diff(energy, axis=1)
    signs = np.diff(across, axis=0) > 0
    bits = (signs << np.arange(N_BITS, dtype=np.uint32)).sum(axis=1, dtype=np.uint32)
    bits |= (active[1:] & active[:-1]).astype(np.uint32) << np.uint32(N_BITS)
    data: bytes = bits.astype("<u4").tobytes()
    return data


def similarity(one: bytes, other: bytes) -> float:
    """How alike two recordings are at their best shift: 1 the same, about 0.1 two recordings.

    All that sounds in both at that shift counts.  0 where that is never MIN_SECONDS.
    """
    first, second = _signs(one), _signs(other)
    if not len(first) or not len(second):
        return 0.0
    return _best(first[np.newaxis], second)


def shared_part(one: bytes, other: bytes) -> float:
    """Like `similarity`, for the PART_SECONDS of the shorter recording that are most alike.

    It finds a code word that was cut out of one recording and put into another.
    """
    shorter, longer = sorted((_signs(one), _signs(other)), key=len)
    size, hop = round(PART_SECONDS / HOP_SECONDS), round(PART_HOP_SECONDS / HOP_SECONDS)
    if len(shorter) < size:
        return similarity(one, other)
    starts = [*range(0, len(shorter) - size, hop), len(shorter) - size]
    return _best(np.stack([shorter[start : start + size] for start in starts]), longer)


def same_recording(one: bytes, other: bytes) -> bool:
    """Whether two fingerprints are of one recording, however it was coded or cut since."""
    return similarity(one, other) >= SAME_SIMILARITY


def share_a_part(one: bytes, other: bytes) -> bool:
    """Whether a second or two of one recording are in the other one too."""
    return same_recording(one, other) or shared_part(one, other) >= SAME_SIMILARITY


def _best(parts: Signs, whole: Signs) -> float:
    """The greatest agreement of any of the parts, shape = (n, length, N_BITS), with the whole."""
    length = 1 << (parts.shape[1] + len(whole) - 2).bit_length()
    there = np.fft.rfft(whole[::-1], length, axis=0)
    sounding_there = np.fft.rfft(np.abs(whole[::-1, 0]), length)
    best = 0.0
    for part in parts:
        agreeing = np.fft.irfft((np.fft.rfft(part, length, axis=0) * there).sum(axis=1), length)
        sounding = np.fft.irfft(np.fft.rfft(np.abs(part[:, 0]), length) * sounding_there, length)
        enough = sounding >= MIN_SECONDS / HOP_SECONDS
        if enough.any():
            best = max(best, float((agreeing[enough] / (N_BITS * sounding[enough])).max()))
    return best


def _signs(data: bytes) -> Signs:
    """The bits as ±1, and 0 where nothing sounds; shape = (n, N_BITS)."""
    bits = np.frombuffer(data[: len(data) // 4 * 4], "<u4")
    signs = ((bits[:, np.newaxis] >> np.arange(N_BITS, dtype=np.uint32)) & 1) * 2.0 - 1.0
    return np.asarray(signs * (bits >> np.uint32(N_BITS))[:, np.newaxis], dtype=np.float32)
