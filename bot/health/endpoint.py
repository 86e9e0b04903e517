"""`/healthz`, `/livez` and `/metrics` on this machine, for monitors, containers and Prometheus.

Off unless FAMILYGUARD_HEALTH_PORT is set.  Nobody but this machine is listened to: the address is
fixed, and names that a browser was led to are refused.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot.errors import UnusableSettings
from bot.health.figures import Figures
from bot.health.pulse import Pulse
from bot.playground import guard

HOST = "127.0.0.1"


def build(pulse: Pulse, figures: Figures) -> web.Application:
    """The pages."""

    async def healthz(_request: web.Request) -> web.Response:
        trouble = pulse.trouble()
        return web.Response(text=f"{trouble or 'ok'}\n", status=503 if trouble else 200)

    async def livez(_request: web.Request) -> web.Response:
        """Whoever ends what is not well asks here: 503 only where a new start may help."""
        trouble = pulse.trouble()
        ours = trouble is not None and trouble.is_ours
        return web.Response(text=f"{trouble or 'ok'}\n", status=503 if ours else 200)

    async def metrics(_request: web.Request) -> web.Response:
        return web.Response(
            body=generate_latest(figures.registry), headers={"Content-Type": CONTENT_TYPE_LATEST}
        )

    app = web.Application(middlewares=[guard.this_machine_only])
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/livez", livez)
    app.router.add_get("/metrics", metrics)
    return app


@asynccontextmanager
async def serve(pulse: Pulse, figures: Figures, port: int) -> AsyncIterator[int]:
    """Serve on `port` of this machine, 0 for a free one; the port.

    Raises:
        UnusableSettings: something else has the port.
    """
    runner = web.AppRunner(build(pulse, figures), access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, HOST, port).start()
        except OSError as error:
            raise UnusableSettings.because(
                "port",
                name="FAMILYGUARD_HEALTH_PORT",
                port=port,
                why=error.strerror or type(error).__name__,
            ) from None
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
