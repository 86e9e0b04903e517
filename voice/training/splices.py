"""Memos that begin with a person and go on with a machine, made on the fly from held-out clips."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from voice.audio import SAMPLE_RATE, Samples, Waveform

FADE_SECONDS = 0.02
"""Over which one recording passes into the other."""

PAUSE_SECONDS = 0.25
"""Between greeting and request."""


@dataclass(frozen=True, slots=True)
class Splice:
    """A memo of which the part from `boundary` on, in seconds, comes from the second clip."""

    waveform: Waveform
    boundary: float


def spliced(first: Samples, second: Samples, share: float, seconds: float) -> Splice | None:
    """`seconds` of speech, of which the last `share` is the beginning of `second`.

    Both parts are set to the same loudness and parted by a short pause.  None where a clip is too
    short for its part.
    """
    later = round(share * seconds * SAMPLE_RATE)
    earlier = round(seconds * SAMPLE_RATE) - later
    if len(first) < earlier or len(second) < later:
        return None
    gap = np.zeros(round(PAUSE_SECONDS * SAMPLE_RATE), dtype=np.float32)
    parts = [_faded(part) for part in (first[:earlier], second[:later]) if len(part)]
    samples = np.concatenate(parts if len(parts) == 1 else (parts[0], gap, parts[1]))
    return Splice(Waveform(samples), earlier / SAMPLE_RATE)


def pairs(
    source: Sequence[int], made: NDArray[np.bool_], speaker: Sequence[str], random: Generator
) -> list[tuple[int, int]]:
    """Human clips with a made clip of their source, of the same speaker where there is one.

    One pair for every human clip of a source that has both kinds, in random order.
    """
    sources, speakers = np.asarray(source), np.asarray(speaker)
    found = []
    for human in np.flatnonzero(~made):
        near = made & (sources == sources[human])
        same = near & (speakers == speakers[human]) & (speakers != "")
        choice = np.flatnonzero(same if same.any() else near)
        if len(choice):
            found.append((int(human), int(random.choice(choice))))
    return [found[index] for index in random.permutation(len(found))]


def _faded(samples: Samples) -> Samples:
    """At a common loudness, with soft ends."""
    loud = samples * np.float32(0.05 / max(float(np.sqrt(np.mean(samples**2))), 1e-6))
    length = round(FADE_SECONDS * SAMPLE_RATE)
    ramp = np.linspace(0, 1, length, dtype=np.float32)
    loud[:length] *= ramp
    loud[-length:] *= ramp[::-1]
    return loud
