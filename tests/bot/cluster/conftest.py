"""A Redis on loopback for each test that asks for one, and workers whose models are pretended."""

import asyncio
import contextlib
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import redis as redis_client

from bot.analysis import Memo
from bot.cluster.analyst import ClusterAnalyst
from bot.cluster.seal import Seal
from bot.cluster.worker import ClusterWorker

ROOT = Path(__file__).resolve().parents[3]
KEY, OTHER_KEY = bytes(range(32)), bytes(32)
STUB = (sys.executable, "-m", "tests.bot.stub_worker")


@dataclass
class Server:
    """A Redis server that can be ended and started again at the same place, empty."""

    folder: Path
    port: int
    process: "subprocess.Popen[bytes] | None" = field(default=None)
    login: str = ""

    @property
    def url(self) -> str:
        """Its address."""
        return f"redis://{self.login}127.0.0.1:{self.port}"

    @property
    def client(self) -> Any:
        """Somebody who looks into it."""
        return redis_client.Redis(port=self.port)

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = {
            "port": self.port, "bind": "127.0.0.1", "save": "", "dir": self.folder,
            "loglevel": "warning",
        }  # fmt: skip
        flags = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        program = shutil.which("redis-server")
        assert program
        self.process = subprocess.Popen([program, *flags], stdout=subprocess.DEVNULL)
        for _ in range(500):
            with contextlib.suppress(redis_client.ConnectionError):
                if self.client.ping():
                    return
            time.sleep(0.01)
        pytest.fail("redis-server does not answer")

    def end(self) -> None:
        """kill -9; nothing was written to disk."""
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None


@pytest.fixture
def redis(tmp_path):
    """A Redis server of this test."""
    if not shutil.which("redis-server"):
        pytest.skip("redis-server is not installed (Debian: apt install redis-server)")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Server(tmp_path, port)
    server.start()
    yield server
    server.end()


@pytest.fixture(autouse=True)
def in_the_checkout(monkeypatch):
    """The worker finds the packages also when they are not installed."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


@pytest.fixture
def memo(tmp_path):
    """Make a memo whose content is an order to the stub worker."""

    def make(order: str, member: int = 1, **changes: Any) -> Memo:
        path = tmp_path / f"memo-{len(list(tmp_path.iterdir()))}"
        path.write_text(order)
        return Memo(member, path, "nl", **changes)

    return make


@contextlib.asynccontextmanager
async def bot_at(server: Server, *, key: bytes = KEY, name: str = "bot", **changes: Any):
    """The bot's side, at work."""
    values = {"queue_length": 200, "queue_per_member": 200, "look_seconds": 0.1}
    analyst = ClusterAnalyst(server.url, Seal(key), name, **(values | changes))
    analyst.start()
    try:
        yield analyst
    finally:
        await analyst.close()


def worker_of(server: Server, *how: str, key: bytes = KEY, **changes: Any) -> ClusterWorker:
    """A worker with the stub's processes."""
    values = {"memo_seconds": 20.0, "drain_seconds": 5.0, "stale_seconds": 2.0}
    return ClusterWorker(server.url, Seal(key), (*STUB, *how), **(values | changes))


@contextlib.asynccontextmanager
async def worker_at(server: Server, **changes: Any):
    """A worker at work in this process."""
    worker = worker_of(server, **changes)
    task = asyncio.create_task(worker.serve())
    try:
        yield worker
    finally:
        worker.stop()
        await task


class Teller:
    """Notes what is told."""

    def __init__(self) -> None:
        self.steps: list[str] = []

    def __call__(self, step: str, **_values: object) -> None:
        self.steps.append(step)


async def until(condition: Any, seconds: float = 30.0) -> None:
    """Wait until `condition()` holds."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 – what it waits for happens in Redis
            await asyncio.sleep(0.01)
