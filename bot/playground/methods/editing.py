"""Methods that change or remove what was sent, and answers to presses."""

from typing import Any

from bot.playground import render, traffic
from bot.playground.errors import bad_request
from bot.playground.methods.common import (
    Call,
    chat_of,
    markup_of,
    media_of,
    message_of,
    text_of,
)
from bot.playground.params import Params
from bot.playground.world import Chat, Message

DELETION_SECONDS = 48 * 3600
"""A bot may delete a message for everyone for this long."""

QUERY_SECONDS = 15 * 60
"""A press can be answered for about this long."""

MAX_ANSWER = 200
MAX_DELETIONS = 100


def _own(call: Call) -> Message:
    if call.params.text("inline_message_id"):
        raise bad_request("MESSAGE_ID_INVALID")
    message = message_of(call, chat_of(call), "to edit")
    if message.sender is not call.bot or message.service or message.origin:
        raise bad_request("message can't be edited")
    return message


def _changed(call: Call, message: Message, **new: Any) -> Any:
    """Apply, unless nothing would change; a call without a keyboard takes the old one away."""
    new.setdefault("markup", markup_of(call, inline_only=True))
    if all(getattr(message, name) == value for name, value in new.items()):
        raise bad_request(
            "message is not modified: specified new message content and reply markup are exactly "
            "the same as a current content and reply markup of the message"
        )
    only_keyboard = set(new) == {"markup"}
    for name, value in new.items():
        setattr(message, name, value)
    if not only_keyboard:
        message.edited = call.world.clock()
    call.world.events.publish("edit", chat=message.chat.key, id=message.id)
    return render.message(call.world, message, call.bot)


def edit_text(call: Call) -> Any:
    """editMessageText."""
    message = _own(call)
    text, entities = text_of(call)
    if message.media is not None or message.text is None:
        raise bad_request("there is no text in the message to edit")
    new: dict[str, Any] = {"text": text, "entities": entities}
    if (preview := call.params.structure("link_preview_options")) is not None:
        new["link_preview"] = preview
    return _changed(call, message, **new)


def edit_caption(call: Call) -> Any:
    """editMessageCaption."""
    message = _own(call)
    if message.media is None:
        raise bad_request("there is no caption in the message to edit")
    text, entities = text_of(call, "caption", required=False)
    return _changed(call, message, text=text or None, entities=entities)


def edit_media(call: Call) -> Any:
    """editMessageMedia."""
    message = _own(call)
    spec = call.params.structure("media")
    if not isinstance(spec, dict) or spec.get("type") not in (
        "photo",
        "document",
        "audio",
        "video",
        "animation",
    ):
        raise bad_request('can\'t parse InputMedia: Field "type" is invalid')
    media = media_of(call, spec["type"], spec)
    one = Call(call.world, call.bot, Params(spec, call.params.uploads))
    text, entities = text_of(one, "caption", required=False)
    return _changed(call, message, media=media, text=text or None, entities=entities)


def edit_markup(call: Call) -> Any:
    """editMessageReplyMarkup."""
    return _changed(call, _own(call))


def _delete(call: Call, chat: Chat, message: Message) -> None:
    mine = message.sender is call.bot
    if call.world.clock() - message.date > DELETION_SECONDS:
        raise bad_request("message can't be deleted for everyone")
    if not (mine or chat.type == "private" or call.bot.id in chat.admins):
        raise bad_request("message can't be deleted")
    del chat.messages[message.id]
    traffic.announce_deletion(call.world, chat, message.id)


def delete_message(call: Call) -> bool:
    """deleteMessage."""
    chat = chat_of(call)
    _delete(call, chat, message_of(call, chat, "to delete"))
    return True


def delete_messages(call: Call) -> bool:
    """deleteMessages: those that cannot be found are passed over."""
    chat = chat_of(call)
    numbers = call.params.structure("message_ids")
    if not isinstance(numbers, list) or not 1 <= len(numbers) <= MAX_DELETIONS:
        raise bad_request("message identifiers are not specified")
    for number in numbers:
        if (message := chat.messages.get(int(number))) is not None:
            _delete(call, chat, message)
    return True


def set_reaction(call: Call) -> bool:
    """setMessageReaction; a bot may set one."""
    message = message_of(call, chat_of(call, writing=True), "to react")
    reaction = call.params.structure("reaction") or []
    if len(reaction) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    if any(one.get("type") != "emoji" for one in reaction):
        raise bad_request("REACTION_INVALID")
    if reaction:
        message.reactions[call.bot.id] = reaction
    else:
        message.reactions.pop(call.bot.id, None)
    call.world.events.publish("edit", chat=message.chat.key, id=message.id)
    return True


def answer_callback_query(call: Call) -> bool:
    """answerCallbackQuery."""
    query = call.world.queries.pop(call.params.text("callback_query_id"), None)
    old = query is None or call.world.clock() - query.date > QUERY_SECONDS
    if query is None or old or query.bot is not call.bot:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    text = call.params.text("text")
    if len(text) > MAX_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    call.world.events.publish(
        "answer",
        person=query.person.id,
        chat=query.message.chat.key,
        id=query.message.id,
        text=text,
        alert=call.params.flag("show_alert"),
    )
    return True
