"""Messages that must not stay: taken away when their time has come, also after a restart."""

import structlog
from telegram import InlineKeyboardMarkup, Message, Update
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden

from bot import markup
from bot.context import Context
from bot.talk import Rows

log = structlog.get_logger(__name__)

LOOK_SECONDS = 2.0
"""How often the bot looks what is due: thirty seconds may become thirty-two."""


def plan(context: Context, message: Message, seconds: float) -> None:
    """Take `message` away in so many seconds."""
    house = context.house
    house.store.tidyings.plan(message.chat_id, message.message_id, house.now() + seconds)


async def show_hidden(
    update: Update, context: Context, key: str, words: str, seconds: float, rows: Rows
) -> None:
    """The sentence `key` with `words` below it, covered until they are tapped, for `seconds`."""
    assert update.effective_chat is not None
    sentence = markup.escape(context.texts(update).get(key))
    shown = await context.bot.send_message(
        update.effective_chat.id,
        f"{sentence}\n\n<tg-spoiler>{markup.escape(words)}</tg-spoiler>",
        parse_mode=ParseMode.HTML,
        protect_content=True,
        reply_markup=InlineKeyboardMarkup(rows),
    )
    plan(context, shown, seconds)


async def look(context: Context) -> None:
    """Take away what is due."""
    tidyings = context.house.store.tidyings
    for chat, message in tidyings.due(context.house.now()):
        try:
            await context.bot.delete_message(chat, message)
        except (BadRequest, Forbidden) as error:
            # The person did it already, or it is older than Telegram lets a bot delete.
            log.info("not_tidied", error=error.message)
        tidyings.done(chat, message)
