"""The countermeasure's trained part: a committee of linear heads that knows when it doubts."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import safetensors.numpy
import torch
from torch import Tensor

from voice.cm_features import N_FEATURES
from voice.errors import ModelMismatch

MODEL = "countermeasure"

SQUASH = 2.0
"""Standard deviations beyond which a feature hardly grows any more."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the committee thinks of one stretch of speech.

    `score` is its mean less its doubt, higher for a machine; `distance` is how far the features lie
    from those of the training data, 1 at the limit up to which the score means something.
    """

    score: float
    distance: float


class Committee:
    """Linear heads, each trained on other sources, so that their disagreement shows doubt.

    A head's output is its dot product with the standardised, squashed features plus its bias.
    """

    def __init__(self, tensors: dict[str, Tensor]) -> None:
        """`tensors`: center, scale (N_FEATURES,); heads (n, N_FEATURES); biases (n,);

        basis (N_FEATURES, k), spread (k,) and settings (doubt, limit) of the distance.  Raises
        ModelMismatch where one is missing or has another shape.
        """
        try:
            self._center = tensors["center"].float()
            self._scale = tensors["scale"].float()
            self._heads = tensors["heads"].float()
            self._biases = tensors["biases"].float()
            self._basis = tensors["basis"].float()
            self._spread = tensors["spread"].float()
            doubt, limit = tensors["settings"].tolist()
        except (KeyError, ValueError) as error:
            raise ModelMismatch(MODEL, f"tensor missing or misshapen: {error}") from error
        if self._center.shape != (N_FEATURES,) or self._heads.shape[1:] != (N_FEATURES,):
            raise ModelMismatch(MODEL, "made for other features")
        self._doubt, self._limit = doubt, limit

    def opinion(self, features: Tensor) -> Opinion:
        """What the committee thinks of features of shape (N_FEATURES,)."""
        standard = (features - self._center) / self._scale
        votes = self._heads @ squashed(standard) + self._biases
        score = votes.mean() - self._doubt * votes.std(unbiased=False)
        apart = (standard @ self._basis) / self._spread
        distance = apart.square().mean().sqrt() / self._limit
        return Opinion(float(score), float(distance))


def load_committee(path: Path, sha256: str) -> Committee:
    """The committee in a safetensors file with the given hash.

    Raises ModelMismatch for any other file.
    """
    data = path.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise ModelMismatch(MODEL, f"{path.name} has hash {found}")
    return Committee(
        {name: as_tensor(values) for name, values in safetensors.numpy.load(data).items()}
    )


def standardisation(features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Center and scale of features of shape (n, N_FEATURES), as the heads expect them."""
    return features.mean(0), features.std(0) + np.float32(1e-3)


def squashed(standard: Tensor) -> Tensor:
    """Standardised features with their extremes tamed.

    Odd recordings put single features ten deviations off, which would outvote all the others.
    """
    return SQUASH * torch.tanh(standard / SQUASH)


def as_tensor(values: np.ndarray) -> Tensor:
    """As float32, whatever it was stored as."""
    return torch.from_numpy(np.array(values, dtype=np.float32))
