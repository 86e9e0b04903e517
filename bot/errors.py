"""What can go wrong in the chat, and the last net that catches what nobody expected."""

from typing import TYPE_CHECKING, Self

import structlog
from telegram import Update
from telegram.constants import ChatType
from telegram.error import Forbidden, TelegramError
from telegram.ext import ApplicationHandlerStop

from bot.inbox import apart, in_hand
from bot.texts import Texts, terminal_language
from bot.trouble import of_storing, passes

if TYPE_CHECKING:
    from bot.context import Context

log = structlog.get_logger(__name__)


class BotError(Exception):
    """Base of every error that `bot` raises on purpose."""


class UnusableSettings(BotError):
    """The settings are incomplete or wrong; the message is one sentence for the self-hoster."""

    @classmethod
    def because(cls, key: str, **values: object) -> Self:
        """With the sentence `unusable.<key>`, in the language of the terminal."""
        return cls(Texts(terminal_language()).get(f"unusable.{key}", **values))


class QueueFull(BotError):
    """No room for one more memo; `own` if the member fills their own share."""

    def __init__(self, own: bool) -> None:
        super().__init__("the member's share is used up" if own else "all places are taken")
        self.own = own


class CannotListen(BotError):
    """The worker process does not come up: its models are missing, or it dies at the start."""


class Stopping(BotError):
    """The bot is being stopped and this memo was not reached."""


class GoneMeanwhile(BotError):
    """Whoever sent this has left the family since."""


async def on_error(update: object, context: "Context") -> None:
    """One line in the log and one sentence to the member, whatever happened.

    Raises:
        ApplicationHandlerStop: always.  Without it the library goes on to the next handler group,
            and an update would pass the very gate that failed.
    """
    try:
        await _tell(update, context)
    finally:
        raise ApplicationHandlerStop


async def _tell(update: object, context: "Context") -> None:
    error = context.error
    if isinstance(error, GoneMeanwhile):
        log.info("left_meanwhile")
        return
    if isinstance(error, Forbidden):
        log.info("blocked_by_user", error=str(error))
        return
    if passes(error) and (hand := in_hand()) and hand.put_off():
        log.warning("handler_to_be_repeated", error=type(error).__name__)
        # Where Telegram is what failed, there is nobody to be told.
        if of_storing(error) and not hand.memory.told and isinstance(update, Update):
            hand.memory.told = True
            await tell_later(update, context)
        return
    log.error("handler_failed", error=type(error).__name__, exc_info=error)
    if isinstance(update, Update):
        await _say(update, context, "chat.error")


async def tell_given_up(update: Update, context: "Context") -> None:
    """One sentence about an update that the bot died of too often."""
    await _say(update, context, "chat.given_up")


async def tell_later(update: Update, context: "Context") -> None:
    """One sentence about an update that waits until something can be stored again."""
    with apart():
        await _say(update, context, "chat.later")


async def _say(update: Update, context: "Context", key: str) -> None:
    # A group is told nothing: others read it too.
    if update.effective_chat is None or update.effective_chat.type != ChatType.PRIVATE:
        return
    if not _is_member(update, context):
        return
    try:
        await context.bot.send_message(update.effective_chat.id, context.texts(update).get(key))
    except TelegramError as second:
        log.warning("error_not_told", error=type(second).__name__)


def _is_member(update: Update, context: "Context") -> bool:
    """Strangers are told nothing, not even that something went wrong; in doubt, silence."""
    user = update.effective_user
    try:
        return user is not None and context.house.store.accounts.get(user.id) is not None
    except Exception as error:
        log.warning("membership_unknown", error=type(error).__name__)
        return False
