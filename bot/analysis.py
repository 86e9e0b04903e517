"""The seam behind which memos are listened to, and the local worker that stands behind it.

Handlers know `Analyst` only.  `LocalAnalyst` keeps one worker process with the models: memos wait
in a bounded queue in which members take turns; a worker that dies is started again and its memo
gets one more try; a memo that kills it twice is never judged.
"""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import structlog

from bot.errors import CannotListen, Stopping
from bot.fairqueue import FairQueue
from bot.protocol import (
    CRASHED,
    CheckJob,
    EnrolJob,
    Enrolled,
    Failed,
    Heard,
    Job,
    Picture,
    Reheard,
    RehearJob,
    Step,
)
from bot.texts import Language
from bot.worker_process import WorkerDied, WorkerProcess
from voice.errors import Undecodable
from voice.results import Analysis, EnrolmentMemo, Rehearing
from voice.voiceprint import KnownVoice

log = structlog.get_logger(__name__)

MAX_STARTS = 3
"""Starts of the worker that fail in a row before waiting memos are given up."""

RETRY_SECONDS = 1.0
"""Pause before the worker is started again after a failed start; doubles up to the next one."""

MAX_RETRY_SECONDS = 60.0

Tell = Callable[..., None]
"""Tells what happens to a memo: a state (`waking`, `waiting` with `ahead=…`, `restarted`), a step
of the analysis, or `rehear` with `done=…` and `total=…`."""


@dataclass(frozen=True, slots=True)
class Memo:
    """A file to listen to.  `language` is the chat's, `spoken` the memo's if known beforehand.

    `voices` are compared with it; whose voice it is supposed to be is decided afterwards, with
    `voice.comparison.compared_with`.  An answer to a live challenge goes before all other memos,
    and its words are heard however short it is.
    """

    member: int
    path: Path
    language: Language
    spoken: Language | None = None
    voices: tuple[KnownVoice, ...] = ()
    is_answer: bool = False


@dataclass(frozen=True, slots=True)
class CodeWordMemos:
    """Recordings of a family's code word, in its language."""

    member: int
    paths: tuple[Path, ...]
    spoken: Language


@dataclass(frozen=True, slots=True)
class PromptMemo:
    """A memo of someone who enrols their voice, reading a prompt in the language `spoken`."""

    member: int
    path: Path
    spoken: Language


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of a memo: an analysis, or why there is none.

    The picture is drawn after the analysis was handed over, so it has to be awaited.  `sha256` is
    that of the file, for whoever fetched it to fill in.
    """

    heard: Analysis | Undecodable | str
    picture: Awaitable[bytes | None]
    sha256: str = ""


class Analyst(Protocol):
    """Whoever listens to memos."""

    async def listen(self, memo: Memo, tell: Tell) -> Finding:
        """Listen to a memo.  Raises `QueueFull`, `CannotListen` or `Stopping`."""

    async def rehear(self, memos: CodeWordMemos, tell: Tell) -> Rehearing | Undecodable | str:
        """How a code word may sound, or why that is not known.  Raises like `listen`."""

    async def enrol(self, memo: PromptMemo, tell: Tell) -> EnrolmentMemo | Undecodable | str:
        """What a memo adds to an enrolment, or why nothing.  Raises like `listen`."""


def known(picture: bytes | None) -> "asyncio.Future[bytes | None]":
    """A picture that need not be waited for."""
    future: asyncio.Future[bytes | None] = asyncio.get_running_loop().create_future()
    future.set_result(picture)
    return future


Outcome = Finding | Rehearing | EnrolmentMemo | Undecodable | str
"""Of any job; the last two say why there is nothing else."""


@dataclass(eq=False, slots=True)
class _Ticket:
    member: int
    job: Job
    tell: Tell
    urgent: bool
    result: "asyncio.Future[Outcome]"
    deaths: int = 0


@dataclass(slots=True)
class LocalAnalyst:
    """One worker process on this machine."""

    command: Sequence[str]
    queue_length: int
    queue_per_member: int
    memo_seconds: float
    retry_seconds: float = RETRY_SECONDS

    worker: WorkerProcess | None = None
    _queue: FairQueue[_Ticket] = field(init=False)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)
    _task: "asyncio.Task[None] | None" = None
    _current: _Ticket | None = None
    _awake: bool = False
    _unable: bool = False
    _stopping: bool = False

    def __post_init__(self) -> None:
        self._queue = FairQueue(self.queue_length, self.queue_per_member)

    def start(self) -> None:
        """Begin to load the models; memos may come at once."""
        self._task = asyncio.create_task(self._run(), name="analyst")
        self._task.add_done_callback(self._over)

    async def listen(self, memo: Memo, tell: Tell) -> Finding:
        """See `Analyst.listen`."""
        job = CheckJob(
            number=next(self._numbers),
            path=str(memo.path),
            language=memo.language,
            spoken=memo.spoken,
            voices=memo.voices,
            is_answer=memo.is_answer,
        )
        outcome = await self._done(memo.member, job, tell, urgent=memo.is_answer)
        if isinstance(outcome, Finding):
            return outcome
        assert isinstance(outcome, str)
        return Finding(outcome, known(None))

    async def rehear(self, memos: CodeWordMemos, tell: Tell) -> Rehearing | Undecodable | str:
        """See `Analyst.rehear`."""
        paths = tuple(map(str, memos.paths))
        job = RehearJob(number=next(self._numbers), paths=paths, spoken=memos.spoken)
        outcome = await self._done(memos.member, job, tell)
        assert isinstance(outcome, Rehearing | str)
        return outcome

    async def enrol(self, memo: PromptMemo, tell: Tell) -> EnrolmentMemo | Undecodable | str:
        """See `Analyst.enrol`."""
        job = EnrolJob(number=next(self._numbers), path=str(memo.path), spoken=memo.spoken)
        outcome = await self._done(memo.member, job, tell)
        assert isinstance(outcome, EnrolmentMemo | str)
        return outcome

    async def _done(self, member: int, job: Job, tell: Tell, *, urgent: bool = False) -> Outcome:
        """Queue a job and wait for what comes of it."""
        if self._stopping:
            raise Stopping
        if self._unable:
            raise CannotListen
        ticket = _Ticket(member, job, tell, urgent, asyncio.get_running_loop().create_future())
        self._queue.put(member, ticket, urgent=urgent)
        self._changed.set()
        self._tell_places()
        return await ticket.result

    async def close(self, drain_seconds: float = 0.0) -> None:
        """Take nothing more, finish what waits within `drain_seconds`, end the worker."""
        self._stopping = True
        in_hand = [*self._queue, *([self._current] if self._current else [])]
        if in_hand:
            await asyncio.wait([ticket.result for ticket in in_hand], timeout=drain_seconds)
        self._give_up(Stopping)
        idle = self._awake and not self._current
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self.worker:
            # A worker that is loading or listening would not notice that its input is closed.
            await (self.worker.stop() if idle else self.worker.kill())

    async def _run(self) -> None:
        while True:
            worker = await self._wake()
            self._awake = True
            self._tell_places()
            try:
                while await self._work_or_death(worker):
                    await self._serve(worker, self._queue.take())
            except WorkerDied as death:
                log.error("worker_died", reason=str(death))
            finally:
                self._current = None
                self._awake = False
            await worker.kill()

    async def _wake(self) -> WorkerProcess:
        """A worker whose models are loaded, after as many starts as that takes."""
        pause = self.retry_seconds
        for failures in itertools.count(1):
            try:
                self.worker = worker = await WorkerProcess.start(self.command)
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
            if failures >= MAX_STARTS:
                self._unable = True
                self._give_up(CannotListen)
            await asyncio.sleep(pause)
            pause = min(pause * 2, MAX_RETRY_SECONDS)
        raise AssertionError("counting has no end")

    def _over(self, task: "asyncio.Task[None]") -> None:
        """The work ended by itself, which it never should: nobody may wait for it in silence."""
        if task.cancelled():
            return
        error = task.exception()
        log.critical("analyst_ended", error=type(error).__name__, exc_info=error)
        self._unable = True
        self._give_up(CannotListen)

    async def _work_or_death(self, worker: WorkerProcess) -> bool:
        """Wait for a memo; True if there is one, False if the worker ended meanwhile."""
        ended = asyncio.create_task(worker.ended())
        try:
            while not self._queue and not ended.done():
                self._changed.clear()
                changed = asyncio.create_task(self._changed.wait())
                await asyncio.wait({changed, ended}, return_when=asyncio.FIRST_COMPLETED)
                changed.cancel()
            return not ended.done()
        finally:
            ended.cancel()

    async def _serve(self, worker: WorkerProcess, ticket: _Ticket) -> None:
        """One job.  Raises `WorkerDied`, after it was decided what becomes of the job."""
        if ticket.result.done():
            return  # nobody waits for it any more
        self._current = ticket
        self._tell_places()
        picture: asyncio.Future[bytes | None] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(self.memo_seconds):
                async for event in worker.work(ticket.job):
                    match event:
                        case Step(step=step, done=None):
                            ticket.tell(step)
                        case Step(step=step, done=done, total=total):
                            ticket.tell(step, done=done, total=total)
                        case Heard(analysis=analysis):
                            _answer(ticket, Finding(analysis, picture))
                        case Reheard(rehearing=rehearing):
                            _answer(ticket, rehearing)
                        case Enrolled(memo=memo):
                            _answer(ticket, memo)
                        case Failed(reason=reason):
                            _answer(ticket, reason)
                        case Picture(png=png):
                            picture.set_result(png)
        except TimeoutError:
            _answer(ticket, Undecodable.LIMIT)
            raise WorkerDied("one memo took too long") from None
        except WorkerDied:
            ticket.deaths += 1
            if ticket.deaths > 1:
                _answer(ticket, CRASHED)
            elif not ticket.result.done():
                ticket.tell("restarted")
                self._queue.put_back(ticket.member, ticket, urgent=ticket.urgent)
            raise
        finally:
            self._current = None
            if not picture.done():
                picture.set_result(None)

    def _tell_places(self) -> None:
        """Tell everyone who waits how many are before them."""
        ahead = 1 if self._current else 0
        for place, ticket in enumerate(self._queue, start=ahead):
            if not self._awake and not ticket.deaths:
                ticket.tell("waking")
            elif place:
                ticket.tell("waiting", ahead=place)

    def _give_up(self, reason: type[Exception]) -> None:
        waiting = [*self._queue, *([self._current] if self._current else [])]
        while self._queue:
            self._queue.take()
        for ticket in waiting:
            if not ticket.result.done():
                ticket.result.set_exception(reason())


def _answer(ticket: _Ticket, outcome: Outcome) -> None:
    if not ticket.result.done():
        ticket.result.set_result(outcome)
