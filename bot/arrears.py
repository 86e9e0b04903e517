"""What could not be written down when it happened, because the disk was full: it is owed.

Until it is written down, a crash or a stop would have what was sent be sent once more.
"""

import asyncio
import contextlib
import sqlite3
from typing import Any

from bot.inhand import FULL, PAUSE_SECONDS
from familyguard.store import Store


class Arrears:
    """Writes into the mailbox of `store` at once, or as soon as it can."""

    def __init__(self, store: Store) -> None:
        self._mailbox = store.mailbox
        self._finished: set[int] = set()
        self._sent: dict[int, dict[str, Any]] = {}
        self._timer: asyncio.TimerHandle | None = None

    def finish(self, number: int) -> None:
        """Update `number` is over.  Raises what the database does, and tries again later."""
        try:
            self._mailbox.finish(number)
        except FULL:
            self._finished.add(number)
            self._later()
            raise
        self._sent.pop(number, None)

    def sent(self, number: int, key: str, place: Any) -> None:
        """What Telegram answered to the call `key` for update `number`.  Raises like `finish`."""
        try:
            self._mailbox.sent(number, key, place)
        except FULL:
            self._sent.setdefault(number, {})[key] = place
            self._later()
            raise

    def settle(self) -> bool:
        """Write down all that is owed; False if it still cannot be."""
        try:
            for number in list(self._finished):
                self._mailbox.finish(number)
                self._finished.discard(number)
                self._sent.pop(number, None)
            for number, calls in list(self._sent.items()):
                with contextlib.suppress(sqlite3.IntegrityError):  # the update itself was erased
                    for key, place in calls.items():
                        self._mailbox.sent(number, key, place)
                del self._sent[number]
        except FULL:
            return False
        return True

    def _later(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(PAUSE_SECONDS, self._again)

    def _again(self) -> None:
        self._timer = None
        if not self.settle():
            self._later()
