"""Error rates and calibration cost on scores whose figures are known."""

import numpy as np
import pytest

from voice.evaluation.metrics import bootstrap, cllr, equal_error_rate


def test_scores_that_do_not_overlap_have_no_error() -> None:
    """A threshold between the two kinds makes no mistake."""
    found = equal_error_rate(np.array([2.0, 3.0]), np.array([0.0, 1.0]))
    assert found.rate == 0.0
    assert found.threshold == 1.5


def test_one_in_four_on_the_wrong_side_is_a_quarter() -> None:
    """One miss and one false accept of four each."""
    found = equal_error_rate(np.array([0.0, 5.0, 6.0, 7.0]), np.array([-1.0, -2.0, -3.0, 5.5]))
    assert found.rate == 0.25


def test_scores_that_are_all_the_same_are_useless() -> None:
    """A threshold cannot be put between equal scores."""
    assert equal_error_rate(np.zeros(5), np.zeros(7)).rate == 0.5


def test_reversed_scores_are_wrong_in_every_case() -> None:
    """The rate says so when high means low."""
    assert equal_error_rate(np.array([0.0, 0.1]), np.array([1.0, 1.1])).rate == 1.0


def test_the_rate_of_two_bell_curves_is_the_textbook_one() -> None:
    """Two unit normals two apart cross at 15.9 %."""
    random = np.random.default_rng(0)
    found = equal_error_rate(random.normal(1, 1, 100_000), random.normal(-1, 1, 100_000))
    assert found.rate == pytest.approx(0.1587, abs=0.003)
    assert found.threshold == pytest.approx(0.0, abs=0.02)


def test_a_weight_counts_like_a_repetition() -> None:
    """Weights of two are the same as every score twice."""
    high, low = np.array([0.2, 0.8, 0.9]), np.array([0.1, 0.3, 0.5])
    weights = np.array([2.0, 1.0, 3.0])
    repeated = equal_error_rate(np.repeat(high, weights.astype(int)), low)
    assert equal_error_rate(high, low, weights, np.ones(3)) == repeated


def test_an_error_rate_needs_both_kinds() -> None:
    """Without scores of one kind there is no figure."""
    with pytest.raises(ValueError, match="both kinds"):
        equal_error_rate(np.array([1.0]), np.array([]))


def test_ratios_that_say_nothing_cost_one_bit() -> None:
    """A log ratio of zero everywhere is worth nothing, and bold right ones cost nothing."""
    assert cllr(np.zeros(3), np.zeros(4)) == pytest.approx(1.0)
    assert cllr(np.full(3, 30.0), np.full(3, -30.0)) == pytest.approx(0.0, abs=1e-9)
    assert cllr(np.full(3, -5.0), np.full(3, 5.0)) > 1.0


def test_the_interval_holds_the_figure_and_is_repeatable() -> None:
    """The mean of ten groups lies in its own interval, and the seed fixes it."""
    values = np.arange(10.0)

    def mean(counts: np.ndarray) -> float:
        return float((values * counts).sum() / counts.sum())

    found = bootstrap(10, mean)
    assert found.low < 4.5 < found.high
    assert found == bootstrap(10, mean)
