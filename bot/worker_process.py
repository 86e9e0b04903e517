"""The bot's end of the worker process: started, spoken to, ended."""

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import structlog
from pydantic import ValidationError

from bot.listening_settings import ListeningSettings
from bot.protocol import EVENT, LAST, MAX_LINE_BYTES, Event, Job, Ready

log = structlog.get_logger(__name__)

LEAVE_SECONDS = 5.0
"""How long a worker gets to end by itself once its input is closed."""

INHERITED = frozenset({
    "HOME", "LANG", "LANGUAGE", "LD_LIBRARY_PATH", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "PATH",
    "PYTHONPATH", "TMPDIR", "TZ", "XDG_CACHE_HOME", "XDG_CONFIG_HOME",
})  # fmt: skip
"""The variables that the worker gets; above all not the token."""


class WorkerDied(Exception):
    """The worker ended, or said something that makes no sense."""


_ROOT = Path(__file__).resolve().parent.parent
_BOOT = "import sys; sys.path.append(sys.argv.pop(1)); from bot.worker import main; main()"
"""Finds our packages wherever they are, and after all others."""


def worker_command(settings: ListeningSettings) -> tuple[str, ...]:
    """How the real worker is started; -P keeps Python from importing out of the working folder."""
    command = (
        sys.executable, "-P", "-c", _BOOT, str(_ROOT),
        "--models", str(settings.models_dir), "--threads", str(settings.threads),
    )  # fmt: skip
    if settings.detector is None:
        return command
    # A memo that takes too long is given up whole: the detector must be done well before.
    seconds = str(min(settings.detector_seconds, settings.memo_seconds / 2))
    return (*command, "--detector", settings.detector, "--detector-seconds", seconds)


class WorkerProcess:
    """A running worker.  One job at a time."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._ready = False
        self._end: asyncio.Task[int] | None = None

    @classmethod
    async def start(cls, command: Sequence[str]) -> "WorkerProcess":
        """Start the process; its models load meanwhile, see `ready`."""
        environment = {
            name: value
            for name, value in os.environ.items()
            if name in INHERITED or name.startswith("LC_")
        }
        # Everything is on disk; a library that wants to ask its hub is mistaken.
        environment |= {"HF_HUB_OFFLINE": "1", "FAMILYGUARD_OFFLINE": "1", "MPLBACKEND": "Agg"}
        # Threads that wait for each other sleep: spinning takes the processor from those that work.
        environment["OMP_WAIT_POLICY"] = "PASSIVE"
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=PIPE,
            stdout=PIPE,
            env=environment,
            limit=MAX_LINE_BYTES,
            # Ctrl-C in the terminal must not end the worker before the bot has drained.
            start_new_session=True,
        )
        return cls(process)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    async def ready(self) -> None:
        """Wait until the models are loaded; raises `WorkerDied`."""
        if not self._ready:
            if not isinstance(await self._next(), Ready):
                raise WorkerDied("it spoke before it was ready")
            self._ready = True

    async def ended(self) -> int:
        """Wait for the end of the process; returns its exit status.

        However often this is asked, and given up again for a job, one alone waits: asyncio keeps
        what waits for a process until that ends, cancelled or not.
        """
        if self._end is None:
            self._end = asyncio.create_task(self._process.wait())
        return await asyncio.shield(self._end)

    async def work(self, job: Job) -> AsyncIterator[Event]:
        """Give it a job; yields what it says about it.  Raises `WorkerDied`."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(job.model_dump_json().encode() + b"\n")
            await self._process.stdin.drain()
        except (BrokenPipeError, ConnectionResetError) as error:
            raise WorkerDied("it takes no more jobs") from error
        while True:
            event = await self._next()
            if isinstance(event, Ready) or event.number != job.number:
                raise WorkerDied("it spoke about something else")
            yield event
            if isinstance(event, LAST):
                return

    async def stop(self) -> None:
        """Close its input, give it a moment, then end it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), LEAVE_SECONDS)
        except TimeoutError:
            await self.kill()

    async def kill(self) -> None:
        """End it at once, and wait until it is gone."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()

    async def _next(self) -> Event:
        assert self._process.stdout is not None
        try:
            line = await self._process.stdout.readline()
        except ValueError as error:
            raise WorkerDied("a line without end") from error
        if not line:
            raise WorkerDied(f"exit status {await self._process.wait()}")
        try:
            return EVENT.validate_json(line)
        except ValidationError as error:
            raise WorkerDied(f"{error.error_count()} errors in what it said") from None
