"""Ridge regression in its dual form, with every held-out source at the price of one fit.

With a squared loss the answer without a source follows from the answer with it (the block form of
the leave-one-out formula), so leaving fifty sources out needs one inversion instead of fifty.  On
these features it ranks clips as well as logistic regression does (docs/measurements).
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]

CONSTANT = 1.0
"""Added to the kernel, whose mean diagonal is 1: the bias is penalised as one feature of it is."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A solution.

    `dual` holds the weight of every example (0 for those not heard), and `held_out` its score by
    the model that never saw its source; both of shape (n,).
    """

    dual: Floats
    held_out: Floats

    @property
    def bias(self) -> float:
        """To add to a kernel expansion over the examples."""
        return CONSTANT * float(self.dual.sum())


def balanced(made: Labels, source: Labels) -> Floats:
    """Weights with mean 1: both classes weigh the same, and so do the sources within a class."""
    weights = np.zeros(len(made))
    for label in (0, 1):
        rows = made == label
        counts = np.bincount(source[rows], minlength=int(source.max()) + 1)
        weights[rows] = 1.0 / counts[source[rows]]
        weights[rows] /= max(weights[rows].sum(), 1e-12)
    return (weights * len(weights) / 2).astype(np.float32)


def linear_kernel(features: Floats) -> tuple[Tensor, float]:
    """Dot products of all pairs of rows, divided so that their mean with themselves is 1.

    Returns the kernel, shape = (n, n), and the divisor.
    """
    rows = torch.from_numpy(features)
    kernel = rows @ rows.T
    divisor = float(kernel.diagonal().mean())
    return kernel / divisor, divisor


def fit(
    kernel: Tensor, made: Labels, source: Labels, heard: NDArray[np.bool_], penalty: float
) -> Fit:
    """Weighted ridge regression on targets -1 (human) and 1 (made), from the rows in `heard`.

    Whole sources are heard or not; those that are, are also left out one by one for `held_out`.
    """
    rows = np.flatnonzero(heard)
    weights = balanced(made[rows], source[rows])
    target = torch.from_numpy((2 * made[rows] - 1).astype(np.float32))
    system = kernel[rows][:, rows] + CONSTANT
    system.diagonal().add_(torch.from_numpy(penalty / weights))
    inverse = torch.cholesky_inverse(torch.linalg.cholesky(system))
    solution = inverse @ target
    held_out = (kernel[:, rows] + CONSTANT) @ solution
    for number in np.unique(source[rows]):
        some = torch.from_numpy(np.flatnonzero(source[rows] == number))
        block = inverse[some][:, some]
        held_out[rows[some.numpy()]] = target[some] - torch.linalg.solve(block, solution[some])
    dual = np.zeros(len(made), dtype=np.float32)
    dual[rows] = solution.numpy()
    return Fit(dual, held_out.numpy())
