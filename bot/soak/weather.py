"""The line between bot and Telegram as it is on a bad day."""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable

from aiohttp import web

SENDING = "send"
UPDATES = "getUpdates"
BAD_GATEWAY = 502

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Weather:
    """What the line does to requests; `bad_gateways` is the share that ends at a broken gateway.

    `swallowed` are the messages that Telegram took while the bot never heard of it: by whom the bot
    wrote to, and which of their messages it answered.
    """

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self.is_down = False
        self.bad_gateways = 0.0
        self.answers_to_lose = 0
        self.fetched = asyncio.Event()  # the bot has asked for updates
        self.swallowed: set[tuple[int, int]] = set()

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Stand between the server and its methods."""
        if request.match_info.get("method") == UPDATES:
            self.fetched.set()
        if self._is_gone():
            return _hang_up(request)
        if self._dice.random() < self.bad_gateways:
            return web.Response(status=BAD_GATEWAY, text="<html>Bad Gateway</html>")
        response = await handler(request)
        if not isinstance(response, web.Response):
            return response
        method = request.match_info.get("method", "")
        lost = self._is_gone()
        if self.answers_to_lose and method.startswith(SENDING):
            self.answers_to_lose -= 1
            lost = True
        if not lost:
            return response
        self._note(method, response)
        return _hang_up(request)

    def _is_gone(self) -> bool:
        """Asked anew each time: it may begin while a request is answered."""
        return self.is_down

    def _note(self, method: str, response: web.Response) -> None:
        if not method.startswith(SENDING) or response.status != web.HTTPOk.status_code:
            return
        result = json.loads(response.text or "{}").get("result")
        if isinstance(result, dict):
            replied = result.get("reply_to_message", {}).get("message_id", 0)
            self.swallowed.add((result["chat"]["id"], replied))


def _hang_up(request: web.Request) -> web.StreamResponse:
    """End the connection without an answer."""
    if request.transport is not None:
        request.transport.close()
    return web.Response()
