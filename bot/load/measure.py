"""One run: throughput of each site, then waits at some loads, then the database."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.analysis import Analyst
from bot.load.arrivals import CHALLENGES, LONG, Material, throughput, unloaded, waits
from bot.load.report import Report
from bot.load.sites import Site, worker_megabytes
from bot.load.writes import updates_per_second

LOADS = (0.5, 0.8, 1.0, 1.5)
LONG_TIMES = 5
"""How many times as long as the usual memo a long one is."""

WRITES = 300


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure.  `service` pretends to listen for so many seconds; None really listens."""

    service: float | None
    seconds: float
    count: int
    arrivals: int
    workers: Sequence[int]
    redis_workers: Sequence[int]
    waiting_sites: Sequence[Site]
    threads: int
    samples: Path
    models: Path
    seed: int = 1


async def measure(plan: Plan, say: Callable[[str], None]) -> Report:
    """Carry out a plan.  Raises `CannotMeasure`."""
    pretended = plan.service is not None
    how = f"pretended for {plan.service} s" if pretended else f"{plan.seconds:.0f} s long"
    report = Report(f"{plan.count} memos, {how}.")
    first = os.getloadavg()[0]
    sites = [Site(n) for n in plan.workers]
    sites += [Site(n, over_redis=True) for n in plan.redis_workers]
    with _material(plan) as material:
        for site in sites:
            say(site.name)
            async with site.open(_command(plan)) as analyst:
                report.rates[site] = await throughput(analyst, material.usual, plan.count)
                if not pretended:
                    report.megabytes = max(report.megabytes, worker_megabytes())
        for site in plan.waiting_sites:
            async with site.open(_command(plan)) as analyst:
                await _wait_at(site, analyst, plan, material, report, say)
    say("database")
    report.writes = updates_per_second(None, WRITES)
    report.burden = (first, os.getloadavg()[0])
    return report


async def _wait_at(
    site: Site,
    analyst: Analyst,
    plan: Plan,
    material: Material,
    report: Report,
    say: Callable[[str], None],
) -> None:
    report.unloaded[site] = await unloaded(analyst, material.usual, 5)
    # The usual memo's time stretched by the long ones; places for challenges only do not count.
    stretch = 1 + (1 - CHALLENGES) * LONG * (LONG_TIMES - 1)
    if plan.service is not None:
        rate = site.workers / (plan.service * stretch)
    else:
        rate = report.rates[Site(site.workers, over_redis=site.over_redis)].per_second / stretch
    report.waits[site] = []
    for load in LOADS:
        say(f"{site.name}: {load:.0%}")
        found = await waits(analyst, material, load, rate, plan.arrivals, plan.seed)
        report.waits[site].append(found)


def _command(plan: Plan) -> tuple[str, ...]:
    if plan.service is not None:
        return (sys.executable, "-m", "bot.load.pretender")
    from bot.listening_settings import ListeningSettings
    from bot.worker_process import worker_command

    return worker_command(ListeningSettings(models_dir=plan.models, threads=plan.threads))


@contextmanager
def _material(plan: Plan) -> Iterator[Material]:
    if plan.service is not None:
        with tempfile.TemporaryDirectory(prefix="familyguard-load-") as folder:
            usual, long = Path(folder) / "usual", Path(folder) / "long"
            usual.write_text(str(plan.service))
            long.write_text(str(LONG_TIMES * plan.service))
            yield Material(usual, long)
        return
    from voice.evaluation.bench import material_of, memo_of

    sound = material_of(plan.samples)
    with ExitStack() as files:
        usual, long = (
            files.enter_context(memo_of(sound, times * plan.seconds)) for times in (1, LONG_TIMES)
        )
        yield Material(usual, long)
