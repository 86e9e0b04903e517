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
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any
from weakref import WeakSet

import structlog
from telegram import Bot, Update
from telegram.error import TelegramError
from telegram.ext import Application

from bot.arrears import Arrears
from bot.inhand import (
    FULL,
    InHand,
    PutOff,
    apart,
    at_any_rate,
    holding,
    in_hand,
    is_again,
    is_sending,
    nothing_in_hand,
)
from familyguard.store import Store

__all__ = [
    "ALONE_FROM",
    "MAX_TRIES",
    "InHand",
    "Inbox",
    "NotStored",
    "TyingApplication",
    "apart",
    "in_hand",
    "is_again",
    "is_sending",
    "nothing_in_hand",
]

log = structlog.get_logger(__name__)

MAX_TRIES = 4
"""Times that handling an update is begun.  One that kills the bot must not do so for ever; the last
two times it was alone, so that none is given up that was merely in hand when the power failed."""

ALONE_FROM = 2
"""Tries after which an update is handled with no other such beside it, so that the one that kills
the bot does not use up the tries of those that happened to be in hand as well."""


MAX_PAUSE_SECONDS = 60.0
"""Before what was put off is handled again; the pause doubles each time."""

MAX_TIMES = 1440
"""Times that an update is put off, a day of minutes: Telegram too forgets what nobody fetched for a
day.  Counted, since the clock may be put right meanwhile."""


class NotStored(TelegramError):
    """The update could not be stored, so it is not acknowledged and Telegram sends it again.

    One of the library's errors, because any other would end its polling for good.
    """


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
        self.arrears = Arrears(store)
        self._leaving = False
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
        if not self._leaving or not isinstance(item, Update):
            await super().put(item)

    def leave(self) -> None:
        """Hand on nothing more: what is here is stored, and is handled at the next start."""
        self._leaving = True
        while not self.empty():
            self.get_nowait()
            self.task_done()

    def replay(self, bot: Bot) -> int:
        """Queue what was not finished when the bot ended, the oldest first; how many there were."""
        waiting = self._store.mailbox.unfinished()
        for number, body, tries in waiting:
            try:
                update = Update.de_json(json.loads(body), bot)
            except Exception as error:
                # Delivered by webhook, where nobody reads it first: the start must not fail on it.
                log.error("update_not_understood", number=number, error=type(error).__name__)
                self._store.mailbox.finish(number)
                continue
            self._tries[number] = tries
            self.put_nowait(update)
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
        try:
            await self._handle(update, handling, before, tries)
        finally:
            handling.close()  # it has not begun if the bot was stopped while this one waited

    async def _handle(
        self,
        update: Update,
        handling: Coroutine[Any, Any, Any],
        before: PutOff | None,
        tries: int,
    ) -> None:
        number = update.update_id
        async with self._alone if tries >= ALONE_FROM else contextlib.nullcontext():
            if before is None:  # a full disk is not the fault of what was sent
                with at_any_rate("try_not_counted"):
                    self._store.mailbox.try_again(number)
            memory = before or PutOff(tries)
            again = tries > 0 or before is not None
            wait = self._waiting(update, memory)
            hand = InHand(number, again, self._store, memory, wait, self.arrears)
            interrupted = True
            with holding(hand):
                try:
                    await handling
                    interrupted = False
                except Exception:
                    interrupted = False  # it was handled, badly
                    raise
                finally:
                    hand.let_go(interrupted)
            if tries >= ALONE_FROM:
                await hand.tasks_done()

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

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self._at_work: WeakSet[asyncio.Task[Any]] = WeakSet()

    async def leave(self, seconds: float) -> None:
        """Finish what is in hand within `seconds`; what is not then is finished after a start."""
        tasks = {task for task in self._at_work if not task.done()}
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=seconds)
        for task in late:
            task.cancel()
        if late:
            log.warning("left_for_the_next_start", count=len(late))
            await asyncio.wait(late, timeout=seconds)

    def create_task(
        self,
        coroutine: Any,
        update: object | None = None,
        *,
        name: str | None = None,
    ) -> "asyncio.Task[Any]":
        """See the library."""
        task: asyncio.Task[Any] = super().create_task(coroutine, update, name=name)
        self._at_work.add(task)
        if hand := in_hand():
            hand.tie(task)
        return task


def _plain(value: object) -> object:
    """A time that the library read from a field in which it expected none, or whatever else."""
    return int(value.timestamp()) if isinstance(value, datetime) else str(value)
