"""What people do in their apps: write, send, forward, press, share their number, block, join."""

import secrets
from typing import Any

from bot.playground import entities, render, traffic, uploads
from bot.playground.errors import Refused
from bot.playground.params import Upload
from bot.playground.world import (
    Account,
    BotAccount,
    CallbackQuery,
    Chat,
    MediaKind,
    Message,
    Person,
    World,
)

MAX_TEXT = 4_096


class People:
    """The actions of a world's people; each raises `Refused` where an app would not do it."""

    def __init__(self, world: World) -> None:
        self.world = world

    def chat(self, person: Person, key: str) -> Chat:
        """A chat that the person takes part in."""
        chat = self.world.chats.get(key)
        if chat is None or not chat.has(person):
            raise Refused("no_such_chat")
        return chat

    def message(self, person: Person, key: str, number: int) -> Message:
        """A message in one of the person's chats."""
        message = self.chat(person, key).messages.get(number)
        if message is None:
            raise Refused("no_such_message")
        return message

    def open(self, person: Person, other: Account) -> Chat:
        """The private chat with somebody; it exists for a bot once the person wrote there."""
        chat = self.world.private(person, other)
        self.world.events.publish("chat", chat=chat.key)
        return chat

    def say(self, person: Person, chat: Chat, text: str, reply_to: int | None = None) -> Message:
        """Send a text as typed, without any styling."""
        shown, found = entities.format_text(text[:MAX_TEXT], None, None)
        if not shown:
            raise Refused("empty")
        return self._post(person, chat, text=shown, entities=found, reply_to=reply_to)

    def start(self, person: Person, bot: BotAccount, payload: str = "") -> Message:
        """Press Start, or follow a deep link into a bot's chat."""
        self.unblock(person, bot)
        return self.say(person, self.world.private(person, bot), f"/start {payload}".strip())

    def send(
        self,
        person: Person,
        chat: Chat,
        kind: MediaKind,
        file: Upload,
        caption: str = "",
        reply_to: int | None = None,
        **declared: Any,
    ) -> Message:
        """Send a file as `kind`; `declared` is what the app says of it: seconds, width, height."""
        if not file.data:
            raise Refused("empty_file")
        if kind == "photo" and not all(uploads.picture_size(file.data)):
            kind = "document"  # as an app does with a picture that it cannot read
        media = uploads.described(uploads.take(self.world, kind, file), **declared)
        text, found = entities.format_text(caption, None, None)
        return self._post(
            person, chat, media=media, text=text or None, entities=found, reply_to=reply_to
        )

    def forward(
        self, person: Person, source: Message, target: Chat, hidden: bool = False
    ) -> Message:
        """Forward a message; `hidden` is a sender whose settings hide the link to their account."""
        if source.protected or source.service:
            raise Refused("protected")
        return self._post(
            person,
            target,
            text=source.text,
            entities=source.entities,
            media=source.media,
            contact=source.contact,
            origin=render.origin_of(source, hidden),
        )

    def share_contact(self, person: Person, chat: Chat, whose: Person | None = None) -> Message:
        """Share a phone number: one's own, as the contact button does, or somebody else's."""
        shared = whose or person
        contact: dict[str, Any] = {
            "phone_number": shared.phone,
            "first_name": shared.first_name,
            "user_id": shared.id,
        }
        if shared.last_name:
            contact["last_name"] = shared.last_name
        return self._post(person, chat, contact=contact)

    def press(self, person: Person, message: Message, row: int, column: int) -> str:
        """Press an inline button and give the query's id."""
        try:
            button = (message.markup or {})["inline_keyboard"][row][column]
            data = str(button["callback_data"])
        except (KeyError, IndexError):
            raise Refused("no_such_button") from None
        if not isinstance(message.sender, BotAccount):
            raise Refused("no_such_button")
        number = str(secrets.randbits(62))
        query = CallbackQuery(number, person, message.sender, message, data, self.world.clock())
        traffic.press(self.world, query)
        return number

    def edit(self, person: Person, message: Message, text: str) -> None:
        """Change one's own text or caption."""
        if message.sender is not person or message.origin or message.contact or message.service:
            raise Refused("not_yours")
        shown, found = entities.format_text(text[:MAX_TEXT], None, None)
        if not shown and message.media is None:
            raise Refused("empty")
        message.text, message.entities = shown or None, found
        message.edited = self.world.clock()
        traffic.announce_edit(self.world, message)

    def delete(self, person: Person, message: Message) -> None:
        """Delete for both sides: one's own anywhere, anything in a private chat."""
        if message.sender is not person and message.chat.type != "private":
            raise Refused("not_yours")
        del message.chat.messages[message.id]
        traffic.announce_deletion(self.world, message.chat, message.id)

    def react(self, person: Person, message: Message, emoji: str) -> None:
        """Set one reaction; the same once more, or an empty one, takes it away."""
        old = message.reactions.get(person.id, [])
        new = [{"type": "emoji", "emoji": emoji}] if emoji else []
        if new == old:
            new = []
        message.reactions[person.id] = new
        if not new:
            del message.reactions[person.id]
        traffic.reaction(self.world, message, person, old, new)

    def block(self, person: Person, bot: BotAccount) -> None:
        """Block a bot: it may no longer write."""
        if bot.id not in person.blocks:
            person.blocks.add(bot.id)
            self._standing(person, bot, "member", "kicked")

    def unblock(self, person: Person, bot: BotAccount) -> None:
        """Let a blocked bot write again."""
        if bot.id in person.blocks:
            person.blocks.discard(bot.id)
            self._standing(person, bot, "kicked", "member")

    def _standing(self, person: Person, bot: BotAccount, old: str, new: str) -> None:
        def standing(status: str) -> dict[str, Any]:
            until = {"until_date": 0} if status == "kicked" else {}
            return {"status": status, "user": render.user(bot)} | until

        chat = self.world.private(person, bot)
        traffic.membership(self.world, chat, bot, person, standing(old), standing(new))

    def add_to_group(self, person: Person, group: Chat, account: Account) -> None:
        """Bring somebody into a group."""
        if group.type == "private" or group.has(account):
            raise Refused("already_there")
        old = render.member(group, account)
        group.kicked.discard(account.id)
        group.members.append(account)
        if isinstance(account, BotAccount):
            new = render.member(group, account)
            traffic.membership(self.world, group, account, person, old, new)
        self._post(person, group, service={"new_chat_members": [render.user(account)]})

    def remove_from_group(self, person: Person, group: Chat, account: Account) -> None:
        """Put somebody out of a group; a bot is told last."""
        if not group.has(account) or person.id not in {*group.admins, account.id}:
            raise Refused("not_yours")
        old = render.member(group, account)
        self._post(person, group, service={"left_chat_member": render.user(account)})
        group.members = [member for member in group.members if member is not account]
        if person is not account:
            group.kicked.add(account.id)
        if isinstance(account, BotAccount):
            new = render.member(group, account)
            traffic.membership(self.world, group, account, person, old, new)
        self.world.events.publish("chat", chat=group.key)

    def _post(self, person: Person, chat: Chat, **content: Any) -> Message:
        if not chat.has(person):
            raise Refused("no_such_chat")
        if chat.type == "channel" and person.id not in chat.admins:
            raise Refused("not_yours")
        if chat.type == "private":
            other = chat.other(person)
            if isinstance(other, BotAccount) and other.id in person.blocks:
                raise Refused("blocked")
        sender = None if chat.type == "channel" else person
        message = self.world.new_message(chat, sender, **content)
        traffic.announce(self.world, message)
        return message
