"""From speech to the numbers that the countermeasure's heads weigh.

Mel spectrogram → first layers of the recogniser's encoder → statistics over time.  A head sees only
how each of the encoder's features is spread and how fast it moves, never where in time: what was
said averages out, how the sound was made stays.
"""

import itertools
from collections.abc import Sequence

import numpy as np
import torch
from faster_whisper.feature_extractor import FeatureExtractor
from numpy.typing import NDArray
from torch import Tensor

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

LAGS = (1, 4)
"""Frames of 20 ms: how fast the features move from frame to frame and within a sound."""

N_STATISTICS = 2 + len(LAGS)
N_FEATURES = len(LAYERS) * N_STATISTICS * WIDTH
MIN_FRAMES = FRAMES_PER_SECOND
"""Statistics of less than a second say more about the words than about the voice."""

MAX_CHUNK_SECONDS = 12.0
"""The longest clip that the heads were trained on."""

Features = NDArray[np.float32]


class SpeechFeatures:
    """Turns speech into features with one encoder, which it holds."""

    def __init__(self, encoder: WhisperEncoder) -> None:
        self._encoder = encoder
        self._filters = torch.from_numpy(FeatureExtractor().mel_filters.astype(np.float32))
        self._taper = torch.hann_window(N_FFT)

    def mel(self, samples: NDArray[np.float32]) -> Tensor:
        """Whisper's log-mel spectrogram with its loudest point at LOUDEST.

        shape = (80, n_frames), where n_frames is even and about 100 a second.
        """
        spectrum = torch.stft(
            torch.from_numpy(samples), N_FFT, HOP, window=self._taper, return_complex=True
        )
        n_frames = (spectrum.shape[1] - 1) // 2 * 2
        powers = self._filters @ spectrum[:, :n_frames].abs().square()
        decades = powers.clamp(min=1e-10).log10()
        top = decades.max()
        return (torch.maximum(decades, top - RANGE) - top) / 4 + LOUDEST

    @torch.inference_mode()
    def frames(self, samples: NDArray[np.float32]) -> Tensor:
        """What the layers in LAYERS give; shape = (len(LAYERS), n_frames, 512), 50 frames a second.

        `samples` is speech at 16 kHz, at most 30 s of it.
        """
        outputs = self._encoder(self.mel(samples)[None])
        return torch.stack([outputs[layer][0] for layer in LAYERS])


def statistics(frames: Tensor) -> Tensor:
    """Mean, deviation and movement over time; shape (layers, n_frames, 512) → (N_FEATURES,)."""
    parts = [frames.mean(1), frames.var(1, unbiased=False).sqrt()]
    parts += [(frames[:, lag:] - frames[:, :-lag]).square().mean(1).sqrt() for lag in LAGS]
    return torch.stack(parts, dim=1).flatten()


def chunks(n_samples: int, longest: int) -> Sequence[tuple[int, int]]:
    """`n_samples` cut into equal pieces of at most `longest`: pairs of first and last sample."""
    count = max(1, -(-n_samples // longest))
    edges = np.linspace(0, n_samples, count + 1).astype(int).tolist()
    return list(itertools.pairwise(edges))
