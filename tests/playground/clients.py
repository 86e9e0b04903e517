"""Two client libraries behind one face, so that the same test runs with either."""

import io
from typing import Any

import aiogram
import telegram
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramAPIError, TelegramRetryAfter
from aiogram.types import BufferedInputFile
from telegram.error import RetryAfter, TelegramError
from telegram.request import HTTPXRequest


class Client:
    """A bot; `call` runs a method by its snake_case name with the library's own types."""

    bot: Any
    error: type[Exception]
    types: Any

    async def open(self) -> None:
        """Get ready."""

    async def close(self) -> None:
        """Let go of connections."""

    async def call(self, method: str, **params: Any) -> Any:
        """Call a method."""
        return await getattr(self.bot, method)(**params)

    def file(self, data: bytes, name: str) -> Any:
        """An upload."""
        raise AssertionError

    async def refusal(self, method: str, **params: Any) -> str:
        """Telegram's sentence for a call that must be refused, in lower case."""
        try:
            await self.call(method, **params)
        except self.error as error:
            return str(error).lower()
        raise AssertionError(f"{method} was not refused")

    async def download(self, file_id: str) -> bytes:
        """getFile and the download after it."""
        raise AssertionError

    def retry_seconds(self, error: Exception) -> float:
        """How long a 429 asks to wait."""
        raise AssertionError

    def buttons(self, *rows: list[dict[str, str]]) -> Any:
        """An inline keyboard."""
        keys = self.types
        return keys.InlineKeyboardMarkup(
            inline_keyboard=[[keys.InlineKeyboardButton(**one) for one in row] for row in rows]
        )


class Ptb(Client):
    """python-telegram-bot."""

    error = TelegramError
    types = telegram

    def __init__(self, url: str, token: str) -> None:
        self.bot = telegram.Bot(
            token,
            base_url=f"{url}/bot",
            base_file_url=f"{url}/file/bot",
            request=HTTPXRequest(httpx_kwargs={"trust_env": False, "verify": False}),
            get_updates_request=HTTPXRequest(httpx_kwargs={"trust_env": False, "verify": False}),
        )

    async def open(self) -> None:
        await self.bot.initialize()

    async def close(self) -> None:
        await self.bot.shutdown()

    def file(self, data: bytes, name: str) -> Any:
        return telegram.InputFile(io.BytesIO(data), filename=name)

    async def download(self, file_id: str) -> bytes:
        return bytes(await (await self.bot.get_file(file_id)).download_as_bytearray())

    def retry_seconds(self, error: Exception) -> float:
        assert isinstance(error, RetryAfter)
        after = error.retry_after
        return after if isinstance(after, int) else after.total_seconds()


class Aiogram(Client):
    """aiogram."""

    error = TelegramAPIError
    types = aiogram.types

    def __init__(self, url: str, token: str) -> None:
        session = AiohttpSession(api=TelegramAPIServer.from_base(url))
        self.bot = aiogram.Bot(token, session=session)

    async def close(self) -> None:
        await self.bot.session.close()

    def file(self, data: bytes, name: str) -> Any:
        return BufferedInputFile(data, name)

    async def download(self, file_id: str) -> bytes:
        found = await self.bot.get_file(file_id)
        stream = await self.bot.download_file(found.file_path)
        return stream.read()

    def retry_seconds(self, error: Exception) -> float:
        assert isinstance(error, TelegramRetryAfter)
        return error.retry_after
