"""What came in, one by one, as a file for the police needs it.

Which file, from whom, when, and what was said of it.

An item holds no sound and no picture, only the number under which Telegram has it.  The sound comes
to lie here when somebody keeps the case (`bot/case/keeping.py`).
"""

from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final, Self

from telegram import Message

from bot.case.origin import Origin, mark_of
from bot.judgement import Judgement
from bot.media import Attachment, kind_of
from familyguard.model import Evidence, Level, Sign, Verdict
from familyguard.verdict import ADVICE

MEDIA_TYPES: Final = {
    "voice": "audio/ogg",
    "audio": "audio/mpeg",
    "video_note": "video/mp4",
    "video": "video/mp4",
    "photo": "image/jpeg",
    "document": "application/octet-stream",
}
"""Of files that come without one; Telegram makes voice notes and photos itself."""

ENDINGS: Final = {
    "voice": "ogg",
    "audio": "mp3",
    "video_note": "mp4",
    "video": "mp4",
    "photo": "jpg",
    "document": "bin",
}

SIGHT: Final = ("image/", "video/")


@dataclass(frozen=True, slots=True)
class Item:
    """One message of a case.

    Times are seconds since 1970: `received_at` is Telegram's, `at` this server's, `sent_at` that of
    the original, where a forward tells.  `kept` is the name of the sealed original, if there is
    one.  `level`, `reasons` and `not_checked` are what was said of it; `level` is None for what was
    added without being checked.  `no_words` says that a pack shows no transcript of it.
    """

    mark: str
    at: float
    received_at: float
    kind: str = "text"
    file_id: str = ""
    unique_id: str = ""
    size: int | None = None
    seconds: float | None = None
    name: str = ""
    media_type: str = "text/plain"
    origin: str = field(default="", repr=False)
    sent_at: float | None = None
    words: str = field(default="", repr=False)
    kept: str = ""
    level: int | None = None
    reasons: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    not_checked: tuple[str, ...] = ()
    no_words: bool = False

    @property
    def attachment(self) -> Attachment | None:
        """The file, to be fetched once more."""
        if not self.file_id:
            return None
        return Attachment(self.file_id, self.unique_id, self.size, self.seconds)

    @property
    def is_sight(self) -> bool:
        """Whether it shows something: a picture or a video."""
        return self.kind in ("photo", "video", "video_note") or self.media_type.startswith(SIGHT)

    @property
    def verdict(self) -> Verdict | None:
        """What was said of it, if it was checked."""
        if self.level is None:
            return None
        level = Level(self.level)
        reasons = tuple(Evidence(Sign(sign), detail) for sign, detail in self.reasons)
        return Verdict(level, reasons, self.not_checked, ADVICE[level])

    def to_dict(self) -> dict[str, Any]:
        """As values that JSON holds."""
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Self:
        """What `to_dict` gave."""
        known = {one.name for one in fields(cls)}
        values = {key: value for key, value in stored.items() if key in known}
        values["reasons"] = tuple((sign, detail) for sign, detail in values["reasons"])
        values["not_checked"] = tuple(values["not_checked"])
        return cls(**values)


def kind_in_words(item: Item) -> str:
    """What a person would call it: a text key under `file.kind`."""
    if item.media_type.startswith("image/"):
        return "picture"
    if item.kind in ("voice", "audio") or item.media_type.startswith("audio/"):
        return "memo"
    if item.media_type.startswith("video/"):
        return "video"
    return "message" if item.kind == "text" else "file"


def item_of(
    message: Message, origin: Origin, now: float, judgement: Judgement | None = None
) -> Item:
    """The item that `message` is; its words are there too, for the case to keep or not."""
    kind = kind_of(message)
    verdict = judgement.verdict if judgement else None
    said: dict[str, Any] = {
        "mark": mark_of(message),
        "at": now,
        "received_at": message.date.timestamp(),
        "origin": origin.name,
        "sent_at": origin.sent_at,
        "words": message.text or message.caption or "",
        "level": verdict.level.value if verdict else None,
        "reasons": tuple((one.sign.value, one.detail) for one in verdict.reasons)
        if verdict
        else (),
        "not_checked": verdict.not_checked if verdict else (),
    }
    if kind is None:
        return Item(name=f"message-{message.message_id}.txt", **said)
    file = message.photo[-1] if kind == "photo" else getattr(message, kind)
    # The attribute of the length is changing its type from one release of the library to another.
    described = file.to_dict()
    return Item(
        kind=kind,
        file_id=file.file_id,
        unique_id=file.file_unique_id,
        size=file.file_size,
        seconds=described.get("duration"),
        name=described.get("file_name") or f"{kind}-{message.message_id}.{ENDINGS[kind]}",
        media_type=described.get("mime_type") or MEDIA_TYPES[kind],
        **said,
    )
