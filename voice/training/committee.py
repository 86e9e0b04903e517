"""The committee of heads: each learns from other sources, and all are judged on held-out ones."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from voice.cm_head import squashed, standardisation
from voice.training.ridge import Floats, Labels, fit, linear_kernel

HEADS = 12
"""More did not change the figures, fewer made the doubt coarse."""

DROPPED_SHARE = 0.4
"""Of the sources that a head does not hear: half as good alone, but their mean is better."""

DOUBT = 0.5
"""Standard deviations of the heads' outputs that are taken off their mean."""

PENALTY = 0.6
"""Chosen on the mean over held-out sources, as the others here; 0.3 to 1 are nearly the same."""

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

    tensors: dict[str, NDArray[np.floating]]
    score: Floats
    distance: Floats


def train(
    features: Floats, made: Labels, source: Labels, on_head: Callable[[int], None] | None = None
) -> Trained:
    """Train the committee on rows of `features`, shape = (n, N_FEATURES).

    `made` is 1 for synthetic speech, `source` numbers the recording source.
    """
    center, scale = standardisation(features)
    plain = (features - center) / scale
    standard = squashed(torch.from_numpy(plain)).numpy()
    kernel, divisor = linear_kernel(standard)
    random = np.random.default_rng(SEED)
    heads, biases, outputs = [], [], []
    for number in range(HEADS):
        heard = random.random(int(source.max()) + 1) >= DROPPED_SHARE
        found = fit(kernel, made, source, heard[source], PENALTY)
        heads.append(found.dual @ standard / divisor)
        biases.append(found.bias)
        outputs.append(found.held_out)
        if on_head is not None:
            on_head(number)
    votes = np.stack(outputs)
    # Squashing would hide how odd a clip is.
    basis, spread = _principal(plain)
    apart = np.sqrt(np.mean(np.square(plain @ basis / spread), axis=1))
    limit = float(np.percentile(apart, LIMIT_PERCENTILE))
    return Trained(
        tensors={
            "center": center,
            "scale": scale,
            "heads": np.stack(heads),
            "biases": np.array(biases, dtype=np.float32),
            "basis": basis.astype(np.float16),
            "spread": spread,
            "settings": np.array([DOUBT, limit], dtype=np.float32),
        },
        score=(votes.mean(0) - DOUBT * votes.std(0)).astype(np.float32),
        distance=(apart / limit).astype(np.float32),
    )


def _principal(standard: Floats) -> tuple[Floats, NDArray[np.float32]]:
    """The strongest directions, shape = (n_features, DIRECTIONS), and the deviation along each."""
    torch.manual_seed(SEED)
    _, _, directions = torch.svd_lowrank(torch.from_numpy(standard), q=DIRECTIONS + 8, niter=3)
    basis = directions[:, :DIRECTIONS].numpy()
    return basis, (standard @ basis).std(0)
