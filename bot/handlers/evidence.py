"""The gate for pictures while something is added to a case, or a deepfake is talked about."""

from telegram import Message, Update
from telegram.ext import ApplicationHandlerStop

from bot import talk
from bot.case import keeping
from bot.context import Context
from bot.handlers import casefile, deepfake
from bot.media import attachment, kind_of, picture


async def gate(update: Update, context: Context) -> None:
    """Refuse images where they may be harmful to have; keep one's own that are evidence.

    Whatever is forwarded, and all sound, goes on to be checked, and is kept after that
    (`keeping.after_check`).
    """
    message, user = update.message, update.effective_user
    if message is None or user is None or not talk.in_private(update):
        return
    kind = kind_of(message)
    if kind is None and message.animation is None:
        return
    house = context.house
    dialogue = house.store.dialogues.of(user.id, house.now())
    if dialogue is None:
        return
    if dialogue.topic == deepfake.TOPIC and _shows(message) and deepfake.refuses(dialogue):
        # The way out, for who is sent something suspicious while this still lasts.
        rows = [[talk.button(context.texts(update), "deepfake.button.other", deepfake.OTHER)]]
        await talk.say(update, context, "deepfake.refused_image", rows)
        raise ApplicationHandlerStop
    if dialogue.topic not in (keeping.TOPIC, deepfake.TOPIC) or message.forward_origin is not None:
        return
    opened = keeping.adding_to(house, context.account(update))
    if opened is None or (attachment(message) is not None):
        return
    await casefile.take(update, context, message, opened)
    raise ApplicationHandlerStop


def _shows(message: Message) -> bool:
    """Whether a message brings something to look at."""
    if picture(message) is not None or message.animation is not None:
        return True
    if message.video is not None or message.video_note is not None:
        return True
    document = message.document
    # A file whose type is not told may be a picture too; only sound is let through.
    return document is not None and not (document.mime_type or "").startswith("audio/")
