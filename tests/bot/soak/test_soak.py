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


def test_the_slope_is_that_of_the_lives_and_not_of_their_heights():
    """A bot that was killed begins small again: that hides no growth and makes none."""
    growing = [(updates, 100 + 0.002 * updates) for updates in range(0, 1500, 25)]
    after = [(1500 + updates, size - 30) for updates, size in growing]
    assert Memory([growing, after]).slope() == pytest.approx(2.0)
    flat = [[(updates, float(height)) for updates in range(0, 1500, 25)] for height in (90, 140)]
    assert Memory(flat).slope() == pytest.approx(0.0)
    assert Memory([growing[:10]]).slope() is None


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
