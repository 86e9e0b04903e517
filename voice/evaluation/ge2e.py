"""GE2E, an older voiceprint network, to compare CAM++ with.

Written from the paper: Wan et al., "Generalized End-to-End Loss for Speaker Verification", ICASSP
2018, with the sizes of the published weights.  Only measurements use it.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
import torch
import torchaudio.functional as audio
from numpy.typing import NDArray
from torch import Tensor, nn

from voice.audio import SAMPLE_RATE, Waveform

MEL_BINS = 40
HIDDEN = 256
LAYERS = 3
FRAME = SAMPLE_RATE * 25 // 1000
HOP = SAMPLE_RATE // 100
PARTIAL_FRAMES = 160
PARTIAL_HOP = 80
"""Frames: an utterance is heard in overlapping pieces of 1.6 s, as in training."""
LEVEL_DBFS = -30.0
"""Quieter speech is raised to this level, as in training."""


class Ge2eEncoder:
    """The published network; embeddings have length 1 and no negative values."""

    name = "ge2e"
    dim = HIDDEN

    def __init__(self, weights: Path | BinaryIO) -> None:
        """Load the tensors in `weights`, as tensors only."""
        tensors = torch.load(weights, map_location="cpu", weights_only=True)["model_state"]
        self._lstm = nn.LSTM(MEL_BINS, HIDDEN, LAYERS, batch_first=True)
        self._linear = nn.Linear(HIDDEN, HIDDEN)
        self._lstm.load_state_dict(_below("lstm.", tensors))
        self._linear.load_state_dict(_below("linear.", tensors))
        self._window = torch.hann_window(FRAME)
        self._filters = audio.melscale_fbanks(
            FRAME // 2 + 1, 0.0, SAMPLE_RATE / 2, MEL_BINS, SAMPLE_RATE, "slaney", "slaney"
        )

    def embed(self, waveform: Waveform) -> NDArray[np.float32]:
        """The embedding of a waveform of speech, shape = (256,)."""
        mel = self._mel(waveform)
        lack = PARTIAL_FRAMES - len(mel)
        if lack > 0:
            mel = torch.nn.functional.pad(mel, (0, 0, 0, lack))
        partials = mel.unfold(0, PARTIAL_FRAMES, PARTIAL_HOP).transpose(1, 2)
        with torch.inference_mode():
            _, (hidden, _) = self._lstm(partials)
            pieces = nn.functional.normalize(torch.relu(self._linear(hidden[-1])), dim=1)
            whole = nn.functional.normalize(pieces.mean(0), dim=0)
        return np.asarray(whole.numpy())

    def embed_all(self, waveforms: Sequence[Waveform]) -> NDArray[np.float32]:
        """Embeddings of several waveforms, shape = (n, 256)."""
        return np.stack([self.embed(waveform) for waveform in waveforms])

    def _mel(self, waveform: Waveform) -> Tensor:
        """Mel power spectrogram, shape = (n_frames, 40); no logarithm, as in training."""
        samples = torch.from_numpy(waveform.samples)
        level = 10 * torch.log10(samples.square().mean() + 1e-12)
        samples = samples * 10 ** ((LEVEL_DBFS - level).clamp(min=0.0) / 20)
        spectrum = torch.stft(
            samples, FRAME, HOP, window=self._window, pad_mode="constant", return_complex=True
        )
        return torch.as_tensor(spectrum.abs().square().T @ self._filters)


def _below(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {
        name.removeprefix(prefix): tensor
        for name, tensor in tensors.items()
        if name.startswith(prefix)
    }
