"""The bot under trial: its process, what it needs, and what can be done to it."""

import asyncio
import contextlib
import json
import os
import resource
import signal
import sqlite3
from asyncio.subprocess import PIPE, Process
from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.playground.process import start_bot
from bot.playground.world import BotAccount
from familyguard.store import open_store

DATABASE = "data/familyguard.db"

ROOM = {
    "MESSAGE_BURST": "100000",
    "QUEUE_PER_MEMBER": "100",
    "QUEUE_LENGTH": "2000",
    "DRAIN_SECONDS": "10",
}
"""What comes in an hour without Telegram comes at once afterwards, from all families."""

FULL_BYTES = 4096
"""No file may grow beyond this while the disk is «full»; what is there stays writable up to it."""

ON_THE_WAY_SECONDS = 0.05
STOP_SECONDS = 60.0


class BotUnderTrial:
    """`familyguard run` with a fast clock, in `folder`, against the Bot API at `url`."""

    def __init__(
        self, url: str, bot: BotAccount, folder: Path, clock: Path, worker: Sequence[str]
    ) -> None:
        self.busy = asyncio.Lock()
        self.lives = 0
        self._start = (url, bot, folder)
        self._clock = clock
        self._worker = worker
        self._process: Process | None = None
        self._log: asyncio.Task[None] | None = None
        self._models: Path | None = None

    def with_models(self, folder: Path) -> None:
        """Listen with the models in this folder, in a real worker."""
        self._models = folder

    @property
    def folder(self) -> Path:
        """Where its data lie."""
        return self._start[2]

    @property
    def database(self) -> Path:
        """Its database."""
        return self.folder / DATABASE

    async def start(self) -> None:
        """Start it; its log goes to bot.log through a pipe, which no full disk can break."""
        url, bot, folder = self._start
        models = self._models or folder
        child = ("bot.soak.child", str(self._clock))
        worker = () if self._models else self._worker
        self._process = await start_bot(url, bot, folder, models, "nl", PIPE, worker, child, **ROOM)
        self._log = asyncio.create_task(self._keep_log(self._process))
        self.lives += 1

    async def kill(self) -> set[tuple[int, int]]:
        """`kill -9`; the (update, message) that it had answered without having noted it."""
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._process.pid, signal.SIGSTOP)
            await asyncio.sleep(ON_THE_WAY_SECONDS)  # what it had sent arrives
            os.kill(self._process.pid, signal.SIGKILL)
        await self._process.wait()
        with open_store(self.database) as store:
            found = set()
            for number, body, _ in store.mailbox.unfinished():
                place = _place(body)
                if place and store.mailbox.answer(number, f"sendMessage/{place[0]}/1") is None:
                    found.add(place)
        return found

    async def stop(self) -> int | None:
        """SIGTERM; its exit status."""
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), STOP_SECONDS)
        except TimeoutError:  # systemd would do the same
            self._process.kill()
            await self._process.wait()
        return self._process.returncode

    async def end(self) -> None:
        """Be sure that nothing of it is left."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        if self._log is not None:
            await self._log

    def kill_worker(self) -> bool:
        """`kill -9` of its worker; False if there is none just now."""
        pids = self._children()
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return bool(pids)

    def fill_disk(self, full: bool) -> None:
        """Let no file of its grow any more, or again."""
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            hard = resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE)[1]
            soft = FULL_BYTES if full else hard
            resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (soft, hard))

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Somebody else writes, and does not come to an end."""
        db = sqlite3.connect(self.database, isolation_level=None, timeout=5)
        try:
            db.execute("begin immediate")
            yield
        finally:
            db.rollback()
            db.close()

    def megabytes(self) -> float | None:
        """Resident memory of the bot's own process; None if it is not running."""
        assert self._process is not None
        try:
            status = Path(f"/proc/{self._process.pid}/status").read_text()
        except OSError:
            return None
        lines = [line for line in status.splitlines() if line.startswith("VmRSS")]
        return int(lines[0].split()[1]) / 1024 if lines else None

    def unfinished(self) -> int:
        """Updates that were stored and not handled to the end."""
        address = f"file:{self.database}?mode=ro"
        with contextlib.closing(sqlite3.connect(address, uri=True, timeout=5)) as db:
            row = db.execute("select count(*) from updates where body is not null").fetchone()
        return int(row[0])

    def _children(self) -> list[int]:
        assert self._process is not None
        pid = self._process.pid
        found: list[int] = []
        for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                found += map(int, tasks.read_text().split())
        return found

    async def _keep_log(self, process: Process) -> None:
        assert process.stderr is not None
        with (self.folder / "bot.log").open("ab") as log:
            while line := await process.stderr.readline():
                log.write(line)


def _place(body: str) -> tuple[int, int] | None:
    """The chat and the message of a stored update, if it is a message."""
    message = json.loads(body).get("message")
    return (message["chat"]["id"], message["message_id"]) if message else None
