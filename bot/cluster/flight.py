"""An order on its way through the cluster, as the bot that gave it knows it."""

import asyncio
from dataclasses import dataclass, field

from bot.analysis.queued import Ticket


def _future() -> "asyncio.Future[bytes | None]":
    return asyncio.get_running_loop().create_future()


@dataclass(eq=False, slots=True)
class Flight:
    """An order that is in Redis, or on its way there until it is `sent`."""

    ticket: Ticket
    picture: "asyncio.Future[bytes | None]" = field(default_factory=_future)
    sent: bool = False
    fetching: asyncio.Lock = field(default_factory=asyncio.Lock)

    def end_picture(self) -> None:
        """No picture comes any more, if none has come."""
        if not self.picture.done():
            self.picture.set_result(None)
