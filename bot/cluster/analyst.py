"""The bot's side of the cluster: memos wait here in turns, and a few of them at a time in Redis.

So one bot with a flood of memos never fills the streams that it shares with others, a memo is never
in one place only as long as its update is not answered, and while Redis is away memos simply wait.
"""

import asyncio
import contextlib
import itertools
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import structlog
from redis.asyncio import Redis
from taskiq import TaskiqResult
from taskiq.kicker import AsyncKicker
from taskiq_redis.exceptions import ResultIsMissingError

from bot.analysis.local import happened
from bot.analysis.queued import QueuedAnalyst, Ticket
from bot.cluster.broker import MemoBroker
from bot.cluster.flight import Flight
from bot.cluster.patience import AWAY, MAX_RETRY_SECONDS, Pause, ended
from bot.cluster.seal import NAME_LENGTH, Seal
from bot.cluster.wire import (
    ALIVE,
    BOT,
    KEEP_SECONDS,
    MEMOS,
    TASK,
    URGENT,
    Done,
    Order,
    bare,
    connection_options,
    key,
    name_for,
    packed,
    paths_of,
)
from bot.errors import CannotListen
from bot.protocol import CRASHED, EVENT
from familyguard.errors import SealBroken
from voice.errors import Undecodable

log = structlog.get_logger(__name__)

PATIENCE_SECONDS = 90.0
"""How long memos wait for a Redis or a worker to come back before people are told: longer than a
restart of either, shorter than anyone waits on the telephone."""

LOOK_SECONDS = 2.0
"""How often orders are looked after whose news may have been missed."""

IN_FLIGHT = 8
"""Memos of one bot that are in Redis at once; so many workers it can keep busy."""

IN_FLIGHT_PER_MEMBER = 2
"""Of one member; the others of theirs wait here, where the turns are."""


class ClusterAnalyst(QueuedAnalyst):
    """Memos are judged by the workers of a cluster; `bot` tells the bots of one Redis apart."""

    def __init__(
        self,
        url: str,
        seal: Seal,
        bot: str,
        queue_length: int,
        queue_per_member: int,
        *,
        in_flight: int = IN_FLIGHT,
        patience_seconds: float = PATIENCE_SECONDS,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        super().__init__(queue_length, queue_per_member)
        self._seal = seal
        self._bot = seal.name(b"bot", bot.encode())
        self._broker = MemoBroker(url, seal)
        # The broker's connections are for short calls; this one listens.
        self._ear: Any = Redis.from_url(url, **connection_options())
        self._limit = in_flight
        self._patience = patience_seconds
        self._look_seconds = look_seconds
        self._flights: dict[str, Flight] = {}
        self._key_fits = False  # not known yet
        self._alive = False
        self._last_alive = 0.0
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to send; memos may come at once."""
        self._last_alive = asyncio.get_running_loop().time()
        for work in (self._send_all(), self._hear_news(), self._look_after()):
            task = asyncio.create_task(work, name="cluster analyst")
            task.add_done_callback(self._over)
            self._tasks.append(task)

    async def close(self, drain_seconds: float = 0.0) -> None:
        """Take nothing more, wait `drain_seconds` for what is in hand, withdraw the rest."""
        await self._drain(drain_seconds)
        await ended(self._tasks)
        with contextlib.suppress(*AWAY):
            if names := list(self._flights):
                # A worker that comes to an order without a parcel leaves it.
                await self._broker.redis.delete(*(key("parcel", name) for name in names))
        for name in list(self._flights):
            self._land(name)
        await self._ear.aclose()
        await self._broker.results.shutdown()
        await self._broker.shutdown()

    def _in_hand(self) -> Iterable[Ticket]:
        return [flight.ticket for flight in self._flights.values()]

    def _has_begun(self) -> bool:
        return self._alive

    # Sending

    async def _send_all(self) -> None:
        pause = Pause()
        while True:
            while not (ticket := self._next()):
                self._changed.clear()
                await self._changed.wait()
            if ticket.result.done():
                continue  # nobody waits for it any more
            try:
                await self._send(ticket)
            except AWAY as error:
                self._queue.put_back(ticket.member, ticket, urgent=ticket.urgent)
                await pause.wait(error)
            else:
                pause.over()

    def _next(self) -> Ticket | None:
        """The next ticket that may go; what is urgent goes also when there is no room for more."""
        tickets = list(self._in_hand())
        in_hand = Counter(ticket.member for ticket in tickets)
        enough = {member for member, count in in_hand.items() if count >= IN_FLIGHT_PER_MEMBER}
        full = sum(not ticket.urgent for ticket in tickets) >= self._limit
        if not self._key_fits or not self._queue.has(only_urgent=full, skip=enough):
            return None
        return self._queue.take(only_urgent=full, skip=enough)

    async def _send(self, ticket: Ticket) -> None:
        try:
            paths = map(Path, paths_of(ticket.job))
            files = await asyncio.to_thread(lambda: [path.read_bytes() for path in paths])
        except OSError:
            return ticket.answer(Undecodable.MISSING)
        names = (
            name_for(self._seal, self._bot, ticket.member, ticket.job, files, copy)
            for copy in itertools.count()
        )
        name = next(name for name in names if name not in self._flights)
        flight = self._flights[name] = Flight(ticket)
        try:
            # A bot that died may have asked for the same before, and the result be there.
            if not await self._fetch(name):
                await self._order(name, ticket, files)
                flight.sent = True
        except BaseException:
            # It goes back into the queue, or nobody waits for it any more.
            self._flights.pop(name, None)
            raise

    async def _order(self, name: str, ticket: Ticket, files: list[bytes]) -> None:
        order = Order(name=name, bot=self._bot, job=bare(ticket.job), urgent=ticket.urgent)
        self._broker.parcels[name] = packed(files)
        labels = {"queue_name": URGENT if ticket.urgent else MEMOS, BOT: self._bot}
        try:
            kicker: AsyncKicker[[str], str] = AsyncKicker(TASK, self._broker, labels)
            await kicker.with_task_id(name).kiq(order.model_dump_json())
        finally:
            del self._broker.parcels[name]

    # Hearing

    async def _hear_news(self) -> None:
        pause = Pause()
        while True:
            try:
                async with self._ear.pubsub(ignore_subscribe_messages=True) as channel:
                    await channel.subscribe(key("news", self._bot))
                    while True:
                        if message := await channel.get_message(timeout=MAX_RETRY_SECONDS):
                            await self._heard(message["data"])
                            pause.over()
            except AWAY as error:
                await pause.wait(error)

    async def _heard(self, news: bytes) -> None:
        name = news[:NAME_LENGTH].decode("ascii", "replace")
        if not (flight := self._flights.get(name)):
            return
        if not (sealed := news[NAME_LENGTH:]):
            await self._fetch(name)
            return
        try:
            event = EVENT.validate_json(self._seal.open(sealed, "news", name))
        except (SealBroken, ValueError):
            log.error("news_not_readable")
            return
        happened(flight.ticket, flight.picture, event)

    async def _fetch(self, name: str) -> bool:
        """Fetch the result of an order; False if it is not there."""
        if not (flight := self._flights.get(name)):
            return True
        # A result can be read once: two who ask at the same time would miss each other's.
        async with flight.fetching:
            if self._flights.get(name) is not flight:
                return True
            try:
                result = await self._broker.results.get_result(name)
            except ResultIsMissingError:
                return False
            except (SealBroken, ValueError):
                # Not by a worker of ours; the memo is ordered again.
                log.error("result_not_readable")
                return False
            self._settle(name, flight, result)
            return True

    def _settle(self, name: str, flight: Flight, result: TaskiqResult[str]) -> None:
        try:
            done = None if result.is_err else Done.model_validate_json(result.return_value)
        except ValueError:
            done = None
        if done is None or done.name != name:
            log.error("order_failed")
        else:
            for event in done.events:
                happened(flight.ticket, flight.picture, event)
        self._land(name)

    def _land(self, name: str) -> None:
        """There is no more to come for an order."""
        if flight := self._flights.pop(name, None):
            flight.ticket.answer(CRASHED)
            flight.end_picture()
        self._changed.set()
        self._tell_places()

    # Looking after

    async def _look_after(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            was = self._alive
            try:
                self._alive = await self._is_alive()
                await self._look()
            except AWAY as error:
                log.warning("redis_unreachable", error=type(error).__name__)
                self._alive = False
            now = loop.time()
            if any(task.done() for task in self._tasks):
                return  # what sends or hears has broken down, see `_over`
            if self._alive:
                self._last_alive, self._unable = now, False
            elif now - self._last_alive > self._patience and not self._unable:
                log.error("cluster_away", seconds=round(now - self._last_alive))
                self._unable = True
                self._give_up(CannotListen)
                for name in list(self._flights):
                    self._land(name)
            if was != self._alive:
                self._tell_places()
            await asyncio.sleep(self._look_seconds)

    async def _is_alive(self) -> bool:
        """Whether there is a worker, and it can read what we send."""
        self._key_fits = await self._broker.has_our_key()
        if not self._key_fits:
            log.error("cluster_has_another_key")
        self._changed.set()
        return self._key_fits and bool(await self._broker.redis.exists(ALIVE))

    async def _look(self) -> None:
        """Find results whose news was missed, and order again what Redis has lost."""
        for name in [name for name, flight in self._flights.items() if flight.sent]:
            # First the parcel: it goes after the result came.
            if await self._broker.redis.expire(key("parcel", name), KEEP_SECONDS):
                continue
            if await self._fetch(name) or not (flight := self._flights.pop(name, None)):
                continue
            log.warning("order_lost")
            flight.end_picture()
            self._queue.put_back(flight.ticket.member, flight.ticket, urgent=flight.ticket.urgent)
            self._changed.set()
