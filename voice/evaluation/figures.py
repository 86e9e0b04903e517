"""Error rates, intervals and costs of scored clips, each a number or a few."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voice.calibration import SYNTHETIC_LLR
from voice.evaluation.costs import (
    Costs,
    accepted,
    actual_cost,
    minimum_cllr,
    minimum_cost,
    minimum_trial_cost,
)
from voice.evaluation.metrics import Interval, Values, bootstrap, cllr, equal_error_rate
from voice.evaluation.scored import ScoredClip

MIN_CLIPS = 5
"""Of either kind, for an error rate of a part of the corpus to be worth a line."""

DRAWS = 200
"""For the intervals."""

Group = Callable[[ScoredClip], str]


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured on some clips; not a number where a kind is missing.

    `miss` and `false_alarm` are at SYNTHETIC_LLR, as shares of judged clips.
    """

    human: int
    made: int
    judged: float
    eer: float
    miss: float
    false_alarm: float
    cllr: float
    cllr_minimum: float
    cost: float
    cost_minimum: float


def figures(clips: Sequence[ScoredClip]) -> Figures:
    """The figures of some clips.  EER and costs use every clip with a score."""
    high = values_of(clip.score for clip in clips if clip.made)
    low = values_of(clip.score for clip in clips if not clip.made)
    judged = [clip for clip in clips if clip.judged]
    made = values_of(clip.llr for clip in judged if clip.made)
    human = values_of(clip.llr for clip in judged if not clip.made)
    both = min(len(high), len(low)) > 0
    decided = min(len(made), len(human)) > 0
    return Figures(
        human=sum(not clip.made for clip in clips),
        made=sum(clip.made for clip in clips),
        judged=len(judged) / len(clips) if clips else math.nan,
        eer=equal_error_rate(high, low).rate if both else math.nan,
        miss=float(np.mean(made < SYNTHETIC_LLR)) if len(made) else math.nan,
        false_alarm=float(np.mean(human >= SYNTHETIC_LLR)) if len(human) else math.nan,
        cllr=cllr(made, human) if decided else math.nan,
        cllr_minimum=minimum_cllr(made, human) if decided else math.nan,
        cost=actual_cost(made, human, SYNTHETIC_LLR, Costs()) if decided else math.nan,
        cost_minimum=minimum_cost(made, human, Costs()) if decided else math.nan,
    )


def eer_interval(clips: Sequence[ScoredClip], by: Group) -> Interval:
    """A 95 % interval of the equal error rate, had other sources (or speakers) been collected.

    `by` names the source or speaker of a clip.
    """
    rate = _Drawn(clips)
    count, group = _numbered(clips, by)
    return bootstrap(count, lambda counts: rate.eer(counts[group]), DRAWS)


def eer_difference(
    clips: Sequence[ScoredClip], others: Sequence[ScoredClip], by: Group
) -> tuple[float, Interval]:
    """The equal error rate less that of another detector on the same clips, and its 95 % interval.

    `others` are the clips as the other one judged them, in the same order.  Only clips with both
    scores count.  As the same speakers are drawn for both, their difficulty cancels.
    """
    pairs = [
        (one, other)
        for one, other in zip(clips, others, strict=True)
        if one.score is not None and other.score is not None
    ]
    first, second = _Drawn([one for one, _ in pairs]), _Drawn([other for _, other in pairs])
    count, group = _numbered([one for one, _ in pairs], by)

    def difference(counts: Values) -> float:
        return first.eer(counts[group]) - second.eer(counts[group])

    return difference(np.ones(count)), bootstrap(count, difference, DRAWS)


class _Drawn:
    """Clips of which each may count several times or not at all."""

    def __init__(self, clips: Sequence[ScoredClip]) -> None:
        self._made = np.array([clip.made for clip in clips], dtype=np.bool_)
        scores = [math.nan if clip.score is None else clip.score for clip in clips]
        self._scores = np.array(scores, dtype=np.float64)

    def eer(self, weights: Values) -> float:
        """The equal error rate when each clip counts so much.  Raises ValueError for one kind."""
        some = (weights > 0) & np.isfinite(self._scores)
        high, low = some & self._made, some & ~self._made
        scores = self._scores
        return equal_error_rate(scores[high], scores[low], weights[high], weights[low]).rate


def _numbered(clips: Sequence[ScoredClip], by: Group) -> tuple[int, NDArray[np.int64]]:
    """How many groups there are, and the number of each clip's; shape = (n_clips,)."""
    names = sorted({by(clip) for clip in clips})
    number = {name: index for index, name in enumerate(names)}
    return len(names), np.array([number[by(clip)] for clip in clips], dtype=np.int64)


def speaker_of(clip: ScoredClip) -> str:
    """A name for who speaks; a clip whose speaker is not known stands for its source."""
    return f"{clip.source}/{clip.speaker}"


def trial_cost(clips: Sequence[ScoredClip]) -> float | None:
    """The smallest a-DCF of voice comparison and countermeasure together, without strangers.

    Of clips that have both ratios; None where one kind is missing.
    """
    scores: dict[bool, list[float]] = {True: [], False: []}
    for clip in clips:
        if clip.llr is not None and clip.voice_llr is not None:
            both = accepted(np.array([clip.voice_llr]), np.array([clip.llr]))
            scores[clip.made].append(float(both[0]))
    if not scores[True] or not scores[False]:
        return None
    return minimum_trial_cost(np.array(scores[False]), np.array([]), np.array(scores[True]))


def per_source(clips: Sequence[ScoredClip]) -> dict[str, float]:
    """The equal error rate within each source that has MIN_CLIPS of both kinds."""
    rates = {}
    for source in sorted({clip.source for clip in clips}):
        some = [clip for clip in clips if clip.source == source and clip.score is not None]
        made = sum(clip.made for clip in some)
        if min(made, len(some) - made) >= MIN_CLIPS:
            rates[source] = figures(some).eer
    return rates


def enough(clips: Sequence[ScoredClip]) -> bool:
    """Whether the scores are of MIN_CLIPS of both kinds."""
    made = [clip.made for clip in clips if clip.score is not None]
    return min(sum(made), len(made) - sum(made)) >= MIN_CLIPS


def values_of(numbers: Iterable[float | None]) -> Values:
    """Those that there are."""
    return np.array([number for number in numbers if number is not None], dtype=np.float64)
