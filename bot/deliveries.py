"""Updates that Telegram delivers, through a reverse proxy on this machine.

Not the library's own receiver: that one refuses what it cannot read, so that Telegram sends it for
ever and everything else waits behind it; it writes it to the log; and it compares the secret in a
time that tells how much of a guess was right.
"""

import asyncio
import contextlib
import hmac

import httpx
import structlog
from aiohttp import web
from telegram import Update

from bot.app import ALLOWED_UPDATES
from bot.context import App
from bot.errors import UnusableSettings
from bot.health.pulse import Pulse, Trouble
from bot.inbox import NotStored
from bot.reception import delivered
from bot.settings import Settings
from bot.wording import shorten

log = structlog.get_logger(__name__)

HOST = "127.0.0.1"
"""The proxy that Telegram reaches is on this machine, and nobody else is to reach the bot."""

SECRET = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 – the header's name
MAX_BYTES = 8 * 1024 * 1024
"""Far above the longest message with all that it answers; what is larger passes unread."""

LOOK_SECONDS = 60.0
"""How often Telegram is asked whether its deliveries arrive."""

FIRST_PAUSE_SECONDS = 2.0
"""Before Telegram is told the address again, where that failed; doubles up to a minute."""


class Deliveries:
    """Takes what is delivered to `app`, and sees to it that Telegram knows where to."""

    def __init__(self, app: App, settings: Settings, pulse: Pulse) -> None:
        assert settings.webhook_url is not None
        assert settings.webhook_secret is not None
        self._app = app
        self._pulse = pulse
        self._url = settings.webhook_url
        self._port = settings.webhook_port
        self._secret = settings.webhook_secret.get_secret_value()
        self._runner: web.AppRunner
        self._keeping: asyncio.Task[None]
        self._fails = False  # as far as the log was told
        self.arrived = 0  # deliveries with the secret

    async def start(self) -> None:
        """Listen, and let Telegram know.

        Raises:
            UnusableSettings: the port is taken.
        """
        pages = web.Application(client_max_size=MAX_BYTES)
        pages.router.add_post(httpx.URL(self._url).path, self._receive)
        self._runner = web.AppRunner(pages, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, HOST, self._port).start()
        except OSError as error:
            await self._runner.cleanup()
            raise UnusableSettings.because(
                "port", name="FAMILYGUARD_WEBHOOK_PORT", port=self._port, why=error.strerror
            ) from None
        self._keeping = asyncio.create_task(self._keep(), name="deliveries")

    async def stop(self) -> None:
        """Take nothing more; Telegram keeps it until the next start."""
        self._keeping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._keeping
        await self._runner.cleanup()

    async def _receive(self, request: web.Request) -> web.Response:
        """200 when it is stored, or can never be read; 403 to strangers; 500 for another try."""
        shown = request.headers.get(SECRET, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(shown, self._secret.encode()):
            return web.Response(status=403)
        self.arrived += 1
        try:
            update = delivered(await request.read())
        except (web.HTTPRequestEntityTooLarge, web.RequestPayloadError):
            update = None
        if update is None:
            log.error("delivery_not_understood")
            return web.Response()
        try:
            await self._app.update_queue.put(Update.de_json(update, self._app.bot))
        except NotStored:
            return web.Response(status=500)
        return web.Response()

    async def _keep(self) -> None:
        """Tell Telegram the address, and ask now and then whether it still has it and uses it."""
        known, pause = False, FIRST_PAUSE_SECONDS
        while True:
            try:
                known = known and await self._is_used()
                if not known:
                    await self._app.bot.set_webhook(
                        self._url,
                        allowed_updates=ALLOWED_UPDATES,
                        drop_pending_updates=False,
                        secret_token=self._secret,
                    )
                    known, pause = True, LOOK_SECONDS
            except Exception as error:
                # Whatever it is: without this look nobody would learn that nothing arrives.
                log.warning("deliveries_not_known", error=type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LOOK_SECONDS)

    async def _is_used(self) -> bool:
        """Whether Telegram delivers to this address; notes whether it succeeds."""
        told = await self._app.bot.get_webhook_info()
        if told.url != self._url:
            log.error("deliveries_went_elsewhere")
            return False
        self._pulse.deliveries(told.pending_update_count, self.arrived)
        fails = self._pulse.trouble() is Trouble.UNREACHED
        if fails and not self._fails:
            log.error("deliveries_fail", why=shorten(told.last_error_message or "", 200))
        self._fails = fails
        return True
