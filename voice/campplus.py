"""CAM++, the network that turns speech into a voiceprint.

Written from the paper: Wang et al., "CAM++: A Fast and Efficient Network for Speaker Verification
Using Context-Aware Masking", Interspeech 2023.  The module names are those of the published
tensors, so that they load strictly.
"""

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the name that everybody uses
import torchaudio.compliance.kaldi as kaldi
from numpy.typing import NDArray
from torch import Tensor, nn

from voice.audio import SAMPLE_RATE, Waveform

MEL_BINS = 80
EMBEDDING = 192
FRONT_CHANNELS = 32
TDNN_CHANNELS = 128
GROWTH = 32
BOTTLENECK = 128
BLOCKS = ((12, 1), (24, 2), (16, 2))
"""Layers and dilation of the three dense blocks."""
FIRST_STAGE = FRONT_CHANNELS * MEL_BINS // 8
"""Features of a frame after the 2-D convolutions, which leave an eighth of the frequencies."""
FRAMES_PER_SECOND = 100
"""Of the filter bank and of the first stage; the rest of the network has half as many."""
CONTEXT_FRAMES = 100
"""Length of the segments whose mean joins the mean over all time in the mask."""
MIN_SAMPLES = SAMPLE_RATE // 10
"""Less than this does not fill a frame for every step of the network."""
BATCH = 4
"""Windows in one pass: more only takes memory."""
KEPT_SAMPLES = 60 * SAMPLE_RATE
"""The first stage of longer speech is not kept for the countermeasure, which hears no more."""


def _norm_relu(channels: int) -> nn.Sequential:
    return nn.Sequential(
        OrderedDict(batchnorm=nn.BatchNorm1d(channels), relu=nn.ReLU(inplace=True))
    )


class _ResidualBlock(nn.Module):
    """Two 3×3 convolutions beside a shortcut; `stride` is that in frequency."""

    def __init__(self, channels: int, stride: int) -> None:
        super().__init__()
        step = (stride, 1)
        self.conv1 = nn.Conv2d(channels, channels, 3, stride=step, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.shortcut = nn.Sequential()
        if stride != 1:
            self.shortcut = nn.Sequential(
                nn.Conv2d(channels, channels, 1, stride=step, bias=False),
                nn.BatchNorm2d(channels),
            )

    def forward(self, x: Tensor) -> Tensor:
        inner = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(inner + self.shortcut(x))


class _Front(nn.Module):
    """2-D convolutions: shape (batch, 80, frames) -> (batch, 320, frames)."""

    def __init__(self) -> None:
        super().__init__()
        width = FRONT_CHANNELS
        self.conv1 = nn.Conv2d(1, width, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.layer1 = nn.Sequential(_ResidualBlock(width, 2), _ResidualBlock(width, 1))
        self.layer2 = nn.Sequential(_ResidualBlock(width, 2), _ResidualBlock(width, 1))
        self.conv2 = nn.Conv2d(width, width, 3, stride=(2, 1), padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.bn1(self.conv1(x.unsqueeze(1))))
        x = self.layer2(self.layer1(x))
        return F.relu(self.bn2(self.conv2(x))).flatten(1, 2)


class _MaskedConvolution(nn.Module):
    """A convolution whose output is scaled by a mask that looks at the context."""

    def __init__(self, dilation: int) -> None:
        super().__init__()
        self.linear_local = nn.Conv1d(
            BOTTLENECK, GROWTH, 3, padding=dilation, dilation=dilation, bias=False
        )
        self.linear1 = nn.Conv1d(BOTTLENECK, BOTTLENECK // 2, 1)
        self.linear2 = nn.Conv1d(BOTTLENECK // 2, GROWTH, 1)

    def forward(self, x: Tensor) -> Tensor:
        frames = x.shape[-1]
        nearby = F.avg_pool1d(x, CONTEXT_FRAMES, CONTEXT_FRAMES, ceil_mode=True)
        nearby = nearby.repeat_interleave(CONTEXT_FRAMES, dim=-1)[..., :frames]
        context = x.mean(-1, keepdim=True) + nearby
        mask = torch.sigmoid(self.linear2(F.relu(self.linear1(context))))
        return torch.mul(self.linear_local(x), mask)


class _DenseLayer(nn.Module):
    """One layer of a dense block: what it adds is appended to what it was given."""

    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.nonlinear1 = _norm_relu(channels)
        self.linear1 = nn.Conv1d(channels, BOTTLENECK, 1, bias=False)
        self.nonlinear2 = _norm_relu(BOTTLENECK)
        self.cam_layer = _MaskedConvolution(dilation)

    def forward(self, x: Tensor) -> Tensor:
        added = self.cam_layer(self.nonlinear2(self.linear1(self.nonlinear1(x))))
        return torch.cat((x, added), dim=1)


class _Transition(nn.Module):
    """Halves the channels after a dense block."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.nonlinear = _norm_relu(channels)
        self.linear = nn.Conv1d(channels, channels // 2, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return torch.as_tensor(self.linear(self.nonlinear(x)))


class _Statistics(nn.Module):
    """Mean and standard deviation over time: (batch, c, frames) -> (batch, 2c)."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat((x.mean(-1), x.std(-1, unbiased=True)), dim=1)


def _tdnn(channels: int) -> nn.Sequential:
    linear = nn.Conv1d(channels, TDNN_CHANNELS, 5, stride=2, padding=2, bias=False)
    return nn.Sequential(OrderedDict(linear=linear, nonlinear=_norm_relu(TDNN_CHANNELS)))


class _Dense(nn.Module):
    """The voiceprint: (batch, channels) -> (batch, EMBEDDING)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.linear = nn.Conv1d(channels, EMBEDDING, 1, bias=False)
        norm = nn.BatchNorm1d(EMBEDDING, affine=False)
        self.nonlinear = nn.Sequential(OrderedDict(batchnorm=norm))

    def forward(self, x: Tensor) -> Tensor:
        return torch.as_tensor(self.nonlinear(self.linear(x.unsqueeze(-1)).squeeze(-1)))


class CamPlusPlus(nn.Module):
    """The network: filter bank of shape (batch, frames, 80) -> embeddings of shape (batch, 192)."""

    def __init__(self) -> None:
        super().__init__()
        self.head = _Front()
        layers: OrderedDict[str, nn.Module] = OrderedDict(tdnn=_tdnn(FIRST_STAGE))
        channels = TDNN_CHANNELS
        for number, (depth, dilation) in enumerate(BLOCKS, start=1):
            block: OrderedDict[str, nn.Module] = OrderedDict()
            for layer in range(1, depth + 1):
                block[f"tdnnd{layer}"] = _DenseLayer(channels, dilation)
                channels += GROWTH
            layers[f"block{number}"] = nn.Sequential(block)
            layers[f"transit{number}"] = _Transition(channels)
            channels //= 2
        layers["out_nonlinear"] = _norm_relu(channels)
        layers["stats"] = _Statistics()
        layers["dense"] = _Dense(2 * channels)
        self.xvector = nn.Sequential(layers)

    def forward(self, x: Tensor) -> Tensor:
        return torch.as_tensor(self.xvector(self.head(x.transpose(1, 2))))


def filter_bank(waveform: Waveform) -> Tensor:
    """Kaldi's 80-bin filter bank, mean over time subtracted; shape = (n_frames, 80)."""
    samples = torch.from_numpy(waveform.samples).unsqueeze(0)
    bank: Tensor = kaldi.fbank(
        samples, num_mel_bins=MEL_BINS, sample_frequency=SAMPLE_RATE, dither=0.0
    )
    return bank - bank.mean(0, keepdim=True)


class CampplusEncoder:
    """CAM++ with its published weights."""

    name = "campplus"
    dim = EMBEDDING

    def __init__(self, weights: Path | BinaryIO) -> None:
        """Load the tensors in `weights`, strictly and as tensors only."""
        self._network = CamPlusPlus()
        tensors = torch.load(weights, map_location="cpu", weights_only=True)
        self._network.load_state_dict(tensors, strict=True)
        self._network.eval()
        self._kept: tuple[NDArray[np.float32], Tensor] | None = None

    def embed(self, waveform: Waveform) -> NDArray[np.float32]:
        """The embedding of a waveform, shape = (192,); it should hold speech only."""
        return np.asarray(self.embed_all([waveform])[0])

    def embed_all(self, waveforms: Sequence[Waveform]) -> NDArray[np.float32]:
        """Embeddings of several waveforms, shape = (n, 192); those of one length go together.

        Raises ValueError for a waveform of less than a tenth of a second.
        """
        if any(len(waveform.samples) < MIN_SAMPLES for waveform in waveforms):
            raise ValueError("too short for an embedding")
        result = np.zeros((len(waveforms), EMBEDDING), dtype=np.float32)
        by_length: dict[int, list[int]] = {}
        for index, waveform in enumerate(waveforms):
            by_length.setdefault(len(waveform.samples), []).append(index)
        longest = max(by_length, default=0)
        with torch.inference_mode():
            for length, indices in by_length.items():
                for at in range(0, len(indices), BATCH):
                    some = indices[at : at + BATCH]
                    front = self._front([waveforms[index] for index in some])
                    if length == longest and len(some) == 1:
                        self._keep(waveforms[some[0]], front)
                    result[some] = self._network.xvector(front).numpy()
        return result

    @torch.inference_mode()
    def first_stage(self, waveform: Waveform) -> tuple[Tensor, Tensor]:
        """What the 2-D convolutions and the layer after them give.

        shapes = (n_frames, 320) and (n_frames / 2, 128).  Taken from the last call of `embed_all`
        where its longest waveform was this one.  Raises ValueError as `embed_all` does.
        """
        if len(waveform.samples) < MIN_SAMPLES:
            raise ValueError("too short for a network")
        kept, self._kept = self._kept, None
        if kept is not None and np.array_equal(kept[0], waveform.samples):
            front = kept[1]
        else:
            front = self._front([waveform])
        tdnn = self._network.xvector.get_submodule("tdnn")
        return front[0].T, tdnn(front)[0].T

    def _front(self, waveforms: Sequence[Waveform]) -> Tensor:
        """The first stage of waveforms of one length, shape = (n, 320, n_frames)."""
        banks = torch.stack([filter_bank(waveform) for waveform in waveforms])
        return torch.as_tensor(self._network.head(banks.transpose(1, 2)))

    def _keep(self, waveform: Waveform, front: Tensor) -> None:
        if len(waveform.samples) <= KEPT_SAMPLES:
            self._kept = (waveform.samples, front)
