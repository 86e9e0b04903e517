"""A line from held-out scores to log-likelihood ratios, and what the scores achieve."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from voice.audio import MIN_SPEECH_SECONDS
from voice.evaluation.metrics import equal_error_rate
from voice.training.committee import Trained
from voice.training.ridge import Floats, Labels

MIN_CLIPS = 5
"""Of either kind, for an error rate within a source."""


@dataclass(frozen=True, slots=True)
class Line:
    """llr = slope · score + offset."""

    slope: float
    offset: float


def calibrated(trained: Trained, made: Labels, seconds: Floats) -> Line:
    """The line for the clips that the product would judge, both classes weighing the same.

    Logistic regression without a prior; the scores are those of held-out sources.
    """
    judged = (trained.distance <= 1.0) & (seconds >= MIN_SPEECH_SECONDS)
    score = trained.score[judged].astype(np.float64)
    sign = 2.0 * made[judged] - 1.0
    weights = np.where(sign > 0, 1 / np.sum(sign > 0), 1 / np.sum(sign < 0))

    def loss(line: NDArray[np.float64]) -> float:
        return float(np.sum(weights * np.logaddexp(0.0, -sign * (line[0] * score + line[1]))))

    slope, offset = minimize(loss, np.array([1.0, 0.0])).x
    return Line(float(slope), float(offset))


def summary(score: Floats, made: Labels, source: Labels, kind: NDArray[np.str_]) -> str:
    """Equal error rates on held-out sources: pooled, by kind, and within sources."""
    values = score.astype(np.float64)

    def rate(rows: NDArray[np.bool_]) -> float:
        high, low = values[rows & (made == 1)], values[rows & (made == 0)]
        return 100 * equal_error_rate(high, low).rate

    parts = [f"pooled {rate(np.ones(len(made), dtype=np.bool_)):.1f} %"]
    names = sorted(set(kind[made == 1]))
    parts += [f"{name} {rate((kind == name) | (made == 0)):.1f} %" for name in names]
    within = []
    for number in range(int(source.max()) + 1):
        rows = source == number
        if min(np.sum(made[rows] == 0), np.sum(made[rows] == 1)) >= MIN_CLIPS:
            within.append(rate(rows))
    if within:
        parts.append(f"within a source: mean {np.mean(within):.1f} %, worst {max(within):.1f} %")
    return "EER " + ", ".join(parts)
