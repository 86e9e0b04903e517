"""Whatever cannot be checked: a friendly sentence on what to send instead."""

from telegram import Update

from bot.context import Context
from bot.handlers import check


async def other(update: Update, context: Context) -> None:
    """A sticker, a place, a contact, an unknown command …"""
    message = update.effective_message
    assert message is not None
    if message.caption:
        # The fraud may stand in the words beside a PDF or a moving picture.
        await check.text(update, context)
    is_command = (message.text or "").startswith("/")
    key = "chat.other.command" if is_command else "chat.other.anything"
    sentence = context.texts(update).get(key)
    await context.bot.send_message(message.chat_id, sentence)


async def old_button(update: Update, context: Context) -> None:
    """A button that no handler knows (any more)."""
    assert update.callback_query is not None
    await update.callback_query.answer(context.texts(update).get("chat.details.gone"))
