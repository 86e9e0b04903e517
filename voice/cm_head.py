"""The countermeasure's trained part: one head over random features of a Gaussian kernel.

Ridge regression with a Gaussian kernel would have to carry the features of every training clip.
Random features (Rahimi & Recht, "Random Features for Large-Scale Kernel Machines", 2007) stand in
for the kernel, and drawn by Hadamard transforms with random signs (Yu et al., "Orthogonal Random
Features", 2016) they need neither a large matrix nor much time.
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import safetensors.numpy
import torch
from scipy.linalg import hadamard
from torch import Tensor

from voice.cm_features import N_FEATURES
from voice.errors import ModelMismatch

MODEL = "countermeasure"

SQUASH = 2.0
"""Standard deviations beyond which a feature hardly grows any more."""

GRID = (128, 64)
SIZE = GRID[0] * GRID[1]
"""Of the Hadamard transform: the smallest power of two that holds the features."""

SIGNS_PER_BLOCK = 3
"""Transforms after which a block of random directions is as good as independent ones."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the head thinks of one stretch of speech.

    `score` is higher for a machine; `distance` is how far the features lie from those of the
    training data, 1 at the limit up to which the score means something.
    """

    score: float
    distance: float


class Head:
    """Standardised, squashed features → random features → one weighted sum."""

    def __init__(self, tensors: dict[str, Tensor]) -> None:
        """`tensors`: center, scale, gain (N_FEATURES,); signs (blocks, 3, SIZE);

        weights (blocks · 2 · SIZE,); basis (N_FEATURES, k) and spread (k,) of the distance;
        settings (bias, limit).  Raises ModelMismatch where one is missing or has another shape.
        """
        try:
            self._center = tensors["center"].float()
            self._scale = tensors["scale"].float()
            self._gain = tensors["gain"].float()
            self._signs = tensors["signs"].float()
            self._weights = tensors["weights"].float()
            self._basis = tensors["basis"].float()
            self._spread = tensors["spread"].float()
            self._bias, self._limit = tensors["settings"].tolist()
        except (KeyError, ValueError) as error:
            raise ModelMismatch(MODEL, f"tensor missing or misshapen: {error}") from error
        fits = self._center.shape == (N_FEATURES,) == self._basis.shape[:1]
        if not fits or self._weights.shape != (2 * SIZE * len(self._signs),):
            raise ModelMismatch(MODEL, "made for other features")

    def opinions(self, features: Tensor) -> Sequence[Opinion]:
        """What the head thinks of each row of features, shape = (n, N_FEATURES)."""
        standard = (features - self._center) / self._scale
        rows = squashed(standard) * self._gain
        score = torch.full((len(rows),), self._bias)
        for signs, weights in zip(self._signs, self._weights.chunk(len(self._signs)), strict=True):
            score += random_features(rows, signs) @ weights
        apart = (standard @ self._basis) / self._spread
        distance = apart.square().mean(1).sqrt() / self._limit
        return [Opinion(*pair) for pair in zip(score.tolist(), distance.tolist(), strict=True)]


def load_head(path: Path, sha256: str) -> Head:
    """The head in a safetensors file with the given hash.

    Raises ModelMismatch for any other file.
    """
    data = path.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise ModelMismatch(MODEL, f"{path.name} has hash {found}")
    return Head({name: as_tensor(values) for name, values in safetensors.numpy.load(data).items()})


def standardisation(features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Center and scale of features of shape (n, N_FEATURES), as the head expects them."""
    return features.mean(0), features.std(0) + np.float32(1e-3)


def squashed(standard: Tensor) -> Tensor:
    """Standardised features with their extremes tamed.

    Odd recordings put single features ten deviations off, which would outvote all the others.
    """
    return SQUASH * torch.tanh(standard / SQUASH)


def random_features(rows: Tensor, signs: Tensor) -> Tensor:
    """One block: cosines and sines of SIZE random projections, shape (n, d) → (n, 2 · SIZE).

    Dot products of the results, divided by SIZE, come near exp(-|x - y|² / 2); `signs` has shape
    (SIGNS_PER_BLOCK, SIZE), and d is at most SIZE.
    """
    angles = torch.nn.functional.pad(rows, (0, SIZE - rows.shape[1]))
    for some in signs:
        angles = _transformed(angles * some)
    angles *= math.sqrt(SIZE)
    return torch.cat((angles.cos(), angles.sin()), dim=1)


def _transformed(rows: Tensor) -> Tensor:
    """The orthogonal Hadamard transform, which is one along either side of a grid."""
    left, right = _sides()
    return (left @ rows.view(len(rows), *GRID) @ right).flatten(1)


@cache
def _sides() -> tuple[Tensor, Tensor]:
    """The orthogonal transforms along either side; making them takes longer than using them."""
    left, right = (
        torch.from_numpy((hadamard(side) / math.sqrt(side)).astype(np.float32)) for side in GRID
    )
    return left, right


def as_tensor(values: np.ndarray) -> Tensor:
    """As float32, whatever it was stored as."""
    return torch.from_numpy(np.array(values, dtype=np.float32))
