"""The bot is killed at random moments, and must neither lose nor repeat an answer.

A family talks to the real bot over the local Telegram.  The same talk is held twice: once in peace,
and once with `kill -9` in the middle of it.  What stands on the screens at the end must be the
same, and the database must be sound.
"""

import asyncio
import contextlib
import logging
import os
import random
import re
import signal
import sqlite3
import statistics
import sys
import tempfile
import time
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.playground.params import Upload
from bot.playground.people import People
from bot.playground.process import start_bot
from bot.playground.server import build, serve
from bot.playground.world import BotAccount, Chat, Person, World
from familyguard.admission import approve, knock
from familyguard.family import Role
from familyguard.store import open_store

QUICK_WORKER = (sys.executable, "-m", "bot.playground.quick_worker")

ACTS = ("memo", "memo", "words", "/help", "/language")
ACTS_A_ROUND = 6
GAP_SECONDS = 0.12
"""Longest pause between two acts of a round."""

KILL_SECONDS = 1.5
"""Latest moment of a kill, counted from the first act of its round."""

START_SECONDS = 2.5
"""Latest moment of a second kill, counted from the start after the first one."""

SECOND_KILL = 0.3
"""Share of the kills that are followed by another before the bot has come to rest.  A third would
make it give up what was in hand, as it should."""

CALM_SECONDS = 90.0
LOOK_SECONDS = 0.02

ON_THE_WAY_SECONDS = 0.05
"""What the bot had sent when it was stopped arrives; it does no more, and is dead then."""

PEACE = {"MESSAGE_BURST": "100000", "QUEUE_PER_MEMBER": "50", "QUEUE_LENGTH": "500"}
"""Nobody is told to slow down: how often they are would depend on the moment of the kills."""

DATABASE = "data/familyguard.db"

MOST_IN_THE_GAP = 0.5
"""Messages that a kill may find not yet noted, on average, even on a machine that is overloaded; if
there are more, the bot does not note them."""

Screens = dict[int, Counter[tuple[int, str]]]
"""By person: (message replied to, counted from the person's first; first line without digits).

What stands further down on a card depends on which of two memos was listened to first."""


@dataclass
class Report:
    """What came of it.  `in_hand` are the updates that each kill interrupted.

    `in_the_gap` are messages that Telegram had taken when a kill fell, and the bot had not yet
    noted: nobody can know of them afterwards, and they may come twice.
    """

    kills: int
    acts: int
    answers: int = 0
    lost: int = 0
    repeated: int = 0
    in_the_gap: int = 0
    in_hand: list[int] = field(default_factory=list)
    recovery: list[float] = field(default_factory=list)  # seconds from the start to the last answer
    integrity: str = ""
    left_behind: int = 0  # files of memos

    @property
    def passed(self) -> bool:
        """Whether everything was as it must be."""
        whole = self.integrity == "ok" and not self.left_behind
        noted = self.in_the_gap <= self.kills * MOST_IN_THE_GAP
        return whole and noted and not self.lost and self.repeated <= self.in_the_gap

    def to_markdown(self) -> str:
        """The figures as a table."""
        caught = sum(count > 0 for count in self.in_hand)
        rows = {
            "kill -9": self.kills,
            "with something in hand": f"{caught} (at most {max(self.in_hand, default=0)} updates)",
            "messages and memos sent": self.acts,
            "answers expected": self.answers,
            "lost": self.lost,
            "given twice, or otherwise": self.repeated,
            "taken by Telegram, but not yet noted at a kill": self.in_the_gap,
            "seconds from start to the last answer, median": (
                f"{statistics.median(self.recovery):.1f}" if self.recovery else "–"
            ),
            "database": self.integrity,
            "files left behind": self.left_behind,
        }
        lines = [f"| {name} | {value} |" for name, value in rows.items()]
        return "\n".join(["| what | figure |", "|---|---|", *lines])


class Trial:
    """A family, its bot in a process, and their talk."""

    def __init__(self, url: str, world: World, folder: Path, worker: Sequence[str]) -> None:
        self.world = world
        self.people = People(world)
        self.bot: BotAccount = world.add_bot("FamilyGuard", "familyguard_trial_bot")
        self.family = [world.add_person(name, name) for name in ("Bram", "Anna", "Lotte")]
        self._url = url
        self._folder = folder
        self._worker = worker
        self._process: Process | None = None
        self._memos = 0
        self._let_in()

    async def start(self) -> None:
        """Start the bot."""
        with (self._folder / "bot.log").open("ab") as log:
            self._process = await start_bot(
                self._url, self.bot, self._folder, self._folder, "nl", log, self._worker, **PEACE
            )

    async def kill(self) -> tuple[int, int]:
        """`kill -9` of the bot's process alone.

        How many updates were in hand or not fetched, and how many messages the bot had sent in all
        its lives without having noted it when it died.
        """
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._process.pid, signal.SIGSTOP)
            await asyncio.sleep(ON_THE_WAY_SECONDS)
            os.kill(self._process.pid, signal.SIGKILL)
        await self._process.wait()
        return self._unfinished() + len(self.bot.queue.pending), self._unnoted()

    async def stop(self) -> None:
        """Let it end by itself."""
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        await asyncio.wait_for(self._process.wait(), CALM_SECONDS)

    async def calm(self) -> None:
        """Wait until everything was fetched and handled.  Raises TimeoutError."""
        async with asyncio.timeout(CALM_SECONDS):
            # The work of another process: there is nothing here to be told by.
            while self.bot.queue.pending or self._unfinished():  # noqa: ASYNC110
                await asyncio.sleep(LOOK_SECONDS)

    def does(self, person: Person, act: str) -> None:
        """One act of one person."""
        chat = self._chat(person)
        if act != "memo":
            words = "Shall we have dinner on Sunday?" if act == "words" else act
            self.people.say(person, chat, words)
            return
        self._memos += 1
        content = f"memo {self._memos}".encode()
        file = Upload(data=content, name="memo.ogg", mime="audio/ogg")
        self.people.send(person, chat, "voice", file, seconds=5)

    def screens(self) -> Screens:
        """What everyone sees in the end."""
        seen: Screens = {}
        for number, person in enumerate(self.family):
            chat = self._chat(person)
            own = [one.id for one in chat.messages.values() if one.sender is person]
            seen[number] = Counter(
                (
                    own.index(message.reply_to) if message.reply_to in own else -1,
                    re.sub(r"\d+", "#", (message.text or "").partition("\n")[0]),
                )
                for message in chat.messages.values()
                if message.sender is self.bot
            )
        return seen

    def integrity(self) -> str:
        """«ok», or what SQLite finds wrong with the file."""
        with contextlib.closing(sqlite3.connect(self._folder / DATABASE)) as db:
            found = db.execute("pragma integrity_check").fetchall()
            found += db.execute("pragma foreign_key_check").fetchall()
        return ", ".join(str(row[0]) for row in found)

    def files(self) -> int:
        """Memos that lie about."""
        return sum(path.is_file() for path in (self._folder / "data" / "incoming").rglob("*"))

    def _chat(self, person: Person) -> Chat:
        return self.world.private(person, self.bot)

    def _let_in(self) -> None:
        now = time.time()
        with open_store(self._folder / DATABASE) as store:
            keeper, *others = self.family
            knock(store, store.invitations.claim(now), keeper.id, keeper.name, "nl", now)
            account = store.accounts.get(keeper.id)
            assert account is not None
            family = account.family_id
            store.families.come_to(family, None)
            for person in others:
                code = store.invitations.create(family, keeper.id, now)
                knock(store, code, person.id, person.name, "nl", now)
                approve(store, family, person.id, Role.ADULT, now)

    def _unfinished(self) -> int:
        return self._count("updates where body is not null")

    def _unnoted(self) -> int:
        """Every act of the talk is answered with one message, so they can be counted off."""
        sent = sum(
            message.sender is self.bot
            for person in self.family
            for message in self._chat(person).messages.values()
        )
        return sent - self._count("answers") - self._count("updates where body is null")

    def _count(self, what: str) -> int:
        address = f"file:{self._folder / DATABASE}?mode=ro"
        with contextlib.closing(sqlite3.connect(address, uri=True, timeout=5)) as db:
            row = db.execute(f"select count(*) from {what}").fetchone()  # noqa: S608 – from above
        return int(row[0])


async def crash(
    kills: int,
    seed: int = 1,
    worker: Sequence[str] = QUICK_WORKER,
    say: Callable[[str], None] = lambda _line: None,
) -> Report:
    """Hold the talk in peace and with `kills` kills, and compare.

    `seed` decides what is said and when the kills fall; `say` is told how far it is.
    """
    # A request that a kill cut off is no error of the local Telegram's.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    report = Report(kills, 0)
    say("in peace")
    expected = await _talk(0, kills, seed, worker, report, say)
    report.acts, report.recovery = 0, []
    seen = await _talk(kills, kills, seed, worker, report, say)
    for person, wanted in expected.items():
        report.answers += wanted.total()
        report.lost += (wanted - seen[person]).total()
        report.repeated += (seen[person] - wanted).total()
    return report


async def _talk(
    kills: int,
    rounds: int,
    seed: int,
    worker: Sequence[str],
    report: Report,
    say: Callable[[str], None],
) -> Screens:
    acts, fate = random.Random(seed), random.Random(f"{seed} kills")  # noqa: S311 – a trial, no secret
    world = World()
    with tempfile.TemporaryDirectory(prefix="familyguard-crash-") as made:
        async with serve(build(world)) as url:
            trial = Trial(url, world, Path(made), worker)
            await trial.start()
            try:
                for _ in range(rounds):
                    talk = asyncio.create_task(_round(trial, acts))
                    if kills > 0:
                        kills -= await _kill(trial, fate, report, kills)
                        say(f"{kills} kills to go")
                    begun = time.monotonic()
                    await talk
                    await trial.calm()
                    report.recovery.append(time.monotonic() - begun)
                    report.acts += ACTS_A_ROUND
            finally:
                await trial.stop()
            report.integrity = trial.integrity()
            report.left_behind = trial.files()
            return trial.screens()


async def _round(trial: Trial, acts: random.Random) -> None:
    for _ in range(ACTS_A_ROUND):
        trial.does(acts.choice(trial.family), acts.choice(ACTS))
        await asyncio.sleep(acts.uniform(0, GAP_SECONDS))


async def _kill(trial: Trial, fate: random.Random, report: Report, most: int) -> int:
    """Kill the bot once or twice, and start it again; how often."""
    await asyncio.sleep(fate.uniform(0, KILL_SECONDS))
    await _note(trial, report)
    await trial.start()
    if most < 2 or fate.random() >= SECOND_KILL:
        return 1
    await asyncio.sleep(fate.uniform(0, START_SECONDS))
    await _note(trial, report)
    await trial.start()
    return 2


async def _note(trial: Trial, report: Report) -> None:
    in_hand, unnoted = await trial.kill()
    report.in_hand.append(in_hand)
    report.in_the_gap = unnoted
