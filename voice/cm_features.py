"""From speech to the numbers that the countermeasure's heads weigh.

Two networks listen that were made for something else: the recogniser's encoder, and the first stage
of the voice comparison.  Their first layers give a row of features for every few hundredths of a
second, and of each feature a head sees only how it is spread and how fast it moves, never where in
time: what was said averages out, how the sound was made stays.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from faster_whisper.feature_extractor import FeatureExtractor
from numpy.typing import NDArray
from torch import Tensor

from voice import campplus, cm_fine
from voice.audio import SAMPLE_RATE, Waveform
from voice.campplus import CampplusEncoder
from voice.whisper_encoder import FRAMES_PER_SECOND, WIDTH, WhisperEncoder

N_FFT = 400
HOP = 160
"""Samples; both are Whisper's."""

RANGE = 8.0
"""Decades of power below the loudest point that Whisper looks at."""

LOUDEST = 1.2
"""What the loudest point is set to, on Whisper's scale.  An ordinary recording has about this, and
how loud a memo is must not say anything about who made it."""

LAYERS = (1, 2, 3)
"""Leaving a source out, layer 0 alone and layers 4 to 6 were clearly worse."""

LAGS_SECONDS = (0.02, 0.08)
"""How fast the features move from frame to frame and within a sound."""

N_STATISTICS = 2 + len(LAGS_SECONDS)
WIDTHS = (*(WIDTH for _ in LAYERS), campplus.FIRST_STAGE, campplus.TDNN_CHANNELS)
"""Features of the networks' tracks, in the order of `SpeechFeatures.tracks`."""

N_LINE_HEIGHTS = cm_fine.N_LINES // cm_fine.LINES_GROUP
N_HARMONY_STATISTICS = 3 * cm_fine.N_HARMONY

SIZES = (*(N_STATISTICS * width for width in WIDTHS), N_LINE_HEIGHTS, N_HARMONY_STATISTICS)
"""Features that each track comes to, in the order of `statistics`."""

N_FEATURES = sum(SIZES)
MAX_CHUNK_SECONDS = 12.0
"""The longest clip that the heads were trained on."""

Features = NDArray[np.float32]

Span = tuple[float, float]
"""Beginning and end of a stretch of speech, in seconds."""


@dataclass(frozen=True, slots=True)
class Track:
    """What one layer gives over time; `values` has shape (n_frames, width)."""

    values: Tensor
    frames_per_second: float

    def frames(self, spans: Sequence[Span] | None) -> Sequence[tuple[int, int]]:
        """First frame and the one after the last of each span; of everything without spans."""
        count = len(self.values)
        if spans is None:
            return [(0, count)]
        rate = self.frames_per_second
        return [(round(start * rate), min(round(end * rate), count)) for start, end in spans]


class SpeechFeatures:
    """Turns speech into features with the two networks, which it holds."""

    def __init__(self, encoder: WhisperEncoder, voice: CampplusEncoder) -> None:
        self._encoder = encoder
        self._voice = voice
        self._filters = torch.from_numpy(FeatureExtractor().mel_filters.astype(np.float32))

    def mel(self, samples: NDArray[np.float32]) -> Tensor:
        """Whisper's log-mel spectrogram with its loudest point at LOUDEST.

        shape = (80, n_frames), where n_frames is even and about 100 a second.
        """
        powers = cm_fine.powers(torch.from_numpy(samples), N_FFT, HOP)
        n_frames = (powers.shape[1] - 1) // 2 * 2
        decades = (self._filters @ powers[:, :n_frames]).clamp(min=1e-10).log10()
        top = decades.max()
        return (torch.maximum(decades, top - RANGE) - top) / 4 + LOUDEST

    @torch.inference_mode()
    def tracks(self, speech: Waveform) -> tuple[Track, ...]:
        """What the layers give: the encoder's of LAYERS, then the voice network's first two.

        After them come the two measurements of voice/cm_fine.py.

        The encoder hears equal pieces of at most MAX_CHUNK_SECONDS, one after the other.
        """
        pieces = chunks(len(speech.samples), round(MAX_CHUNK_SECONDS * SAMPLE_RATE))
        heard = [self._encoder(self.mel(speech.samples[a:b])[None]) for a, b in pieces]
        layers = [torch.cat([outputs[layer][0] for outputs in heard]) for layer in LAYERS]
        front, tdnn = self._voice.first_stage(speech)
        samples = torch.from_numpy(speech.samples)
        return (
            *(Track(values, FRAMES_PER_SECOND) for values in layers),
            Track(front, campplus.FRAMES_PER_SECOND),
            Track(tdnn, campplus.FRAMES_PER_SECOND // 2),
            Track(cm_fine.lines(samples), SAMPLE_RATE / cm_fine.LINES_HOP),
            Track(cm_fine.harmony(samples), SAMPLE_RATE / cm_fine.HARMONY_HOP),
        )


def statistics(tracks: Sequence[Track], spans: Sequence[Span] | None = None) -> Tensor:
    """What a head sees of each of the `spans`; shape = (n_spans, N_FEATURES).

    Without spans there is one, which is everything.  Mean, deviation and movement over time of the
    networks' tracks, then how far lines stand out, and mean, deviation and step of harmony.
    """
    *heard, spectra, harmony = tracks
    parts = []
    for track in heard:
        frames = track.frames(spans)
        # About the mean of everything, so that squares may be subtracted in single precision.
        center = track.values.mean(0)
        values = track.values - center
        mean = _means(values, frames)
        deviation = (_means(values.square(), frames) - mean.square()).clamp(min=0.0).sqrt()
        parts += [center + mean, deviation]
        for seconds in LAGS_SECONDS:
            lag = round(seconds * track.frames_per_second)
            steps = (values[lag:] - values[:-lag]).square_()
            parts.append(_means(steps, [(a, b - lag) for a, b in frames]).sqrt())
    parts.append(
        torch.stack([cm_fine.line_heights(spectra.values[a:b]) for a, b in spectra.frames(spans)])
    )
    ripples = [harmony.values[a:b] for a, b in harmony.frames(spans)]
    parts.append(torch.stack([_harmony_statistics(ripple) for ripple in ripples]))
    return torch.cat(parts, dim=1)


def _means(values: Tensor, frames: Sequence[tuple[int, int]]) -> Tensor:
    """The mean over each stretch of frames, shape = (n_stretches, width), by one product."""
    shares = torch.zeros(len(frames), len(values))
    for row, (first, last) in zip(shares, frames, strict=True):
        row[first:last] = 1.0 / (last - first)
    return shares @ values


def _harmony_statistics(ripple: Tensor) -> Tensor:
    steps = (ripple[1:] - ripple[:-1]).abs()
    return torch.cat((ripple.mean(0), ripple.std(0), steps.mean(0)))


def chunks(n_samples: int, longest: int) -> Sequence[tuple[int, int]]:
    """`n_samples` cut into equal pieces of at most `longest`: pairs of first and last sample."""
    count = max(1, -(-n_samples // longest))
    edges = np.linspace(0, n_samples, count + 1).astype(int).tolist()
    return list(itertools.pairwise(edges))
