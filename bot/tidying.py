"""Messages that must not stay: taken away when their time has come, also after a restart."""

import structlog
from telegram import InlineKeyboardMarkup, Message, ReplyParameters, Update
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, TelegramError

from bot import markup
from bot.context import Context
from bot.talk import Rows
from bot.texts import Texts, pick_language

log = structlog.get_logger(__name__)

QUESTION = "question"
"""In a conversation: the message with its question, if that one does not stay."""

LOOK_SECONDS = 2.0
"""How often the bot looks what is due: thirty seconds may become thirty-two."""


def plan(context: Context, message: Message, seconds: float) -> None:
    """Take `message` away in so many seconds."""
    house = context.house
    house.store.tidyings.plan(message.chat_id, message.message_id, house.now() + seconds)


async def show_hidden(
    update: Update, context: Context, key: str, words: str, seconds: float, rows: Rows
) -> Message:
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
    return shown


async def look(context: Context) -> None:
    """Take away what is due."""
    tidyings = context.house.store.tidyings
    for chat, message in tidyings.due(context.house.now()):
        try:
            await context.bot.delete_message(chat, message)
        except (BadRequest, Forbidden) as error:
            log.info("not_tidied", error=error.message)
            if "can't be deleted" in error.message.lower():
                # The bot was away for longer than Telegram lets it delete: two days.
                await _ask_to_delete(context, chat, message)
        else:
            await _say_gone(context, chat, message)
        tidyings.done(chat, message)


async def _say_gone(context: Context, chat: int, message: int) -> None:
    """Where a question went before its answer, say so, and how it is asked again.

    The word that stood below it is forgotten too.
    """
    house = context.house
    dialogue = house.store.dialogues.of(chat, house.now())
    if dialogue is None or dialogue.data.get(QUESTION) != message:
        return
    if spoken := house.speaking.get(chat):
        if spoken.recordings:
            return  # they are saying it again already
        spoken.enrolment = None
    await _tell(context, chat, "codeword.gone")


async def _ask_to_delete(context: Context, chat: int, message: int) -> None:
    """Let the person take a message away themselves, as an answer to it, so that they find it."""
    below = ReplyParameters(message, allow_sending_without_reply=True)
    await _tell(context, chat, "codeword.delete_yourself", below)


async def _tell(
    context: Context, chat: int, key: str, below: ReplyParameters | None = None
) -> None:
    account = context.house.store.accounts.get(chat)
    if account is None:
        return
    sentence = Texts(pick_language(account.language)).get(key)
    try:
        await context.bot.send_message(chat, sentence, reply_parameters=below)
    except TelegramError as error:
        log.info("not_told", error=type(error).__name__)
