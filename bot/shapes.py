"""The shape of updates, as far as the bot relies on it.

The library takes over what Telegram sends without looking at it: a number where a name belongs is
found by whichever handler trips over it.  Here the fields that our code touches are looked at once,
before anything is stored.  Unknown fields are let through: Telegram adds some all the time.
"""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Number = Annotated[int, Field(ge=-(2**63), lt=2**63)]
"""Whatever the database can hold.  Telegram promises 52 bits for its ids."""

Words = str | None


class _Shape(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class User(_Shape):
    """A person or a bot."""

    id: Number
    is_bot: bool
    first_name: str
    last_name: Words = None
    username: Words = None
    language_code: Words = None


class Chat(_Shape):
    """A conversation."""

    id: Number
    type: str
    title: Words = None
    username: Words = None
    first_name: Words = None


class Origin(_Shape):
    """Where a forward comes from."""

    type: str
    date: Number
    sender_user: User | None = None
    sender_user_name: Words = None
    sender_chat: Chat | None = None
    chat: Chat | None = None
    author_signature: Words = None

    @model_validator(mode="after")
    def _names_somebody(self) -> Self:
        """Each type says who it was."""
        who = {
            "hidden_user": self.sender_user_name,
            "user": self.sender_user,
            "chat": self.sender_chat,
            "channel": self.chat,
        }
        if who.get(self.type, self) is None:
            raise ValueError("an origin without anybody")
        return self


class File(_Shape):
    """A file of any kind."""

    file_id: str
    file_unique_id: str
    file_size: Number | None = None
    duration: Number | None = None
    mime_type: Words = None
    file_name: Words = None
    title: Words = None
    performer: Words = None


class Entity(_Shape):
    """A stretch of a text."""

    type: str
    offset: Number
    length: Number
    url: Words = None
    user: User | None = None


class Contact(_Shape):
    """A shared number."""

    phone_number: str
    first_name: str
    last_name: Words = None
    user_id: Number | None = None


class Choice(_Shape):
    """One answer of a poll, or a quotation: its words."""

    text: str


class Poll(_Shape):
    """A question with answers."""

    question: str
    options: list[Choice]


class Venue(_Shape):
    """A place with a name."""

    title: str
    address: str


class Message(_Shape):
    """A message, also one that is no longer accessible."""

    message_id: Number
    date: Number
    chat: Chat
    sender: User | None = Field(None, alias="from")
    sender_chat: Chat | None = None
    via_bot: User | None = None
    edit_date: Number | None = None
    text: Words = None
    caption: Words = None
    media_group_id: Words = None
    entities: list[Entity] | None = None
    caption_entities: list[Entity] | None = None
    forward_origin: Origin | None = None
    voice: File | None = None
    audio: File | None = None
    video: File | None = None
    video_note: File | None = None
    document: File | None = None
    animation: File | None = None
    photo: list[File] | None = None
    contact: Contact | None = None
    poll: Poll | None = None
    venue: Venue | None = None
    quote: Choice | None = None
    reply_to_message: "Message | None" = None


class Query(_Shape):
    """A press on a button."""

    id: str
    sender: User = Field(alias="from")
    data: Words = None
    message: Message | None = None


class Standing(_Shape):
    """What somebody is in a chat."""

    status: str
    user: User


class Change(_Shape):
    """The bot was let into a chat, or put out."""

    chat: Chat
    sender: User = Field(alias="from")
    date: Number
    old_chat_member: Standing
    new_chat_member: Standing


class Shape(_Shape):
    """An update of a kind that the bot asks for."""

    update_id: Number
    message: Message | None = None
    edited_message: Message | None = None
    callback_query: Query | None = None
    my_chat_member: Change | None = None
