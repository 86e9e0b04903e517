"""Training the head, and judging it on held-out sources."""

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from voice.cm_features import SIZES
from voice.cm_head import SIGNS_PER_BLOCK, SIZE, random_features, squashed, standardisation
from voice.training.ridge import Fit, Floats, Labels, fit

TRACK_WEIGHTS = (1 / 3, 1 / 3, 1 / 3, 1.0, 0.25, 0.25, 0.25)
"""Share of each track in the squared distance between two clips: the encoder's three layers count
as much as the voice network's first stage.  The last two are those of voice/cm_fine.py."""

WIDTH = 0.7
"""Of the Gaussian: exp(-WIDTH) is the kernel at the mean squared distance; 0.5 to 1 are alike."""

BLOCKS = 8
"""Of SIZE random directions: four cost a point and more through Opus, sixteen brought little more
for twice the time."""

PENALTY = 0.07
"""Chosen on the mean over held-out sources, as the others here."""

DIRECTIONS = 48
"""Principal directions in which the distance to the training data is measured."""

LIMIT_PERCENTILE = 97.0
"""Of the training clips' own distances: beyond it, a clip is unlike all that was learned from."""

SEED = 20261122


@dataclass(frozen=True, slots=True)
class Trained:
    """What training gives: the tensors to ship and the scores by which to judge them.

    `score` and `distance` have shape = (n,); the scores are those of heads that never saw the
    clip's source.
    """

    tensors: dict[str, NDArray[np.generic]]
    score: Floats
    distance: Floats


class Expansion:
    """Rows of features as the head sees them, and their kernel: made once for several heads."""

    def __init__(self, features: Floats, on_block: Callable[[int], None] | None = None) -> None:
        """`features` has shape = (n, N_FEATURES).

        `on_block` is told of every block of random features that is done.
        """
        self._center, self._scale = standardisation(features)
        plain = (features - self._center) / self._scale
        rows = squashed(torch.from_numpy(plain))
        self._gain = _gain(rows)
        self._rows = rows * self._gain
        random = np.random.default_rng(SEED)
        shape = (BLOCKS, SIGNS_PER_BLOCK, SIZE)
        self._signs = random.choice(np.array([-1, 1], dtype=np.int8), shape)
        self.kernel = torch.zeros(len(rows), len(rows))
        for number, block in enumerate(self._blocks()):
            self.kernel.addmm_(block, block.T, alpha=1 / (BLOCKS * SIZE))
            if on_block is not None:
                on_block(number)
        # Squashing would hide how odd a clip is.
        self._basis, self._spread = _principal(plain)
        apart = np.sqrt(np.mean(np.square(plain @ self._basis / self._spread), axis=1))
        self._limit = float(np.percentile(apart, LIMIT_PERCENTILE))
        self.distance = (apart / self._limit).astype(np.float32)

    def tensors(self, found: Fit) -> dict[str, NDArray[np.generic]]:
        """What a head with this solution is loaded from."""
        dual = torch.from_numpy(found.dual) / (BLOCKS * SIZE)
        return {
            "center": self._center,
            "scale": self._scale,
            "gain": self._gain.numpy(),
            "signs": self._signs,
            "weights": torch.cat([dual @ block for block in self._blocks()]).numpy(),
            "basis": self._basis.astype(np.float16),
            "spread": self._spread,
            "settings": np.array([found.bias, self._limit], dtype=np.float32),
        }

    def _blocks(self) -> Iterator[Tensor]:
        for signs in self._signs.astype(np.float32):
            yield random_features(self._rows, torch.from_numpy(signs))


def train(
    features: Floats, made: Labels, source: Labels, on_block: Callable[[int], None] | None = None
) -> Trained:
    """Train the head on rows of `features`, shape = (n, N_FEATURES).

    `made` is 1 for synthetic speech, `source` numbers the recording source.
    """
    expansion = Expansion(features, on_block)
    found = fit(expansion.kernel, made, source, np.ones(len(made), dtype=np.bool_), PENALTY)
    return Trained(expansion.tensors(found), found.held_out, expansion.distance)


def _gain(rows: Tensor) -> Tensor:
    """What to multiply each feature with, so that tracks count as in TRACK_WEIGHTS.

    Half of the squared distance of two clips is WIDTH in the mean.
    """
    edges = np.cumsum([0, *SIZES]).tolist()
    parts = [rows[:, first:last] for first, last in itertools.pairwise(edges)]
    gain = torch.cat(
        [
            torch.full((part.shape[1],), math.sqrt(weight / float(part.square().sum(1).mean())))
            for part, weight in zip(parts, TRACK_WEIGHTS, strict=True)
        ]
    )
    spread = float((rows * gain).var(0, unbiased=False).sum())
    return gain * math.sqrt(WIDTH / spread)


def _principal(standard: Floats) -> tuple[Floats, NDArray[np.float32]]:
    """The strongest directions, shape = (n_features, DIRECTIONS), and the deviation along each."""
    torch.manual_seed(SEED)
    _, _, directions = torch.svd_lowrank(torch.from_numpy(standard), q=DIRECTIONS + 8, niter=3)
    basis = directions[:, :DIRECTIONS].numpy()
    return basis, (standard @ basis).std(0)
