"""How often somebody may do something.  The clock is an argument, so that tests own the time."""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

MAX_KNOWN = 10_000
"""Buckets remembered at once.  Whoever was away longest is forgotten, and starts afresh."""


@dataclass(slots=True)
class TokenBucket:
    """Allows `capacity` acts at once, and one more every `interval` seconds."""

    capacity: int
    interval: float
    tokens: float
    filled_at: float

    def take(self, now: float) -> bool:
        """Whether one more act is allowed at `now`, in seconds; if so it is counted."""
        # A clock that went back must neither give tokens nor take them.
        passed = max(0.0, now - self.filled_at)
        self.tokens = min(self.capacity, self.tokens + passed / self.interval)
        self.filled_at = max(now, self.filled_at)
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


class Throttle:
    """A token bucket for each key, in bounded memory."""

    def __init__(self, capacity: int, interval: float, max_known: int = MAX_KNOWN) -> None:
        if capacity < 1 or interval <= 0:
            raise ValueError("a throttle allows at least one act, and waits longer than no time")
        self.capacity = capacity
        self.interval = interval
        self._max_known = max_known
        self._buckets: OrderedDict[Hashable, TokenBucket] = OrderedDict()

    def allows(self, key: Hashable, now: float) -> bool:
        """Whether `key` may act at `now`, in seconds; if so it is counted."""
        bucket = self._buckets.pop(key, None)
        if bucket is None:
            bucket = TokenBucket(self.capacity, self.interval, float(self.capacity), now)
        self._buckets[key] = bucket
        if len(self._buckets) > self._max_known:
            self._buckets.popitem(last=False)
        return bucket.take(now)
