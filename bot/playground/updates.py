"""The updates that wait for one bot: fetched by long polling, or pushed to its webhook."""

import asyncio
import itertools
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from bot.playground.errors import conflict

DEFAULT_LIMIT = 100
MAX_TIMEOUT_SECONDS = 50
ON_REQUEST_ONLY = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
"""Kinds that Telegram sends only to bots that list them in `allowed_updates`."""


@dataclass
class Webhook:
    """Where updates are pushed to, and how the last push went."""

    url: str
    secret: str | None = None
    max_connections: int = 40
    last_error: str | None = None
    last_error_date: int | None = None


@dataclass
class UpdateQueue:
    """First in, first out; an update is forgotten when a later offset confirms it."""

    webhook: Webhook | None = None
    allowed: list[str] | None = None
    pending: deque[dict[str, Any]] = field(default_factory=deque)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _ids: Any = field(default_factory=lambda: itertools.count(710_000_001))
    _poller: "asyncio.Future[None] | None" = None

    def put(self, kind: str, content: dict[str, Any]) -> None:
        """Add an update, unless the bot did not ask for its kind."""
        if self.wants(kind):
            self.pending.append({"update_id": next(self._ids), kind: content})
            self.arrived.set()

    def wants(self, kind: str) -> bool:
        """Whether the bot asked for updates of this kind."""
        return kind in self.allowed if self.allowed else kind not in ON_REQUEST_ONLY

    def allow(self, kinds: Collection[str] | None) -> None:
        """Remember `allowed_updates`; None leaves it as it was, empty is the default."""
        if kinds is not None:
            self.allowed = list(kinds) or None

    def confirm(self, offset: int) -> None:
        """Forget updates below `offset`; a negative one keeps only the newest ones."""
        if offset < 0:
            while len(self.pending) > -offset:
                self.pending.popleft()
        while offset > 0 and self.pending and self.pending[0]["update_id"] < offset:
            self.pending.popleft()

    async def poll(self, offset: int, limit: int, seconds: float) -> list[dict[str, Any]]:
        """Wait up to `seconds` for updates; a second poller ends the first with 409."""
        if self.webhook:
            raise conflict(
                "can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first"
            )
        if self._poller and not self._poller.done():
            self._poller.set_exception(
                conflict(
                    "terminated by other getUpdates request; "
                    "make sure that only one bot instance is running"
                )
            )
        self.confirm(offset)
        if not self.pending and seconds > 0:
            self.arrived.clear()
            poller = self._poller = asyncio.get_running_loop().create_future()
            news = asyncio.ensure_future(self.arrived.wait())
            try:
                await asyncio.wait(
                    {poller, news},
                    timeout=min(seconds, MAX_TIMEOUT_SECONDS),
                    return_when=asyncio.FIRST_COMPLETED,
                )
                if poller.done():
                    poller.result()
            finally:
                news.cancel()
                poller.cancel()
        wanted = limit if 1 <= limit <= DEFAULT_LIMIT else DEFAULT_LIMIT
        return list(itertools.islice(self.pending, wanted))
