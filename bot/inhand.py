"""The update that is in hand: what works on it, what was sent for it, and how it ends."""

import asyncio
import contextlib
import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import structlog

from familyguard.store import Store

log = structlog.get_logger(__name__)

FULL = (sqlite3.Error, OSError)

SENDING = ("send", "copy", "forward", "answerCallbackQuery")
"""Calls that show something new.  Edits and deletions may be repeated: they end the same."""

NOT_NOTED = "sendChatAction"

PAUSE_SECONDS = 5.0
"""Before what was put off is handled again for the first time."""

ANSWER_SECONDS = 5.0
"""How long the answer to what is being sent is waited for while the bot is stopped."""

Result = TypeVar("Result")

_in_hand: ContextVar["InHand | None"] = ContextVar("update_in_hand", default=None)


@dataclass
class PutOff:
    """What is remembered of an update while it waits for another time.

    `told` says that its sender knows; `sent` has what a full disk may have kept from being noted.
    """

    tries: int
    times: int = 0
    pause: float = PAUSE_SECONDS
    told: bool = False
    sent: dict[str, Any] = field(default_factory=dict)


class Notes(Protocol):
    """Where it is written down what was sent for an update, and that it is over."""

    def sent(self, update_id: int, call: str, result: Any, /) -> None:
        """What Telegram answered to a call."""

    def finish(self, update_id: int, /) -> None:
        """The update was handled to the end."""


class InHand:
    """An update that is being handled: the tasks that work on it, and what was sent for it.

    `before` is what is remembered of it if it was put off; `wait` puts it off (once more); `notes`
    takes down what was sent and that it is over, if not the mailbox of `store` itself.
    """

    def __init__(
        self,
        update_id: int,
        again: bool,
        store: Store,
        before: PutOff | None = None,
        wait: Callable[[], None] | None = None,
        notes: "Notes | None" = None,
    ) -> None:
        self._notes: Notes = notes or store.mailbox
        self.update_id = update_id
        self.again = again
        self.over = False
        self.memory = before or PutOff(0)
        self._wait = wait
        self._put_off = False
        self._mailbox = store.mailbox
        self._ordinals: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._returned = False
        self._interrupted = False

    def tie(self, task: "asyncio.Task[Any]") -> None:
        """The update is not finished before `task` is."""
        self._tasks.add(task)
        task.add_done_callback(self._untie)

    def put_off(self) -> bool:
        """Handle this update again later; False if it has waited too long already."""
        self._put_off = self._wait is not None
        return self._put_off

    def let_go(self, interrupted: bool) -> None:
        """The handlers returned; tasks that they left behind may still be at work."""
        self._returned = True
        self._interrupted |= interrupted
        self._finish_if_done()

    async def tasks_done(self) -> None:
        """Wait for the tasks that were left behind."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def once(self, endpoint: str, chat: object, call: Callable[[], Awaitable[Any]]) -> Any:
        """The result of `call`, which is made only if it was not made before the crash.

        Calls are told apart by their order within one chat: whatever the handler decides this time,
        the person gets as many messages as if there had been no crash.
        """
        name = f"{endpoint}/{chat}"
        self._ordinals[name] += 1
        key = f"{name}/{self._ordinals[name]}"
        if (known := self._known(key)) is not None:
            return known
        task = asyncio.current_task()
        cancelled = task.cancelling() if task else 0
        result = await call()
        self.memory.sent[key] = place = _place(result)
        with at_any_rate("answer_not_noted"):
            self._notes.sent(self.update_id, key, place)
        if task and task.cancelling() > cancelled:
            raise asyncio.CancelledError  # put off by `to_its_end`, until this was noted
        return result

    def _known(self, key: str) -> Any | None:
        if not self.again:
            return None
        if key in self.memory.sent:
            return self.memory.sent[key]
        return self._mailbox.answer(self.update_id, key)

    def _untie(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        self._interrupted |= task.cancelled()
        self._finish_if_done()

    def _finish_if_done(self) -> None:
        if self._returned and not self._tasks and not self.over:
            self.over = True
            if self._put_off and self._wait is not None:
                self._wait()
            elif not self._interrupted:
                with at_any_rate("update_not_finished"):
                    self._notes.finish(self.update_id)


def in_hand() -> InHand | None:
    """The update for which the code that asks is at work, until it is finished."""
    hand = _in_hand.get()
    return hand if hand and not hand.over else None


def is_again() -> bool:
    """Whether the update in hand was begun before: what it asks for may be half done."""
    hand = in_hand()
    return hand is not None and hand.again


@contextlib.contextmanager
def holding(hand: InHand) -> Iterator[None]:
    """What is done within belongs to `hand`."""
    token = _in_hand.set(hand)
    try:
        yield
    finally:
        _in_hand.reset(token)


@contextlib.contextmanager
def apart() -> Iterator[None]:
    """What is sent within is no part of the answer to the update in hand."""
    token = _in_hand.set(None)
    try:
        yield
    finally:
        _in_hand.reset(token)


def nothing_in_hand() -> None:
    """What follows belongs to no update, though one may have been in hand when it was planned."""
    _in_hand.set(None)


async def to_its_end(request: Awaitable[Result]) -> Result:
    """The result of a request that is not broken off once it began, for Telegram may have it.

    Whoever is cancelled meanwhile gets the result all the same, and must end when it is noted.
    """
    task = asyncio.ensure_future(request)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=ANSWER_SECONDS)
        if not task.done() or task.cancelled() or task.exception():
            raise
        return task.result()
    finally:
        task.cancel()


def is_sending(endpoint: str) -> bool:
    """Whether a call shows somebody something new."""
    return endpoint.startswith(SENDING) and endpoint != NOT_NOTED


@contextlib.contextmanager
def at_any_rate(event: str) -> Iterator[None]:
    """A full disk must not keep the answer from whoever is waiting for it."""
    try:
        yield
    except FULL as error:
        log.error(event, error=type(error).__name__)


def _place(result: Any) -> Any:
    """Where a message is, without what it says: that is nobody's business after a crash."""
    if isinstance(result, list):
        return [_place(one) for one in result]
    if not isinstance(result, dict):
        return result
    kept = {name: result[name] for name in ("message_id", "date") if name in result}
    if "chat" in result:
        kept["chat"] = {name: result["chat"][name] for name in ("id", "type")}
    return kept
