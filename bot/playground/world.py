"""Who and what exists in the local Telegram: people, bots, chats, messages and files, in memory.

Everything is a plain dataclass that the server and the page share.  Nothing is written to disk:
when the process ends, the world has never been.
"""

import itertools
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.playground.events import EventLog
from bot.playground.limits import Limits
from bot.playground.updates import UpdateQueue

Json = dict[str, Any]
MediaKind = Literal["photo", "document", "voice", "audio", "video", "video_note", "animation"]
ChatType = Literal["private", "group", "supergroup", "channel"]


@dataclass
class Person:
    """A human account.  `role` is the name that scenarios use: keeper, mother …"""

    id: int
    first_name: str
    role: str
    last_name: str | None = None
    username: str | None = None
    phone: str = ""
    language_code: str = "nl"
    blocks: set[int] = field(default_factory=set)  # ids of bots

    @property
    def name(self) -> str:
        """The name as an app shows it."""
        return f"{self.first_name} {self.last_name or ''}".strip()


@dataclass
class BotAccount:
    """A bot with its token and the queue of updates that wait for it."""

    id: int
    token: str
    first_name: str
    username: str
    privacy_mode: bool = True
    queue: UpdateQueue = field(default_factory=UpdateQueue)
    commands: dict[str, list[Json]] = field(default_factory=dict)  # scope and language -> commands
    descriptions: dict[str, str] = field(default_factory=dict)  # kind and language -> text

    @property
    def name(self) -> str:
        """The name as an app shows it."""
        return self.first_name


Account = Person | BotAccount


@dataclass(frozen=True)
class StoredFile:
    """Bytes that somebody uploaded.  `unique_id` stays the same however often it is forwarded."""

    unique_id: str
    data: bytes
    name: str | None
    mime: str
    path: str  # below /file/bot<token>/


@dataclass(frozen=True)
class Media:
    """A file as a message shows it; `seconds`, `width` and `height` are as declared."""

    kind: MediaKind
    file: StoredFile
    seconds: int = 0
    width: int = 0
    height: int = 0
    performer: str | None = None
    title: str | None = None
    spoiler: bool = False


@dataclass
class Message:
    """One message.  `id` is unique in the whole world, which Telegram does not promise."""

    id: int
    chat: "Chat"
    sender: Account | None  # None in a channel
    date: float
    text: str | None = None  # the caption, where there is media
    entities: list[Json] = field(default_factory=list)
    media: Media | None = None
    contact: Json | None = None
    origin: Json | None = None  # forward origin; users and chats in it are as in the Bot API
    reply_to: int | None = None
    markup: Json | None = None
    album: str | None = None
    service: Json | None = None  # new_chat_members, pinned_message …
    link_preview: Json | None = None
    protected: bool = False
    caption_above: bool = False
    edited: float | None = None
    reactions: dict[int, list[Json]] = field(default_factory=dict)


@dataclass
class Chat:
    """A conversation; a private one belongs to exactly two accounts."""

    key: str
    type: ChatType
    members: list[Account]
    id: int = 0  # of groups and channels; a private chat has the id of the other side
    title: str = ""
    username: str | None = None
    admins: set[int] = field(default_factory=set)
    kicked: set[int] = field(default_factory=set)
    messages: dict[int, Message] = field(default_factory=dict)
    pinned: list[int] = field(default_factory=list)

    def id_for(self, viewer: Account) -> int:
        """The chat's id in the eyes of `viewer`."""
        return self.other(viewer).id if self.type == "private" else self.id

    def other(self, viewer: Account) -> Account:
        """The other side of a private chat."""
        return next((m for m in self.members if m.id != viewer.id), viewer)

    def has(self, account: Account) -> bool:
        """Whether `account` belongs to the chat."""
        return any(m.id == account.id for m in self.members)


@dataclass(frozen=True)
class CallbackQuery:
    """A press on an inline button that waits for its answer."""

    id: str
    person: Person
    bot: BotAccount
    message: Message
    data: str
    date: float


class World:
    """The whole state.  `clock` gives seconds since 1970 and can be replaced in a test."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self.people: dict[int, Person] = {}
        self.bots: dict[str, BotAccount] = {}  # by token
        self.chats: dict[str, Chat] = {}
        self.files: dict[str, StoredFile] = {}  # by unique id
        self.file_ids: dict[str, tuple[int, Media]] = {}  # file_id -> the bot it was given to
        self.queries: dict[str, CallbackQuery] = {}
        self.events = EventLog()
        self.limits = Limits(clock)
        self._message_ids: Iterator[int] = itertools.count(1)
        self._account_ids: Iterator[int] = itertools.count(5_300_000_001, 1_007)
        self._group_ids: Iterator[int] = itertools.count(-1_002_000_000_001, -1)

    def add_person(self, first_name: str, role: str, **more: Any) -> Person:
        """A new human account."""
        person = Person(next(self._account_ids), first_name, role, **more)
        self.people[person.id] = person
        return person

    def add_bot(self, first_name: str, username: str, **more: Any) -> BotAccount:
        """A new bot with a fresh random token."""
        number = next(self._account_ids)
        token = f"{number}:{secrets.token_urlsafe(27)[:35]}"
        bot = BotAccount(number, token, first_name, username, **more)
        self.bots[token] = bot
        return bot

    def account(self, number: int) -> Account | None:
        """The person or bot with this id."""
        return self.people.get(number) or next(
            (bot for bot in self.bots.values() if bot.id == number), None
        )

    def person(self, role: str) -> Person:
        """The person who plays `role`; raises KeyError for an unknown one."""
        for person in self.people.values():
            if person.role == role:
                return person
        raise KeyError(role)

    def private(self, one: Account, two: Account) -> Chat:
        """The private chat of two accounts, made when it is first asked for."""
        low, high = sorted((one.id, two.id))
        key = f"p{low}-{high}"
        if key not in self.chats:
            self.chats[key] = Chat(key, "private", [one, two])
        return self.chats[key]

    def find_private(self, one: Account, two: Account) -> Chat | None:
        """The private chat of two accounts, if a word was ever said in it."""
        low, high = sorted((one.id, two.id))
        return self.chats.get(f"p{low}-{high}")

    def add_group(self, title: str, members: list[Account], type_: ChatType = "supergroup") -> Chat:
        """A group or a channel; the first member is its administrator."""
        number = next(self._group_ids)
        chat = Chat(f"g{-number}", type_, list(members), number, title, admins={members[0].id})
        self.chats[chat.key] = chat
        return chat

    def group(self, number: int) -> Chat | None:
        """The group or channel with this (negative) id."""
        return self.chats.get(f"g{-number}")

    def store(self, data: bytes, name: str | None, mime: str, folder: str) -> StoredFile:
        """Keep uploaded bytes; the same bytes uploaded twice are two files, as in Telegram."""
        unique = "AQAD" + secrets.token_urlsafe(9)
        number = len(self.files)
        suffix = "." + name.rsplit(".", 1)[1] if name and "." in name else ""
        stored = StoredFile(unique, data, name, mime, f"{folder}/file_{number}{suffix}")
        self.files[unique] = stored
        return stored

    def new_message(self, chat: Chat, sender: Account | None, **content: Any) -> Message:
        """Put a message into a chat; telling bots and pages is the caller's work."""
        message = Message(next(self._message_ids), chat, sender, self.clock(), **content)
        chat.messages[message.id] = message
        return message

    def chats_of(self, account: Account) -> list[Chat]:
        """The chats that an account takes part in."""
        return [chat for chat in self.chats.values() if chat.has(account)]
