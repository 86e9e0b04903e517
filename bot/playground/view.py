"""The world as JSON for the chat page: what an app knows, in the page's own short form."""

from typing import Any

from bot.playground.styled import covered
from bot.playground.world import Account, BotAccount, Chat, Media, Message, World

Json = dict[str, Any]

QUOTE_CHARACTERS = 120
"""Of a message that is answered, shown above the answer."""


def accounts(world: World) -> list[Json]:
    """Everybody: people first, in the order in which they were made."""
    found: list[Account] = [*world.people.values(), *world.bots.values()]
    return [_account(account) for account in found]


def _account(account: Account) -> Json:
    if isinstance(account, BotAccount):
        commands: dict[str, list[Json]] = {}
        for scope, given in account.commands.items():
            kind, _, rest = scope.partition(":")
            if kind in {"default", "all_private_chats"}:
                commands[rest.rpartition(":")[2]] = given
        return {
            "id": account.id,
            "name": account.first_name,
            "username": account.username,
            "bot": True,
            "commands": commands,
            "descriptions": account.descriptions,
        }
    return {
        "id": account.id,
        "name": account.name,
        "username": account.username,
        "role": account.role,
        "phone": account.phone,
        "blocks": sorted(account.blocks),
    }


def chat(room: Chat) -> Json:
    """A chat with its newest message."""
    last = next(reversed(room.messages.values()), None)
    return {
        "key": room.key,
        "type": room.type,
        "title": room.title,
        "members": [member.id for member in room.members],
        "admins": sorted(room.admins),
        "pinned": [_quote(room.messages[n]) for n in room.pinned if n in room.messages],
        "last": message(last) if last else None,
    }


def message(shown: Message) -> Json:
    """A message, the same for everybody who may see it."""
    result: Json = {
        "id": shown.id,
        "chat": shown.chat.key,
        "from": shown.sender.id if shown.sender else None,
        "date": shown.date,
        "text": shown.text or "",
        "entities": shown.entities,
    }
    if shown.media is not None:
        result["media"] = _media(shown.media)
    if shown.contact is not None:
        result["contact"] = shown.contact
    if shown.origin is not None:
        result["origin"] = _origin(shown.origin)
    if shown.reply_to is not None and (target := shown.chat.messages.get(shown.reply_to)):
        result["reply"] = _quote(target)
    if shown.service is not None:
        result["service"] = _service(shown.service)
    if shown.reactions:
        result["reactions"] = {
            str(who): [one.get("emoji", "") for one in given]
            for who, given in shown.reactions.items()
        }
    result |= _markup(shown.markup or {})
    flags = {
        "edited": shown.edited is not None,
        "protected": shown.protected,
        "captionAbove": shown.caption_above,
        "album": shown.album,
    }
    return result | {name: value for name, value in flags.items() if value}


def _media(media: Media) -> Json:
    return {
        "kind": media.kind,
        "file": media.file.unique_id,
        "name": media.file.name or media.file.path.rsplit("/", 1)[1],
        "mime": media.file.mime,
        "size": len(media.file.data),
        "seconds": media.seconds,
        "width": media.width,
        "height": media.height,
        "title": media.title,
        "spoiler": media.spoiler,
    }


def _origin(origin: Json) -> Json:
    if origin["type"] == "user":
        sender = origin["sender_user"]
        name = f"{sender['first_name']} {sender.get('last_name', '')}".strip()
        return {"name": name, "id": sender["id"]}
    if origin["type"] == "hidden_user":
        return {"name": origin["sender_user_name"]}
    return {"name": (origin.get("chat") or origin["sender_chat"]).get("title", "")}


def _quote(target: Message) -> Json:
    return {
        "id": target.id,
        "from": target.sender.id if target.sender else None,
        "text": covered(target.text or "", target.entities)[:QUOTE_CHARACTERS],
        "kind": target.media.kind if target.media else None,
    }


def _service(service: Json) -> Json:
    for kind in ("new_chat_members", "left_chat_member"):
        if kind in service:
            who = service[kind]
            return {
                "kind": kind,
                "who": [one["id"] for one in who] if kind[0] == "n" else [who["id"]],
            }
    return {"kind": next(iter(service))}


def _markup(markup: Json) -> Json:
    if "inline_keyboard" in markup:
        return {
            "buttons": [
                [{"text": b["text"], "url": b.get("url"), "copy": _copied(b)} for b in row]
                for row in markup["inline_keyboard"]
            ]
        }
    if "keyboard" in markup:
        return {
            "keyboard": [
                [
                    {"text": b, "contact": False}
                    if isinstance(b, str)
                    else {"text": b["text"], "contact": bool(b.get("request_contact"))}
                    for b in row
                ]
                for row in markup["keyboard"]
            ],
            "once": bool(markup.get("one_time_keyboard")),
        }
    return {"noKeyboard": True} if markup.get("remove_keyboard") else {}


def _copied(button: Json) -> str | None:
    given = button.get("copy_text")
    return str(given.get("text", "")) if isinstance(given, dict) else None
