"""Every update is stored before Telegram hears that it came, and is answered exactly once.

The library hands each update to its queue before it acknowledges it with the next request for
updates; the queue is an `Inbox`, which stores it first.  What was not handled to the end when the
bot died is handled again at the next start, and what was already sent for it is not sent again.

What remains is a gap between Telegram's taking of a message and our noting of it: the time that its
answer is on the way, tens of milliseconds, more on an overloaded machine.  If the power fails just
then, that one message comes twice.
"""

import asyncio
import contextlib
import json
import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import ContextVar
from datetime import datetime
from typing import Any

import structlog
from telegram import Bot, Update
from telegram.error import TelegramError
from telegram.ext import Application

from familyguard.store import Store

log = structlog.get_logger(__name__)

MAX_TRIES = 3
"""Times that handling an update is begun.  One that kills the bot must not do so for ever."""

ALONE_FROM = 2
"""Tries after which an update is handled with no other such beside it, so that the one that kills
the bot does not use up the tries of those that happened to be in hand as well."""

FULL = (sqlite3.Error, OSError)

SENDING = ("send", "copy", "forward", "answerCallbackQuery")
"""Calls that show something new.  Edits and deletions may be repeated: they end the same."""

NOT_NOTED = "sendChatAction"

_in_hand: ContextVar["InHand | None"] = ContextVar("update_in_hand", default=None)


class NotStored(TelegramError):
    """The update could not be stored, so it is not acknowledged and Telegram sends it again.

    One of the library's errors, because any other would end its polling for good.
    """


class InHand:
    """An update that is being handled: the tasks that work on it, and what was sent for it."""

    def __init__(self, update_id: int, again: bool, store: Store) -> None:
        self.update_id = update_id
        self.again = again
        self.over = False
        self._mailbox = store.mailbox
        self._ordinals: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._returned = False
        self._interrupted = False

    def tie(self, task: "asyncio.Task[Any]") -> None:
        """The update is not finished before `task` is."""
        self._tasks.add(task)
        task.add_done_callback(self._untie)

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
        if self.again and (known := self._mailbox.answer(self.update_id, key)) is not None:
            return known
        result = await call()
        with _at_any_rate("answer_not_noted"):
            self._mailbox.sent(self.update_id, key, _place(result))
        return result

    def _untie(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        self._interrupted |= task.cancelled()
        self._finish_if_done()

    def _finish_if_done(self) -> None:
        if self._returned and not self._tasks and not self.over:
            self.over = True
            if not self._interrupted:
                with _at_any_rate("update_not_finished"):
                    self._mailbox.finish(self.update_id)


class Inbox(asyncio.Queue[object]):
    """The queue of updates, with the store behind it.  `now` is the time of day.

    `give_up` tells the sender of an update that it was tried too often.
    """

    def __init__(
        self,
        store: Store,
        now: Callable[[], float],
        give_up: Callable[[Update], Coroutine[Any, Any, None]],
    ) -> None:
        super().__init__()
        self._store = store
        self._now = now
        self._give_up = give_up
        self._tries: dict[int, int] = {}
        self._alone = asyncio.Lock()

    async def put(self, item: object) -> None:
        """Store an update and queue it, unless it came before.  Raises NotStored."""
        if isinstance(item, Update):
            try:
                body = json.dumps(item.to_dict(), default=_plain)
                fresh = self._store.mailbox.receive(item.update_id, body, self._now())
            except FULL as error:
                log.error("update_not_stored", error=type(error).__name__)
                raise NotStored("An update could not be stored.") from None
            if not fresh:
                log.info("update_known", number=item.update_id)
                return
        await super().put(item)

    def replay(self, bot: Bot) -> int:
        """Queue what was not finished when the bot ended, the oldest first; how many there were."""
        waiting = self._store.mailbox.unfinished()
        for number, body, tries in waiting:
            self._tries[number] = tries
            self.put_nowait(Update.de_json(json.loads(body), bot))
        if waiting:
            log.info("updates_replayed", count=len(waiting))
        return len(waiting)

    async def handle(self, update: Update, handling: Coroutine[Any, Any, Any]) -> None:
        """Await `handling` of `update` and see to it that it is finished, or tried again."""
        number = update.update_id
        tries = self._tries.pop(number, 0)
        if tries >= MAX_TRIES:
            handling.close()
            log.error("update_given_up", number=number, tries=tries)
            if tries > MAX_TRIES:  # even the sentence about it did not come through
                self._store.mailbox.finish(number)
                return
            handling = self._give_up(update)
        async with self._alone if tries >= ALONE_FROM else contextlib.nullcontext():
            with _at_any_rate("try_not_counted"):
                self._store.mailbox.try_again(number)
            hand = InHand(number, tries > 0, self._store)
            token = _in_hand.set(hand)
            interrupted = True
            try:
                await handling
                interrupted = False
            except Exception:
                interrupted = False  # it was handled, badly
                raise
            finally:
                _in_hand.reset(token)
                hand.let_go(interrupted)
            if tries >= ALONE_FROM:
                await hand.tasks_done()


class TyingApplication(Application[Any, Any, Any, Any, Any, Any]):
    """The library's application, in which a task belongs to the update that it was begun for."""

    def create_task(
        self,
        coroutine: Any,
        update: object | None = None,
        *,
        name: str | None = None,
    ) -> "asyncio.Task[Any]":
        """See the library."""
        task: asyncio.Task[Any] = super().create_task(coroutine, update, name=name)
        if hand := in_hand():
            hand.tie(task)
        return task


def in_hand() -> InHand | None:
    """The update for which the code that asks is at work, until it is finished."""
    hand = _in_hand.get()
    return hand if hand and not hand.over else None


def is_again() -> bool:
    """Whether the update in hand was begun before: what it asks for may be half done."""
    hand = in_hand()
    return hand is not None and hand.again


def nothing_in_hand() -> None:
    """What follows belongs to no update, though one may have been in hand when it was planned."""
    _in_hand.set(None)


def is_sending(endpoint: str) -> bool:
    """Whether a call shows somebody something new."""
    return endpoint.startswith(SENDING) and endpoint != NOT_NOTED


def _plain(value: object) -> object:
    """A time that the library read from a field in which it expected none, or whatever else."""
    return int(value.timestamp()) if isinstance(value, datetime) else str(value)


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


@contextlib.contextmanager
def _at_any_rate(event: str) -> Any:
    """A full disk must not keep the answer from whoever is waiting for it."""
    try:
        yield
    except FULL as error:
        log.error(event, error=type(error).__name__)
