"""Many updates, in many houses one after the other, and what came of them."""

import asyncio
import logging
import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from bot.fuzzing.house import Flaws, Listener, TrialHouse

BLOCK = 50
BLOCKS_A_HOUSE = 12
"""Then a fresh one begins: families may have been dissolved, and screens fill."""

MEMORY = Path("/dev/shm")  # noqa: S108 – a database on it needs no disk to be slow
"""A folder in memory, where the machine has one."""


@dataclass
class FuzzReport:
    """How it went."""

    count: int
    seed: int
    done: int = 0
    houses: int = 0
    not_understood: int = 0
    sent: int = 0
    seconds: float = 0.0
    flaws: Flaws = field(default_factory=Flaws)

    @property
    def passed(self) -> bool:
        """Whether nothing was as it must not be."""
        return not self.flaws

    def in_words(self) -> str:
        """The figures as a list."""
        lines = [
            f"{self.done} updates in {self.houses} houses, seed {self.seed}, {self.seconds:.0f} s",
            f"  messages that the bot sent: {self.sent}",
            f"  of a shape that the library cannot read, and passed over: {self.not_understood}",
            f"  flaws: {self.flaws.total()}",
            *(f"    {times} × {flaw}" for flaw, times in self.flaws.most_common()),
        ]
        return "\n".join(lines)


def fuzz(
    count: int,
    seed: int = 1,
    on_block: Callable[[int], None] = lambda _done: None,
    say: Callable[[str], None] = lambda _line: None,
) -> FuzzReport:
    """Feed `count` updates to the bot; `on_block` is told how many were done, `say` of flaws."""
    report = FuzzReport(count, seed)
    listener = Listener(report.flaws, say)
    root, config = logging.getLogger(), structlog.get_config()
    handlers, root.handlers = root.handlers, [listener]
    structlog.configure(
        processors=[structlog.processors.add_log_level, listener.processor],
        cache_logger_on_first_use=False,
    )
    begun = time.monotonic()
    try:
        asyncio.run(_houses(report, on_block, MEMORY if MEMORY.is_dir() else None))
    finally:
        root.handlers = handlers
        structlog.configure(**config)
    report.not_understood = listener.not_understood
    report.seconds = time.monotonic() - begun
    return report


async def _houses(report: FuzzReport, on_block: Callable[[int], None], place: Path | None) -> None:
    while report.done < report.count:
        # A house of its own seed, so that one that went wrong can be built again by itself.
        dice = random.Random(f"{report.seed}/{report.houses}")  # noqa: S311 – a trial, no secret
        report.houses += 1
        with tempfile.TemporaryDirectory(prefix="familyguard-fuzz-", dir=place) as made:
            house = TrialHouse(Path(made), dice, report.flaws)
            async with house.open():
                for _ in range(BLOCKS_A_HOUSE):
                    block = min(BLOCK, report.count - report.done)
                    if block:
                        await house.block(block)
                        report.done += block
                        on_block(report.done)
            report.sent += house.sent
