"""The Bot API over HTTP: /bot<token>/<method>, /file/bot<token>/<path>, and webhooks.

`build` makes one aiohttp application that serves bots and, once `page.mount` added it, the page.
"""

import inspect
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from bot.playground import guard
from bot.playground.errors import ApiError, unauthorized
from bot.playground.methods import BY_LOWER_NAME
from bot.playground.methods.common import Call
from bot.playground.params import Params, read_params
from bot.playground.uploads import MAX_DOWNLOAD_BYTES, MAX_UPLOAD_BYTES
from bot.playground.webhooks import deliver_webhooks
from bot.playground.world import BotAccount, World

WORLD = web.AppKey("world", World)
BODY_OVERHEAD_BYTES = 1024 * 1024
"""Room for the other fields of a multipart body beside the largest file."""


async def answer(world: World, bot: BotAccount, method: str, params: Params) -> Any:
    """Run one method; raises ApiError with Telegram's refusal."""
    found = BY_LOWER_NAME.get(method.lower())
    if found is None:
        raise ApiError(404, "Not Found: method not found")
    world.limits.check_ordered(found[0])
    result = found[1](Call(world, bot, params))
    return await result if inspect.isawaitable(result) else result


def _bot(request: web.Request) -> BotAccount:
    bot = request.app[WORLD].bots.get(request.match_info["token"])
    if bot is None:
        raise unauthorized()
    return bot


async def _method(request: web.Request) -> web.Response:
    try:
        bot = _bot(request)
        params = await read_params(request)
        result = await answer(request.app[WORLD], bot, request.match_info["method"], params)
    except ApiError as error:
        return _refusal(error)
    except web.HTTPRequestEntityTooLarge:
        return _refusal(ApiError(413, "Request Entity Too Large"))
    return web.json_response({"ok": True, "result": result})


def _refusal(error: ApiError) -> web.Response:
    envelope: dict[str, Any] = {
        "ok": False,
        "error_code": error.code,
        "description": error.description,
    }
    if error.parameters:
        envelope["parameters"] = error.parameters
    headers = {}
    if "retry_after" in error.parameters:
        headers["Retry-After"] = str(error.parameters["retry_after"])
    return web.Response(
        status=error.code,
        text=json.dumps(envelope),
        content_type="application/json",
        headers=headers,
    )


async def _file(request: web.Request) -> web.Response:
    try:
        _bot(request)
    except ApiError as error:
        return _refusal(error)
    wanted = request.match_info["path"]
    for stored in request.app[WORLD].files.values():
        if stored.path == wanted and len(stored.data) <= MAX_DOWNLOAD_BYTES:
            return web.Response(body=stored.data, content_type="application/octet-stream")
    return _refusal(ApiError(404, "Not Found"))


def build(world: World) -> web.Application:
    """The application; everything in it answers to this machine's own names only."""
    app = web.Application(
        client_max_size=MAX_UPLOAD_BYTES + BODY_OVERHEAD_BYTES,
        middlewares=[guard.this_machine_only],
    )
    app[WORLD] = world
    app.router.add_route("*", "/bot{token:[^/]+}/{method:[A-Za-z]+}", _method)
    app.router.add_get("/file/bot{token:[^/]+}/{path:.+}", _file)
    app.cleanup_ctx.append(deliver_webhooks(world, answer))
    return app


@asynccontextmanager
async def serve(app: web.Application, port: int = 0) -> AsyncIterator[str]:
    """Serve on 127.0.0.1 and give the base address; port 0 takes a free one."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
