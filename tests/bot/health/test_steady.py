"""Jobs go on when the clock of the machine jumps, in either direction."""

import time
from datetime import UTC, datetime, timedelta

import pytest
import structlog

from bot.app import build_application
from bot.health import steady
from bot.health.steady import SteadyScheduler
from tests.bot.houses import StubAnalyst, settings_in

DAY = 24 * 3600.0


class Sundial:
    """The time of day and the seconds that pass; one can be put right without the other."""

    day = 0.0
    passed = 50.0


class Moment(datetime):
    """What the scheduler takes for the time of day."""

    sundial: Sundial

    @classmethod
    def now(cls, tz=None):
        return datetime.fromtimestamp(cls.sundial.day, tz)


@pytest.fixture
def sundial(monkeypatch):
    """A scheduler's two clocks."""
    sundial = Sundial()
    sundial.day = time.time()
    Moment.sundial = sundial
    monkeypatch.setattr("apscheduler.schedulers.base.datetime", Moment)
    return sundial


@pytest.fixture
async def scheduler(sundial):
    """One that has looked once, with a job of every two seconds and one of every hour."""
    made = SteadyScheduler(timezone=UTC)
    made.clock, made.now = lambda: sundial.passed, lambda: sundial.day
    runs: list[str] = []
    made.runs = runs
    made.start()
    made.add_job(runs.append, "interval", args=["often"], seconds=2, id="often")
    made.add_job(runs.append, "interval", args=["seldom"], hours=1, id="seldom")
    made._process_jobs()
    yield made
    made.shutdown(wait=False)


def due_in(scheduler, sundial, job: str) -> timedelta:
    """How long until a job runs."""
    return scheduler.get_job(job).next_run_time - datetime.fromtimestamp(sundial.day, UTC)


@pytest.mark.parametrize("days", [-400, -1, 1, 20_000])
async def test_a_jump_of_the_clock_neither_stops_nor_floods_the_jobs(scheduler, sundial, days):
    """Fifty years forward take no longer than a second, and a year back delays nothing."""
    with structlog.testing.capture_logs() as lines:
        sundial.day += days * DAY
        begun = time.process_time()
        wait = scheduler._process_jobs()
        assert time.process_time() - begun < 1
    assert [line["event"] for line in lines] == ["clock_jumped"]
    assert 0 <= wait <= 2.1
    assert due_in(scheduler, sundial, "often") <= timedelta(seconds=2.1)
    assert timedelta(minutes=59) < due_in(scheduler, sundial, "seldom") <= timedelta(minutes=61)


async def test_a_clock_that_is_put_right_by_seconds_is_no_jump(scheduler, sundial):
    """Machines do that all the time."""
    with structlog.testing.capture_logs() as lines:
        sundial.day += 30
        scheduler._process_jobs()
    assert lines == []


async def test_without_it_the_jobs_of_the_library_stand_still(sundial):
    """The reason for all this: set back by a day, the usual scheduler waits for a day."""
    usual = steady.AsyncIOScheduler(timezone=UTC)
    usual.start()
    usual.add_job(print, "interval", seconds=2, id="often")
    sundial.day -= DAY
    assert usual._process_jobs() >= DAY
    usual.shutdown(wait=False)


def test_the_bot_plans_with_it(tmp_path):
    """The application's own queue of jobs."""
    app = build_application(settings_in(tmp_path), StubAnalyst())
    assert app.job_queue is not None
    assert isinstance(app.job_queue.scheduler, SteadyScheduler)
    app.bot_data["house"].store.close()


async def test_a_jump_of_the_clock_makes_no_change_due_and_erases_nothing(tmp_path, sundial):
    """A day by the wrong clock is no day: not for a new number, not for what is to be forgotten."""
    from bot.app import house_of
    from tests.bot.houses import let_in

    app = build_application(
        settings_in(tmp_path),
        StubAnalyst(),
        now=lambda: sundial.day,
        clock=lambda: sundial.passed,
    )
    house, scheduler = house_of(app), app.job_queue.scheduler
    scheduler.clock, scheduler.now = house.clock, house.now
    family = let_in(house.store, 1, now=sundial.day - 90 * DAY)
    change = house.store.changes.ask(family, "code_word", {}, 1, sundial.day, sundial.day + DAY)
    scheduler.start()
    scheduler._process_jobs()
    assert house.may_erase()
    sundial.day += 3 * DAY
    scheduler._process_jobs()
    assert house.store.changes.get(family, change.id).due_at == sundial.day + DAY
    assert not house.may_erase()
    sundial.day, sundial.passed = sundial.day + DAY, sundial.passed + DAY
    assert house.may_erase()
    scheduler.shutdown(wait=False)
    house.store.close()
