"""How updates come in: asked for, or delivered behind a reverse proxy."""

import httpx
import structlog
from telegram.error import Conflict, TelegramError

from bot.app import ALLOWED_UPDATES
from bot.context import App
from bot.errors import UnusableSettings
from bot.settings import Settings

log = structlog.get_logger(__name__)

WEBHOOK_HOST = "127.0.0.1"
"""The proxy that Telegram reaches is on this machine, and nobody else is to reach the bot."""


async def fetch_updates(app: App, settings: Settings) -> None:
    """Begin to fetch updates, or to have them delivered; also what was sent meanwhile.

    Either way the library hands an update to the queue before Telegram hears that it came, and the
    queue stores it first (`bot.inbox`).

    Raises:
        UnusableSettings: the port is taken, or the library for webhooks is not installed.
    """
    assert app.updater is not None
    if settings.webhook_url is None:
        await app.updater.start_polling(
            allowed_updates=ALLOWED_UPDATES,
            bootstrap_retries=-1,
            drop_pending_updates=False,
            error_callback=_polling_error,
        )
        return
    assert settings.webhook_secret is not None
    try:
        await app.updater.start_webhook(
            listen=WEBHOOK_HOST,
            port=settings.webhook_port,
            url_path=httpx.URL(settings.webhook_url).path,
            webhook_url=settings.webhook_url,
            secret_token=settings.webhook_secret.get_secret_value(),
            allowed_updates=ALLOWED_UPDATES,
            bootstrap_retries=-1,
            drop_pending_updates=False,
        )
    except RuntimeError as error:
        if "[webhooks]" not in str(error):
            raise
        raise UnusableSettings.because("no_webhooks") from None
    except OSError as error:
        raise UnusableSettings.because(
            "port",
            name="FAMILYGUARD_WEBHOOK_PORT",
            port=settings.webhook_port,
            why=error.strerror,
        ) from None


def _polling_error(error: TelegramError) -> None:
    """One line for what the library repeats by itself."""
    if isinstance(error, Conflict):
        log.error("another_bot_uses_this_token")
    else:
        log.warning("polling_failed", error=str(error))
