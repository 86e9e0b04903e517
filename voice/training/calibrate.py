"""A line from held-out scores to log-likelihood ratios, and what the scores achieve."""

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from voice.calibration import SYNTHETIC_LLR, SYNTHETIC_LLR_LIMIT, noisiness
from voice.evaluation.costs import minimum_cllr
from voice.evaluation.metrics import cllr, equal_error_rate
from voice.training.head import Trained
from voice.training.ridge import Floats, Labels

MIN_CLIPS = 5
"""Of either kind, for an error rate within a source."""

MIN_HUMAN = 8
"""Human clips of a source, for the share of them that is called made to be worth a figure."""

Rows = NDArray[np.bool_]
Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Line:
    """llr = (slope - damping · noisiness) · score + offset."""

    slope: float
    offset: float
    damping: float

    def llrs(self, score: Floats | Doubles, noise: Doubles) -> Doubles:
        """The ratios of scores, each with its noisiness; all of shape (n,)."""
        return (self.slope - self.damping * noise) * score + self.offset


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of n rows of features; all of shape (n,)."""

    made: Labels
    source: Labels
    kind: NDArray[np.str_]
    channel: NDArray[np.str_]
    seconds: Floats
    snr_db: Floats
    judgeable: Rows

    def some(self, rows: Rows) -> "Facts":
        """Those of some rows."""
        return Facts(*(getattr(self, field.name)[rows] for field in fields(self)))


def judged(trained: Trained, facts: Facts) -> Rows:
    """The rows that the product would judge: fit sound that is like the training data's."""
    return (trained.distance <= 1.0) & facts.judgeable


def calibrated(trained: Trained, facts: Facts, some: Rows | None = None) -> Line:
    """The line for the rows that would be judged, and that are in `some`.

    Logistic regression without a prior: both classes weigh the same.  The scores are those of
    held-out sources.
    """
    kept = judged(trained, facts)
    if some is not None:
        kept &= some
    score = trained.score[kept].astype(np.float64)
    noise = _noisiness(facts)[kept]
    sign = 2.0 * facts.made[kept] - 1.0
    weights = np.where(sign > 0, 1 / np.sum(sign > 0), 1 / np.sum(sign < 0))

    def loss(line: Doubles) -> float:
        return float(np.sum(weights * np.logaddexp(0.0, -sign * Line(*line).llrs(score, noise))))

    slope, offset, damping = minimize(loss, np.array([1.0, 0.0, 0.0])).x
    return Line(float(slope), float(offset), float(damping))


def held_out_llrs(trained: Trained, facts: Facts) -> Floats:
    """Ratios by lines that were fitted without the source that they are applied to, capped."""
    llrs = np.zeros(len(facts.made), dtype=np.float32)
    noise = _noisiness(facts)
    for number in np.unique(facts.source):
        rows = facts.source == number
        llrs[rows] = calibrated(trained, facts, ~rows).llrs(trained.score[rows], noise[rows])
    return llrs.clip(-SYNTHETIC_LLR_LIMIT, SYNTHETIC_LLR_LIMIT)


def report(trained: Trained, facts: Facts) -> str:
    """What is reached on held-out sources, channel by channel, as lines of text."""
    llrs = held_out_llrs(trained, facts)
    lines = []
    for channel in dict.fromkeys(facts.channel.tolist()):
        rows = facts.channel == channel
        lines.append(f"{channel}: {_rates(trained.score, facts, rows)}")
        lines.append(f"  {_decisions(llrs, facts, rows, judged(trained, facts))}")
    return "\n".join(lines)


def _rates(score: Floats, facts: Facts, rows: Rows) -> str:
    """Equal error rates: pooled, by kind, and within sources."""
    made = facts.made == 1

    def rate(some: Rows) -> float:
        values = score.astype(np.float64)
        return 100 * equal_error_rate(values[some & made], values[some & ~made]).rate

    parts = [f"EER pooled {rate(rows):.1f} %"]
    parts += [
        f"{name} {rate(rows & (~made | (facts.kind == name))):.1f} %"
        for name in sorted(set(facts.kind[rows & made]))
    ]
    within = [rate(some) for some in _sources(facts, rows) if _both(made, some)]
    if within:
        parts.append(f"within a source: mean {np.mean(within):.1f} %, worst {max(within):.1f} %")
    return ", ".join(parts)


def _decisions(llrs: Floats, facts: Facts, rows: Rows, decided: Rows) -> str:
    """What happens to the judged clips at the shipped threshold, and how good the ratios are."""
    some, made = rows & decided, facts.made == 1
    called = llrs >= SYNTHETIC_LLR
    clones = some & (facts.kind == "clone")
    shares = [
        float(np.mean(called[part & ~made]))
        for part in _sources(facts, some)
        if np.sum(part & ~made) >= MIN_HUMAN
    ]
    values = llrs.astype(np.float64)
    high, low = values[some & made], values[some & ~made]
    long = rows & (facts.seconds >= 3.0)
    return ", ".join(
        (
            f"human called made {_percent(called[some & ~made])}",
            "worst sources " + " ".join(f"{share:.0%}" for share in sorted(shares)[:-5:-1]),
            f"clones missed {_percent(~called[clones])}",
            f"all missed {_percent(~called[some & made])}",
            f"Cllr {cllr(high, low):.3f} (minimum {minimum_cllr(high, low):.3f})",
            f"not judged of 3 s and more {_percent(~decided[long])}",
        )
    )


def _noisiness(facts: Facts) -> Doubles:
    return np.array([noisiness(snr_db) for snr_db in facts.snr_db.tolist()])


def _sources(facts: Facts, rows: Rows) -> Iterator[Rows]:
    for number in np.unique(facts.source):
        yield rows & (facts.source == number)


def _both(made: Rows, some: Rows) -> bool:
    return bool(min(np.sum(some & made), np.sum(some & ~made)) >= MIN_CLIPS)


def _percent(values: Rows) -> str:
    return f"{100 * float(np.mean(values)):.1f} %" if len(values) else "–"
