"""Results are remembered for a while and no longer."""

from bot.shelf import Shelf


def test_the_oldest_leave_first():
    """At most so many."""
    shelf = Shelf(2, lambda: 0.0)
    for key in "abc":
        shelf.put(key, key.upper())
    assert [shelf.get(key) for key in "abc"] == [None, "B", "C"]


def test_nothing_stays_longer_than_a_day():
    """Not even when nobody asks."""
    now = 0.0
    shelf = Shelf(10, lambda: now)
    shelf.put("a", 1)
    now = 24 * 3600 - 1
    assert shelf.get("a") == 1
    now += 2
    shelf.clear_old()
    assert len(shelf) == 0


def test_what_is_put_again_stays_longer():
    """The newer one counts."""
    now = 0.0
    shelf = Shelf(10, lambda: now, seconds=10)
    shelf.put("a", 1)
    shelf.put("b", 1)
    now = 9
    shelf.put("a", 2)
    now = 12
    assert (shelf.get("a"), shelf.get("b")) == (2, None)
