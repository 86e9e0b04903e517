"""`familyguard run`: the bot at work, until it is told to stop."""

import asyncio
import contextlib
import faulthandler
import logging
import resource
import signal
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any, Self

import structlog
from telegram.error import InvalidToken, NetworkError, TelegramError

from bot.analysis import LocalAnalyst
from bot.app import build_application, house_of, publish_commands
from bot.cluster import require_cluster
from bot.context import App
from bot.errors import BotError, UnusableSettings
from bot.fetching import fetch_updates
from bot.folders import only_bot
from bot.health.allocator import give_back
from bot.health.figures import CountedAnalyst, Figures
from bot.health.pulse import HeardRequest, Pulse, Trouble, beat
from bot.health.systemd import notify
from bot.health.watch import Watch
from bot.inbox import Inbox, TyingApplication
from bot.logs import secrets_in, set_up_logging
from bot.opening import open_house
from bot.settings import Settings
from bot.texts import Texts, terminal_language
from bot.worker_process import worker_command
from familyguard import scamtext
from familyguard.keys import key_from_text
from familyguard.retention import tidy

if TYPE_CHECKING:
    from bot.cluster.analyst import ClusterAnalyst

log = structlog.get_logger(__name__)

RECONNECT_SECONDS = 2.0
"""Pause before Telegram is tried again at start-up; doubles up to a minute."""

MAX_RECONNECT_SECONDS = 60.0

LEAVE_SECONDS = 10.0
"""What is left when memos were given their time gets this much more; then the start after takes it
up.  Whoever stops the bot does not wait for minutes."""


class GaveUp(BotError):
    """The bot cannot go on, and ended for whoever started it to start it again."""

    @classmethod
    def because(cls, trouble: Trouble) -> Self:
        """With the sentence for `trouble`, in the language of the terminal."""
        return cls(Texts(terminal_language()).get(f"unusable.gave_up.{trouble}"))


def run(settings: Settings, command: Sequence[str] | None = None) -> None:
    """Serve the family by long polling until SIGTERM or Ctrl-C.

    `command` starts the worker process, if not the usual one.

    Raises:
        UnusableSettings: Telegram does not know the token, or the data folder cannot be used.
    """
    give_back()
    set_up_logging(secrets_in(settings))
    # A core file would hold the keys and whatever was being said; the worker inherits this.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Where it stood when it crashed, or when systemd ended it because it no longer answered.
    faulthandler.enable()
    asyncio.run(serve(settings, command))


async def serve(settings: Settings, command: Sequence[str] | None = None, **services: Any) -> None:
    """The life of the bot, from the first call to the last answer.

    `command` starts the worker process, if not the usual one; `services` go to `House`.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await asyncio.to_thread(scamtext.prepare)
    analyst = analyst_for(settings, command)
    figures, pulse = Figures(services.get("now", time.time)), Pulse()
    with only_bot(settings):
        app = build_application(
            settings,
            CountedAnalyst(analyst, figures),
            store=open_house(settings),
            updates_request=HeardRequest(pulse),
            figures=figures,
            **services,
        )
        try:
            async with _looked_after(app, pulse, figures, stop) as beating:
                if await _connect(app, stop):
                    await _work(app, analyst, pulse, stop)
                if beating.done():
                    raise GaveUp.because(beating.result())
        finally:
            await analyst.close()
            if app.running:  # it broke off: nobody waits until Telegram took all that is in hand
                assert isinstance(app, TyingApplication)
                await app.leave(LEAVE_SECONDS)
                await app.stop()
            await app.shutdown()
            house_of(app).store.close()


def analyst_for(
    settings: Settings, command: Sequence[str] | None = None
) -> "LocalAnalyst | ClusterAnalyst":
    """Whoever listens to memos: processes of this machine, or the workers of a cluster.

    Raises:
        UnusableSettings: there is no library for the latter.
    """
    if settings.redis_url is None or settings.cluster_key is None:
        return LocalAnalyst(
            command or worker_command(settings),
            queue_length=settings.queue_length,
            queue_per_member=settings.queue_per_member,
            memo_seconds=settings.memo_seconds,
            processes=settings.workers,
            for_urgent=settings.urgent_workers,
        )
    require_cluster()
    from bot.cluster.analyst import ClusterAnalyst
    from bot.cluster.seal import Seal

    return ClusterAnalyst(
        settings.redis_url.get_secret_value(),
        Seal(key_from_text(settings.cluster_key.get_secret_value())),
        # The bot's number, which is in every message of its; the rest of the token is the secret.
        settings.telegram_token.get_secret_value().partition(":")[0],
        queue_length=settings.queue_length,
        queue_per_member=settings.queue_per_member,
        in_flight=settings.in_flight,
    )


@contextlib.asynccontextmanager
async def _looked_after(
    app: App, pulse: Pulse, figures: Figures, stop: asyncio.Event
) -> AsyncIterator["asyncio.Task[Trouble]"]:
    """Signs of life as long as the context lasts, and pages that show them if that is set."""
    settings, watch, counting = house_of(app).settings, Watch(pulse), figures.counting()
    beating = asyncio.create_task(beat(pulse, lambda: _note(app, pulse)), name="beat")
    beating.add_done_callback(lambda _task: stop.set())
    logging.getLogger().addHandler(counting)
    watch.start()
    # Before Telegram was reached: without a network the bot waits, and is not to be ended for that.
    notify(READY="1", STATUS="Connecting to Telegram")
    try:
        async with contextlib.AsyncExitStack() as pages:
            if settings.health_port is not None:
                from bot.health.endpoint import serve as serve_pages

                await pages.enter_async_context(serve_pages(pulse, figures, settings.health_port))
            yield beating
    finally:
        watch.stop()
        beating.cancel()
        logging.getLogger().removeHandler(counting)


def _note(app: App, pulse: Pulse) -> None:
    """What the pulse must know and cannot see."""
    assert isinstance(app.update_queue, Inbox)
    pulse.queue(app.update_queue.qsize(), app.update_queue.taken)
    # Before the bot fetches, and where updates are delivered to it, nobody need ask for any.
    if app.updater is None or not app.updater.running:
        pulse.asked()


async def _connect(app: App, stop: asyncio.Event) -> bool:
    """Reach Telegram, however long that takes; False if the bot was stopped before."""
    pause = RECONNECT_SECONDS
    while not stop.is_set():
        try:
            await app.initialize()
        except InvalidToken:
            raise UnusableSettings.because("token") from None
        except NetworkError as error:
            log.warning("telegram_unreachable", error=str(error), next_try_seconds=pause)
            try:
                await asyncio.wait_for(stop.wait(), pause)
            except TimeoutError:
                pause = min(2 * pause, MAX_RECONNECT_SECONDS)
        else:
            return True
    return False


async def _work(
    app: App, analyst: "LocalAnalyst | ClusterAnalyst", pulse: Pulse, stop: asyncio.Event
) -> None:
    await app.start()
    house = house_of(app)
    try:
        tidy(house.store, house.now())
    except sqlite3.OperationalError as error:  # a full disk, or somebody locks it: in an hour then
        log.error("not_tidied", error=str(error))
    # What was in hand when the bot ended comes first.
    assert isinstance(app.update_queue, Inbox)
    app.update_queue.replay(app.bot)
    stop_fetching = await fetch_updates(app, house.settings, pulse)
    # After the polling, so that on a small machine loading does not hold up the first greeting.
    analyst.start()
    log.info("serving", bot=app.bot.username)
    notify(STATUS="Serving")
    _offer_claim(app)
    introduction = asyncio.create_task(_introduce(app))
    await stop.wait()
    log.info("stopping")
    notify(STOPPING="1")
    introduction.cancel()
    await stop_fetching()
    app.update_queue.leave()
    await analyst.close(house_of(app).settings.drain_seconds)
    assert isinstance(app, TyingApplication)
    await app.leave(LEAVE_SECONDS)
    await app.stop()
    if not app.update_queue.arrears.settle():
        log.error("answers_not_noted")


def _offer_claim(app: App) -> None:
    """As long as nobody was let in, show the link that lets the first one in, once."""
    house = house_of(app)
    if not house.store.is_empty():
        return
    texts = Texts(house.settings.language)
    if house.store.invitations.has_claim(house.now()):
        # Printed by `familyguard init` or an earlier start; its owner may be about to use it.
        print(texts.get("init.claim.open"), flush=True)
        return
    code = house.store.invitations.claim(house.now())
    link = f"https://t.me/{app.bot.username}?start={code}"
    # On standard output, not in the log: whoever has this code owns the bot.
    print(texts.get("chat.claim", link=link, code=code), flush=True)
    if not sys.stdout.isatty():
        log.info("claim_printed")


async def _introduce(app: App) -> None:
    try:
        await publish_commands(app)
    except TelegramError as error:
        log.warning("commands_not_published", error=str(error))
