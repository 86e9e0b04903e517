"""A random way from the mouth to the bot, so that the heads do not learn one channel by heart."""

import numpy as np
from numpy.random import Generator

from voice.audio import SAMPLE_RATE, Waveform
from voice.evaluation.channels import CHANNELS, through

MIXED = "mixed"
"""Name of the channel that is another one for every clip."""

CHAINS: tuple[tuple[str, ...], ...] = (
    ("opus-12k",),
    ("opus-16k",),
    ("opus-24k",),
    ("opus-24k-twice",),
    ("opus-32k",),
    ("mp3-32k",),
    ("aac-32k",),
    ("noise-20",),
    ("noise-10",),
    ("room",),
    ("replay",),
    ("noise-20", "opus-16k"),
    ("noise-10", "opus-24k"),
    ("room", "opus-16k"),
    ("replay", "opus-24k"),
)
"""What is done one after the other; all are equally likely, and the same for both classes."""

SECONDS = (2.5, 8.0)
"""Of the piece that is kept: a score must hold for windows and short memos too."""


def passed(channel: str, waveform: Waveform, seed: int) -> Waveform:
    """`waveform` through a channel by name, or through a chain of its own for MIXED.

    MIXED also keeps a piece of random length.  The same seed gives the same result.  Raises
    KeyError for a name that is not known.
    """
    if channel != MIXED:
        return through(channel, waveform, seed)
    random = np.random.default_rng(seed)
    found = _piece(waveform, random)
    for name in CHAINS[random.integers(len(CHAINS))]:
        found = CHANNELS[name](found, random)
    return found


def _piece(waveform: Waveform, random: Generator) -> Waveform:
    length = round(random.uniform(*SECONDS) * SAMPLE_RATE)
    first = random.integers(max(1, len(waveform.samples) - length))
    return Waveform(waveform.samples[first : first + length])
