"""Costs and calibration of likelihood ratios."""

import numpy as np
import pytest

from voice.evaluation.costs import (
    Costs,
    accepted,
    actual_cost,
    minimum_cllr,
    minimum_cost,
    minimum_trial_cost,
)
from voice.evaluation.metrics import cllr

RANDOM = np.random.default_rng(1)
HIGH = RANDOM.normal(1.0, np.sqrt(2.0), 4000)
LOW = RANDOM.normal(-1.0, np.sqrt(2.0), 4000)
"""Perfectly calibrated ratios: normal, means ±1, variance 2."""


def test_calibrated_ratios_leave_almost_nothing_to_calibrate() -> None:
    """Where the ratios are right, the minimum is what they cost."""
    assert minimum_cllr(HIGH, LOW) == pytest.approx(cllr(HIGH, LOW), abs=0.02)


def test_the_minimum_ignores_any_rising_transformation() -> None:
    """Only the order of the scores counts."""
    assert minimum_cllr(HIGH**3, LOW**3) == pytest.approx(minimum_cllr(HIGH, LOW))


def test_useless_scores_cost_one_bit() -> None:
    """Equal scores everywhere say nothing."""
    assert minimum_cllr(np.zeros(50), np.zeros(70)) == pytest.approx(1.0)


def test_separated_scores_cost_nothing() -> None:
    """A perfect detector has no cost left."""
    assert minimum_cllr(np.array([2.0, 3.0]), np.array([0.0, 1.0])) < 1e-4
    assert minimum_cost(np.array([2.0, 3.0]), np.array([0.0, 1.0])) == 0.0


def test_no_threshold_costs_less_than_the_best() -> None:
    """The minimum is a lower bound of the actual cost."""
    best = minimum_cost(HIGH, LOW)
    assert all(actual_cost(HIGH, LOW, threshold) >= best - 1e-12 for threshold in (-1, 0, 1, 2, 3))


def test_never_alarming_costs_one() -> None:
    """A constant answer is the measure of every other."""
    assert actual_cost(HIGH, LOW, np.inf) == pytest.approx(1.0)
    assert minimum_cost(np.zeros(3), np.zeros(3)) == pytest.approx(1.0)


def test_dearer_alarms_weigh_more() -> None:
    """The cost of a false alarm enters where alarms happen."""
    cheap = actual_cost(HIGH, LOW, 0.0, Costs(prior=0.05, false_alarm=1.0))
    dear = actual_cost(HIGH, LOW, 0.0, Costs(prior=0.05, false_alarm=10.0))
    assert dear > cheap


def test_one_sided_scores_are_refused() -> None:
    """A cost needs both kinds."""
    with pytest.raises(ValueError, match="both kinds"):
        minimum_cllr(np.array([]), LOW)
    with pytest.raises(ValueError, match="both kinds"):
        minimum_cost(HIGH, np.array([]))


def test_one_doubt_is_enough_to_turn_a_memo_away() -> None:
    """A matching voice does not make up for a machine, nor a human sound for a stranger."""
    both, machine, stranger = accepted(np.array([4.0, 4.0, -4.0]), np.array([-2.0, 2.0, -2.0]))
    assert both > 0
    assert machine < 0
    assert stranger < 0


def test_the_trial_cost_counts_relatives_strangers_and_clones() -> None:
    """Nothing is lost where all are told apart, and all where clones look like the relative."""
    relative, low = np.array([2.0, 3.0]), np.array([-1.0, 0.0])
    assert minimum_trial_cost(relative, low, low) == 0.0
    assert minimum_trial_cost(relative, low, np.array([2.0, 3.0])) == pytest.approx(0.889, abs=0.2)
    assert minimum_trial_cost(relative, np.array([]), np.array([9.0])) == pytest.approx(1.0)
    with pytest.raises(ValueError, match="clones"):
        minimum_trial_cost(relative, low, np.array([]))
