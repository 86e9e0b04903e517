"""What decisions cost, and how much of the cost is calibration rather than the detector's.

As in `metrics`, `high` are scores that should be high (synthetic speech) and `low` those that
should be low; all arrays have shape (n,).
"""

from dataclasses import dataclass

import numpy as np

from voice.evaluation.metrics import Values, cllr

_EDGE_LLR = 1e-6
"""Share moved away from 0 and 1, where the logarithm of the odds would be infinite."""


@dataclass(frozen=True, slots=True)
class Costs:
    """Prior and costs of the two errors; the defaults are this project's (docs/models.md).

    Most memos are human, and to accuse one costs more trust than a missed clone costs: every
    verdict asks to call back anyway.
    """

    prior: float = 0.05
    miss: float = 1.0
    false_alarm: float = 1.0


@dataclass(frozen=True, slots=True)
class TrialCosts:
    """Priors and costs of a memo that claims to be a relative's (Shim et al., "a-DCF", 2024).

    Turning a relative away costs 1; letting a stranger or a clone through costs ten and twenty
    times as much, as money is lost then.  What is left of the priors is the relative's.
    """

    stranger_prior: float = 0.01
    clone_prior: float = 0.04
    miss: float = 1.0
    stranger: float = 10.0
    clone: float = 20.0

    @property
    def relative_prior(self) -> float:
        """Share of memos that are the relative's own."""
        return 1.0 - self.stranger_prior - self.clone_prior


RIVAL_SHARE = 0.5
"""Of those who are not the relative, how many are taken to be clones in `accepted`."""


def accepted(voice_llrs: Values, synthetic_llrs: Values) -> Values:
    """One score for "the relative, and a person" of both ratios; all of shape (n,).

    The voice must be better explained by the relative than by a stranger, and by a person than by a
    machine, so the weaker of the two decides, softly (Wang et al., "Revisiting and Improving
    Scoring Fusion for Spoofing-aware Speaker Verification", 2024).
    """
    stranger = np.log(1.0 - RIVAL_SHARE) - voice_llrs
    machine = np.log(RIVAL_SHARE) + synthetic_llrs
    return np.asarray(-np.logaddexp(stranger, machine))


def minimum_trial_cost(
    relative: Values, stranger: Values, clone: Values, costs: TrialCosts | None = None
) -> float:
    """The a-DCF at the best threshold, divided by that of the better constant answer.

    Scores are higher for the relative.  Without trials of strangers their part of the cost is left
    out.  Raises ValueError without trials of the relative or of clones.
    """
    if not len(relative) or not len(clone):
        raise ValueError("the cost needs trials of the relative and of clones")
    costs = costs or TrialCosts()
    thresholds = np.concatenate((np.unique(np.concatenate((relative, stranger, clone))), [np.inf]))

    def passed(scores: Values) -> Values:
        return 1 - np.searchsorted(np.sort(scores), thresholds, side="left") / len(scores)

    rejecting = costs.relative_prior * costs.miss
    total = rejecting * (1 - passed(relative))
    accepting = costs.clone_prior * costs.clone
    total = total + accepting * passed(clone)
    if len(stranger):
        total = total + costs.stranger_prior * costs.stranger * passed(stranger)
        accepting += costs.stranger_prior * costs.stranger
    return float(total.min() / min(rejecting, accepting))


def minimum_cllr(high: Values, low: Values) -> float:
    """Cllr after the best monotonic calibration, found by pooling adjacent violators.

    Brümmer & du Preez, "Application-independent evaluation of speaker detection" (2006).  Raises
    ValueError when one side has no scores.
    """
    if not len(high) or not len(low):
        raise ValueError("a cost needs scores of both kinds")
    scores = np.concatenate((high, low))
    made = np.concatenate((np.ones(len(high)), np.zeros(len(low))))
    order = np.argsort(scores, kind="stable")
    share = np.clip(_rising(scores[order], made[order]), _EDGE_LLR, 1 - _EDGE_LLR)
    llrs = np.log(share / (1 - share)) - np.log(len(high) / len(low))
    return cllr(llrs[made[order] == 1], llrs[made[order] == 0])


def minimum_cost(high: Values, low: Values, costs: Costs | None = None) -> float:
    """The detection cost at the best threshold, divided by that of the better constant answer.

    Raises ValueError when one side has no scores.
    """
    if not len(high) or not len(low):
        raise ValueError("a cost needs scores of both kinds")
    thresholds = np.concatenate((np.unique(np.concatenate((high, low))), [np.inf]))
    misses = np.searchsorted(np.sort(high), thresholds, side="left") / len(high)
    alarms = 1 - np.searchsorted(np.sort(low), thresholds, side="left") / len(low)
    return float(_normalised(misses, alarms, costs or Costs()).min())


def actual_cost(high: Values, low: Values, threshold: float, costs: Costs | None = None) -> float:
    """The normalised detection cost at `threshold`; at or above it is called synthetic."""
    misses = np.mean(high < threshold)
    alarms = np.mean(low >= threshold)
    return float(_normalised(np.array([misses]), np.array([alarms]), costs or Costs())[0])


def _normalised(misses: Values, alarms: Values, costs: Costs) -> Values:
    missed, accused = costs.prior * costs.miss, (1 - costs.prior) * costs.false_alarm
    return (missed * misses + accused * alarms) / min(missed, accused)


def _rising(scores: Values, made: Values) -> Values:
    """The best non-decreasing fit to `made`; equal scores get equal values."""
    values, first, counts = np.unique(scores, return_index=True, return_counts=True)
    sums = np.add.reduceat(made, first)
    blocks: list[tuple[float, int]] = []  # sum and number of rows
    for total, count in zip(sums, counts, strict=True):
        blocks.append((float(total), int(count)))
        while len(blocks) > 1 and blocks[-2][0] * blocks[-1][1] >= blocks[-1][0] * blocks[-2][1]:
            total_2, count_2 = blocks.pop()
            total_1, count_1 = blocks.pop()
            blocks.append((total_1 + total_2, count_1 + count_2))
    assert len(values) == len(counts)
    return np.concatenate([np.full(count, total / count) for total, count in blocks])
