"""Conversations: what the bot waits for from an account, which survives a restart.

A conversation has a topic, and a line `expected(topic, filters, callback)` in the routing table.
Whatever is forwarded is never an answer but always something to check, and a command is always a
command.  Every question carries «Not now».
"""

from typing import Any, cast

from telegram import (
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    MaybeInaccessibleMessage,
    Message,
    Update,
)
from telegram.constants import ChatType
from telegram.error import BadRequest
from telegram.ext import Application, MessageHandler, filters

from bot import markup
from bot.context import Context, House
from bot.delivery import NO_PREVIEW
from bot.texts import Texts
from familyguard.store.desk import Dialogue

NOT_NOW = "talk:end:"
"""Callback data of the button that ends a conversation, before its topic."""

PATIENCE = 24 * 3600.0
"""Seconds after which a question is no longer waited for, unless its topic says otherwise."""

Rows = list[list[InlineKeyboardButton]]


class Expected(MessageHandler[Any, Any]):
    """Fits a message from an account of which `topic` waits for something like `what`.

    The callback finds the conversation in `context.dialogue`.
    """

    def __init__(
        self,
        house: House,
        topic: str,
        what: filters.BaseFilter,
        callback: Any,
        *,
        block: bool = True,
    ) -> None:
        usual = filters.UpdateType.MESSAGE & filters.ChatType.PRIVATE
        own = ~filters.FORWARDED & ~filters.VIA_BOT & ~filters.COMMAND
        super().__init__(usual & own & what, callback, block=block)
        self._house = house
        self._topic = topic

    def check_update(self, update: object) -> Any:
        """The conversation if the message answers it; if not, the next handler is asked."""
        if not super().check_update(update):
            return None
        assert isinstance(update, Update)
        user, house = update.effective_user, self._house
        dialogue = house.store.dialogues.of(user.id, house.now()) if user else None
        return dialogue if dialogue and dialogue.topic == self._topic else None

    def collect_additional_context(
        self,
        context: Context,
        update: Update,  # noqa: ARG002 – the library's signature
        application: Application[Any, Any, Any, Any, Any, Any],  # noqa: ARG002 – the same
        check_result: Any,
    ) -> None:
        """Hand the callback the conversation."""
        context.dialogue = cast("Dialogue", check_result)


def begin(
    update: Update, context: Context, topic: str, seconds: float | None = PATIENCE, **data: Any
) -> None:
    """Wait for what `topic` needs from whoever sent `update`; it ends what was waited for."""
    account, house = context.account(update), context.house
    house.store.dialogues.begin(
        account.user_id, account.family_id, topic, house.now(), seconds, **data
    )


def end(update: Update, context: Context) -> None:
    """Nothing is waited for any more from whoever sent `update`."""
    context.house.store.dialogues.end(context.account(update).user_id)


def not_now(topic: str, texts: Texts) -> InlineKeyboardButton:
    """The button that ends the conversation on `topic`."""
    return InlineKeyboardButton(texts.get("talk.not_now"), callback_data=NOT_NOW + topic)


def button(texts: Texts, key: str, data: str, **values: Any) -> InlineKeyboardButton:
    """A button with the sentence `key`; names in it are shortened."""
    return InlineKeyboardButton(markup.fill(texts, key, **values), callback_data=data)


def labelled(label: str, data: str) -> InlineKeyboardButton:
    """A button with words that are made already."""
    return InlineKeyboardButton(label, callback_data=data)


async def ask(
    update: Update,
    context: Context,
    topic: str,
    key: str,
    rows: Rows | None = None,
    *,
    seconds: float | None = PATIENCE,
    data: dict[str, Any] | None = None,
    **values: Any,
) -> Message | None:
    """Ask the question `key` and wait for the answer on `topic`; «Not now» is added."""
    begin(update, context, topic, seconds, **(data or {}))
    texts = context.texts(update)
    buttons = [*(rows or []), [not_now(topic, texts)]]
    return await say(update, context, key, buttons, **values)


async def say(
    update: Update, context: Context, key: str, rows: Rows | None = None, **values: Any
) -> Message | None:
    """The sentence `key`, as a new message; texts among `values` may be anybody's words."""
    assert update.effective_chat is not None
    return await context.bot.send_message(
        update.effective_chat.id,
        markup.fill(context.texts(update), key, **values),
        link_preview_options=NO_PREVIEW,
        reply_markup=InlineKeyboardMarkup(rows) if rows else None,
    )


async def show(
    update: Update, context: Context, key: str, rows: Rows | None = None, **values: Any
) -> None:
    """The sentence `key` in place of the message whose button was tapped, or as a new one."""
    query = update.callback_query
    if query is None:
        await say(update, context, key, rows, **values)
        return
    await query.answer()
    if not await reword(query, markup.fill(context.texts(update), key, **values), rows):
        await say(update, context, key, rows, **values)


async def reword(query: CallbackQuery, text: str, rows: Rows | None = None) -> bool:
    """Change the message under a button; False when it is gone or too old.

    A second tap on the same button changes nothing.
    """
    if not isinstance(query.message, Message):
        return False
    try:
        await query.edit_message_text(
            text,
            link_preview_options=NO_PREVIEW,
            reply_markup=InlineKeyboardMarkup(rows) if rows else None,
        )
    except BadRequest as error:
        return "not modified" in error.message.lower()
    return True


async def forgotten(update: Update, context: Context) -> None:
    """The answer to a button that is old, made up or another family's: nobody learns which."""
    assert update.callback_query is not None
    sentence = context.texts(update).get("talk.forgotten")
    await update.callback_query.answer(sentence, show_alert=True)


async def take_away(message: MaybeInaccessibleMessage | None) -> bool:
    """Delete a message, if it is still there and young enough; whether it is gone now."""
    if not isinstance(message, Message):
        return False
    try:
        await message.delete()
    except BadRequest as error:
        # Telegram lets a bot delete for 48 hours, and the person may have done it already.
        return "not found" in error.message.lower()
    return True


def in_private(update: Update) -> bool:
    """Whether `update` comes from a private chat."""
    return update.effective_chat is not None and update.effective_chat.type == ChatType.PRIVATE


async def stop(update: Update, context: Context) -> None:
    """«Not now»: the conversation ends, unless another one has begun since."""
    query = update.callback_query
    assert query is not None
    account, house = context.account(update), context.house
    topic = (query.data or "").removeprefix(NOT_NOW)
    dialogue = house.store.dialogues.of(account.user_id, house.now())
    if dialogue is not None and dialogue.topic == topic:
        house.store.dialogues.end(account.user_id)
    await show(update, context, "talk.ended")
