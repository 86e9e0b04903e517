"""`familyguard run`: the bot at work, until it is told to stop."""

import asyncio
import resource
import signal
import sys
from collections.abc import Sequence
from typing import Any

import structlog
from telegram.error import Conflict, InvalidToken, NetworkError, TelegramError

from bot.analysis import LocalAnalyst
from bot.app import ALLOWED_UPDATES, build_application, house_of, publish_commands
from bot.context import App
from bot.errors import UnusableSettings
from bot.folders import only_bot
from bot.inbox import Inbox
from bot.logs import secrets_in, set_up_logging
from bot.settings import Settings
from bot.texts import Texts
from bot.worker_process import worker_command
from familyguard.retention import tidy

log = structlog.get_logger(__name__)

RECONNECT_SECONDS = 2.0
"""Pause before Telegram is tried again at start-up; doubles up to a minute."""

MAX_RECONNECT_SECONDS = 60.0


def run(settings: Settings, command: Sequence[str] | None = None) -> None:
    """Serve the family by long polling until SIGTERM or Ctrl-C.

    `command` starts the worker process, if not the usual one.

    Raises:
        UnusableSettings: Telegram does not know the token, or the data folder cannot be used.
    """
    set_up_logging(secrets_in(settings))
    # A core file would hold the keys and whatever was being said; the worker inherits this.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    asyncio.run(serve(settings, command))


async def serve(settings: Settings, command: Sequence[str] | None = None, **services: Any) -> None:
    """The life of the bot, from the first call to the last answer.

    `command` starts the worker process, if not the usual one; `services` go to `House`.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    analyst = LocalAnalyst(
        command or worker_command(settings),
        queue_length=settings.queue_length,
        queue_per_member=settings.queue_per_member,
        memo_seconds=settings.memo_seconds,
    )
    with only_bot(settings):
        app = build_application(settings, analyst, **services)
        try:
            if await _connect(app, stop):
                await _work(app, analyst, stop)
        finally:
            await analyst.close()
            await app.shutdown()
            house_of(app).store.close()


async def _connect(app: App, stop: asyncio.Event) -> bool:
    """Reach Telegram, however long that takes; False if the bot was stopped before."""
    pause = RECONNECT_SECONDS
    while not stop.is_set():
        try:
            await app.initialize()
        except InvalidToken:
            raise UnusableSettings(
                "Telegram does not know the token in FAMILYGUARD_TELEGRAM_TOKEN; "
                "@BotFather shows the right one."
            ) from None
        except NetworkError as error:
            log.warning("telegram_unreachable", error=str(error), next_try_seconds=pause)
            try:
                await asyncio.wait_for(stop.wait(), pause)
            except TimeoutError:
                pause = min(2 * pause, MAX_RECONNECT_SECONDS)
        else:
            return True
    return False


async def _work(app: App, analyst: LocalAnalyst, stop: asyncio.Event) -> None:
    assert app.updater is not None
    await app.start()
    house = house_of(app)
    tidy(house.store, house.now())
    # What was in hand when the bot ended comes first.
    assert isinstance(app.update_queue, Inbox)
    app.update_queue.replay(app.bot)
    # What was sent while the bot was away is answered too.
    await app.updater.start_polling(
        allowed_updates=ALLOWED_UPDATES,
        bootstrap_retries=-1,
        drop_pending_updates=False,
        error_callback=_polling_error,
    )
    # After the polling, so that on a small machine loading does not hold up the first greeting.
    analyst.start()
    log.info("serving", bot=app.bot.username)
    _offer_claim(app)
    introduction = asyncio.create_task(_introduce(app))
    await stop.wait()
    log.info("stopping")
    introduction.cancel()
    await app.updater.stop()
    await analyst.close(house_of(app).settings.drain_seconds)
    await app.stop()


def _offer_claim(app: App) -> None:
    """As long as nobody was let in, show the link that lets the first one in, once."""
    house = house_of(app)
    if not house.store.is_empty():
        return
    texts = Texts(house.settings.language)
    if house.store.invitations.has_claim():
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


def _polling_error(error: TelegramError) -> None:
    """One line for what the library repeats by itself."""
    if isinstance(error, Conflict):
        log.error("another_bot_uses_this_token")
    else:
        log.warning("polling_failed", error=str(error))
