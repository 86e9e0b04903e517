"""The real bot over an in-process Telegram, for a few hundred updates, and what must hold of it."""

import asyncio
import contextlib
import itertools
import logging
import random
import sqlite3
import traceback
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import structlog
from telegram.ext import JobQueue

from bot.analysis import CodeWordMemos, Finding, Memo, PromptMemo, Tell, known
from bot.app import ALLOWED_UPDATES, build_application, house_of
from bot.context import App
from bot.delivery import PatientLimiter
from bot.errors import CannotListen, QueueFull, Stopping
from bot.fuzzing import hostile
from bot.fuzzing.crowd import FIRST, ORDINARY, SCAM, SECOND, Crowd
from bot.markup import GAP
from bot.playground.inprocess import InProcess
from bot.playground.quick_worker import QuickAnalyser
from bot.playground.world import Person, World
from bot.protocol import CRASHED
from bot.settings import Settings
from bot.texts import LANGUAGES, catalogue
from familyguard.codeword import CHEAP_COST_FOR_TESTS
from familyguard.errors import SealBroken
from familyguard.store import Store
from voice.errors import Undecodable
from voice.results import Analysis, EnrolmentMemo, Rehearing

START = 1_790_000_000.0
SECONDS_APART = 20.0
"""Between two updates, by the clock of the trial."""

OUTSIDERS_ONLY = 0.4
"""Share of the blocks in which the first family does nothing, and nothing may happen to it."""

MUTATED = 0.6
QUIET_SECONDS = 60.0
INSIDES = ("Traceback (most recent", 'File "/', "sqlite3.", "telegram.error", "object at 0x")

Say = Callable[[str], None]


class Flaws(Counter[str]):
    """What must not be, each with how often it was."""


class OddAnalyst:
    """Hears anything at all."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._quick = QuickAnalyser(0.0)

    async def listen(self, memo: Memo, tell: Tell) -> Finding:
        """See `bot.analysis.Analyst`."""
        tell(self._dice.choice(("decode", "words", "voice")))
        outcome = self._dice.randrange(12)
        if outcome == 0:
            raise self._dice.choice((QueueFull(own=True), CannotListen(), Stopping()))
        if outcome == 1:
            return Finding(self._dice.choice((*Undecodable, CRASHED)), known(None))
        heard: Analysis = self._quick.hear(
            memo.path, self._dice.choice((SCAM, ORDINARY, "", hostile.heard(self._dice)))
        )
        return Finding(heard, known(None))

    async def rehear(self, memos: CodeWordMemos, tell: Tell) -> Rehearing | Undecodable | str:  # noqa: ARG002 – the seam's
        """See `bot.analysis.Analyst`."""
        outcome: Undecodable | str = self._dice.choice((*Undecodable, CRASHED))
        return outcome

    async def enrol(self, memo: PromptMemo, tell: Tell) -> EnrolmentMemo | Undecodable | str:  # noqa: ARG002 – the seam's
        """See `bot.analysis.Analyst`."""
        outcome: Undecodable | str = self._dice.choice((*Undecodable, CRASHED))
        return outcome


class TrialHouse:
    """One bot and its crowd; `flaws` takes what must not be."""

    def __init__(self, folder: Path, dice: random.Random, flaws: Flaws) -> None:
        self._ticks = itertools.count()
        self._time = START
        self.world = World(lambda: self._time)
        self.bot = self.world.add_bot("FamilyGuard", "guard_bot")
        self.crowd = Crowd(self.world, self.bot, dice)
        self._folder = folder
        self._dice = dice
        self._flaws = flaws
        self._looked_at: set[int] = set()
        self._app: App

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """The bot at work; its database is looked at when it ends."""
        settings = Settings(
            _env_file=None,
            telegram_token=self.bot.token,
            data_dir=self._folder / "data",
            models_dir=self._folder / "models",
            language="en",
            country=None,
            message_burst=10**6,
        )
        line = InProcess(self.world, self.bot)
        self._app = app = build_application(
            settings,
            OddAnalyst(self._dice),
            request=line,
            updates_request=line,
            pauses=(),
            edit_seconds=0.0,
            clock=lambda: self._time - START,
            now=lambda: self._time,
            word_cost=CHEAP_COST_FOR_TESTS,
        )
        assert isinstance(app.bot.rate_limiter, PatientLimiter)
        app.bot.rate_limiter.hurry()
        assert isinstance(app.job_queue, JobQueue)
        for job in app.job_queue.jobs():
            job.schedule_removal()  # nothing happens by itself, so that states can be compared
        self.crowd.move_in(self._store, self._time)
        async with app:
            await app.start()
            assert app.updater is not None
            await app.updater.start_polling(allowed_updates=ALLOWED_UPDATES)
            try:
                yield
            finally:
                await app.updater.stop()
                await app.stop()
        self._look_at_database()
        self._store.close()

    async def block(self, count: int) -> None:
        """So many updates, and what must hold after them."""
        crowd = self.crowd
        outsiders_only = self._dice.random() < OUTSIDERS_ONLY
        senders = [*crowd.second, *crowd.strangers] if outsiders_only else crowd.everyone
        before = self._state() if outsiders_only else None
        for _ in range(count):
            sender = self._dice.choice(senders)
            update = crowd.update(sender)
            if self._dice.random() < MUTATED:
                update = hostile.mutated(update, self._dice, crowd.ids)
                _sign(update, sender)
            # Telegram sends only what was asked for, but an update must do no harm for being odd.
            self.bot.queue.pending.append({"update_id": 800_000_000 + next(self._ticks), **update})
            self._time += SECONDS_APART
        self.bot.queue.arrived.set()
        await self._quiet()
        if before is not None and self._state() != before:
            self._flaws["something happened to a family that did nothing"] += 1
        self._look_at_screens()

    async def _quiet(self) -> None:
        """Wait until everything was fetched and handled to the end."""
        try:
            async with asyncio.timeout(QUIET_SECONDS):
                # Polling has no event for being through.
                while self.bot.queue.pending or self._store.mailbox.unfinished():  # noqa: ASYNC110
                    await asyncio.sleep(0.005)
        except TimeoutError:
            left = len(self.bot.queue.pending), len(self._store.mailbox.unfinished())
            self._flaws[f"the bot stands still with {left[0]} and {left[1]} updates"] += 1
            self.bot.queue.pending.clear()

    def _state(self) -> tuple[Any, Any]:
        """Every row of the first family, and what its people see."""
        rows = {}
        account = next(
            filter(None, (self._store.accounts.get(one.id) for one in self.crowd.first)), None
        )
        if account is not None:
            rows = rows_of(self._store.path, account.family_id)
        screens = {
            message.id: (message.text, str(message.markup))
            for person in self.crowd.first
            for message in self.crowd.chat(person).messages.values()
            if message.sender is self.bot
        }
        return rows, screens

    def _look_at_screens(self) -> None:
        for people, foreign in (
            (self.crowd.first, (SECOND,)),
            (self.crowd.second, (FIRST,)),
            (self.crowd.strangers, (FIRST, SECOND)),
        ):
            for person in people:
                self._look_at(person, foreign)

    def _look_at(self, person: Person, foreign: tuple[str, ...]) -> None:
        for message in self.crowd.chat(person).messages.values():
            if message.sender is not self.bot or message.id in self._looked_at:
                continue
            self._looked_at.add(message.id)
            shown = f"{message.text or ''} {message.markup or ''}".replace(GAP, "")
            for words in foreign:
                if words in shown:
                    self._flaws["a word of one family on another's screen"] += 1
            for words in INSIDES:
                if words in shown:
                    self._flaws[f"{words} on a screen"] += 1
            if message.text in _WENT_WRONG:
                self._flaws["«Something went wrong» on a screen"] += 1
        # What was looked at is not looked at again; some are kept, for their buttons.
        messages = self.crowd.chat(person).messages
        for number in list(messages)[:-60]:
            del messages[number]

    def _look_at_database(self) -> None:
        path = self._store.path
        with contextlib.closing(sqlite3.connect(path)) as db:
            found = db.execute("pragma integrity_check").fetchall()
            if found != [("ok",)] or db.execute("pragma foreign_key_check").fetchall():
                self._flaws["the database is damaged"] += 1
        try:
            self._store.check_seals()
        except SealBroken:
            self._flaws["a sealed cell does not open"] += 1

    @property
    def sent(self) -> int:
        """Messages of the bot's that were looked at."""
        return len(self._looked_at)

    @property
    def _store(self) -> Store:
        return house_of(self._app).store


class Listener(logging.Handler):
    """Counts what goes wrong by what the log says of it, with the place in our own code."""

    def __init__(self, flaws: Flaws, say: Say) -> None:
        super().__init__(logging.ERROR)
        self._flaws = flaws
        self._say = say
        self.not_understood = 0

    def emit(self, record: logging.LogRecord) -> None:
        """A record of the library's or asyncio's."""
        error = record.exc_info[1] if record.exc_info else None
        self.note(record.msg if isinstance(record.msg, str) else record.name, error)

    def processor(self, _logger: Any, level: str, event: Any) -> Any:
        """A line of our own."""
        if event["event"] == EXPECTED:
            self.not_understood += 1
        elif level in ("error", "critical", "exception") or event["event"] == PUT_OFF:
            error = event.get("exc_info")
            self.note(event["event"], error if isinstance(error, BaseException) else None)
        raise structlog.DropEvent

    def note(self, what: str, error: BaseException | None) -> None:
        """Count one."""
        where = _place(error) if error else ""
        name = f"{what[:80]}: {type(error).__name__} {where}" if error else what[:80]
        if not self._flaws[name] and error is not None:
            self._say("".join(traceback.format_exception(error)))
        self._flaws[name] += 1


PUT_OFF = "handler_to_be_repeated"
"""No line fails here and no disk is full, so nothing need be put off."""

EXPECTED = "update_not_understood"
"""The error that is the right answer to an update of an impossible shape."""

_WENT_WRONG = {
    catalogue(language)[key] for language in LANGUAGES for key in ("chat.error", "chat.given_up")
}


def rows_of(path: Path, family: str) -> dict[str, list[Any]]:
    """Everything in the database that belongs to a family."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        names = [
            row[0] for row in db.execute("select name from sqlite_master where type = 'table'")
        ]
        found = {}
        for name in names:
            columns = [row[1] for row in db.execute(f"pragma table_info({name})")]
            if "family_id" in columns:
                query = f"select * from {name} where family_id = ? order by 1, 2"  # noqa: S608 – names from SQLite
                found[name] = db.execute(query, [family]).fetchall()
    return found


def _sign(update: hostile.Json, sender: Person) -> None:
    """Telegram vouches for who sent something: that cannot be forged."""
    for content in update.values():
        if isinstance(content, dict) and isinstance(content.get("from"), dict):
            content["from"]["id"] = sender.id


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    own = [
        one
        for one in frames
        if "/site-packages/" not in one.filename and "/lib/python" not in one.filename
    ]
    last = own[-1] if own else frames[-1] if frames else None
    return (
        f"{Path(last.filename).name}:{last.lineno} {str(error)[:60]}" if last else str(error)[:60]
    )
