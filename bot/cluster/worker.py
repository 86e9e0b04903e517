"""`familyguard worker`: takes orders out of Redis and judges them on this machine.

The processes with the models are those of `LocalAnalyst`, which starts them again when they die;
the process here only carries.  It is gone at once on SIGKILL and leaves its orders to others; on
SIGTERM it finishes what it has in hand.
"""

import asyncio
import base64
import contextlib
import itertools
import logging
import os
import secrets
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import structlog
from taskiq.acks import AcknowledgeType
from taskiq.exceptions import NoResultError
from taskiq.receiver import Receiver

from bot.analysis.local import LocalAnalyst
from bot.analysis.seam import Finding, Outcome
from bot.cluster.broker import MemoBroker
from bot.cluster.desk import clear_desks, desk
from bot.cluster.patience import AWAY, Pause, ended
from bot.cluster.seal import Seal
from bot.cluster.wire import (
    ALIVE,
    ALIVE_SECONDS,
    KEEP_SECONDS,
    STALE_SECONDS,
    TASK,
    URGENT,
    Done,
    Order,
    at,
    key,
    paths_of,
    unpacked,
)
from bot.errors import CannotListen, QueueFull, Stopping, UnusableSettings
from bot.protocol import CRASHED, Enrolled, Event, Failed, Heard, Picture, Reheard, Step
from voice.errors import Undecodable
from voice.results import Analysis, EnrolmentMemo, Rehearing

log = structlog.get_logger(__name__)

MAX_TRIES = 2
"""Workers that may begin an order: a memo that ended two of them does not meet a third."""

SIGNS = 4
"""Signs of life within the time after which a worker counts as dead."""

UNTOLD = frozenset({"waiting"})
"""What the local queue says about itself, which has no meaning for the bot."""


class ClusterWorker:
    """Analysis processes of this machine at work for a cluster.

    `processes` take whatever comes, challenges first; `for_urgent` further ones are kept free for
    answers to live challenges.
    """

    def __init__(
        self,
        url: str,
        seal: Seal,
        command: Sequence[str],
        *,
        processes: int = 1,
        for_urgent: int = 0,
        memo_seconds: float,
        drain_seconds: float,
        stale_seconds: float = STALE_SECONDS,
        on_ready: Callable[[], object] = lambda: None,
        on_sign: Callable[[], object] = lambda: None,
    ) -> None:
        self._seal = seal
        self._on_ready = on_ready
        self._on_sign = on_sign
        self._drain_seconds = drain_seconds
        self._stale_seconds = stale_seconds
        places = processes + for_urgent
        # No more comes than there are places, so the queue in front of them is never full.
        self._analyst = LocalAnalyst(
            command, places, places, memo_seconds, processes=processes, for_urgent=for_urgent
        )
        name = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
        self._brokers = [MemoBroker(url, seal, name, stale_seconds=stale_seconds)]
        self._takes = [processes]
        if for_urgent:
            self._brokers.append(
                MemoBroker(
                    url, seal, f"{name}-urgent", streams=(URGENT,), stale_seconds=stale_seconds
                )
            )
            self._takes.append(for_urgent)

        async def judge(content: str) -> str:  # the library wants a function of its own
            return await self._judge(content)

        for broker in self._brokers:
            broker.register_task(judge, task_name=TASK)
        self._redis = self._brokers[0].redis
        self._numbers = itertools.count()
        self._news: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()
        self._stop = asyncio.Event()
        self._unable = False

    def stop(self) -> None:
        """Take no more orders, finish those in hand."""
        for broker in self._brokers:
            broker.leaving = True
        self._stop.set()

    async def serve(self) -> None:
        """Load the models, then judge until `stop`.

        Raises:
            UnusableSettings: the others have another key.
            CannotListen: the models are missing, or the processes do not come up.
        """
        # Its lines quote what it could not read.
        logging.getLogger("taskiq").setLevel(logging.ERROR)
        if left := clear_desks():
            log.warning("left_by_a_killed_worker", folders=left)
        self._analyst.start()
        helpers: list[asyncio.Task[None]] = []
        try:
            if not await self._begin():
                return
            helpers += [asyncio.create_task(self._tell_news()), asyncio.create_task(self._live())]
            log.info("worker_at_work", takes=self._takes)
            self._on_ready()
            await self._take_orders()
        finally:
            await ended(helpers)
            await self._analyst.close()
            await self._leave()
        if self._unable:
            raise CannotListen

    async def _begin(self) -> bool:
        """Wait for Redis and the models; False if stopped before."""
        for wait in (self._reach, self._analyst.ready):
            ready, stopped = asyncio.create_task(wait()), asyncio.create_task(self._stop.wait())
            await asyncio.wait({ready, stopped}, return_when=asyncio.FIRST_COMPLETED)
            stopped.cancel()
            if not ready.done():
                await ended([ready])
                return False
            ready.result()
        return True

    async def _reach(self) -> None:
        pause = Pause()
        while True:
            try:
                if not await self._brokers[0].has_our_key():
                    raise UnusableSettings.because("other_cluster_key")
                for broker in self._brokers:
                    broker.is_worker_process = True
                    await broker.startup()
                return
            except AWAY as error:
                await pause.wait(error)

    async def _take_orders(self) -> None:
        with ThreadPoolExecutor(1) as unused:
            receivers = [
                Receiver(
                    broker,
                    executor=unused,
                    max_async_tasks=places,
                    run_startup=False,
                    ack_type=AcknowledgeType.MANUAL,
                    wait_tasks_timeout=self._drain_seconds,
                )
                for broker, places in zip(self._brokers, self._takes, strict=True)
            ]
            await asyncio.gather(*(receiver.listen(self._stop) for receiver in receivers))

    async def _leave(self) -> None:
        for broker in self._brokers:
            with contextlib.suppress(*AWAY):
                await broker.leave()
            await broker.results.shutdown()
            await broker.shutdown()

    # One order

    async def _judge(self, content: str) -> str:
        """The task: an order in, what came of it out."""
        order = Order.model_validate_json(content)
        broker = next(broker for broker in self._brokers if order.name in broker.in_hand)
        try:
            parcel = await broker.parcel(order.name)
            if parcel is None:
                log.info("order_withdrawn")
                await broker.done(order.name)
                raise NoResultError
            tries = await self._begun(order)
            if tries > MAX_TRIES:
                log.error("order_given_up", tries=tries)
                events: tuple[Event, ...] = (Failed(number=0, reason=CRASHED),)
            else:
                events = await self._heard(order, unpacked(parcel), deaths=max(tries - 1, 0))
        except (CannotListen, Stopping, QueueFull, *AWAY) as error:
            log.warning("order_given_back", reason=type(error).__name__)
            if isinstance(error, CannotListen):
                self._unable = True
                self.stop()
            with contextlib.suppress(*AWAY):
                await broker.give_back(order.name)
            raise NoResultError from error
        except NoResultError:
            raise
        except Exception:
            log.exception("order_failed")
            events = (Failed(number=0, reason=CRASHED),)
        return Done(name=order.name, events=events).model_dump_json()

    async def _begun(self, order: Order) -> int:
        async with self._redis.pipeline(transaction=True) as both:
            both.incr(key("tries", order.name))
            both.expire(key("tries", order.name), KEEP_SECONDS)
            tries, _ = await both.execute()
        return int(tries)

    async def _heard(self, order: Order, files: list[bytes], deaths: int) -> tuple[Event, ...]:
        def tell(step: str, **values: int) -> None:
            if step not in UNTOLD:
                self._tell(order, Step(number=0, step=step, **values))

        if deaths:
            self._tell(order, Step(number=0, step="restarted"))
        with desk() as folder:
            paths = [folder / str(number) for number in range(len(paths_of(order.job)))]
            for path, file in zip(paths, files, strict=True):
                path.write_bytes(file)
            job = at(order.job, list(map(str, paths)), next(self._numbers))
            outcome = await self._analyst.work(0, job, tell, urgent=order.urgent, deaths=deaths)
        first = _event(outcome)
        if not isinstance(outcome, Finding) or not isinstance(first, Heard):
            return (first,)
        # The verdict does not wait for its picture.
        self._tell(order, first)
        png = await outcome.picture
        return (first, Picture(number=0, png=png and base64.b64encode(png)))

    # Signs

    def _tell(self, order: Order, event: Event) -> None:
        sealed = self._seal.seal(event.model_dump_json().encode(), "news", order.name)
        self._news.put_nowait((key("news", order.bot), order.name.encode() + sealed))

    async def _tell_news(self) -> None:
        """Pass on what is told; news that Redis does not take are not told, results are."""
        while True:
            channel, news = await self._news.get()
            with contextlib.suppress(*AWAY):
                await self._redis.publish(channel, news)

    async def _live(self) -> None:
        while True:
            with contextlib.suppress(*AWAY):
                await self._redis.set(ALIVE, 1, ex=ALIVE_SECONDS)
                for broker in self._brokers:
                    await broker.sign_of_life()
            self._on_sign()
            await asyncio.sleep(self._stale_seconds / SIGNS)


def _event(outcome: Outcome) -> Event:
    """What a worker process said, from what the analyst made of it."""
    match outcome:
        case Finding(heard=Analysis() as analysis):
            return Heard(number=0, analysis=analysis)
        case Rehearing():
            return Reheard(number=0, rehearing=outcome)
        case EnrolmentMemo():
            return Enrolled(number=0, memo=outcome)
        case Undecodable():
            return Failed(number=0, reason=outcome)
    return Failed(number=0, reason=CRASHED)
