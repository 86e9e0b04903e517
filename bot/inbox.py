"""Every update is stored before Telegram hears that it came, and is answered exactly once.

The library hands each update to its queue before it acknowledges it with the next request for
updates; the queue is an `Inbox`, which stores it first.  What was not handled to the end when the
bot died is handled again at the next start, and what was already sent for it is not sent again.

What fails because the disk is full, somebody else locks the database, or Telegram cannot be reached
is put off and handled again, in the same way as after a crash.

What remains is a gap between Telegram's taking of a message and our noting of it: the time that its
answer is on the way, tens of milliseconds, more on an overloaded machine.  If the power fails just
then, that one message comes twice.
"""

import asyncio
import contextlib
import json
import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
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

PAUSE_SECONDS, MAX_PAUSE_SECONDS = 5.0, 60.0
"""Before what was put off is handled again; the pause doubles each time."""

MAX_TIMES = 1440
"""Times that an update is put off, a day of minutes: Telegram too forgets what nobody fetched for a
day.  Counted, since the clock may be put right meanwhile."""

SENDING = ("send", "copy", "forward", "answerCallbackQuery")
"""Calls that show something new.  Edits and deletions may be repeated: they end the same."""

NOT_NOTED = "sendChatAction"

_in_hand: ContextVar["InHand | None"] = ContextVar("update_in_hand", default=None)


class NotStored(TelegramError):
    """The update could not be stored, so it is not acknowledged and Telegram sends it again.

    One of the library's errors, because any other would end its polling for good.
    """


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


class InHand:
    """An update that is being handled: the tasks that work on it, and what was sent for it.

    `before` is what is remembered of it if it was put off; `wait` puts it off (once more).
    """

    def __init__(
        self,
        update_id: int,
        again: bool,
        store: Store,
        before: PutOff | None = None,
        wait: Callable[[], None] | None = None,
        finish: Callable[[int], None] | None = None,
    ) -> None:
        self._finish = finish or store.mailbox.finish
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
        result = await call()
        self.memory.sent[key] = place = _place(result)
        with _at_any_rate("answer_not_noted"):
            self._mailbox.sent(self.update_id, key, place)
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
                with _at_any_rate("update_not_finished"):
                    self._finish(self.update_id)


class Inbox(asyncio.Queue[object]):
    """The queue of updates, with the store behind it.  `now` is the time of day.

    `give_up` tells the sender of an update that it was tried too often, `tell_later` that it cannot
    be stored just now.
    """

    def __init__(
        self,
        store: Store,
        now: Callable[[], float],
        give_up: Callable[[Update], Coroutine[Any, Any, None]],
        tell_later: Callable[[Update], Coroutine[Any, Any, None]] | None = None,
    ) -> None:
        super().__init__()
        self._tell_later = tell_later
        self._put_off: dict[int, PutOff] = {}
        self._refused: set[int] = set()
        self._owed: set[int] = set()
        self._telling: set[asyncio.Task[None]] = set()
        self._store = store
        self._now = now
        self._give_up = give_up
        self._tries: dict[int, int] = {}
        self._alone = asyncio.Lock()
        self.taken = 0  # how many were handed on, for whoever watches that it goes on

    async def get(self) -> object:
        """The next update, when there is one."""
        item = await super().get()
        self.taken += 1
        return item

    async def put(self, item: object) -> None:
        """Store an update and queue it, unless it came before.  Raises NotStored."""
        if isinstance(item, Update):
            try:
                body = json.dumps(item.to_dict(), default=_plain)
                fresh = self._store.mailbox.receive(item.update_id, body, self._now())
            except FULL as error:
                log.error("update_not_stored", error=type(error).__name__)
                self._refuse(item)
                raise NotStored("An update could not be stored.") from None
            self._refused.discard(item.update_id)
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
        before = self._put_off.pop(number, None)
        tries = before.tries if before else self._tries.pop(number, 0)
        if tries >= MAX_TRIES:
            handling.close()
            log.error("update_given_up", number=number, tries=tries)
            if tries > MAX_TRIES:  # even the sentence about it did not come through
                self._store.mailbox.finish(number)
                return
            handling = self._give_up(update)
        async with self._alone if tries >= ALONE_FROM else contextlib.nullcontext():
            if before is None:  # a full disk is not the fault of what was sent
                with _at_any_rate("try_not_counted"):
                    self._store.mailbox.try_again(number)
            memory = before or PutOff(tries)
            again = tries > 0 or before is not None
            wait = self._waiting(update, memory)
            hand = InHand(number, again, self._store, memory, wait, self._finish)
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

    def _finish(self, number: int) -> None:
        """Note that an update is finished; if that fails, note it as soon as it can be.

        Else it would be handled once more after a crash that comes much later.
        """
        first = not self._owed
        self._owed.add(number)
        try:
            self._settle()
        except FULL:
            if first:
                asyncio.get_running_loop().call_later(PAUSE_SECONDS, self._settle_later)
            raise

    def _settle(self) -> None:
        for number in list(self._owed):
            self._store.mailbox.finish(number)
            self._owed.discard(number)

    def _settle_later(self) -> None:
        try:
            self._settle()
        except FULL:
            asyncio.get_running_loop().call_later(PAUSE_SECONDS, self._settle_later)

    def _waiting(self, update: Update, memory: PutOff) -> Callable[[], None] | None:
        """What puts an update off, unless it has been for too long."""
        if memory.times >= MAX_TIMES:
            return None

        def wait() -> None:
            number = update.update_id
            log.warning("update_put_off", number=number, seconds=memory.pause)
            self._put_off[number] = memory
            memory.times += 1
            asyncio.get_running_loop().call_later(memory.pause, self.put_nowait, update)
            memory.pause = min(2 * memory.pause, MAX_PAUSE_SECONDS)

        return wait

    def _refuse(self, update: Update) -> None:
        """Let the sender know that they have to wait, once, however often Telegram sends it."""
        if self._tell_later is None or update.update_id in self._refused:
            return
        self._refused.add(update.update_id)
        task = asyncio.create_task(self._tell_later(update))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)


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
