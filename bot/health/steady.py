"""Jobs that go on when the clock of the machine jumps.

The scheduler plans by the time of day.  Set back by a day, it would do nothing for a day: no
back-up, and no hidden word taken away.  Set forward by a month, as on a small computer without a
battery that learns the time after its start, it would count off every time that a job of two
seconds missed, and the bot would stand still meanwhile.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from telegram.ext import JobQueue

log = structlog.get_logger(__name__)

JUMP_SECONDS = 60.0
"""Less is a clock that is being put right, and does no harm."""


class SteadyScheduler(AsyncIOScheduler):  # type: ignore[misc]
    """The library's scheduler, which moves its plans along with the clock."""

    clock: Callable[[], float] = staticmethod(time.monotonic)
    now: Callable[[], float] = staticmethod(time.time)
    on_jump: Callable[[float], None] = staticmethod(lambda _seconds: None)
    _offset: float | None = None

    def _process_jobs(self) -> Any:
        offset = self.now() - self.clock()
        # Time for which the machine slept counts as a jump too: nothing was missed.
        if self._offset is not None and abs(offset - self._offset) > JUMP_SECONDS:
            self._shift(offset - self._offset)
        self._offset = offset
        return super()._process_jobs()

    def _shift(self, seconds: float) -> None:
        log.warning("clock_jumped", seconds=round(seconds))
        try:
            self.on_jump(seconds)  # before any job looks what is due
        except Exception as error:
            log.exception("deadlines_not_moved", error=type(error).__name__)
        with self._jobstores_lock:
            for store in self._jobstores.values():
                for job in store.get_all_jobs():
                    if job.next_run_time is not None:
                        job._modify(next_run_time=job.next_run_time + timedelta(seconds=seconds))  # noqa: SLF001 – the public one would wake the scheduler for each
                        store.update_job(job)


class SteadyJobQueue(JobQueue[Any]):
    """The library's queue of jobs, with that scheduler."""

    def __init__(self) -> None:
        super().__init__()
        self.scheduler = SteadyScheduler(**self.scheduler_configuration)
