"""Waiting for a Redis that is away, and ending what waits."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog
from redis.exceptions import RedisError
from taskiq.exceptions import SendTaskError

log = structlog.get_logger(__name__)

AWAY = (RedisError, OSError, SendTaskError)
"""What Redis, or the way to it, fails with."""

RETRY_SECONDS = 0.5
"""Pause before Redis is tried again; doubles up to the next one."""

MAX_RETRY_SECONDS = 5.0

CANCEL_AGAIN_SECONDS = 0.1


class Pause:
    """Between tries: longer each time, short again after `over`."""

    def __init__(self) -> None:
        self._seconds = RETRY_SECONDS

    def over(self) -> None:
        """It went well."""
        self._seconds = RETRY_SECONDS

    async def wait(self, error: BaseException) -> None:
        """Say why, and wait."""
        log.warning("redis_unreachable", error=type(error).__name__)
        await asyncio.sleep(self._seconds)
        self._seconds = min(2 * self._seconds, MAX_RETRY_SECONDS)


async def patiently(call: Callable[[], Awaitable[None]]) -> None:
    """Await `call()`, again as long as Redis is away."""
    pause = Pause()
    while True:
        try:
            return await call()
        except AWAY as error:
            await pause.wait(error)


async def ended(tasks: Sequence["asyncio.Task[Any]"]) -> None:
    """Cancel tasks until they end.

    Once is not enough: before Python 3.12 `asyncio.wait_for` can lose a cancellation, and redis-py
    sends with it.
    """
    while pending := [task for task in tasks if not task.done()]:
        for task in pending:
            task.cancel()
        await asyncio.wait(pending, timeout=CANCEL_AGAIN_SECONDS)
    await asyncio.gather(*tasks, return_exceptions=True)
