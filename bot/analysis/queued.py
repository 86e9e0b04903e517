"""What every analyst with a queue has in common: jobs are made, wait their turn, are answered."""

import asyncio
import itertools
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass

import structlog

from bot.analysis.seam import CodeWordMemos, Finding, Memo, Outcome, PromptMemo, Tell, known
from bot.errors import CannotListen, Stopping
from bot.fairqueue import FairQueue
from bot.protocol import CheckJob, EnrolJob, Job, RehearJob
from voice.errors import Undecodable
from voice.results import EnrolmentMemo, Rehearing

log = structlog.get_logger(__name__)


@dataclass(eq=False, slots=True)
class Ticket:
    """One job of one member, on its way; `deaths` counts the workers that it ended."""

    member: int
    job: Job
    tell: Tell
    urgent: bool
    result: "asyncio.Future[Outcome]"
    deaths: int = 0

    def answer(self, outcome: Outcome) -> None:
        """Hand over what came of it, unless that was done before."""
        if not self.result.done():
            self.result.set_result(outcome)


class QueuedAnalyst(ABC):
    """An `Analyst` whose jobs wait in a bounded queue in which members take turns."""

    def __init__(self, queue_length: int, queue_per_member: int) -> None:
        self._queue: FairQueue[Ticket] = FairQueue(queue_length, queue_per_member)
        self._numbers = itertools.count()
        self._changed = asyncio.Event()
        self._unable = False
        self._stopping = False

    async def listen(self, memo: Memo, tell: Tell) -> Finding:
        """See `Analyst.listen`."""
        job = CheckJob(
            number=next(self._numbers),
            path=str(memo.path),
            language=memo.language,
            spoken=memo.spoken,
            voices=memo.voices,
            is_answer=memo.is_answer,
            contexts=memo.contexts,
        )
        outcome = await self.work(memo.member, job, tell, urgent=memo.is_answer)
        if isinstance(outcome, Finding):
            return outcome
        assert isinstance(outcome, str)
        return Finding(outcome, known(None))

    async def rehear(self, memos: CodeWordMemos, tell: Tell) -> Rehearing | Undecodable | str:
        """See `Analyst.rehear`."""
        paths = tuple(map(str, memos.paths))
        job = RehearJob(number=next(self._numbers), paths=paths, spoken=memos.spoken)
        outcome = await self.work(memos.member, job, tell)
        assert isinstance(outcome, Rehearing | str)
        return outcome

    async def enrol(self, memo: PromptMemo, tell: Tell) -> EnrolmentMemo | Undecodable | str:
        """See `Analyst.enrol`."""
        job = EnrolJob(number=next(self._numbers), path=str(memo.path), spoken=memo.spoken)
        outcome = await self.work(memo.member, job, tell)
        assert isinstance(outcome, EnrolmentMemo | str)
        return outcome

    async def work(
        self, member: int, job: Job, tell: Tell, *, urgent: bool = False, deaths: int = 0
    ) -> Outcome:
        """Queue a job and wait for what comes of it.  Raises like `Analyst.listen`.

        `deaths` are those of workers elsewhere that the job ended before.
        """
        if self._stopping:
            raise Stopping
        if self._unable:
            raise CannotListen
        result: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        ticket = Ticket(member, job, tell, urgent, result, deaths)
        self._queue.put(member, ticket, urgent=urgent)
        self._changed.set()
        self._tell_places()
        return await result

    @abstractmethod
    def _in_hand(self) -> Iterable[Ticket]:
        """The tickets that were taken out of the queue and are not answered yet."""

    @abstractmethod
    def _has_begun(self) -> bool:
        """Whether somebody is there who works on what waits."""

    def _tell_places(self) -> None:
        """Tell everyone who waits how many are before them."""
        begun = self._has_begun()
        ahead = len(list(self._in_hand()))
        for place, ticket in enumerate(self._queue, start=ahead):
            if not begun and not ticket.deaths:
                ticket.tell("waking")
            elif place:
                ticket.tell("waiting", ahead=place)

    async def _drain(self, seconds: float) -> None:
        """Take nothing more, and give what was taken in `seconds` to be finished."""
        self._stopping = True
        if waiting := [*self._queue, *self._in_hand()]:
            await asyncio.wait([ticket.result for ticket in waiting], timeout=seconds)
        self._give_up(Stopping)

    def _over(self, task: "asyncio.Task[None]") -> None:
        """The work ended by itself, which it never should: nobody may wait for it in silence."""
        if task.cancelled():
            return
        error = task.exception()
        log.critical("analyst_ended", error=type(error).__name__, exc_info=error)
        self._cannot()

    def _cannot(self) -> None:
        """Memos cannot be listened to, now or from now on."""
        self._unable = True
        self._give_up(CannotListen)

    def _give_up(self, reason: type[Exception]) -> None:
        """Nobody waits any longer."""
        waiting = [*self._queue, *self._in_hand()]
        while self._queue:
            self._queue.take()
        for ticket in waiting:
            if not ticket.result.done():
                ticket.result.set_exception(reason())
