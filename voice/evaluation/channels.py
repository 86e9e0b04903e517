"""What happens to a voice between the mouth and the bot, done on purpose.

Every clip, human or made, goes through the same chain, so that no chain can give the label away.
Each channel takes a waveform and a random generator and returns a waveform of the same length.
"""

import io
from collections.abc import Callable, Mapping
from fractions import Fraction
from types import MappingProxyType

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.signal import butter, fftconvolve, sosfilt

from voice.audio import SAMPLE_RATE, Samples, Waveform

Channel = Callable[[Waveform, Generator], Waveform]

_FULL_SCALE = 32_767
_PEAK = 0.98
"""Sums of speech and noise are turned down to this, so that the channel itself never clips."""

_VOICE_MEMO: dict[str, object] = {"application": "voip", "compression_level": "3"}
"""Telephones code for speech, and spare their battery; three times as fast as the default, too."""

_MUXERS = {
    "libopus": "ogg",
    "libmp3lame": "mp3",
    "aac": "adts",
    "libopencore_amrnb": "amr",
}


def coded(waveform: Waveform, encoder: str, rate: int, bit_rate: int) -> Waveform:
    """Through a lossy codec: `encoder` at `rate` Hz and `bit_rate` bit/s, and back to 16 kHz."""
    file = io.BytesIO()
    with av.open(file, "w", format=_MUXERS[encoder]) as container:
        stream = container.add_stream(encoder, rate=rate, layout="mono")
        assert isinstance(stream, AudioStream)
        stream.bit_rate = bit_rate
        if encoder == "libopus":
            stream.options = dict(_VOICE_MEMO)
        fifo = av.AudioFifo()
        resampler = av.AudioResampler(format=stream.format.name, layout="mono", rate=rate)
        for part in (*resampler.resample(_frame(waveform.samples)), *resampler.resample(None)):
            part.pts = None
            fifo.write(part)
        container.start_encoding()
        size = stream.codec_context.frame_size or rate // 50
        position = 0
        while (frame := fifo.read(size, partial=True)) is not None:
            frame.pts = position
            frame.time_base = Fraction(1, rate)
            position += frame.samples
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    file.seek(0)
    parts: list[Samples] = []
    with av.open(file, "r") as container:
        resampler = av.AudioResampler(format="flt", layout="mono", rate=SAMPLE_RATE)
        for decoded in container.decode(audio=0):
            parts += [part.to_ndarray()[0] for part in resampler.resample(decoded)]
        parts += [part.to_ndarray()[0] for part in resampler.resample(None)]
    return _fitted(np.concatenate(parts), len(waveform.samples))


def telephone(waveform: Waveform) -> Waveform:
    """The band of a landline, 300 to 3400 Hz."""
    band = butter(4, (300, 3400), "bandpass", fs=SAMPLE_RATE, output="sos")
    return Waveform(sosfilt(band, waveform.samples).astype(np.float32))


def noisy(waveform: Waveform, random: Generator, snr_db: float) -> Waveform:
    """With steady noise of a random colour, `snr_db` below the mean power of the sound."""
    n_samples = len(waveform.samples)
    spectrum = np.fft.rfft(random.standard_normal(n_samples))
    tilt = random.uniform(0.0, 1.0)  # 0 is white, 1 is pink
    spectrum /= np.maximum(np.arange(len(spectrum)), 1 + n_samples // 200) ** (tilt / 2)
    noise = np.fft.irfft(spectrum, n_samples)
    speech = float(np.mean(np.square(waveform.samples, dtype=np.float64)))
    noise *= np.sqrt(speech / 10 ** (snr_db / 10) / max(float(np.mean(noise**2)), 1e-20))
    return _below_rails(waveform.samples + noise)


def roomy(waveform: Waveform, random: Generator) -> Waveform:
    """In a furnished room: an exponential tail of 0.2 to 0.5 s behind the direct sound."""
    decay = random.uniform(0.2, 0.5)
    time = np.arange(round(decay * SAMPLE_RATE)) / SAMPLE_RATE
    tail = random.standard_normal(len(time)) * 10 ** (-3.0 * time / decay)
    tail[: round(0.002 * SAMPLE_RATE)] = 0.0
    tail *= np.sqrt(10 ** (-random.uniform(2.0, 10.0) / 10) / np.sum(tail**2))
    tail[0] = 1.0
    wet = fftconvolve(waveform.samples.astype(np.float64), tail)[: len(waveform.samples)]
    return _below_rails(wet)


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


def _frame(samples: Samples) -> AudioFrame:
    whole = (np.clip(samples, -1.0, 1.0) * _FULL_SCALE).astype(np.int16)
    frame = AudioFrame.from_ndarray(whole[np.newaxis], format="s16", layout="mono")
    frame.sample_rate = SAMPLE_RATE
    frame.pts = 0
    frame.time_base = Fraction(1, SAMPLE_RATE)
    return frame


def _fitted(samples: Samples, length: int) -> Waveform:
    """Codecs pad the end; some lose a few samples."""
    fitted = np.zeros(length, dtype=np.float32)
    kept = samples[:length]
    fitted[: len(kept)] = kept
    return Waveform(fitted)


def _below_rails(samples: NDArray[np.float64]) -> Waveform:
    peak = float(np.max(np.abs(samples), initial=0.0))
    return Waveform((samples * min(1.0, _PEAK / max(peak, 1e-9))).astype(np.float32))
