"""The day: families talk to their bot while things go wrong; at the end everything is looked at.

The local Telegram lives in this process, the real bot in one of its own.
"""

import asyncio
import logging
import math
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.playground.server import build, serve
from bot.playground.world import World
from bot.soak import checks
from bot.soak.bot import BotUnderTrial
from bot.soak.clock import FastClock
from bot.soak.faults import Faults, counts_for
from bot.soak.report import Report
from bot.soak.town import Town
from bot.soak.weather import Weather
from familyguard.store import open_store

DAY_SECONDS = 24 * 3600.0
MORNING = 1_790_000_000.0
"""When the simulated day begins: a day in September 2026."""

SAMPLE_EVERY = 25
CALM_SECONDS = 240.0
"""Without any progress for so long, the bot stands still; on a busy machine it may be slow."""

LOOK_SECONDS = 0.1
QUIET_LOOKS = 5
SERVICE_SECONDS = 0.05

ENDED = (0, -signal.SIGTERM)
"""How it may end when it is stopped: by itself, or by the signal where it was not at work yet."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a soak is to be.  `minutes` is how long the day takes.

    `service` is how many seconds the stand-in for the worker listens to a memo; `models` is the
    folder of the real ones instead.
    """

    families: int = 200
    updates: int = 5000
    seed: int = 1
    minutes: float = 22.0
    service: float = SERVICE_SECONDS
    models: Path | None = None
    log: Path | None = None  # where the bot's log goes


async def soak(wish: Wish, say: Callable[[str], None] = lambda _line: None) -> Report:
    """Live through the day; `say` is told how far it is."""
    # A request that a kill cut off is no error of the local Telegram's.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="familyguard-soak-") as made:
        report = await _Day(wish, Path(made), say).live()
    report.minutes = (time.monotonic() - begun) / 60
    return report


class _Day:
    def __init__(self, wish: Wish, folder: Path, say: Callable[[str], None]) -> None:
        self._wish = wish
        self._folder = folder
        self._say = say
        speed = DAY_SECONDS / (wish.minutes * 60)
        self._hands = folder / "clock"
        self._clock = FastClock.wind_up(self._hands, MORNING, speed)
        self._world = World(self._clock.true)  # Telegram's own clock is right
        self._weather = Weather(random.Random(f"{wish.seed} weather"))  # noqa: S311 – a trial, no secret
        self._town = Town(self._world, wish.families, random.Random(wish.seed))  # noqa: S311 – a trial, no secret
        people = sum(len(one.people) for one in self._town.households)
        self._report = Report(wish.families, people, wish.seed)

    async def live(self) -> Report:
        app = build(self._world)
        app.middlewares.append(self._weather.middleware)
        with open_store(self._folder / "data/familyguard.db") as store:
            self._town.move_in(store, self._clock.now())
        worker = (sys.executable, "-m", "bot.playground.quick_worker", str(self._wish.service))
        async with serve(app) as url:
            bot = BotUnderTrial(url, self._town.bot, self._folder, self._hands, worker)
            if self._wish.models is not None:
                bot.with_models(self._wish.models)
                self._town.speak_aloud()
            fate = random.Random(f"{self._wish.seed} faults")  # noqa: S311 – a trial, no secret
            faults = Faults(bot, self._world, self._weather, self._clock, fate)
            try:
                await bot.start()
                await asyncio.wait_for(self._weather.fetched.wait(), CALM_SECONDS)
                await self._hours(bot, faults)
                await self._evening(bot)
                faults.exits.append(await bot.stop())
            finally:
                await bot.end()
                if self._wish.log is not None:
                    shutil.copy(bot.folder / "bot.log", self._wish.log)
        self._look(bot, faults)
        return self._report

    async def _hours(self, bot: BotUnderTrial, faults: Faults) -> None:
        """The acts at their times, and the faults at theirs."""
        start, whole = time.monotonic(), self._wish.minutes * 60
        plan = faults.plan(counts_for(self._wish.updates))
        under_way: set[asyncio.Task[None]] = set()
        updates = 0
        while updates < self._wish.updates:
            share = (time.monotonic() - start) / whole
            while plan and plan[0][0] <= share:
                what = plan.pop(0)[1]
                self._say(f"{updates} updates, {what}")
                under_way.add(asyncio.create_task(faults.strike(what)))
            while updates < min(self._wish.updates, share * self._wish.updates):
                updates += self._town.act()
                if updates % SAMPLE_EVERY == 0:
                    self._weigh(bot, updates)
            await asyncio.sleep(LOOK_SECONDS)
        for _, what in plan:
            under_way.add(asyncio.create_task(faults.strike(what)))
        if under_way:
            await asyncio.gather(*under_way)

    async def _evening(self, bot: BotUnderTrial) -> None:
        """Until everything that was sent is handled, or nothing moves any more."""
        self._say("the evening")
        quiet, least, moved = 0, math.inf, time.monotonic()
        # The work of another process: there is nothing here to be told by.
        while quiet < QUIET_LOOKS and time.monotonic() - moved < CALM_SECONDS:
            await asyncio.sleep(LOOK_SECONDS)
            busy = len(self._town.bot.queue.pending) + bot.unfinished()
            quiet = 0 if busy else quiet + 1
            if busy < least:
                least, moved = busy, time.monotonic()

    def _weigh(self, bot: BotUnderTrial, updates: int) -> None:
        lives = self._report.memory.lives
        if len(lives) < bot.lives:
            lives.append([])
        if lives and (size := bot.megabytes()) and (not lives[-1] or lives[-1][-1][0] != updates):
            lives[-1].append((updates, size))

    def _look(self, bot: BotUnderTrial, faults: Faults) -> None:
        report, town = self._report, self._town
        report.asked = Counter(one.what for one in town.asked)
        report.presses = town.presses
        report.faults = faults.done
        report.bad_exits = sum(status not in ENDED for status in faults.exits)
        report.left_behind = sum(
            path.is_file() for path in (bot.folder / "data" / "incoming").rglob("*")
        )
        for asked in town.asked:
            edits = [
                (one.edited or one.date) - asked.message.date
                for one in town.chat(asked.person).messages.values()
                if one.sender is town.bot and one.reply_to == asked.message.id
            ]
            if edits:
                report.waits.append(max(edits) / self._clock.speed)
        checks.answers(town, report, faults.gap | self._weather.swallowed)
        checks.leaks(town, report)
        checks.database(bot.database, report)
        checks.log_of(bot.folder / "bot.log", report)
