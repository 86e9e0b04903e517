"""What the Bot API's methods share: the call, its chat, its text, its keyboard and its file."""

from dataclasses import dataclass
from typing import Any

from bot.playground import entities, uploads
from bot.playground.errors import bad_request, forbidden
from bot.playground.params import Params
from bot.playground.world import BotAccount, Chat, Media, MediaKind, Message, Person, World

Json = dict[str, Any]

MAX_TEXT = 4_096
MAX_CAPTION = 1_024
"""Characters after the entities were taken out."""

MAX_CALLBACK_BYTES = 64

_EMPTY_KEYBOARDS: tuple[Json, ...] = ({}, {"inline_keyboard": []})


@dataclass(frozen=True)
class Call:
    """One call of one bot."""

    world: World
    bot: BotAccount
    params: Params


def chat_of(call: Call, name: str = "chat_id", writing: bool = False) -> Chat:
    """The chat that a parameter names; `writing` also asks whether the bot may send there."""
    given = call.params.text(name)
    if not given:
        raise bad_request(f"{name} is empty")
    if given.startswith("@"):
        chat = next(
            (c for c in call.world.chats.values() if c.username == given[1:] and c.username), None
        )
    else:
        number = call.params.integer(name)
        if number > 0:
            return _private(call, number, writing)
        chat = call.world.group(number)
    if chat is None:
        raise bad_request("chat not found")
    if call.bot.id in chat.kicked:
        raise forbidden(f"bot was kicked from the {chat.type} chat")
    if not chat.has(call.bot):
        raise forbidden(f"bot is not a member of the {chat.type} chat")
    if writing:
        call.world.limits.check_sending(call.bot.id, chat.id)
    return chat


def _private(call: Call, number: int, writing: bool) -> Chat:
    account = call.world.account(number)
    if account is not None and not isinstance(account, Person):
        raise forbidden("bots can't send messages to bots")
    chat = call.world.find_private(call.bot, account) if account else None
    if account is None or chat is None:
        groups = call.world.chats_of(call.bot)
        if account is not None and any(group.has(account) for group in groups):
            raise forbidden("bot can't initiate conversation with a user")
        raise bad_request("chat not found")
    if writing:
        if call.bot.id in account.blocks:
            raise forbidden("bot was blocked by the user")
        call.world.limits.check_sending(call.bot.id, number)
    return chat


def message_of(call: Call, chat: Chat, what: str, name: str = "message_id") -> Message:
    """The message that a parameter names, or "message <what> not found"."""
    message = chat.messages.get(call.params.integer(name))
    if message is None:
        raise bad_request(f"message {what} not found")
    return message


def text_of(call: Call, name: str = "text", required: bool = True) -> tuple[str, list[Json]]:
    """The formatted text or caption of a call, within Telegram's lengths."""
    prefix = "caption_" if name == "caption" else ""
    text, found = entities.format_text(
        call.params.text(name),
        call.params.text("parse_mode") or None,
        call.params.structure(f"{prefix}entities"),
    )
    _resolve_mentions(found)
    if required and not text:
        raise bad_request("message text is empty")
    caption = name == "caption"
    if len(text) > (MAX_CAPTION if caption else MAX_TEXT):
        raise bad_request("message caption is too long" if caption else "message is too long")
    return text, found


def _resolve_mentions(found: list[Json]) -> None:
    """Entities that a client gave with a whole User are kept by its id alone."""
    for entity in found:
        if entity["type"] == "text_mention" and "user" in entity:
            entity["user_id"] = entity.pop("user")["id"]


def markup_of(call: Call, inline_only: bool = False) -> Json | None:
    """The keyboard of a call, checked as Telegram checks it."""
    markup = call.params.structure("reply_markup")
    if markup is None or markup in _EMPTY_KEYBOARDS:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if inline_only and "inline_keyboard" not in markup:
        raise bad_request("inline keyboard expected")
    for row in markup.get("inline_keyboard", []):
        for button in row:
            _check_button(button)
    return markup


def _check_button(button: Json) -> None:
    if not str(button.get("text", "")).strip():
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed")
    data = button.get("callback_data")
    if data is not None and not 1 <= len(str(data).encode()) <= MAX_CALLBACK_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
    url = button.get("url")
    if url is not None and not str(url).startswith(("http://", "https://", "tg://")):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    if not set(button) - {"text", "style", "icon_custom_emoji_id"}:
        raise bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )


def reply_of(call: Call, chat: Chat) -> int | None:
    """The message that is answered; a missing one is refused unless the bot allows it."""
    given = call.params.structure("reply_parameters") or {}
    number = int(given.get("message_id") or call.params.integer("reply_to_message_id"))
    if not number:
        return None
    if number in chat.messages:
        return number
    allowed = given.get("allow_sending_without_reply") or call.params.flag(
        "allow_sending_without_reply"
    )
    if not allowed:
        raise bad_request("message to be replied not found")
    return None


def media_of(call: Call, kind: MediaKind, spec: Json | None = None) -> Media:
    """The file of a call: an upload, an `attach://` name, or a file_id the bot was given.

    `spec` is an InputMedia object; without it the call's own parameters are read.
    """
    params = Params(spec, call.params.uploads) if spec is not None else call.params
    field = "media" if spec is not None else kind
    source = params.text(field)
    name = source.removeprefix("attach://") if source.startswith("attach://") else field
    upload = call.params.uploads.get(name) if not source or name != field else None
    upload = upload or (call.params.uploads.get(field) if spec is None else None)
    if upload is not None:
        media = uploads.take(call.world, kind, upload)
    elif source in call.world.file_ids and call.world.file_ids[source][0] == call.bot.id:
        media = uploads.again(call.world.file_ids[source][1], kind)
    elif source:
        raise bad_request("wrong file identifier/HTTP URL specified")
    else:
        raise bad_request(f"there is no {kind.replace('_', ' ')} in the request")
    return uploads.described(
        media,
        seconds=params.integer("duration"),
        width=params.integer("width") or params.integer("length"),
        height=params.integer("height"),
        performer=params.text("performer") or None,
        title=params.text("title") or None,
        spoiler=params.flag("has_spoiler"),
    )
