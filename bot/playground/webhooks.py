"""Pushes updates to bots that set a webhook, in order, and again after a failure."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
from aiohttp import web

from bot.playground.errors import ApiError
from bot.playground.params import Params
from bot.playground.world import BotAccount, World

LOOK_SECONDS = 0.05
RETRY_SECONDS = 1.0
TIMEOUT_SECONDS = 60
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 – the header's name, not a secret

Answer = Callable[[World, BotAccount, str, Params], Awaitable[Any]]


def deliver_webhooks(
    world: World, answer: Answer
) -> Callable[[web.Application], AsyncIterator[None]]:
    """A clean-up context for aiohttp that delivers as long as the server runs.

    `answer` carries out a method that a bot put into its reply to the push.
    """

    async def context(_app: web.Application) -> AsyncIterator[None]:
        async with aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS), trust_env=False
        ) as session:
            task = asyncio.create_task(_look_after(world, session, answer))
            yield
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    return context


async def _look_after(world: World, session: aiohttp.ClientSession, answer: Answer) -> None:
    while True:
        for bot in list(world.bots.values()):
            if bot.queue.webhook and bot.queue.pending:
                await _push(world, bot, session, answer)
        await asyncio.sleep(LOOK_SECONDS)


async def _push(
    world: World, bot: BotAccount, session: aiohttp.ClientSession, answer: Answer
) -> None:
    hook = bot.queue.webhook
    if hook is None:
        return
    update = bot.queue.pending[0]
    headers = {SECRET_HEADER: hook.secret} if hook.secret else {}
    try:
        async with session.post(
            hook.url, json=update, headers=headers, allow_redirects=False
        ) as response:
            if response.status >= 300:
                raise aiohttp.ClientError(f"Wrong response from the webhook: {response.status}")
            body = await response.json() if response.content_type == "application/json" else None
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        hook.last_error = str(error) or type(error).__name__
        hook.last_error_date = int(world.clock())
        await asyncio.sleep(RETRY_SECONDS)
        return
    if bot.queue.pending and bot.queue.pending[0] is update:
        bot.queue.pending.popleft()
    if isinstance(body, dict) and isinstance(method := body.pop("method", None), str):
        with contextlib.suppress(ApiError):  # Telegram does not report a failed reply either
            await answer(world, bot, method, Params(body))
