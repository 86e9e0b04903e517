"""Calls to Telegram: over a connection that comes and goes, at the pace that Telegram asks for."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import structlog
from telegram import InlineKeyboardMarkup, LinkPreviewOptions, Message, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import BadRequest, NetworkError
from telegram.ext import AIORateLimiter

from bot.inbox import in_hand, is_sending
from bot.inhand import to_its_end

log = structlog.get_logger(__name__)

RETRY_SECONDS = (1.0, 2.0, 4.0, 8.0, 15.0)
"""Pauses between attempts while the connection is bad.  Half a minute bridges a router's restart;
a verdict that arrives twice, where an answer of Telegram's got lost, beats one that never does."""

MAX_WAITS = 5
"""Times that a call is repeated after Telegram asked to wait."""

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)

Result = TypeVar("Result")


async def persist(
    call: Callable[[], Awaitable[Result]], pauses: Sequence[float] = RETRY_SECONDS
) -> Result:
    """Repeat `call` while the network fails; raises its last error."""
    for pause in pauses:
        try:
            return await call()
        except BadRequest:  # to the library a kind of network error, but it will not get better
            raise
        except NetworkError as error:
            log.info("network_retry", error=type(error).__name__, seconds=pause)
            await asyncio.sleep(pause)
    return await call()


class PatientLimiter(AIORateLimiter):
    """Every call waits its turn, waits as long as Telegram asks, and survives a bad connection."""

    def __init__(self, pauses: Sequence[float] = RETRY_SECONDS) -> None:
        super().__init__(max_retries=MAX_WAITS)
        self._pauses = pauses

    def hurry(self) -> None:
        """Keep no pace: at the other end is a trial, and not Telegram."""
        self._base_limiter, self._group_max_rate = None, 0

    async def process_request(
        self,
        callback: Callable[..., Any],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Any:
        """See the library."""
        # The first call of all has its own loop, which says what it is waiting for.
        pauses = () if endpoint == "getMe" else self._pauses
        usual = super().process_request
        hand = in_hand()

        async def request(*args: Any, **kwargs: Any) -> Any:
            # What waits for its turn may be broken off, but not what is on its way.
            once = hand is not None and is_sending(endpoint)
            sent = callback(*args, **kwargs)
            return await (to_its_end(sent) if once else sent)

        async def call() -> Any:
            return await persist(
                lambda: usual(request, args, kwargs, endpoint, data, rate_limit_args), pauses
            )

        try:
            if hand and is_sending(endpoint):
                return await hand.once(endpoint, data.get("chat_id"), call)
            return await call()
        except BadRequest as error:
            if endpoint == "answerCallbackQuery" and _came_late(error):
                return True
            if hand and hand.again and _happened_before(error):
                return True
            raise


def _came_late(error: BadRequest) -> bool:
    """Whether a tap waited so long that its little clock is gone; its handler must go on."""
    text = error.message.lower()
    return "query is too old" in text or "query_id_invalid" in text


def _happened_before(error: BadRequest) -> bool:
    """Whether what is to be edited or deleted was so, before the crash."""
    text = error.message.lower()
    return "message is not modified" in text or "message to delete not found" in text


async def reply(
    message: Message, text: str, keyboard: InlineKeyboardMarkup | None = None
) -> Message:
    """Answer `message` with HTML that cannot be forwarded and shows no previews."""
    return await message.get_bot().send_message(
        message.chat_id,
        text,
        parse_mode=ParseMode.HTML,
        link_preview_options=NO_PREVIEW,
        protect_content=True,
        # The person may have deleted what they sent; they get their answer all the same.
        reply_parameters=ReplyParameters(message.message_id, allow_sending_without_reply=True),
        reply_markup=keyboard,
    )
