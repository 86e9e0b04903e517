"""The first layers of the recogniser's own encoder, as a front end for the synthetic-speech score.

Whisper (Radford et al., "Robust Speech Recognition via Large-Scale Weak Supervision", 2022) has
heard more voices, rooms and microphones than any corpus we could train on, and its weights are on
the machine anyway.  CTranslate2 only hands out the last layer, which is the worst for our purpose
(docs/measurements/countermeasure.md), so the tensors are read from CTranslate2's file and the first
layers are run in PyTorch.
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from voice.errors import ModelMismatch

FORMAT_VERSION = 6
"""Of CTranslate2's model.bin."""

WIDTH = 512
N_HEADS = 8
N_MELS = 80
FRAMES_PER_SECOND = 50
"""Of the encoder's output; the mel frames come at twice that rate."""

MAX_SECONDS = 30
"""The network has no positions for more."""

_DTYPES: dict[int, type[np.generic]] = {
    0: np.float32,
    1: np.int8,
    2: np.int16,
    3: np.int32,
    4: np.float16,
}
_PREFIX = "encoder/"


class WhisperEncoder(nn.Module):
    """Whisper base's convolutions, positions and first layers; no final norm."""

    def __init__(self, n_layers: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv1d(N_MELS, WIDTH, 3, padding=1)
        self.conv2 = nn.Conv1d(WIDTH, WIDTH, 3, stride=2, padding=1)
        self.positions = nn.Parameter(torch.zeros(MAX_SECONDS * FRAMES_PER_SECOND, WIDTH))
        self.layers = nn.ModuleList([_Layer() for _ in range(n_layers)])

    def forward(self, mel: Tensor) -> list[Tensor]:
        """What each layer gives, from the convolutions (0) to the last one loaded.

        `mel` has shape = (batch, 80, n_frames) with at most 3000 frames; every output has
        shape = (batch, ceil(n_frames / 2), 512).
        """
        hidden = functional.gelu(self.conv1(mel))
        hidden = functional.gelu(self.conv2(hidden)).transpose(1, 2)
        hidden = hidden + self.positions[: hidden.shape[1]]
        outputs = [hidden]
        for layer in self.layers:
            hidden = layer(hidden)
            outputs.append(hidden)
        return outputs


class _Layer(nn.Module):
    """A pre-norm transformer layer."""

    def __init__(self) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(WIDTH)
        self.queries_keys_values = nn.Linear(WIDTH, 3 * WIDTH)
        self.attention_out = nn.Linear(WIDTH, WIDTH)
        self.feed_norm = nn.LayerNorm(WIDTH)
        self.feed_in = nn.Linear(WIDTH, 4 * WIDTH)
        self.feed_out = nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, hidden: Tensor) -> Tensor:
        """One layer; shape = (batch, n_frames, 512) in and out."""
        batch, frames, _ = hidden.shape
        stacked = self.queries_keys_values(self.attention_norm(hidden))
        heads = stacked.view(batch, frames, 3, N_HEADS, WIDTH // N_HEADS).permute(2, 0, 3, 1, 4)
        attended = functional.scaled_dot_product_attention(heads[0], heads[1], heads[2])
        hidden = hidden + self.attention_out(attended.transpose(1, 2).reshape(hidden.shape))
        feed: Tensor = self.feed_out(functional.gelu(self.feed_in(self.feed_norm(hidden))))
        return hidden + feed


def load_encoder(model_bin: Path, n_layers: int) -> WhisperEncoder:
    """The convolutions and the first `n_layers` layers from CTranslate2's file, in float32.

    Only those tensors are read.  Raises ModelMismatch where the file is not a Whisper base model in
    the known format.
    """
    try:
        with model_bin.open("rb") as stream:
            tensors = dict(_tensors(stream, _wanted(n_layers)))
        encoder = WhisperEncoder(n_layers)
        encoder.load_state_dict({_own_name(name): value for name, value in tensors.items()})
    except (struct.error, KeyError, ValueError, RuntimeError) as error:
        raise ModelMismatch("whisper-base", f"{model_bin.name}: {error}") from error
    encoder.eval()
    encoder.requires_grad_(False)
    return encoder


_LAYER_NAMES = {
    "self_attention/layer_norm/gamma": "attention_norm.weight",
    "self_attention/layer_norm/beta": "attention_norm.bias",
    "self_attention/linear_0/weight": "queries_keys_values.weight",
    "self_attention/linear_0/bias": "queries_keys_values.bias",
    "self_attention/linear_1/weight": "attention_out.weight",
    "self_attention/linear_1/bias": "attention_out.bias",
    "ffn/layer_norm/gamma": "feed_norm.weight",
    "ffn/layer_norm/beta": "feed_norm.bias",
    "ffn/linear_0/weight": "feed_in.weight",
    "ffn/linear_0/bias": "feed_in.bias",
    "ffn/linear_1/weight": "feed_out.weight",
    "ffn/linear_1/bias": "feed_out.bias",
}
_FRONT_NAMES = {
    "conv1/weight": "conv1.weight",
    "conv1/bias": "conv1.bias",
    "conv2/weight": "conv2.weight",
    "conv2/bias": "conv2.bias",
    "position_encodings/encodings": "positions",
}


def _wanted(n_layers: int) -> set[str]:
    front = {_PREFIX + name for name in _FRONT_NAMES}
    return front | {
        f"{_PREFIX}layer_{index}/{name}" for index in range(n_layers) for name in _LAYER_NAMES
    }


def _own_name(name: str) -> str:
    """`encoder/layer_0/ffn/linear_0/bias` → `layers.0.feed_in.bias`."""
    rest = name.removeprefix(_PREFIX)
    if rest in _FRONT_NAMES:
        return _FRONT_NAMES[rest]
    layer, _, part = rest.partition("/")
    return f"layers.{layer.removeprefix('layer_')}.{_LAYER_NAMES[part]}"


def _tensors(stream: BinaryIO, wanted: set[str]) -> Iterator[tuple[str, Tensor]]:
    """The wanted variables of CTranslate2's format, as float32.

    The file is: format version, name of the model's kind, its revision, number of variables; then
    each variable with name, rank, dimensions, type, number of bytes and the bytes.
    """
    (version,) = _numbers(stream, "<I")
    if version != FORMAT_VERSION:
        raise ValueError(f"format {version} instead of {FORMAT_VERSION}")
    _text(stream)
    _, count = _numbers(stream, "<II")
    missing = set(wanted)
    for _ in range(count):
        name = _text(stream)
        (rank,) = _numbers(stream, "<B")
        shape = _numbers(stream, f"<{rank}I")
        kind, n_bytes = _numbers(stream, "<BI")
        if name not in missing:
            stream.seek(n_bytes, 1)
            continue
        missing.remove(name)
        yield name, torch.from_numpy(_values(stream.read(n_bytes), kind, shape))
        if not missing:
            return
    raise ValueError(f"no variable {min(missing)}")


def _values(data: bytes, kind: int, shape: tuple[int, ...]) -> NDArray[np.float32]:
    if kind not in (0, 4):
        raise ValueError("the weights are quantised; the float16 file is needed")
    return np.frombuffer(data, _DTYPES[kind]).reshape(shape).astype(np.float32)


def _numbers(stream: BinaryIO, layout: str) -> tuple[int, ...]:
    return struct.unpack(layout, stream.read(struct.calcsize(layout)))


def _text(stream: BinaryIO) -> str:
    """A string: its length in bytes, then the bytes with a final NUL."""
    (length,) = _numbers(stream, "<H")
    return stream.read(length).rstrip(b"\0").decode()
