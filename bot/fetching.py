"""How updates come in: asked for, or delivered behind a reverse proxy."""

from collections.abc import Awaitable, Callable

import structlog
from telegram.error import Conflict, TelegramError

from bot.app import ALLOWED_UPDATES
from bot.context import App
from bot.deliveries import Deliveries
from bot.health.pulse import Pulse
from bot.settings import Settings

log = structlog.get_logger(__name__)


async def fetch_updates(
    app: App, settings: Settings, pulse: Pulse
) -> Callable[[], Awaitable[None]]:
    """Begin to fetch updates, or to have them delivered; also what was sent meanwhile.

    Either way an update is stored before Telegram hears that it came (`bot.inbox`).  Returns what
    ends it.

    Raises:
        UnusableSettings: the port is taken.
    """
    if settings.webhook_url is not None:
        deliveries = Deliveries(app, settings, pulse)
        await deliveries.start()
        return deliveries.stop
    assert app.updater is not None
    await app.updater.start_polling(
        allowed_updates=ALLOWED_UPDATES,
        bootstrap_retries=-1,
        drop_pending_updates=False,
        error_callback=_polling_error,
    )
    return app.updater.stop


def _polling_error(error: TelegramError) -> None:
    """One line for what the library repeats by itself."""
    if isinstance(error, Conflict):
        log.error("another_bot_uses_this_token")
    else:
        log.warning("polling_failed", error=str(error))
