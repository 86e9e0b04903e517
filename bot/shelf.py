"""Results that are remembered for a while, in memory only."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

KEEP_SECONDS = 24 * 60 * 60.0
"""A day: long enough to look at the details with one's daughter in the evening."""

Key = TypeVar("Key", bound=Hashable)
Thing = TypeVar("Thing")


class Shelf(Generic[Key, Thing]):
    """At most `size` things, none longer than `seconds`; the oldest leave first."""

    def __init__(
        self, size: int, clock: Callable[[], float], seconds: float = KEEP_SECONDS
    ) -> None:
        self._size = size
        self._clock = clock
        self._seconds = seconds
        self._things: OrderedDict[Key, tuple[float, Thing]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._things)

    def put(self, key: Key, thing: Thing) -> None:
        """Remember `thing` under `key` from now on."""
        self._things.pop(key, None)
        self._things[key] = (self._clock(), thing)
        if len(self._things) > self._size:
            self._things.popitem(last=False)
        self.clear_old()

    def drop(self, key: Key) -> None:
        """Forget what is under `key`."""
        self._things.pop(key, None)

    def drop_thing(self, thing: Thing) -> None:
        """Forget `thing` under whatever keys it is."""
        for key in [key for key, (_, one) in self._things.items() if one is thing]:
            del self._things[key]

    def clear(self) -> None:
        """Forget everything."""
        self._things.clear()

    def get(self, key: Key) -> Thing | None:
        """What is remembered under `key`, if anything still is."""
        self.clear_old()
        found = self._things.get(key)
        return found[1] if found else None

    def clear_old(self) -> None:
        """Forget what has been here too long."""
        oldest_allowed = self._clock() - self._seconds
        while self._things:
            key, (since, _) = next(iter(self._things.items()))
            if since > oldest_allowed:
                return
            del self._things[key]
