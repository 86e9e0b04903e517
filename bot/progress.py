"""The message that shows what the bot is doing, and becomes the verdict."""

import asyncio
import contextlib
from types import TracebackType
from typing import Self

import structlog
from telegram import InlineKeyboardMarkup, Message
from telegram.constants import ParseMode
from telegram.error import BadRequest, TelegramError

from bot.delivery import NO_PREVIEW, reply
from bot.inbox import in_hand
from bot.markup import escape
from bot.texts import Texts
from bot.trouble import of_storing, passes

log = structlog.get_logger(__name__)


class Progress:
    """A reply that is edited step by step, at most once in `pause` seconds.

    Use it as an asynchronous context manager: it sends the first step on entering.  If the body
    fails, the message is taken away, since the sentence about the error follows; but if the trouble
    is one that passes, it stays and will become the answer.

    Every step says not to pay yet, but for a `calm` one: a code word is no message about money.
    """

    def __init__(
        self, message: Message, texts: Texts, first: str, pause: float, *, calm: bool = False
    ) -> None:
        self._message = message
        self._texts = texts
        self._calm = ".calm" if calm else ""
        self._shown = self._wanted = self._sentence(first)
        self._pause = pause
        self._changed = asyncio.Event()
        self._over = asyncio.Event()
        self._reply: Message
        self._painter: asyncio.Task[None]

    async def __aenter__(self) -> Self:
        self._reply = await reply(self._message, self._shown)
        self._painter = asyncio.create_task(self._paint())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._stop()
        if isinstance(error, asyncio.CancelledError):
            return  # the bot is being stopped, and the next one turns this message into the answer
        if passes(error):
            await self._put_off(error)
        elif error is not None:
            with contextlib.suppress(TelegramError):
                await self._reply.delete()

    def tell(self, step: str, **values: object) -> None:
        """Show that `step` began, as soon as the next edit is due."""
        self._wanted = self._sentence(step, **values)
        self._changed.set()

    async def finish(self, text: str, keyboard: InlineKeyboardMarkup | None = None) -> Message:
        """Turn the message into the answer: HTML `text` with buttons.  Returns the message.

        If the message is gone, a new one is sent.
        """
        await self._stop()
        try:
            await self._reply.edit_text(
                text,
                parse_mode=ParseMode.HTML,
                link_preview_options=NO_PREVIEW,
                reply_markup=keyboard,
            )
        except BadRequest as error:
            if _not_modified(error):
                return self._reply
            log.info("progress_gone", error=error.message)
            return await reply(self._message, text, keyboard)
        return self._reply

    async def _put_off(self, error: BaseException | None) -> None:
        """The answer will come in this message when the trouble is over; it says so meanwhile."""
        if not of_storing(error):
            return
        with contextlib.suppress(TelegramError):
            await self._reply.edit_text(escape(self._texts.get("chat.later")))
            if hand := in_hand():
                hand.memory.told = True

    async def _stop(self) -> None:
        """End the painter, but never in the middle of an edit: it could overtake the verdict."""
        self._over.set()
        self._changed.set()
        await asyncio.gather(self._painter, return_exceptions=True)

    async def _paint(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            if self._over.is_set():
                return
            if self._wanted == self._shown:
                continue
            self._shown = self._wanted
            try:
                await self._reply.edit_text(
                    self._shown, parse_mode=ParseMode.HTML, link_preview_options=NO_PREVIEW
                )
            except TelegramError as error:
                # A step that was not shown is no loss; the verdict has its own care.
                if not (isinstance(error, BadRequest) and _not_modified(error)):
                    log.info("progress_not_shown", error=type(error).__name__)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), self._pause)

    def _sentence(self, step: str, **values: object) -> str:
        key = f"chat.step.{step}"
        if step == "waiting":
            key += ".one" if values["ahead"] == 1 else ".many"
        key += self._calm
        if not self._texts.has(key):
            key = f"chat.step.listening{self._calm}"
        return escape(self._texts.get(key, **values))


def _not_modified(error: BadRequest) -> bool:
    return "message is not modified" in error.message.lower()
