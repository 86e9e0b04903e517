"""Methods that put a message into a chat."""

import secrets
from typing import Any

from bot.playground import render, traffic
from bot.playground.errors import bad_request
from bot.playground.methods.common import (
    Call,
    chat_of,
    markup_of,
    media_of,
    message_of,
    reply_of,
    text_of,
)
from bot.playground.world import Chat, MediaKind, Message

ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)
ALBUM_SIZES = range(2, 11)
_ALBUM_KINDS: tuple[MediaKind, ...] = ("photo", "video", "document", "audio")


def _post(call: Call, chat: Chat, **content: Any) -> Message:
    message = call.world.new_message(
        chat, call.bot, protected=call.params.flag("protect_content"), **content
    )
    traffic.announce(call.world, message)
    return message


def _shown(call: Call, message: Message) -> Any:
    return render.message(call.world, message, call.bot)


def send_message(call: Call) -> Any:
    """sendMessage."""
    chat = chat_of(call, writing=True)
    text, entities = text_of(call)
    preview = call.params.structure("link_preview_options")
    if preview is None and call.params.flag("disable_web_page_preview"):
        preview = {"is_disabled": True}
    message = _post(
        call,
        chat,
        text=text,
        entities=entities,
        markup=markup_of(call),
        reply_to=reply_of(call, chat),
        link_preview=preview,
    )
    return _shown(call, message)


def _send_media(call: Call, kind: MediaKind) -> Any:
    chat = chat_of(call, writing=True)
    markup, reply = markup_of(call), reply_of(call, chat)
    caption, entities = text_of(call, "caption", required=False)
    if kind == "video_note":
        caption, entities = "", []  # Telegram shows none there
    message = _post(
        call,
        chat,
        media=media_of(call, kind),
        text=caption or None,
        entities=entities,
        markup=markup,
        reply_to=reply,
        caption_above=call.params.flag("show_caption_above_media"),
    )
    return _shown(call, message)


def send_photo(call: Call) -> Any:
    """sendPhoto."""
    return _send_media(call, "photo")


def send_document(call: Call) -> Any:
    """sendDocument."""
    return _send_media(call, "document")


def send_voice(call: Call) -> Any:
    """sendVoice."""
    return _send_media(call, "voice")


def send_audio(call: Call) -> Any:
    """sendAudio."""
    return _send_media(call, "audio")


def send_video(call: Call) -> Any:
    """sendVideo."""
    return _send_media(call, "video")


def send_video_note(call: Call) -> Any:
    """sendVideoNote."""
    return _send_media(call, "video_note")


def send_animation(call: Call) -> Any:
    """sendAnimation."""
    return _send_media(call, "animation")


def send_media_group(call: Call) -> Any:
    """sendMediaGroup."""
    chat = chat_of(call, writing=True)
    items = call.params.structure("media")
    if not isinstance(items, list) or len(items) not in ALBUM_SIZES:
        raise bad_request("media group must contain 2-10 items")
    kinds = {item.get("type") for item in items}
    if not kinds <= set(_ALBUM_KINDS) or (kinds & {"document", "audio"} and len(kinds) > 1):
        raise bad_request("group send failed")
    reply = reply_of(call, chat)
    ready = []
    for item in items:
        one = Call(call.world, call.bot, type(call.params)(item, call.params.uploads))
        ready.append((media_of(call, item["type"], item), *text_of(one, "caption", False)))
    album = str(secrets.randbits(52))
    sent = [
        _post(
            call,
            chat,
            media=media,
            text=caption or None,
            entities=entities,
            reply_to=reply,
            album=album,
        )
        for media, caption, entities in ready
    ]
    return [_shown(call, message) for message in sent]


def send_contact(call: Call) -> Any:
    """sendContact."""
    chat = chat_of(call, writing=True)
    number, name = call.params.text("phone_number"), call.params.text("first_name")
    if not number or not name:
        raise bad_request("phone number and first name are needed")
    contact = {"phone_number": number, "first_name": name}
    if call.params.text("last_name"):
        contact["last_name"] = call.params.text("last_name")
    message = _post(
        call, chat, contact=contact, markup=markup_of(call), reply_to=reply_of(call, chat)
    )
    return _shown(call, message)


def _source(call: Call, what: str, name: str = "message_id") -> Message:
    source = message_of(call, chat_of(call, "from_chat_id"), f"to {what}", name)
    if source.protected or source.service:
        done = {"forward": "forwarded", "copy": "copied"}[what]
        raise bad_request(f"message can't be {done}")
    return source


def _forward(call: Call, chat: Chat, source: Message) -> Message:
    return _post(
        call,
        chat,
        text=source.text,
        entities=source.entities,
        media=source.media,
        contact=source.contact,
        origin=render.origin_of(source, hidden=False),
    )


def forward_message(call: Call) -> Any:
    """forwardMessage."""
    chat = chat_of(call, writing=True)
    return _shown(call, _forward(call, chat, _source(call, "forward")))


def forward_messages(call: Call) -> Any:
    """forwardMessages: those that are there and may be forwarded."""
    chat = chat_of(call, writing=True)
    room = chat_of(call, "from_chat_id")
    wanted = [room.messages.get(int(n)) for n in call.params.structure("message_ids") or []]
    sent = [_forward(call, chat, m) for m in wanted if m and not m.protected and not m.service]
    if not sent:
        raise bad_request("there are no messages to forward")
    return [{"message_id": message.id} for message in sent]


def copy_message(call: Call) -> Any:
    """copyMessage."""
    chat = chat_of(call, writing=True)
    source = _source(call, "copy")
    text, entities = source.text, source.entities
    if source.media is not None and "caption" in call.params.values:
        text, entities = text_of(call, "caption", required=False)
    message = _post(
        call,
        chat,
        text=text,
        entities=entities,
        media=source.media,
        contact=source.contact,
        markup=markup_of(call),
        reply_to=reply_of(call, chat),
    )
    return {"message_id": message.id}


def send_chat_action(call: Call) -> bool:
    """sendChatAction."""
    chat = chat_of(call, writing=True)
    action = call.params.text("action")
    if action not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    call.world.events.publish("typing", chat=chat.key, who=call.bot.id, action=action)
    return True
