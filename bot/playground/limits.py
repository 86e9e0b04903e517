"""Telegram's rate limits: off unless asked for, and refusals that a test can order."""

import math
from collections import defaultdict, deque
from collections.abc import Callable

from bot.playground.errors import ApiError, too_many_requests

PRIVATE_PER_SECOND = 1
GROUP_PER_MINUTE = 20
ALL_PER_SECOND = 30
"""Messages.  The figures of Telegram's own questions-and-answers page for bots."""


class Limits:
    """Counts a bot's messages per chat; `enforce` switches the counting on."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.enforce = False
        self._clock = clock
        self._sent: dict[tuple[int, int], deque[float]] = defaultdict(deque)
        self._ordered: dict[str, deque[ApiError]] = defaultdict(deque)

    def order(self, method: str, error: ApiError, times: int = 1) -> None:
        """Refuse the next `times` calls of `method` (or "*" for any) with `error`."""
        self._ordered[method.lower()].extend([error] * times)

    def check_ordered(self, method: str) -> None:
        """Raise what a test ordered for this call."""
        for name in (method.lower(), "*"):
            if self._ordered[name]:
                raise self._ordered[name].popleft()

    def check_sending(self, bot_id: int, chat_id: int) -> None:
        """Raise 429 when this message comes too soon after the ones before it."""
        if not self.enforce:
            return
        of_chat = (PRIVATE_PER_SECOND, 1.0) if chat_id > 0 else (GROUP_PER_MINUTE, 60.0)
        now = self._clock()
        rules = [((bot_id, chat_id), *of_chat), ((bot_id, 0), ALL_PER_SECOND, 1.0)]
        for key, allowed, seconds in rules:
            sent = self._sent[key]
            while sent and sent[0] <= now - seconds:
                sent.popleft()
            if len(sent) >= allowed:
                raise too_many_requests(max(1, math.ceil(sent[0] + seconds - now)))
        for key, _, _ in rules:
            self._sent[key].append(now)
