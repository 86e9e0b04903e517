"""Memos come in, and it is noted how long each was on its way."""

import asyncio
import itertools
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.analysis import Analyst, Memo
from bot.load.sites import worked_seconds

CHALLENGES = 0.1
"""Share of the memos that answer a live challenge."""

LONG = 0.1
"""Share of the others that are long."""


@dataclass(frozen=True, slots=True)
class Throughput:
    """What was judged when there was always something waiting."""

    per_second: float
    processor_seconds: float
    """Of one memo, in all processes that were started."""


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds from the arrival of a memo to its verdict, at a share of what can be judged."""

    load: float
    memos: tuple[float, ...]
    challenges: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Material:
    """The files that come in: the usual one, and a long one for some of the memos."""

    usual: Path
    long: Path


async def throughput(analyst: Analyst, file: Path, count: int) -> Throughput:
    """Have `count` memos judged that all came at once, each of another member."""
    await _heard(analyst, file, 0)  # the first one is slower: caches are cold
    before, began = worked_seconds(), time.monotonic()
    await asyncio.gather(*(_heard(analyst, file, member) for member in range(1, count + 1)))
    seconds = time.monotonic() - began
    return Throughput(count / seconds, (worked_seconds() - before) / count)


async def unloaded(analyst: Analyst, file: Path, count: int) -> float:
    """Median seconds of an answer to a challenge, one after the other, with nothing else to do."""
    return float(np.median([await _heard(analyst, file, 1, True) for _ in range(count)]))


async def waits(
    analyst: Analyst, material: Material, load: float, per_second: float, count: int, seed: int
) -> Waits:
    """Let `count` memos come at random at `load` times `per_second`, and wait for all."""
    dice = random.Random(seed)  # noqa: S311 – arrivals, no secrets
    tasks: list[asyncio.Task[float]] = []
    urgent: list[bool] = []
    due = time.monotonic()
    for member in itertools.islice(itertools.count(1), count):
        due += dice.expovariate(load * per_second)
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        is_answer = dice.random() < CHALLENGES
        is_long = not is_answer and dice.random() < LONG
        file = material.long if is_long else material.usual
        tasks.append(asyncio.create_task(_heard(analyst, file, member, is_answer)))
        urgent.append(is_answer)
    taken = await asyncio.gather(*tasks)
    return Waits(
        load,
        tuple(one for one, first in zip(taken, urgent, strict=True) if not first),
        tuple(one for one, first in zip(taken, urgent, strict=True) if first),
    )


async def _heard(analyst: Analyst, file: Path, member: int, is_answer: bool = False) -> float:
    began = time.monotonic()
    await analyst.listen(Memo(member, file, "en", "en", is_answer=is_answer), _untold)
    return time.monotonic() - began


def _untold(_step: str, **_values: object) -> None:
    """Nobody looks on."""


def percentiles(seconds: Sequence[float]) -> tuple[float, float, float]:
    """The median, the 95th and the 99th."""
    if not seconds:
        return (float("nan"),) * 3
    half, most, nearly_all = np.percentile(seconds, (50, 95, 99))
    return float(half), float(most), float(nearly_all)
