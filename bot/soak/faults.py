"""What goes wrong in the course of a day, and when."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.playground.errors import too_many_requests
from bot.playground.world import World
from bot.soak.bot import BotUnderTrial
from bot.soak.clock import FastClock
from bot.soak.weather import Weather

HOUR = 3600.0

DAY = {
    "worker killed": 12,
    "429": 12,
    "502": 12,
    "Telegram gone for an hour": 2,
    "Telegram gone for five minutes": 5,
    "answer of Telegram's lost": 6,
    "disk full for half an hour": 3,
    "database locked for ten seconds": 2,
    "clock put wrong by hours": 4,
    "stopped and started": 2,
    "bot killed": 8,
}
"""How often each happens in a full day."""

FULL_DAY = 5000
"""Updates in a full day; in a day of fewer less goes wrong."""

SHORT_DAY = dict.fromkeys(
    (
        "worker killed",
        "429",
        "502",
        "Telegram gone for an hour",
        "disk full for half an hour",
        "clock put wrong by hours",
        "bot killed",
    ),
    1,
)
"""One of each that the tests wait for."""

SHORT = 500
"""Below so many updates it is a short day."""

ONE_LIFE = 0.55
"""Share of the day before the bot is first stopped or killed, in which its memory is measured."""

ENDINGS = ("bot killed", "stopped and started")
FLOODED = ("sendMessage", "editMessageText", "getFile")
RETRY_AFTER_SECONDS = (1, 3)
IN_A_ROW = (1, 4)
GATEWAY_SHARE, GATEWAY_FOR = (0.2, 0.9), HOUR / 6
LOCK_SECONDS = 10.0
WRONG_HOURS = (-30.0, -3.0, 5.0, 26.0)
WRONG_FOR = 0.5 * HOUR


def counts_for(updates: int) -> dict[str, int]:
    """How often each thing goes wrong in a day of so many updates."""
    if updates < SHORT:
        return SHORT_DAY
    return {what: max(1, round(times * updates / FULL_DAY)) for what, times in DAY.items()}


@dataclass
class Faults:
    """Makes things go wrong.  `dice` decides how; seconds of the day are those of `clock`."""

    bot: BotUnderTrial
    world: World
    weather: Weather
    clock: FastClock
    dice: random.Random
    done: Counter[str] = field(default_factory=Counter)
    gap: set[tuple[int, int]] = field(default_factory=set)
    exits: list[int | None] = field(default_factory=list)
    _down: int = 0

    def plan(self, counts: dict[str, int]) -> list[tuple[float, str]]:
        """When what happens: shares of the day, in order."""
        return sorted(
            (self.dice.uniform(ONE_LIFE if what in ENDINGS else 0.02, 0.97), what)
            for what, times in counts.items()
            for _ in range(times)
        )

    async def strike(self, what: str) -> None:
        """Let one thing go wrong, and right again."""
        deeds: dict[str, Callable[[], Awaitable[None]]] = {
            "worker killed": self._worker,
            "429": self._flood,
            "502": self._gateway,
            "Telegram gone for an hour": lambda: self._gone(HOUR),
            "Telegram gone for five minutes": lambda: self._gone(HOUR / 12),
            "answer of Telegram's lost": self._lose,
            "disk full for half an hour": self._full,
            "database locked for ten seconds": self._lock,
            "clock put wrong by hours": self._wrong,
            "stopped and started": self._restart,
            "bot killed": self._kill,
        }
        self.done[what] += 1
        await deeds[what]()

    async def _worker(self) -> None:
        # It may be starting just now.  Another process: there is nothing here to be told by.
        while not self.bot.kill_worker():  # noqa: ASYNC110
            await asyncio.sleep(0.1)

    async def _flood(self) -> None:
        error = too_many_requests(self.dice.randint(*RETRY_AFTER_SECONDS))
        self.world.limits.order(self.dice.choice(FLOODED), error, self.dice.randint(*IN_A_ROW))

    async def _gateway(self) -> None:
        self.weather.bad_gateways = self.dice.uniform(*GATEWAY_SHARE)
        await self._pass(GATEWAY_FOR)
        self.weather.bad_gateways = 0.0

    async def _gone(self, seconds: float) -> None:
        self._down += 1
        self.weather.is_down = True
        await self._pass(seconds)
        self._down -= 1
        self.weather.is_down = self._down > 0

    async def _lose(self) -> None:
        self.weather.answers_to_lose += 1

    async def _full(self) -> None:
        async with self.bot.busy:
            self.bot.fill_disk(True)
            await self._pass(HOUR / 2)
            self.bot.fill_disk(False)

    async def _lock(self) -> None:
        async with self.bot.busy:
            with self.bot.locked():
                await asyncio.sleep(LOCK_SECONDS)

    async def _wrong(self) -> None:
        self.clock.put_wrong(self.dice.choice(WRONG_HOURS) * HOUR)
        await self._pass(WRONG_FOR)
        self.clock.put_wrong(0.0)

    async def _restart(self) -> None:
        async with self.bot.busy:
            self.exits.append(await self.bot.stop())
            await self.bot.start()

    async def _kill(self) -> None:
        async with self.bot.busy:
            self.gap |= await self.bot.kill()
            await self.bot.start()

    async def _pass(self, seconds: float) -> None:
        """Wait for so much of the day."""
        await asyncio.sleep(seconds / self.clock.speed)
