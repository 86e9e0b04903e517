"""The figures by which detectors and voice comparisons are judged.

Scores of two kinds are told apart: those that should be high (`high`: same voice, synthetic speech)
and those that should be low (`low`).  All arrays have shape (n,).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class EqualErrorRate:
    """The rate at which as many highs are missed as lows are accepted, and the score it is at."""

    rate: float
    threshold: float


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95 % interval."""

    low: float
    high: float


def equal_error_rate(
    high: Values,
    low: Values,
    high_weights: Values | None = None,
    low_weights: Values | None = None,
) -> EqualErrorRate:
    """The equal error rate; weights say how often each score counts.

    Raises ValueError when one side has no scores.
    """
    high_weights = np.ones(len(high)) if high_weights is None else high_weights
    low_weights = np.ones(len(low)) if low_weights is None else low_weights
    if not high_weights.sum() or not low_weights.sum():
        raise ValueError("an error rate needs scores of both kinds")
    scores = np.concatenate((high, low))
    order = np.argsort(scores, kind="stable")
    missed = np.concatenate((high_weights, np.zeros(len(low))))[order]
    rejected = np.concatenate((np.zeros(len(high)), low_weights))[order]
    # Entry k holds the rates for a threshold at score k: everything before it is turned down.
    miss_rate = np.concatenate(([0.0], np.cumsum(missed))) / high_weights.sum()
    accept_rate = 1 - np.concatenate(([0.0], np.cumsum(rejected))) / low_weights.sum()
    ordered = scores[order]
    # A threshold can only lie between two scores that differ.
    possible = np.concatenate(([True], ordered[1:] > ordered[:-1], [True]))
    gap = np.where(possible, np.abs(miss_rate - accept_rate), np.inf)
    best = int(np.argmin(gap))
    below = ordered[best - 1] if best else ordered[0]
    above = ordered[best] if best < len(ordered) else ordered[-1]
    return EqualErrorRate(
        rate=float((miss_rate[best] + accept_rate[best]) / 2), threshold=float((below + above) / 2)
    )


def cllr(high_llrs: Values, low_llrs: Values) -> float:
    """Cost of log-likelihood ratios in bits (Brümmer & du Preez 2006): 0 is perfect, 1 is useless.

    The ratios are natural logarithms.
    """
    misses = np.logaddexp(0, -high_llrs).mean()
    accepts = np.logaddexp(0, low_llrs).mean()
    return float((misses + accepts) / (2 * np.log(2)))


def bootstrap(
    groups: int, figure: Callable[[Values], float], repeats: int = 200, seed: int = 1
) -> Interval:
    """How far `figure` moves when other speakers (or sources) had been met.

    `figure` gets an array of shape (groups,): how often each group was drawn.  Draws for which it
    raises ValueError are left out.
    """
    random = np.random.default_rng(seed)
    found = []
    for _ in range(repeats):
        drawn = random.integers(0, groups, groups)
        counts = np.bincount(drawn, minlength=groups).astype(np.float64)
        try:
            found.append(figure(counts))
        except ValueError:
            continue
    low, high = np.percentile(found, (2.5, 97.5))
    return Interval(float(low), float(high))
