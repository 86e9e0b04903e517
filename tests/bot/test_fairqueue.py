"""Turns: nobody is starved, nothing is lost, and the order shown is the order kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import QueueFull
from bot.fairqueue import FairQueue

arrivals = st.lists(st.integers(1, 4), max_size=40)


def filled(members):
    """A queue with one item for each arrival: (member, how many of theirs came before)."""
    queue = FairQueue(1000, 1000)
    for number, member in enumerate(members):
        queue.put(member, (member, members[:number].count(member)))
    return queue


@given(arrivals)
def test_items_leave_in_the_order_that_was_shown(members):
    """Places told to people are kept if nothing else comes."""
    queue = filled(members)
    shown = list(queue)
    assert [queue.take() for _ in shown] == shown
    assert len(queue) == 0


@given(arrivals)
def test_nobody_is_served_twice_while_another_waits(members):
    """The n-th of anyone comes before the (n+1)-th of anyone else."""
    order = [number for _, number in filled(members)]
    assert order == sorted(order)


def test_what_is_put_back_is_next():
    """A memo whose worker died does not wait again."""
    queue = filled([1, 1, 2])
    first = queue.take()
    queue.put_back(1, first)
    assert queue.take() == first


def test_what_is_urgent_comes_first_and_stays_first():
    """An answer to a live challenge does not wait behind memos, not even after a crash."""
    queue = filled([1, 2])
    queue.put(3, "answer", urgent=True)
    assert next(iter(queue)) == "answer"
    assert queue.take() == "answer"
    queue.put_back(3, "answer", urgent=True)
    assert queue.take() == "answer"
    assert len(queue) == 2


def test_urgent_items_count_towards_the_share():
    """Attack 15: nobody fills the queue by calling everything urgent."""
    queue = FairQueue(10, 1)
    queue.put(1, "a", urgent=True)
    with pytest.raises(QueueFull):
        queue.put(1, "b", urgent=True)


def test_shares_are_bounded():
    """One member's, and the whole."""
    queue = FairQueue(3, 2)
    queue.put(1, "a")
    queue.put(1, "b")
    with pytest.raises(QueueFull) as own:
        queue.put(1, "c")
    queue.put(2, "d")
    with pytest.raises(QueueFull) as full:
        queue.put(3, "e")
    assert (own.value.own, full.value.own) == (True, False)
    assert len(queue) == 3


def test_an_empty_queue_has_nothing_to_take():
    """An error, not a wait."""
    with pytest.raises(IndexError):
        FairQueue(1, 1).take()


def test_whoever_has_enough_in_hand_is_passed_over():
    """What is urgent goes first all the same, and the order of the others stays."""
    queue = filled([1, 1, 2])
    queue.put(1, "answer", urgent=True)
    assert queue.take(skip={1}) == (2, 0)
    assert not queue.has(skip={1})
    with pytest.raises(IndexError):
        queue.take(skip={1})
    assert [queue.take() for _ in range(3)] == ["answer", (1, 0), (1, 1)]


def test_those_who_hear_answers_only_leave_the_memos():
    """A process kept free for challenges does not begin a memo."""
    queue = filled([1])
    assert not queue.has(only_urgent=True)
    with pytest.raises(IndexError):
        queue.take(only_urgent=True)
    queue.put(2, "answer", urgent=True)
    assert queue.take(only_urgent=True) == "answer"
    assert queue.take() == (1, 0)
