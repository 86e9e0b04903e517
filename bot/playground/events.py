"""What happened, for the pages that watch: a numbered, bounded log with live followers."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from typing import Any

KEPT = 2_000
"""Events.  A page that slept through more than this is told to load everything anew."""


class EventLog:
    """Publish once, follow from any number; a follower that comes back misses nothing."""

    def __init__(self) -> None:
        self._log: deque[tuple[int, dict[str, Any]]] = deque(maxlen=KEPT)
        self._last = 0
        self._wake = asyncio.Event()

    @property
    def last(self) -> int:
        """The number of the newest event."""
        return self._last

    def publish(self, kind: str, **content: Any) -> None:
        """Tell every follower."""
        self._last += 1
        self._log.append((self._last, {"type": kind, **content}))
        wake, self._wake = self._wake, asyncio.Event()
        wake.set()

    async def follow(self, after: int) -> AsyncGenerator[tuple[int, dict[str, Any]], None]:
        """Every event numbered above `after`, then the ones that follow, without end.

        A gap (the log has forgotten some) comes as one event of type "reload".
        """
        if after > self._last or (self._log and after < self._log[0][0] - 1):
            yield self._last, {"type": "reload"}
            after = self._last
        while True:
            wake = self._wake
            for number, event in list(self._log):
                if number > after:
                    after = number
                    yield number, event
            await wake.wait()
