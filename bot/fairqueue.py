"""A bounded queue in which the members take turns, however much one of them sends."""

from collections import OrderedDict, deque
from collections.abc import Container, Iterator
from typing import Generic, TypeVar

from bot.errors import QueueFull

Item = TypeVar("Item")


class FairQueue(Generic[Item]):
    """First in, first out for each member; round robin between them; what is urgent before all."""

    def __init__(self, length: int, per_member: int) -> None:
        self._length = length
        self._per_member = per_member
        # The members in the order of their turns; none of the queues is empty.
        self._queues: OrderedDict[int, deque[Item]] = OrderedDict()
        self._urgent: deque[tuple[int, Item]] = deque()

    def __len__(self) -> int:
        return sum(map(len, self._queues.values())) + len(self._urgent)

    def __iter__(self) -> Iterator[Item]:
        """All items in the order in which they would be taken if nothing else came."""
        yield from (item for _, item in self._urgent)
        queues = list(self._queues.values())
        for place in range(max(map(len, queues), default=0)):
            yield from (queue[place] for queue in queues if place < len(queue))

    def put(self, member: int, item: Item, *, urgent: bool = False) -> None:
        """Add an item; raises `QueueFull` if the member's share or the whole is used up.

        What is urgent comes before everything that is not; it counts towards the member's share.
        """
        own = len(self._queues.get(member, ())) + sum(one == member for one, _ in self._urgent)
        if own >= self._per_member:
            raise QueueFull(own=True)
        if len(self) >= self._length:
            raise QueueFull(own=False)
        if urgent:
            self._urgent.append((member, item))
        else:
            self._queues.setdefault(member, deque()).append(item)

    def put_back(self, member: int, item: Item, *, urgent: bool = False) -> None:
        """Return an item that was taken; it is the next one again, and always finds room."""
        if urgent:
            self._urgent.appendleft((member, item))
            return
        self._queues.setdefault(member, deque()).appendleft(item)
        self._queues.move_to_end(member, last=False)

    def has(self, *, only_urgent: bool = False, skip: Container[int] = ()) -> bool:
        """Whether `take` would find something."""
        if any(member not in skip for member, _ in self._urgent):
            return True
        return not only_urgent and any(member not in skip for member in self._queues)

    def take(self, *, only_urgent: bool = False, skip: Container[int] = ()) -> Item:
        """Remove the next item; raises `IndexError` if there is none.

        With `only_urgent` the others stay, and so do those of the members in `skip`.
        """
        for place, (member, item) in enumerate(self._urgent):
            if member not in skip:
                del self._urgent[place]
                return item
        turn = next((one for one in self._queues if one not in skip), None)
        if only_urgent or turn is None:
            raise IndexError("the queue is empty")
        queue = self._queues.pop(turn)
        item = queue.popleft()
        if queue:
            self._queues[turn] = queue
        return item
