"""Where memos are judged while it is measured: on this machine, or by workers over a Redis."""

import asyncio
import contextlib
import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.analysis import Analyst, LocalAnalyst
from bot.errors import BotError

ENDLESS = 1_000_000
"""Length of the queues: what is measured is how long one waits, not when one is refused."""

MEMO_SECONDS = 3600.0
START_SECONDS = 30.0
TICKS = os.sysconf("SC_CLK_TCK")


class CannotMeasure(BotError):
    """Something that is needed is not installed."""


@dataclass(frozen=True, slots=True)
class Site:
    """`workers` processes (each with a carrier of its own over Redis), and more for challenges."""

    workers: int
    urgent: int = 0
    over_redis: bool = False

    @property
    def name(self) -> str:
        """As it stands in tables."""
        kept = f" + {self.urgent} for challenges" if self.urgent else ""
        return f"{'over Redis' if self.over_redis else 'local'}, {self.workers}{kept}"

    @contextlib.asynccontextmanager
    async def open(self, command: Sequence[str]) -> AsyncIterator[Analyst]:
        """The analyst, with all processes awake.  `command` starts one of them."""
        if self.over_redis:
            async with _clustered(self, command) as analyst:
                yield analyst
            return
        local = LocalAnalyst(
            command, ENDLESS, ENDLESS, MEMO_SECONDS, processes=self.workers, for_urgent=self.urgent
        )
        local.start()
        try:
            await local.all_ready()
            yield local
        finally:
            await local.close()


@contextlib.asynccontextmanager
async def _clustered(site: Site, command: Sequence[str]) -> AsyncIterator[Analyst]:
    from bot.cluster.analyst import ClusterAnalyst
    from bot.cluster.seal import Seal
    from bot.cluster.worker import ClusterWorker

    seal = Seal(secrets.token_bytes(32))
    with redis_server() as url:
        ready = asyncio.Semaphore(0)
        workers = [
            ClusterWorker(
                url,
                seal,
                command,
                processes=1,
                # One of the workers is enough to keep places for challenges.
                for_urgent=site.urgent if number == 0 else 0,
                memo_seconds=MEMO_SECONDS,
                drain_seconds=0.0,
                on_ready=ready.release,
            )
            for number in range(site.workers)
        ]
        tasks = [asyncio.create_task(worker.serve()) for worker in workers]
        analyst = ClusterAnalyst(url, seal, "load", ENDLESS, ENDLESS, in_flight=4 * site.workers)
        try:
            for _ in workers:
                await ready.acquire()
            analyst.start()
            yield analyst
        finally:
            await analyst.close()
            for worker in workers:
                worker.stop()
            await asyncio.gather(*tasks)


@contextlib.contextmanager
def redis_server() -> Iterator[str]:
    """A Redis of this measurement alone, on a socket in a folder of its own; its address."""
    program = shutil.which("redis-server")
    if program is None:
        raise CannotMeasure("redis-server is not installed; measure with --no-redis.")
    with tempfile.TemporaryDirectory(prefix="familyguard-load-") as folder:
        address = Path(folder) / "redis.sock"
        options = ("--port", "0", "--unixsocket", str(address), "--save", "", "--dir", folder)
        with subprocess.Popen([program, *options], stdout=subprocess.DEVNULL) as process:
            try:
                _wait_for(address, process)
                yield f"unix://{address}"
            finally:
                process.kill()


def _wait_for(address: Path, process: "subprocess.Popen[bytes]") -> None:
    import time

    end = time.monotonic() + START_SECONDS
    while not address.exists():
        if process.poll() is not None or time.monotonic() > end:
            raise CannotMeasure("redis-server does not start.")
        time.sleep(0.01)


def worked_seconds() -> float:
    """Processor seconds of the processes that this one started and that live, and of theirs."""
    total = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[1]) == os.getpid():
                total += sum(map(int, fields[11:15]))  # proc(5): utime, stime, cutime, cstime
    return total / TICKS


def worker_megabytes() -> float:
    """Memory of the largest process that this one started: a worker with its models."""
    largest = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError, ValueError):
            facts = dict(line.split(":", 1) for line in status.read_text().splitlines())
            if int(facts["PPid"]) == os.getpid():
                largest = max(largest, int(facts["VmRSS"].split()[0]))
    return largest * 1024 / 1e6
