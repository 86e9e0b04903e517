"""How often somebody may do something, at any course of time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from familyguard.throttle import Throttle


@given(
    capacity=st.integers(1, 20),
    interval=st.floats(0.5, 100),
    waits=st.lists(st.floats(0, 50), max_size=100),
)
def test_nobody_ever_gets_more_than_the_burst_and_one_an_interval(capacity, interval, waits):
    """Over any stretch of time, from its start to its end."""
    throttle = Throttle(capacity, interval)
    now, allowed = 0.0, 0
    for wait in waits:
        now += wait
        allowed += throttle.allows(1, now)
    assert allowed <= capacity + now / interval + 1e-6


def test_whoever_waits_may_again():
    """One more act for each interval."""
    throttle = Throttle(2, 10.0)
    assert [throttle.allows(1, t) for t in (0, 0, 0, 9.9, 10.0, 10.1)] == [
        True, True, False, False, True, False,
    ]  # fmt: skip


def test_one_does_not_pay_for_another():
    """Every key has its own bucket."""
    throttle = Throttle(1, 10.0)
    assert throttle.allows(1, 0.0)
    assert not throttle.allows(1, 0.0)
    assert throttle.allows(2, 0.0)


def test_a_clock_that_goes_back_gives_nothing():
    """Nor does it take anything, nor lock anyone out for good."""
    throttle = Throttle(1, 10.0)
    assert throttle.allows(1, 1000.0)
    assert not throttle.allows(1, 0.0)
    assert not throttle.allows(1, 1005.0)
    assert throttle.allows(1, 1010.0)


def test_the_memory_is_bounded():
    """A million strangers take no more room than the last few."""
    throttle = Throttle(1, 10.0, max_known=5)
    for key in range(1000):
        throttle.allows(key, 0.0)
    assert len(throttle._buckets) == 5


@pytest.mark.parametrize(("capacity", "interval"), [(0, 1.0), (1, 0.0), (1, -1.0)])
def test_a_throttle_that_makes_no_sense_is_refused(capacity, interval):
    """No acts at all, or no time between them."""
    with pytest.raises(ValueError, match="throttle"):
        Throttle(capacity, interval)
