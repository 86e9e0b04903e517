"""Where a message that was sent to the bot came from, as far as Telegram tells."""

import hashlib
import hmac
from dataclasses import dataclass, field

from telegram import (
    Message,
    MessageOriginChannel,
    MessageOriginChat,
    MessageOriginHiddenUser,
    MessageOriginUser,
)

from familyguard.keys import Keys

UPLOADED = "uploaded"


@dataclass(frozen=True, slots=True)
class Origin:
    """`key` stands for the sender within one family and says nothing about them.

    What was typed, pasted, recorded or shared from another app has no origin: it is `uploaded`.
    `sent_at` is when the message was first sent; `name` is what the sender calls themselves, which
    anybody can choose.
    """

    key: str
    uploaded: bool = True
    sent_at: float | None = None
    name: str = field(default="", repr=False)
    user_id: int | None = None


def origin_of(message: Message, keys: Keys, family: str) -> Origin:
    """The origin of `message`, which a member of `family` sent."""
    origin = message.forward_origin
    by = message.from_user.id if message.from_user else None
    user_id: int | None = None
    match origin:
        case MessageOriginUser(sender_user=user) if user.id != by:
            who, name, user_id = f"user/{user.id}", user.full_name, user.id
        case MessageOriginHiddenUser(sender_user_name=name):
            who = f"name/{name}"
        case MessageOriginChat(sender_chat=chat) | MessageOriginChannel(chat=chat):
            who, name = f"chat/{chat.id}", chat.title or ""
        case _:
            return Origin(_keyed(keys, family, UPLOADED))
    assert origin is not None
    return Origin(_keyed(keys, family, who), False, origin.date.timestamp(), name, user_id)


def mark_of(message: Message) -> str:
    """A name for this very message, other after an edit, so that it is counted once."""
    edited = int(message.edit_date.timestamp()) if message.edit_date else 0
    return f"{message.chat_id}/{message.message_id}/{edited}"


def _keyed(keys: Keys, family: str, who: str) -> str:
    key = keys.derived("sender of a case")
    return hmac.digest(key, f"{family}|{who}".encode(), hashlib.sha256).hex()[:32]
