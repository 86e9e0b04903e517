"""Greeting, help, and the language of the chat."""

from telegram import Update

from bot import keyboards, talk
from bot.context import Context
from bot.handlers import setup
from bot.texts import LANGUAGES, Texts


async def start(update: Update, context: Context) -> None:
    """`/start`, with or without an invitation; the gate has redeemed it already."""
    await _say(update, context, "chat.start.greeting")
    await setup.begin(update, context)


async def help_(update: Update, context: Context) -> None:
    """`/help`."""
    await _say(update, context, "chat.help")


async def language(update: Update, context: Context) -> None:
    """`/language`: offer the languages."""
    await _say(update, context, "chat.language.ask")


async def choose_language(update: Update, context: Context) -> None:
    """A tap on a language."""
    query, user = update.callback_query, update.effective_user
    assert query is not None and user is not None  # noqa: PT018
    wish = (query.data or "").removeprefix(keyboards.LANGUAGE)
    chosen = next((language for language in LANGUAGES if language == wish), None)
    await query.answer()
    if chosen is None:
        return
    context.house.store.accounts.speak(user.id, chosen)
    rows = [list(row) for row in keyboards.languages().inline_keyboard]
    if not await talk.reword(query, Texts(chosen).get("chat.language.done"), rows):
        await talk.say(update, context, "chat.language.done", rows)


async def _say(update: Update, context: Context, key: str) -> None:
    message = update.effective_message
    assert message is not None
    await context.bot.send_message(
        message.chat_id, context.texts(update).get(key), reply_markup=keyboards.languages()
    )
