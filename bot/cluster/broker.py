"""The streams of orders in Redis, and the results: taskiq's own, with what they leave open.

The library's broker (taskiq-redis 1.2.4) looks for orders of dead workers only after it received a
new one, and takes those of slow workers for theirs; what was acknowledged stays in the stream; no
stream comes first; and an order whose result could not be saved is acknowledged all the same.
"""

import contextlib
import functools
from collections.abc import AsyncGenerator, Sequence
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import ResponseError
from taskiq import AckableMessage, BrokerMessage, TaskiqMessage, TaskiqMiddleware, TaskiqResult
from taskiq_redis import RedisAsyncResultBackend, RedisStreamBroker

from bot.cluster.patience import AWAY, Pause, patiently
from bot.cluster.seal import MARK, Seal, SealedFormatter, SealedSerializer, name_of, same_key
from bot.cluster.wire import (
    BOT,
    GROUP,
    KEEP_SECONDS,
    MARK_KEY,
    MEMOS,
    PREFIX,
    STALE_SECONDS,
    URGENT,
    connection_options,
    key,
)
from familyguard.errors import SealBroken

log = structlog.get_logger(__name__)

BLOCK_MILLISECONDS = 1000
"""How long Redis is asked to wait for an order; then those of dead workers are looked for."""

NOBODY = "nobody"
"""The consumer to which orders are given back; whoever looks for those of the dead finds them."""

LONG_AGO = 24 * 3600 * 1000
"""Milliseconds for which an order that was given back claims to have been idle."""

PUT = """
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'EX', ARGV[2]) then
  redis.call('XADD', KEYS[2], '*', 'data', ARGV[3])
  return 1
end
redis.call('EXPIRE', KEYS[1], ARGV[2])
return 0
"""
"""Parcel and order come together or not at all; an order that is there already stays one."""


class MemoBroker(RedisStreamBroker):
    """Orders, taken one at a time: those of the first of `streams` before those of the next."""

    def __init__(
        self,
        url: str,
        seal: Seal,
        consumer: str | None = None,
        *,
        streams: Sequence[str] = (URGENT, MEMOS),
        stale_seconds: float = STALE_SECONDS,
    ) -> None:
        super().__init__(
            url,
            queue_name=streams[0],
            additional_streams=dict.fromkeys(streams[1:], ">"),
            consumer_group_name=GROUP,
            consumer_name=consumer,
            # Also what came before the first worker.
            consumer_id="0",
            idle_timeout=int(stale_seconds * 1000),
            **connection_options(),
        )
        # Its answers are typed for clients that decode them and for those that do not.
        self.redis: Any = Redis(connection_pool=self.connection_pool)
        self.formatter = SealedFormatter(seal)
        self.results = Results(url, seal)
        self.with_result_backend(self.results)
        self.parcels: dict[str, bytes] = {}
        self.in_hand: dict[str, tuple[str, bytes]] = {}
        self.leaving = False
        self._seal = seal
        self._streams = streams
        self.add_middlewares(_Settled())

    async def has_our_key(self) -> bool:
        """Whether everybody else seals with the same key.  Raises `RedisError`."""
        await self.redis.set(MARK_KEY, self._seal.seal(MARK, "mark"), nx=True)
        found = await self.redis.get(MARK_KEY)
        return found is not None and same_key(self._seal, found)

    async def kick(self, message: BrokerMessage) -> None:
        """Put an order and its parcel in, unless they are there."""
        name = message.task_id
        sealed = self._seal.seal(self.parcels[name], "parcel", name)
        stream = message.labels["queue_name"]
        await self.redis.eval(
            PUT, 2, key("parcel", name), stream, sealed, KEEP_SECONDS, message.message
        )

    async def parcel(self, name: str) -> bytes | None:
        """The files of an order; None if nobody waits for it any more."""
        sealed = await self.redis.get(key("parcel", name))
        return None if sealed is None else self._seal.open(sealed, "parcel", name)

    async def listen(self) -> AsyncGenerator[AckableMessage, None]:
        """Orders, one at each call; what is in hand meanwhile stays ours by `sign_of_life`."""
        pause = Pause()
        while not self.leaving:
            try:
                found = await self._next()
            except AWAY as error:
                if "NOGROUP" in str(error):
                    with contextlib.suppress(*AWAY):
                        await self._declare_consumer_group()  # an empty Redis was started
                        continue
                await pause.wait(error)
                continue
            pause.over()
            if found is None:
                continue
            stream, entry, data = found
            try:
                name = self.formatter.loads(data).task_id
            except SealBroken:
                # Not ours, or damaged; with the parcel gone its bot orders it again.
                log.error("order_not_readable")
                await self._remove(stream, entry, name_of(data))
                continue
            self.in_hand[name] = (stream, entry)
            yield AckableMessage(data=data, ack=_acknowledged_elsewhere)

    async def _next(self) -> tuple[str, bytes, bytes] | None:
        """The next order: of each stream first what a dead worker left, then what is new."""
        for stream in self._streams:
            _, left, _ = await self.redis.xautoclaim(
                stream, GROUP, self.consumer_name, self.idle_timeout, count=1
            )
            for entry, fields in left:
                if (stream, entry) not in self.in_hand.values():
                    return stream, entry, fields[b"data"]
            if new := await self._read({stream: ">"}):
                return new[0]
        if not (new := await self._read(dict.fromkeys(self._streams, ">"), BLOCK_MILLISECONDS)):
            return None
        for stream, entry, _ in new[1:]:
            await self._pass_on(stream, entry)
        return new[0]

    async def _read(
        self, streams: dict[Any, Any], block: int | None = None
    ) -> list[tuple[str, bytes, bytes]]:
        """At most one entry of each stream."""
        answer: Any = await self.redis.xreadgroup(
            GROUP, self.consumer_name, streams, count=1, block=block
        )
        found = answer.items() if isinstance(answer, dict) else answer or ()
        return [
            (stream.decode(), entry, fields[b"data"])
            for stream, entries in found
            for entry, fields in entries
        ]

    async def sign_of_life(self) -> None:
        """What is in hand is worked on: it is not idle, and its parcel is needed."""
        for name, (stream, entry) in list(self.in_hand.items()):
            await self.redis.xclaim(stream, GROUP, self.consumer_name, 0, [entry], justid=True)
            await self.redis.expire(key("parcel", name), KEEP_SECONDS)

    async def done(self, name: str) -> None:
        """The result is there, or none is wanted: order and parcel go."""
        if place := self.in_hand.get(name):
            await self._remove(*place, name)
            del self.in_hand[name]

    async def give_back(self, name: str) -> None:
        """Another worker is to have it, at once, and this beginning does not count."""
        if place := self.in_hand.pop(name, None):
            await self.redis.decr(key("tries", name))
            await self._pass_on(*place)

    async def leave(self) -> None:
        """Give back all that is in hand or was on its way here, and be forgotten."""
        for name in list(self.in_hand):
            await self.give_back(name)
        for stream in self._streams:
            with contextlib.suppress(ResponseError):
                waiting = await self.redis.xpending_range(
                    stream, GROUP, "-", "+", 100, self.consumer_name
                )
                for one in waiting:
                    await self._pass_on(stream, one["message_id"])
                await self.redis.xgroup_delconsumer(stream, GROUP, self.consumer_name)

    async def _pass_on(self, stream: str, entry: bytes) -> None:
        await self.redis.xclaim(stream, GROUP, NOBODY, 0, [entry], idle=LONG_AGO, justid=True)

    async def _remove(self, stream: str, entry: bytes, name: str) -> None:
        async with self.redis.pipeline(transaction=True) as both:
            both.xack(stream, GROUP, entry)
            both.xdel(stream, entry)
            both.delete(key("parcel", name), key("tries", name))
            await both.execute()


class Results(RedisAsyncResultBackend[str]):
    """Results, sealed, read once, and saved also by a Redis that is away for a while."""

    def __init__(self, url: str, seal: Seal) -> None:
        self._sealed = SealedSerializer(seal)
        super().__init__(
            url,
            keep_results=False,
            result_ex_time=KEEP_SECONDS,
            serializer=self._sealed,
            prefix_str=f"{PREFIX}:result",
            **connection_options(),
        )

    async def set_result(self, task_id: str, result: TaskiqResult[str]) -> None:
        """See the library.  Redis may have been started again while the memo was heard."""
        with self._sealed.of(task_id):
            await patiently(functools.partial(super().set_result, task_id, result))

    async def get_result(self, task_id: str, with_logs: bool = False) -> TaskiqResult[str]:
        """See the library.  Raises `SealBroken` for the result of another order."""
        with self._sealed.of(task_id):
            return await super().get_result(task_id, with_logs)


class _Settled(TaskiqMiddleware):
    """Acknowledges an order when its result was saved, and tells the bot that it is there."""

    async def post_save(self, message: TaskiqMessage, _result: TaskiqResult[Any]) -> None:
        """See the library."""
        broker, name = self.broker, message.task_id
        assert isinstance(broker, MemoBroker)
        await patiently(functools.partial(broker.done, name))
        with contextlib.suppress(*AWAY):
            await broker.redis.publish(key("news", message.labels[BOT]), name)


def _acknowledged_elsewhere() -> None:
    """The library acknowledges also what could not be saved; see `_Settled`."""
