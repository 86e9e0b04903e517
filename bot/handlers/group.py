"""In a group the bot says not a word: whoever asks there is answered in their private chat.

Others read along in a group, strangers perhaps.  They must not learn what a member asks, what the
answer is, nor even who is a member.  So `/check` below a message does what forwarding that message
to the bot would do, and strangers are met with silence.
"""

import contextlib
from typing import Any

import structlog
from telegram import Message, MessageEntity, Update
from telegram.constants import ChatMemberStatus, ChatType
from telegram.error import BadRequest, Forbidden
from telegram.ext import ApplicationHandlerStop

from bot.context import Context
from bot.delivery import NO_PREVIEW
from bot.texts import Texts

log = structlog.get_logger(__name__)

CHECK = "check"
GROUPS = (ChatType.GROUP, ChatType.SUPERGROUP)
AWAY = (ChatMemberStatus.LEFT, ChatMemberStatus.BANNED)

OF_THE_GROUP = (
    "reply_to_message",
    "external_reply",
    "quote",
    "sender_chat",
    "sender_boost_count",
    "sender_tag",
    "author_signature",
    "message_thread_id",
    "is_topic_message",
    "media_group_id",
    "reply_markup",
    "edit_date",
    "via_bot",
)
"""What a message loses when it is looked at in another chat."""


async def gate(update: Update, context: Context) -> None:
    """Private chats pass.  In groups members are helped, without a word in the group.

    Raises:
        ApplicationHandlerStop: for everything that does not come from a private chat.
    """
    chat, user = update.effective_chat, update.effective_user
    if chat is None or user is None or user.is_bot:
        raise ApplicationHandlerStop
    if chat.type == ChatType.PRIVATE:
        # A private chat has the number of its person, or the answer would go to somebody else.
        # A change of standing: they blocked the bot, or let it in again.
        if chat.id != user.id or update.my_chat_member:
            raise ApplicationHandlerStop
        return
    house = context.house
    if chat.type in GROUPS and house.store.accounts.get(user.id):
        wish = wished(update.message, context.bot) if update.message else None
        if update.my_chat_member:
            await _arrive(update, context)
        # A flood is dropped without a notice: the group would read it.
        elif wish and house.members.allows(user.id, house.clock()):
            await _help(update, context, wish)
    raise ApplicationHandlerStop


def wished(message: Message, bot: Any) -> str | None:
    """What a message in a group wants of `bot`: a command without its slash, or nothing.

    A reply to the bot is a wish to have that reply checked.
    """
    entities = message.entities if message.text else ()
    if entities and (entities[0].type, entities[0].offset) == (MessageEntity.BOT_COMMAND, 0):
        # The library's own way stumbles over a mark that ends within a character.
        marked = (message.text or "").encode("utf-16-le")[: 2 * entities[0].length]
        command, _, to = marked.decode("utf-16-le", "ignore")[1:].partition("@")
        if to:
            return command.lower() if to.lower() == bot.username.lower() else None
        # Without a name it may be meant for another bot.
        known = command.lower() == CHECK or Texts("en").has(f"chat.command.{command.lower()}")
        return command.lower() if known else None
    replied = message.reply_to_message
    return CHECK if replied and replied.from_user and replied.from_user.id == bot.id else None


async def _arrive(update: Update, context: Context) -> None:
    """Say once how it works here, when a member brought the bot in."""
    change, chat = update.my_chat_member, update.effective_chat
    assert change is not None and chat is not None  # noqa: PT018
    arrived = change.old_chat_member.status in AWAY and change.new_chat_member.status not in AWAY
    if arrived and context.house.notices.allows(chat.id, context.house.clock()):
        log.info("added_to_group")
        sentence = context.texts(update).get("group.added", bot=context.bot.username)
        # In the group it would tell strangers whoever brought it in belongs to a family.
        with contextlib.suppress(Forbidden, BadRequest):
            await _whisper(context, change.from_user.id, sentence)


async def _help(update: Update, context: Context, wish: str) -> None:
    message, user = update.message, update.effective_user
    assert message is not None and user is not None  # noqa: PT018
    texts = context.texts(update)
    replied = message.reply_to_message
    by_command = bool(message.text and message.text.startswith("/"))
    target = replied if by_command else message
    try:
        if wish != CHECK:
            await _whisper(context, user.id, texts.get("group.here", command=f"/{wish}"))
        elif target is None or target.from_user is None or target.from_user.id == context.bot.id:
            await _whisper(context, user.id, texts.get("group.how"))
        else:
            await _look_at(target, update, context, texts)
    except Forbidden:
        # They find the way to the chat that they closed; a word here would tell on them.
        log.info("blocked_by_user")


async def _whisper(context: Context, user_id: int, text: str) -> Message:
    return await context.bot.send_message(user_id, text, link_preview_options=NO_PREVIEW)


async def _look_at(target: Message, update: Update, context: Context, texts: Texts) -> None:
    """Handle `target` as if the asker had forwarded it to the bot.  Raises Forbidden."""
    user = update.effective_user
    assert user is not None
    try:
        copy = await context.bot.forward_message(user.id, target.chat_id, target.message_id)
        number = copy.message_id
    except BadRequest as error:
        # The group forbids forwarding, or the message is gone: the answer stands by itself.
        log.info("not_forwarded", error=error.message)
        # Its number in the group is that of another message in the private chat, which would go
        # where this one holds the code word.
        note = await _whisper(context, user.id, texts.get("group.without_copy"))
        number = note.message_id
    private = Update.de_json(
        {
            "update_id": update.update_id,
            "message": forwarded(target, user.to_dict(), number),
        },
        context.bot,
    )
    await context.application.process_update(private)


def forwarded(target: Message, user: dict[str, Any], number: int) -> dict[str, Any]:
    """`target` as Telegram would describe it, had `user` forwarded it as message `number`."""
    told = target.to_dict()
    sender = target.from_user.to_dict() if target.from_user else user
    origin = told.get("forward_origin") or {
        "type": "user",
        "sender_user": sender,
        "date": told["date"],
    }
    kept = {name: value for name, value in told.items() if name not in OF_THE_GROUP}
    own = {
        "message_id": number,
        "from": user,
        "chat": {"id": user["id"], "type": ChatType.PRIVATE, "first_name": user["first_name"]},
        "forward_origin": origin,
    }
    return kept | own
