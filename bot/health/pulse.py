"""The signs of life of the bot's loop, and of the loops that fetch updates and hand them on."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import structlog
from telegram.request import HTTPXRequest

from bot.health.systemd import notify
from bot.reception import Understanding

log = structlog.get_logger(__name__)

BEAT_SECONDS = 5.0
"""How often the loop gives a sign; systemd is told as often, and waits for many times as long."""

DEAF_SECONDS = 300.0
"""Telegram answers every ten seconds, with or without updates, and without a network the library
tries again at least twice a minute.  Five minutes without one attempt: nobody asks any more."""


class Trouble(StrEnum):
    """What can be wrong with a process that runs."""

    DEAF = "deaf"  # nobody asks Telegram for updates, or takes them
    IDLE = "idle"  # updates are there, and nobody takes them from the queue
    UNREACHED = "unreached"  # Telegram has updates to deliver, and none arrives

    @property
    def is_ours(self) -> bool:
        """Whether a new start may help; not against a proxy that does not pass anything on."""
        return self is not Trouble.UNREACHED


@dataclass(slots=True)
class Pulse:
    """What is known of the loops.  `clock` counts seconds."""

    clock: Callable[[], float] = time.monotonic
    beats: int = 0
    asked_at: float = field(init=False)
    taken: int = 0  # updates that were taken from the queue, until the last look
    moved_at: float = field(init=False)
    arrived: int = 0  # deliveries, until the last look
    kept_since: float | None = None  # Telegram has kept updates for us, and delivered none

    def __post_init__(self) -> None:
        self.asked_at = self.moved_at = self.clock()

    def asked(self) -> None:
        """Telegram was asked for updates, or answered."""
        self.asked_at = self.clock()

    def queue(self, waiting: int, taken: int) -> None:
        """So many updates wait, and so many were taken since the start."""
        if not waiting or taken != self.taken:
            self.moved_at = self.clock()
        self.taken = taken

    def deliveries(self, kept: int, arrived: int) -> None:
        """Telegram has so many updates to deliver, and so many deliveries came since the start."""
        if not kept or arrived != self.arrived:
            self.kept_since = None
        elif self.kept_since is None:
            self.kept_since = self.clock()
        self.arrived = arrived

    def trouble(self) -> Trouble | None:
        """What is wrong, if anything is."""
        now = self.clock()
        if now - self.asked_at > DEAF_SECONDS:
            return Trouble.DEAF
        if now - self.moved_at > DEAF_SECONDS:
            return Trouble.IDLE
        if self.kept_since is not None and now - self.kept_since > DEAF_SECONDS:
            return Trouble.UNREACHED
        return None


class HeardRequest(Understanding, HTTPXRequest):
    """The library's way to ask for updates, which leaves a sign of life each time."""

    def __init__(self, pulse: Pulse) -> None:
        super().__init__(connection_pool_size=1)
        self._pulse = pulse

    async def do_request(self, *args: Any, **options: Any) -> tuple[int, bytes]:
        """See the library."""
        self._pulse.asked()
        try:
            return await super().do_request(*args, **options)
        finally:
            self._pulse.asked()


async def beat(pulse: Pulse, look: Callable[[], None], seconds: float = BEAT_SECONDS) -> Trouble:
    """Give signs of life until something is wrong that a new start may mend; what it is.

    `look` notes in `pulse` what it must know.
    """
    while True:
        pulse.beats += 1
        look()
        if (trouble := pulse.trouble()) and trouble.is_ours:
            log.critical("updates_stopped", trouble=trouble)
            return trouble
        notify(WATCHDOG="1")
        await asyncio.sleep(seconds)
