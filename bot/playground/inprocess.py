"""The local Telegram without a network: the library's requests are answered in the same process."""

import json
from typing import Any

from telegram.error import NetworkError
from telegram.request import RequestData

from bot.playground.errors import ApiError
from bot.playground.params import Params, Upload
from bot.playground.server import answer
from bot.playground.world import BotAccount, World
from bot.reception import Understanding


class InProcess(Understanding):
    """A request layer whose other end is `world`, for `bot`."""

    def __init__(self, world: World, bot: BotAccount) -> None:
        self._world = world
        self._bot = bot

    @property
    def read_timeout(self) -> float | None:
        """See the library."""
        return 5.0

    async def initialize(self) -> None:
        """Nothing to do."""

    async def shutdown(self) -> None:
        """Nothing to do."""

    async def do_request(
        self,
        url: str,
        method: str,  # noqa: ARG002 – the library's signature
        request_data: RequestData | None = None,
        *_timeouts: Any,
        **_more_timeouts: Any,
    ) -> tuple[int, bytes]:
        """Answer one request."""
        if "/file/bot" in url:
            return self._file(url)
        try:
            result = await answer(
                self._world, self._bot, url.rsplit("/", 1)[-1], _params(request_data)
            )
        except ApiError as error:
            refusal = {
                "ok": False,
                "error_code": error.code,
                "description": error.description,
                "parameters": error.parameters,
            }
            return error.code, json.dumps(refusal).encode()
        return 200, json.dumps({"ok": True, "result": result}).encode()

    def _file(self, url: str) -> tuple[int, bytes]:
        for stored in self._world.files.values():
            if url.endswith(stored.path):
                return 200, stored.data
        raise NetworkError("no such file")


def _params(data: RequestData | None) -> Params:
    if data is None:
        return Params()
    uploads = {}
    for name, (file_name, content, mime) in (data.multipart_data or {}).items():
        whole = content if isinstance(content, bytes) else content.read()
        uploads[name] = Upload(whole, file_name, mime)
    return Params(dict(data.parameters), uploads)
