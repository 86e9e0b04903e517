"""Sound spoilt on purpose: coded, narrowed, made noisy, faster or slower.

Re-listening to a code word and the measurements use the same functions.  They code and decode our
own samples only; foreign files go through `voice.isolation`.
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
from scipy.signal import butter, resample_poly, sosfilt

from voice.audio import SAMPLE_RATE, Samples, Waveform

Spoil = Callable[[Waveform, Generator], Waveform]
"""Takes a waveform and a random generator; noise and rooms are drawn from it."""

TELEPHONE_HZ = 3400.0
"""The upper edge of a telephone's band."""

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
    band = butter(4, (300, TELEPHONE_HZ), "bandpass", fs=SAMPLE_RATE, output="sos")
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
    return below_rails(waveform.samples + noise)


def faster(waveform: Waveform, percent: int) -> Waveform:
    """Played faster by `percent`, higher in pitch too; slower and lower where it is negative."""
    samples = resample_poly(waveform.samples, 100, 100 + percent)
    return below_rails(samples.astype(np.float64))


def narrow(waveform: Waveform, hertz: float) -> Waveform:
    """Without what is above `hertz`."""
    band = butter(8, hertz, "lowpass", fs=SAMPLE_RATE, output="sos")
    return Waveform(sosfilt(band, waveform.samples).astype(np.float32))


def _opus(rate: int, bit_rate: int) -> Spoil:
    return lambda waveform, _: coded(waveform, "libopus", rate, bit_rate)


def _faster(percent: int) -> Spoil:
    return lambda waveform, _: faster(waveform, percent)


AS_SPOKEN = "as_spoken"
"""The copy that is heard just as a memo is, and that tells what the word is."""

COPIES: Mapping[str, Spoil] = MappingProxyType(
    {
        AS_SPOKEN: lambda waveform, _: waveform,
        "short_window": lambda waveform, _: waveform,
        "slower_10": _faster(-10),
        "slower_5": _faster(-5),
        "faster_5": _faster(5),
        "faster_10": _faster(10),
        "noise_20": lambda waveform, random: noisy(waveform, random, 20.0),
        "noise_10": lambda waveform, random: noisy(waveform, random, 10.0),
        "opus_12k": _opus(16_000, 12_000),
        "opus_16k": _opus(16_000, 16_000),
        "opus_24k": _opus(48_000, 24_000),
        "opus_32k": _opus(48_000, 32_000),
        "narrow": lambda waveform, _: narrow(waveform, TELEPHONE_HZ),
    }
)
"""The copies in which a code word is heard again: name → what is done to the sound.

Nothing is done for "short_window": all but the first are heard in a window of another length, which
is a change by itself."""


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


def below_rails(samples: NDArray[np.float64]) -> Waveform:
    peak = float(np.max(np.abs(samples), initial=0.0))
    return Waveform((samples * min(1.0, _PEAK / max(peak, 1e-9))).astype(np.float32))
