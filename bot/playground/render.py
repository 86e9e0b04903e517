"""The world as JSON of the Bot API, in the eyes of one bot."""

import base64
import secrets
from typing import Any

from bot.playground.world import (
    Account,
    BotAccount,
    Chat,
    Media,
    Message,
    Person,
    StoredFile,
    World,
)

Json = dict[str, Any]

MAX_REACTIONS = 11
ACCEPTED_GIFTS = dict.fromkeys(
    (
        "unlimited_gifts",
        "limited_gifts",
        "unique_gifts",
        "premium_subscription",
        "gifts_from_channels",
    ),
    False,
)


def user(account: Account) -> Json:
    """A User."""
    if isinstance(account, BotAccount):
        return {
            "id": account.id,
            "is_bot": True,
            "first_name": account.first_name,
            "username": account.username,
        }
    return _without_nothing(
        id=account.id,
        is_bot=False,
        first_name=account.first_name,
        last_name=account.last_name,
        username=account.username,
        language_code=account.language_code,
    )


def me(bot: BotAccount) -> Json:
    """The User that getMe returns."""
    return user(bot) | {
        "can_join_groups": True,
        "can_read_all_group_messages": not bot.privacy_mode,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def chat(room: Chat, viewer: Account) -> Json:
    """A Chat."""
    if room.type != "private":
        return _without_nothing(
            id=room.id, type=room.type, title=room.title, username=room.username
        )
    other = room.other(viewer)
    return _without_nothing(
        id=other.id,
        type="private",
        first_name=other.first_name,
        last_name=getattr(other, "last_name", None),
        username=other.username,
    )


def full_chat(world: World, room: Chat, viewer: BotAccount) -> Json:
    """A ChatFullInfo."""
    info = chat(room, viewer) | {
        "accent_color_id": room.id_for(viewer) % 7,
        "max_reaction_count": MAX_REACTIONS,
        "accepted_gift_types": ACCEPTED_GIFTS,
    }
    if room.pinned and (pinned := room.messages.get(room.pinned[-1])):
        info["pinned_message"] = message(world, pinned, viewer, depth=1)
    return info


def member(room: Chat, account: Account) -> Json:
    """A ChatMember."""
    if account.id in room.kicked:
        return {"status": "kicked", "user": user(account), "until_date": 0}
    if not room.has(account):
        return {"status": "left", "user": user(account)}
    if account.id in room.admins:
        return {"status": "creator", "user": user(account), "is_anonymous": False}
    return {"status": "member", "user": user(account)}


def file_id(world: World, media: Media, viewer: BotAccount) -> str:
    """A fresh name for a file: good for this bot only, and another one each time."""
    raw = f"{viewer.id}:{media.file.unique_id}:{secrets.token_hex(6)}".encode()
    name = "AgAC" + base64.urlsafe_b64encode(raw).decode().rstrip("=")
    world.file_ids[name] = (viewer.id, media)
    return name


def _media(world: World, media: Media, viewer: BotAccount) -> Json:
    stored: StoredFile = media.file
    base: Json = {
        "file_id": file_id(world, media, viewer),
        "file_unique_id": stored.unique_id,
        "file_size": len(stored.data),
    }
    size = {"width": media.width, "height": media.height}
    named = _without_nothing(file_name=stored.name, mime_type=stored.mime)
    match media.kind:
        case "photo":
            return {"photo": [base | size]}
        case "voice":
            return {"voice": base | {"duration": media.seconds, "mime_type": stored.mime}}
        case "audio":
            tags = _without_nothing(performer=media.performer, title=media.title)
            return {"audio": base | named | tags | {"duration": media.seconds}}
        case "video_note":
            return {"video_note": base | {"length": media.width or 240, "duration": media.seconds}}
        case "video":
            return {"video": base | named | size | {"duration": media.seconds}}
        case "animation":
            animation = base | named | size | {"duration": media.seconds}
            return {"animation": animation, "document": base | named}
    return {"document": base | named}


def message(world: World, shown: Message, viewer: BotAccount, depth: int = 0) -> Json:
    """A Message; what it replies to is shown one level deep, as Telegram does."""
    room = shown.chat
    result: Json = {
        "message_id": shown.id,
        "date": int(shown.date),
        "chat": chat(room, viewer),
    }
    if shown.sender is not None:
        result["from"] = user(shown.sender)
    elif room.type != "private":
        result["sender_chat"] = chat(room, viewer)
    if shown.media is not None:
        result |= _media(world, shown.media, viewer)
        if shown.text:
            result |= {"caption": shown.text}
        if shown.entities:
            result["caption_entities"] = entities(world, shown.entities)
        if shown.media.spoiler:
            result["has_media_spoiler"] = True
    elif shown.text is not None:
        result["text"] = shown.text
        if shown.entities:
            result["entities"] = entities(world, shown.entities)
    if shown.origin is not None:
        result["forward_origin"] = shown.origin
    if shown.reply_to is not None and depth == 0 and (target := room.messages.get(shown.reply_to)):
        result["reply_to_message"] = message(world, target, viewer, depth=1)
    if shown.service is not None:
        result |= _service(world, shown, viewer, depth)
    if shown.markup is not None and "inline_keyboard" in shown.markup:
        result["reply_markup"] = shown.markup
    if shown.edited is not None:
        result["edit_date"] = int(shown.edited)
    return result | _without_nothing(
        contact=shown.contact,
        media_group_id=shown.album,
        link_preview_options=shown.link_preview,
        has_protected_content=shown.protected or None,
        show_caption_above_media=shown.caption_above or None,
    )


def _service(world: World, shown: Message, viewer: BotAccount, depth: int) -> Json:
    service = dict(shown.service or {})
    if "pinned_message" in service:
        pinned = shown.chat.messages.get(service.pop("pinned_message"))
        if pinned is not None and depth == 0:
            service["pinned_message"] = message(world, pinned, viewer, depth=1)
    return service


def entities(world: World, given: list[Json]) -> list[Json]:
    """MessageEntity objects; a mention by id becomes the User that it names."""
    shown = []
    for entity in given:
        if "user_id" in entity:
            named = world.account(entity["user_id"])
            if named is None:
                continue
            rest = {key: value for key, value in entity.items() if key != "user_id"}
            entity = rest | {"user": user(named)}
        shown.append(entity)
    return shown


def origin_of(source: Message, hidden: bool) -> Json:
    """The MessageOrigin of a message that is forwarded; a forward keeps its first origin."""
    if source.origin is not None:
        first = source.origin
        if hidden and first["type"] == "user":
            sender = first["sender_user"]
            name = f"{sender['first_name']} {sender.get('last_name', '')}".strip()
            return {"type": "hidden_user", "date": first["date"], "sender_user_name": name}
        return first
    date = int(source.date)
    room = source.chat
    if source.sender is None:
        as_chat = _without_nothing(
            id=room.id, type=room.type, title=room.title, username=room.username
        )
        if room.type == "channel":
            return {"type": "channel", "date": date, "chat": as_chat, "message_id": source.id}
        return {"type": "chat", "date": date, "sender_chat": as_chat}
    if hidden and isinstance(source.sender, Person):
        return {"type": "hidden_user", "date": date, "sender_user_name": source.sender.name}
    return {"type": "user", "date": date, "sender_user": user(source.sender)}


def _without_nothing(**values: Any) -> Json:
    return {key: value for key, value in values.items() if value is not None}
