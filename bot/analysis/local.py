"""The analyst of one machine: worker processes with the models, started again when they die.

Memos wait in a bounded queue in which members take turns.  A worker that dies is started again and
its memo gets one more try; a memo that ends it twice is never judged.
"""

import asyncio
import contextlib
import itertools
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import structlog

from bot.analysis.queued import QueuedAnalyst, Ticket
from bot.analysis.seam import Finding
from bot.errors import CannotListen
from bot.protocol import CRASHED, Enrolled, Event, Failed, Heard, Picture, Reheard, Step
from bot.worker_process import WorkerDied, WorkerProcess
from voice.errors import Undecodable

log = structlog.get_logger(__name__)

MAX_STARTS = 3
"""Starts of the worker that fail in a row before waiting memos are given up."""

RETRY_SECONDS = 1.0
"""Pause before the worker is started again after a failed start; doubles up to the next one."""

MAX_RETRY_SECONDS = 60.0

GIVING_WAY = 10
"""Niceness of the ordinary processes where some are kept for what is urgent: those then get about
nine tenths of a processor that both want, so an answer hardly notices the memos beside it."""


@dataclass(eq=False, slots=True)
class Seat:
    """A place for one worker process; one `for_urgent` hears answers to live challenges only."""

    for_urgent: bool = False
    worker: WorkerProcess | None = None
    awake: bool = False
    current: Ticket | None = None


class LocalAnalyst(QueuedAnalyst):
    """Worker processes on this machine.

    `processes` take whatever comes, what is urgent first; `for_urgent` further ones are kept free
    for what is urgent.  Each holds the models.
    """

    def __init__(
        self,
        command: Sequence[str],
        queue_length: int,
        queue_per_member: int,
        memo_seconds: float,
        retry_seconds: float = RETRY_SECONDS,
        *,
        processes: int = 1,
        for_urgent: int = 0,
    ) -> None:
        super().__init__(queue_length, queue_per_member)
        self._command = command
        self._memo_seconds = memo_seconds
        self._retry_seconds = retry_seconds
        self._seats = [Seat() for _ in range(processes)]
        self._seats += [Seat(for_urgent=True) for _ in range(for_urgent)]
        self._ready = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def worker(self) -> WorkerProcess | None:
        """The process of the first seat."""
        return self._seats[0].worker

    def start(self) -> None:
        """Begin to load the models; memos may come at once."""
        for seat in self._seats:
            task = asyncio.create_task(self._run(seat), name="analyst")
            task.add_done_callback(self._over)
            self._tasks.append(task)

    async def ready(self) -> None:
        """Wait until one process is awake.  Raises `CannotListen` when starting it failed."""
        await self._ready.wait()
        if self._unable:
            raise CannotListen

    async def all_ready(self) -> None:
        """Wait until every process is awake.  Raises like `ready`."""
        while not all(seat.awake for seat in self._seats):
            self._ready.clear()
            await self.ready()

    async def close(self, drain_seconds: float = 0.0) -> None:
        """Take nothing more, finish what waits within `drain_seconds`, end the workers."""
        await self._drain(drain_seconds)
        idle = {id(seat): seat.awake and not seat.current for seat in self._seats}
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        # A worker that is loading or listening would not notice that its input is closed.
        ends = [
            seat.worker.stop() if idle[id(seat)] else seat.worker.kill()
            for seat in self._seats
            if seat.worker
        ]
        await asyncio.gather(*ends)

    def _in_hand(self) -> Iterable[Ticket]:
        return [seat.current for seat in self._seats if seat.current]

    def _has_begun(self) -> bool:
        return any(seat.awake for seat in self._seats)

    async def _run(self, seat: Seat) -> None:
        while True:
            worker = await self._wake(seat)
            seat.awake = True
            self._ready.set()
            self._tell_places()
            try:
                while await self._work_or_death(seat, worker):
                    ticket = self._queue.take(only_urgent=seat.for_urgent)
                    await self._serve(seat, worker, ticket)
            except WorkerDied as death:
                log.error("worker_died", reason=str(death))
            finally:
                seat.current = None
                seat.awake = False
            await worker.kill()

    async def _wake(self, seat: Seat) -> WorkerProcess:
        """A worker whose models are loaded, after as many starts as that takes."""
        pause = self._retry_seconds
        for failures in itertools.count(1):
            try:
                seat.worker = worker = await WorkerProcess.start(self._command)
                if not seat.for_urgent and any(other.for_urgent for other in self._seats):
                    with contextlib.suppress(ProcessLookupError):
                        os.setpriority(os.PRIO_PROCESS, worker.pid, GIVING_WAY)
                try:
                    await worker.ready()
                except WorkerDied:
                    await worker.kill()
                    raise
            except (WorkerDied, OSError) as death:
                # OSError: no such program, or for now no memory or no descriptors for a process.
                log.error("worker_does_not_start", reason=str(death), failures=failures)
            else:
                self._unable = False
                log.info("worker_ready")
                return worker
            if failures >= MAX_STARTS and not self._has_begun():
                self._cannot()
            await asyncio.sleep(pause)
            pause = min(pause * 2, MAX_RETRY_SECONDS)
        raise AssertionError("counting has no end")

    def _cannot(self) -> None:
        super()._cannot()
        self._ready.set()

    async def _work_or_death(self, seat: Seat, worker: WorkerProcess) -> bool:
        """Wait for a memo; True if there is one, False if the worker ended meanwhile."""
        ended = asyncio.create_task(worker.ended())
        try:
            while not self._queue.has(only_urgent=seat.for_urgent) and not ended.done():
                self._changed.clear()
                changed = asyncio.create_task(self._changed.wait())
                try:
                    await asyncio.wait({changed, ended}, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    changed.cancel()
            return not ended.done()
        finally:
            ended.cancel()

    async def _serve(self, seat: Seat, worker: WorkerProcess, ticket: Ticket) -> None:
        """One job.  Raises `WorkerDied`, after it was decided what becomes of the job."""
        if ticket.result.done():
            return  # nobody waits for it any more
        seat.current = ticket
        self._tell_places()
        picture: asyncio.Future[bytes | None] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(self._memo_seconds):
                async for event in worker.work(ticket.job):
                    happened(ticket, picture, event)
        except TimeoutError:
            ticket.answer(Undecodable.LIMIT)
            raise WorkerDied("one memo took too long") from None
        except WorkerDied:
            ticket.deaths += 1
            if ticket.deaths > 1:
                ticket.answer(CRASHED)
            elif not ticket.result.done():
                ticket.tell("restarted")
                self._queue.put_back(ticket.member, ticket, urgent=ticket.urgent)
                self._changed.set()
            raise
        finally:
            seat.current = None
            if not picture.done():
                picture.set_result(None)


def happened(ticket: Ticket, picture: "asyncio.Future[bytes | None]", event: Event) -> None:
    """Pass on what a worker says about a job to whoever waits for it."""
    match event:
        case Step(step=step, done=None):
            ticket.tell(step)
        case Step(step=step, done=done, total=total):
            ticket.tell(step, done=done, total=total)
        case Heard(analysis=analysis):
            ticket.answer(Finding(analysis, picture))
        case Reheard(rehearing=rehearing):
            ticket.answer(rehearing)
        case Enrolled(memo=memo):
            ticket.answer(memo)
        case Failed(reason=reason):
            ticket.answer(reason)
        case Picture(png=png) if not picture.done():
            picture.set_result(png)
