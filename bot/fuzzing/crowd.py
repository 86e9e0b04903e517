"""Two families and strangers, and what they might send: updates of every kind that there is."""

import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.fuzzing import hostile
from bot.playground import render
from bot.playground.params import Upload
from bot.playground.uploads import described, take
from bot.playground.world import BotAccount, Chat, Person, World
from familyguard.admission import approve, knock
from familyguard.family import Role
from familyguard.store import Store
from familyguard.store.voices import StoredVoice

Json = dict[str, Any]

FIRST, SECOND = "Aardvark", "Bonobo"
"""Words that stand in all that belongs to a family, and nowhere else."""

SCAM = "Hi mum, this is my new number, can you transfer 900 pounds today? I can't call"
ORDINARY = "Shall we have dinner on Sunday?"
COMMANDS = (
    "start", "help", "family", "number", "enrol", "freeze", "language", "payees", "setup", "pin",
    "leave", "case", "deepfake", "video", "tips", "drill", "codeword", "voice", "voices", "privacy",
    "export", "forget", "invite", "card", "status", "check", "unknown",
)  # fmt: skip
FILES = ("voice", "voice", "audio", "video", "video_note", "document", "photo", "animation")
MIMES = ("audio/ogg", "image/png", "application/pdf", "text/html", "video/mp4", "../x", "")
STRANGE_KINDS = (
    "channel_post", "edited_channel_post", "business_message", "inline_query",
    "chosen_inline_result", "shipping_query", "pre_checkout_query", "poll", "poll_answer",
    "chat_member",
    "chat_join_request", "message_reaction", "chat_boost", "purchased_paid_media",
    "quantum_message",
)  # fmt: skip
SERVICE: tuple[Json, ...] = (
    {"new_chat_title": "x"}, {"pinned_message": {}}, {"group_chat_created": True},
    {"migrate_to_chat_id": -100}, {"web_app_data": {"data": "x", "button_text": "y"}},
    {"users_shared": {"request_id": 1, "users": []}}, {"dice": {"emoji": "🎲", "value": 3}},
    {"location": {"latitude": 1.5, "longitude": 2.5}},
    {"sticker": {"file_id": "s", "file_unique_id": "s", "type": "regular", "width": 1, "height": 1,
                 "is_animated": False, "is_video": False}},
    {"poll": {"id": "1", "question": "q", "options": [], "total_voter_count": 0, "is_closed": False,
              "is_anonymous": True, "type": "regular", "allows_multiple_answers": False}},
    {"venue": {"location": {"latitude": 1, "longitude": 2}, "title": "t", "address": "a"}},
)  # fmt: skip


@dataclass
class Crowd:
    """The people of a world, and the updates that they cause."""

    world: World
    bot: BotAccount
    dice: random.Random
    first: list[Person] = field(default_factory=list)
    second: list[Person] = field(default_factory=list)
    strangers: list[Person] = field(default_factory=list)
    _numbers: Any = field(default_factory=lambda: itertools.count(1_000_000))

    def __post_init__(self) -> None:
        self.first = [self._person(f"{FIRST}name{n}") for n in range(2)]
        self.second = [self._person(f"{SECOND}name{n}") for n in range(2)]
        self.strangers = [self._person(hostile.text(self.dice) or "-") for _ in range(3)]
        self.group: Chat = self.world.add_group(
            "Street", [self.first[0], self.first[1], self.second[0], self.strangers[0], self.bot]
        )

    @property
    def everyone(self) -> list[Person]:
        """All people."""
        return [*self.first, *self.second, *self.strangers]

    @property
    def ids(self) -> tuple[int, ...]:
        """Of everybody and everything that has one."""
        return (*(one.id for one in self.everyone), self.group.id, self.bot.id)

    def move_in(self, store: Store, now: float) -> None:
        """Two families about whom there is something to learn."""
        for people, mark in ((self.first, FIRST), (self.second, SECOND)):
            keeper, other = people
            knock(store, store.invitations.claim(now), keeper.id, keeper.name, "en", now)
            account = store.accounts.get(keeper.id)
            assert account is not None
            family = account.family_id
            store.families.come_to(family, None)
            store.families.rename(family, f"{mark}family")
            store.families.greet_with(family, f"{mark}greeting")
            code = store.invitations.create(family, keeper.id, now)
            knock(store, code, other.id, other.name, "nl", now)
            approve(store, family, other.id, Role.ADULT, now)
            for number, person in enumerate(store.people.of_family(family)):
                store.people.rename(family, person.id, f"{mark}name{number}")
                store.people.call_on(family, person.id, f"+31610{people[number].id % 10**6}", now)
                store.voices.consent(family, person.id, "voice", keeper.id, "v1", now)
                voice = StoredVoice(person.id, "campplus", (0.6, 0.8), 20.0, now)
                store.voices.put(family, voice)

    def update(self, sender: Person) -> Json:
        """Something that `sender` does, still in good order."""
        kinds: tuple[tuple[int, Callable[[Person], Json]], ...] = (
            (14, self._says),
            (10, self._commands),
            (12, self._sends_file),
            (24, self._presses),
            (5, self._edits),
            (6, self._in_group),
            (4, self._shares),
            (4, self._service),
            (3, self._standing),
            (4, self._strange),
        )
        weights, makers = zip(*kinds, strict=True)
        made: Json = self.dice.choices(makers, weights)[0](sender)
        return made

    def _says(self, sender: Person) -> Json:
        words = self.dice.choice((SCAM, ORDINARY, "thanks", "1234", hostile.text(self.dice)))
        content: Json = {"text": words}
        if self.dice.random() < 0.5:
            content["forward_origin"] = self._origin()
        if self.dice.random() < 0.1:
            content["reply_to_message"] = self._message(self.dice.choice(self.everyone), text="x")
        return {"message": self._message(sender, **content)}

    def _commands(self, sender: Person) -> Json:
        name = self.dice.choice(COMMANDS)
        rest = self.dice.choice(("", "", " " + hostile.text(self.dice), " 0123456789abcdef"))
        entity = {"type": "bot_command", "offset": 0, "length": len(name) + 1}
        return {"message": self._message(sender, text=f"/{name}{rest}", entities=[entity])}

    def _sends_file(self, sender: Person) -> Json:
        kind = self.dice.choice(FILES)
        content: Json = {kind: self._file(kind)}
        if kind == "photo":
            content = {kind: [content[kind]]}
        if self.dice.random() < 0.3:
            content["caption"] = self.dice.choice((SCAM, hostile.text(self.dice)))
        if self.dice.random() < 0.6:
            content["forward_origin"] = self._origin()
        return {"message": self._message(sender, **content)}

    def _file(self, kind: str) -> Json:
        described_as: Json = {"file_id": "nowhere", "file_unique_id": hostile.text(self.dice)}
        if kind in ("voice", "audio") and self.dice.random() < 0.8:
            upload = Upload(self.dice.randbytes(20), "memo.ogg", "audio/ogg")
            media = described(take(self.world, "voice", upload), seconds=5)
            described_as = {
                "file_id": render.file_id(self.world, media, self.bot),
                "file_unique_id": media.file.unique_id,
            }
        size = self.dice.choice((20, 20, 20, 0, 10**9))
        return described_as | {
            "file_size": size,
            "duration": self.dice.choice((5, 0, 10**6)),
            "mime_type": self.dice.choice(MIMES),
            "file_name": hostile.text(self.dice),
            "width": 10,
            "height": 10,
            "length": 10,
        }

    def _presses(self, sender: Person) -> Json:
        """A button of one's own, of somebody else's screen, or made up."""
        whose = sender if self.dice.random() < 0.7 else self.dice.choice(self.everyone)
        data = [
            (message.id, str(button["callback_data"]))
            for message in list(self.chat(whose).messages.values())[-30:]
            for row in (message.markup or {}).get("inline_keyboard", [])
            for button in row
            if "callback_data" in button
        ]
        number, pressed = self.dice.choice(data) if data else (1, "details:x")
        if self.dice.random() < 0.25:
            pressed = self._bent(pressed)
        under = self._message(sender, text="x") | {
            "message_id": number,
            "from": render.me(self.bot),
        }
        if self.dice.random() < 0.1:
            under = {"chat": under["chat"], "message_id": number, "date": 0}
        query = {
            "id": str(next(self._numbers)),
            "from": render.user(sender),
            "chat_instance": "1",
            "data": pressed,
            "message": under,
        }
        return {"callback_query": query}

    def _bent(self, data: str) -> str:
        parts = data.split(":")
        match self.dice.randrange(4):
            case 0:
                return ":".join(parts[:-1])
            case 1:
                return f"{data}:{hostile.text(self.dice)}"
            case 2:
                parts[self.dice.randrange(len(parts))] = hostile.text(self.dice)
                return ":".join(parts)
        return f"{parts[0]}:"

    def _edits(self, sender: Person) -> Json:
        said = self._says(sender)["message"]
        return {"edited_message": said | {"edit_date": said["date"] + 5}}

    def _in_group(self, sender: Person) -> Json:
        content: Json = {"text": self.dice.choice(("/check", "/help", "/check@guard_bot", SCAM))}
        length = len(content["text"].split()[0])
        content["entities"] = [{"type": "bot_command", "offset": 0, "length": length}]
        other = self._message(self.dice.choice(self.everyone), text=SCAM)
        chat = render.chat(self.group, self.bot)
        content["reply_to_message"] = other | {"chat": chat}
        return {"message": self._message(sender, **content) | {"chat": chat}}

    def _shares(self, sender: Person) -> Json:
        contact = {
            "phone_number": self.dice.choice(("+31612345678", "x", hostile.text(self.dice))),
            "first_name": hostile.text(self.dice),
            "user_id": self.dice.choice((sender.id, self.dice.choice(self.everyone).id)),
        }
        return {"message": self._message(sender, contact=contact)}

    def _service(self, sender: Person) -> Json:
        return {"message": self._message(sender, **self.dice.choice(SERVICE))}

    def _standing(self, sender: Person) -> Json:
        chat = self.dice.choice((self.group, self.chat(sender)))
        old, new = ({"status": one, "user": render.user(self.bot)} for one in ("left", "member"))
        change = {
            "chat": render.chat(chat, self.bot),
            "from": render.user(sender),
            "date": int(self.world.clock()),
            "old_chat_member": old,
            "new_chat_member": new,
        }
        return {"my_chat_member": change}

    def _strange(self, sender: Person) -> Json:
        return {self.dice.choice(STRANGE_KINDS): self._says(sender)["message"]}

    def _origin(self) -> Json:
        date = int(self.world.clock()) - self.dice.choice((0, 60, 10**7))
        other = self.dice.choice(self.everyone[2:])
        return self.dice.choice(
            (
                {"type": "hidden_user", "sender_user_name": hostile.text(self.dice) or "Mum"},
                {"type": "user", "sender_user": render.user(other)},
                {"type": "chat", "sender_chat": render.chat(self.group, self.bot)},
                {"type": "channel", "chat": render.chat(self.group, self.bot), "message_id": 1},
            )
        ) | {"date": date}

    def _message(self, sender: Person, **content: Any) -> Json:
        """A message in a private chat, which is on the sender's screen too."""
        chat = self.chat(sender)
        shown = self.world.new_message(chat, sender, text="…")
        return {
            "message_id": shown.id,
            "date": int(self.world.clock()),
            "chat": render.chat(chat, self.bot),
            "from": render.user(sender),
            **content,
        }

    def chat(self, person: Person) -> Chat:
        """Somebody's chat with the bot."""
        return self.world.private(person, self.bot)

    def _person(self, name: str) -> Person:
        person = self.world.add_person(name, name)
        person.language_code = "en"
        self.chat(person)
        return person
