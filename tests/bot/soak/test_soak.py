"""A bad day, short: the real bot in its own process, and everything that can go wrong once."""

from collections import Counter

import pytest

from bot.soak.clock import FastClock
from bot.soak.day import Wish, soak
from bot.soak.faults import SHORT_DAY
from bot.soak.report import Memory, Report
from bot.soak.town import MARK


@pytest.mark.timeout(170)
async def test_a_bad_day_is_survived():
    """Killed worker, killed bot, full disk, lost line, 429, 502, wrong clock: one answer each."""
    report = await soak(Wish(families=3, updates=60, seed=4, minutes=0.1, service=0.02))
    assert report.passed, f"{report.to_markdown()}\n{report.examples}"
    assert report.faults == Counter(SHORT_DAY)
    assert report.asked.total() == 60
    assert report.marks_seen > 0


def good() -> Report:
    """A day on which everything went well."""
    return Report(2, 6, 1, marks_seen=9, integrity="ok", seals="all open")


@pytest.mark.parametrize(
    "flaw",
    [
        {"lost": 1},
        {"doubled": 1},
        {"leaks": 1},
        {"marks_seen": 0},
        {"unfinished": 1},
        {"left_behind": 1},
        {"integrity": "row missing"},
        {"seals": "cases.state"},
        {"handler_failures": Counter({"ValueError": 1})},
        {"bad_exits": 1},
        {"memory": Memory([[(updates, 100 + updates / 100) for updates in range(0, 2000, 25)]])},
    ],
)
def test_any_flaw_is_a_failure(flaw):
    """One in five thousand is one too many; ten megabytes per 1,000 updates fill any machine."""
    assert good().passed
    for name, value in flaw.items():
        report = good()
        setattr(report, name, value)
        assert not report.passed
        assert report.fails[0] in report.to_markdown()


def test_the_slope_is_that_of_the_last_half_of_the_longest_life():
    """Shelves fill for a while, and a bot that was killed begins small: neither is a leak."""
    filling = [(updates, min(100 + 0.02 * updates, 130.0)) for updates in range(0, 4000, 25)]
    after = [(4000 + updates, 60 + 0.01 * updates) for updates in range(0, 1000, 25)]
    assert Memory([filling, after]).slope() == pytest.approx(0.0)
    leaking = [(updates, 100 + 0.002 * updates) for updates in range(0, 4000, 25)]
    assert Memory([after[:5], leaking]).slope() == pytest.approx(2.0)
    assert Memory([leaking[:30]]).slope() is None
    assert Memory([]).slope() is None


def test_a_clock_put_wrong_still_counts_the_seconds(tmp_path):
    """Waits go by the seconds that pass, whatever the time of day is said to be."""
    clock = FastClock.wind_up(tmp_path / "clock", 1000.0, 60.0)
    other = FastClock(tmp_path / "clock")
    clock.put_wrong(-7200.0)
    assert other.now() == pytest.approx(other.true() - 7200.0, abs=5.0)
    assert 0.0 <= other.elapsed() < 600.0
    clock.put_wrong(0.0)
    assert other.now() == pytest.approx(other.true(), abs=5.0)


def test_every_mark_names_its_family():
    """Marks are found inside of other words, and no two look alike."""
    assert MARK.findall("Call Anna Zq007k, not Zq070k.") == ["007", "070"]
