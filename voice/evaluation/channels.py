"""What happens to a voice between the mouth and the bot, done on purpose.

Every clip, human or made, goes through the same chain, so that no chain can give the label away.
Each channel takes a waveform and a random generator and returns a waveform of the same length.
"""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.random import Generator
from scipy.signal import butter, fftconvolve, sosfilt

from voice.audio import SAMPLE_RATE, Waveform
from voice.perturb import Spoil, below_rails, coded, noisy, telephone

Channel = Spoil


def roomy(waveform: Waveform, random: Generator) -> Waveform:
    """In a furnished room: an exponential tail of 0.2 to 0.5 s behind the direct sound."""
    decay = random.uniform(0.2, 0.5)
    time = np.arange(round(decay * SAMPLE_RATE)) / SAMPLE_RATE
    tail = random.standard_normal(len(time)) * 10 ** (-3.0 * time / decay)
    tail[: round(0.002 * SAMPLE_RATE)] = 0.0
    tail *= np.sqrt(10 ** (-random.uniform(2.0, 10.0) / 10) / np.sum(tail**2))
    tail[0] = 1.0
    wet = fftconvolve(waveform.samples.astype(np.float64), tail)[: len(waveform.samples)]
    return below_rails(wet)


def replayed(waveform: Waveform, random: Generator) -> Waveform:
    """Played by a small loudspeaker and recorded again: narrow band, room and some noise."""
    low, high = random.uniform(150, 350), random.uniform(5000, 7000)
    band = butter(2, (low, high), "bandpass", fs=SAMPLE_RATE, output="sos")
    small = Waveform(sosfilt(band, waveform.samples).astype(np.float32))
    return noisy(roomy(small, random), random, random.uniform(18.0, 30.0))


def _opus(rate: int, *bit_rates: int) -> Channel:
    def channel(waveform: Waveform, _: Generator) -> Waveform:
        for bit_rate in bit_rates:
            waveform = coded(waveform, "libopus", rate, bit_rate)
        return waveform

    return channel


CHANNELS: Mapping[str, Channel] = MappingProxyType(
    {
        "stored": lambda waveform, _: waveform,
        "opus-12k": _opus(16_000, 12_000),
        "opus-16k": _opus(16_000, 16_000),
        "opus-24k": _opus(48_000, 24_000),
        "opus-32k": _opus(48_000, 32_000),
        "opus-24k-twice": _opus(48_000, 24_000, 24_000),
        "mp3-32k": lambda waveform, _: coded(waveform, "libmp3lame", 16_000, 32_000),
        "aac-32k": lambda waveform, _: coded(waveform, "aac", 16_000, 32_000),
        "amr-nb": lambda waveform, _: coded(waveform, "libopencore_amrnb", 8_000, 12_200),
        "telephone": lambda waveform, _: telephone(waveform),
        "noise-20": lambda waveform, random: noisy(waveform, random, 20.0),
        "noise-10": lambda waveform, random: noisy(waveform, random, 10.0),
        "room": roomy,
        "replay": replayed,
        "quiet": lambda waveform, _: Waveform(waveform.samples * np.float32(0.1)),
    }
)
"""Name on the command line → what is done to the sound."""


def through(name: str, waveform: Waveform, seed: int) -> Waveform:
    """`waveform` through the channel `name`; the same seed gives the same noise and room.

    Raises KeyError for a name that is not in CHANNELS.
    """
    return CHANNELS[name](waveform, np.random.default_rng(seed))
