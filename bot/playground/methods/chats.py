"""Methods about chats and who is in them."""

from typing import Any

from bot.playground import render, traffic
from bot.playground.errors import bad_request
from bot.playground.methods.common import Call, chat_of, message_of
from bot.playground.world import Account


def get_chat(call: Call) -> Any:
    """getChat."""
    return render.full_chat(call.world, chat_of(call), call.bot)


def _user(call: Call) -> Account:
    account = call.world.account(call.params.integer("user_id"))
    if account is None:
        raise bad_request("invalid user_id specified")
    return account


def get_member(call: Call) -> Any:
    """getChatMember."""
    chat = chat_of(call)
    return render.member(chat, _user(call))


def get_administrators(call: Call) -> Any:
    """getChatAdministrators."""
    chat = chat_of(call)
    if chat.type == "private":
        raise bad_request("there are no administrators in the private chat")
    return [render.member(chat, m) for m in chat.members if m.id in chat.admins]


def get_member_count(call: Call) -> int:
    """getChatMemberCount."""
    return len(chat_of(call).members)


def leave(call: Call) -> bool:
    """leaveChat."""
    chat = chat_of(call)
    if chat.type == "private":
        raise bad_request("chat member status can't be changed in private chats")
    chat.members = [member for member in chat.members if member is not call.bot]
    left = call.world.new_message(
        chat, call.bot, service={"left_chat_member": render.user(call.bot)}
    )
    traffic.announce(call.world, left)
    call.world.events.publish("chat", chat=chat.key)
    return True


def pin(call: Call) -> bool:
    """pinChatMessage."""
    chat = chat_of(call)
    if chat.type != "private" and call.bot.id not in chat.admins:
        raise bad_request("not enough rights to manage pinned messages in the chat")
    message = message_of(call, chat, "to pin")
    if message.id not in chat.pinned:
        chat.pinned.append(message.id)
        note = call.world.new_message(chat, call.bot, service={"pinned_message": message.id})
        traffic.announce(call.world, note)
    return True


def unpin(call: Call) -> bool:
    """unpinChatMessage: the newest pin when no message is named."""
    chat = chat_of(call)
    number = call.params.integer("message_id") or (chat.pinned[-1] if chat.pinned else 0)
    if number in chat.pinned:
        chat.pinned.remove(number)
        call.world.events.publish("chat", chat=chat.key)
    return True


def unpin_all(call: Call) -> bool:
    """unpinAllChatMessages."""
    chat = chat_of(call)
    chat.pinned.clear()
    call.world.events.publish("chat", chat=chat.key)
    return True


def get_profile_photos(call: Call) -> Any:
    """getUserProfilePhotos: nobody here has a picture."""
    _user(call)
    return {"total_count": 0, "photos": []}
