"""The Perth watermark, which some speech generators put into everything they say.

The network is the decoder of Resemble AI's "Perth" (implicit), rebuilt here for its published
tensors; its package pulls in half of a sound laboratory and turns into None without a word when a
part of that is missing (docs/decisions/0003).  The score is used as it comes, not rounded as the
package does by default.  Finding the mark is near-proof of a machine; not finding it means nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import BinaryIO

import torch
from torch import Tensor, nn
from torch.nn import functional
from torchaudio.functional import resample

from voice.activity import speech_only
from voice.audio import SAMPLE_RATE, Waveform
from voice.errors import ModelMismatch
from voice.results import Segment, Watermark, Window
from voice.windows import Pieces, sliding

SCHEME = "perth"

MARK_RATE = 32_000
"""Hz at which the network was trained."""
N_FFT = 2048
HOP = 320
FLOOR = 1e-9
FLOOR_DB = -180.0
HEADROOM_DB = 15.0
MARKED_BINS = round((N_FFT // 2 + 1) * 2_000 / (MARK_RATE / 2))
"""The mark lies below 2 kHz: 128 bins."""
HIDDEN = 256
STRETCHES = {"slow": 1.25, "normal": 1.0, "fast": 0.75}
"""The network looks at the spectrogram at three speeds."""
LOUD_SHARE = 0.05
"""A frame counts when the sum of its bins is above this share of the loudest frame's."""

THRESHOLD = 0.75
"""From this score on a window is marked.  Speech of people scores below 0.55."""
MAJORITY = 0.5
"""Share of the windows that must be marked before the memo is called marked."""
WINDOW_SECONDS = 4.0
HOP_SECONDS = 4.0
"""The mark is all through the sound, so that windows need not overlap to meet it."""
MIN_SECONDS = 1.0
"""The network still works on one second of marked speech."""
MAX_WINDOWS = 15
"""A memo of more than a minute gets wider hops; each window costs some 50 ms."""


@dataclass(frozen=True, slots=True)
class MarkScore:
    """How marked the memo sounds: the middle score of its windows, 0 … 1, and the windows."""

    score: float
    windows: tuple[Window, ...]

    @property
    def is_marked(self) -> bool:
        """Whether most windows bear the mark."""
        marked = sum(window.score >= THRESHOLD for window in self.windows)
        return marked > MAJORITY * len(self.windows)


class PerthDetector:
    """Looks for the mark in speech."""

    scheme = SCHEME

    def __init__(self, weights: Path | BinaryIO) -> None:
        """Load the published checkpoint; tensors only, no code in it is ever run.

        Raises ModelMismatch when the tensors do not fit the network.
        """
        try:
            tensors = torch.load(weights, map_location="cpu", weights_only=True)["model"]
            decoder = {
                name.removeprefix("decoder."): tensor
                for name, tensor in tensors.items()
                if name.startswith("decoder.")
            }
            self._network = _Decoder().eval()
            self._network.load_state_dict(decoder)
        except (RuntimeError, KeyError, TypeError, EOFError, UnpicklingError) as error:
            raise ModelMismatch("perth", "the weights do not fit the network") from error

    def score(self, waveform: Waveform, segments: Sequence[Segment]) -> MarkScore | None:
        """Score the speech in `segments`, a window at a time; None below MIN_SECONDS of speech."""
        total = sum(segment.seconds for segment in segments)
        hop = max(HOP_SECONDS, (total - WINDOW_SECONDS) / (MAX_WINDOWS - 1))
        pieces = sliding(segments, WINDOW_SECONDS, hop, MIN_SECONDS)
        windows = tuple(self._window(waveform, piece) for piece in pieces)
        if not windows:
            return None
        scores = sorted(window.score for window in windows)
        return MarkScore(scores[len(scores) // 2], windows)

    def find(self, waveform: Waveform, segments: Sequence[Segment]) -> Watermark | None:
        """The mark, or None when most of the speech does not bear it."""
        found = self.score(waveform, segments)
        if found is None or not found.is_marked:
            return None
        return Watermark(SCHEME, found.score, found.windows)

    def _window(self, waveform: Waveform, pieces: Pieces) -> Window:
        sound = speech_only(waveform, pieces)
        with torch.inference_mode():
            score = self._network(loudness(torch.from_numpy(sound.samples)))
        return Window(pieces[0].start, pieces[-1].end, float(score.clamp(0.0, 1.0)))


def spectrum(sound: Tensor) -> Tensor:
    """The complex spectrogram of 16 kHz `sound`, shape (n_samples,) → (1025, n_frames)."""
    faster = resample(sound, SAMPLE_RATE, MARK_RATE)
    window = torch.hann_window(N_FFT)
    return torch.stft(faster, N_FFT, HOP, window=window, return_complex=True)


def loudness(sound: Tensor) -> Tensor:
    """The spectrogram in decibels, scaled so that 0 is the floor and 1 is 15 dB above full scale.

    shape = (n_samples,) → (1025, n_frames)
    """
    decibels = 20.0 * torch.log10(spectrum(sound).abs().clamp(min=FLOOR))
    return (decibels - FLOOR_DB) / (HEADROOM_DB - FLOOR_DB)


def loud_frames(magnitudes: Tensor) -> Tensor:
    """1.0 for the frames that count, else 0.0; shape (1025, n_frames) → (n_frames,)."""
    sums = magnitudes.sum(dim=0)
    return (sums > LOUD_SHARE * sums.max()).to(magnitudes.dtype)


class _Layer(nn.Module):
    """A convolution over time, padded to keep the length."""

    def __init__(self, inputs: int, outputs: int, kernel: int, *, is_last: bool = False) -> None:
        super().__init__()
        self.conv = nn.Conv1d(inputs, outputs, kernel, padding=kernel // 2)
        self.is_last = is_last

    def forward(self, values: Tensor) -> Tensor:
        convolved: Tensor = self.conv(values)
        return convolved if self.is_last else functional.leaky_relu(convolved)


def layers(outputs: int) -> nn.Sequential:
    """The stack Perth is made of, shape (batch, 128, n_frames) → (batch, outputs, n_frames)."""
    middle = [_Layer(HIDDEN, HIDDEN, 7) for _ in range(5)]
    return nn.Sequential(
        _Layer(MARKED_BINS, HIDDEN, 1), *middle, _Layer(HIDDEN, outputs, 1, is_last=True)
    )


class _Decoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        for speed in STRETCHES:
            self.add_module(f"{speed}_layers", layers(2))

    def forward(self, magnitudes: Tensor) -> Tensor:
        """shape = (1025, n_frames) → (): about 1 where the mark is, about 0 where it is not."""
        mask = loud_frames(magnitudes)[None, None]
        band = magnitudes[None, :MARKED_BINS]
        means = []
        for speed, stretch in STRETCHES.items():
            n_frames = int(band.shape[2] * stretch)
            stretched = functional.interpolate(
                band, size=n_frames, mode="linear", align_corners=True
            )
            weights = functional.interpolate(mask, size=n_frames, mode="nearest")
            out = self.get_submodule(f"{speed}_layers")(stretched)
            means.append((out * weights).sum(dim=2) / weights.sum(dim=2).clamp(min=1.0))
        attention, marks = torch.stack(means, dim=-1)[0]
        mark: Tensor = (functional.softmax(attention, dim=0) * marks).sum()
        return mark
