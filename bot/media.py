"""What came with a message: which file, and what its sender says about it."""

from dataclasses import dataclass

from telegram import Audio, Document, Message, Video, VideoNote, Voice

from voice.audio import MAX_FILE_BYTES, MAX_SECONDS
from voice.errors import Undecodable

NOT_SOUND = ("image/", "text/", "font/")
NOT_SOUND_EITHER = frozenset(
    {
        "application/pdf",
        "application/zip",
        "application/json",
        "application/msword",
        "application/vnd.android.package-archive",
    }
)
NOT_SOUND_PREFIX = "application/vnd.openxmlformats"

Sound = Voice | Audio | Document | Video | VideoNote


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file to fetch.  Sizes and lengths are the sender's word, good for refusals only.

    `unique_id` is Telegram's own and stays the same when the file is forwarded.
    """

    file_id: str
    unique_id: str
    size: int | None
    seconds: float | None

    @property
    def refusal(self) -> Undecodable | None:
        """Why this need not be fetched at all, if so."""
        if self.size is not None and self.size > MAX_FILE_BYTES:
            return Undecodable.TOO_LARGE
        if self.seconds is not None and self.seconds > MAX_SECONDS:
            return Undecodable.TOO_LONG
        return None


KINDS = ("voice", "audio", "video_note", "video", "document")
"""Of files that may hold sound, in the order in which they are looked for."""


def kind_of(message: Message) -> str | None:
    """What kind of file came with a message, as in `send_…`."""
    if message.photo:
        return "photo"
    return next((kind for kind in KINDS if getattr(message, kind) is not None), None)


def attachment(message: Message) -> Attachment | None:
    """The file that may hold sound, if there is one."""
    if message.animation:  # has a document too, but never sound
        return None
    sound: Sound | None = (
        message.voice or message.audio or message.video_note or message.video or message.document
    )
    if sound is None or (isinstance(sound, Document) and is_no_sound(sound.mime_type)):
        return None
    # The attribute is changing its type from one release of the library to another.
    seconds = sound.to_dict().get("duration")
    return Attachment(sound.file_id, sound.file_unique_id, sound.file_size, seconds)


def picture(message: Message) -> Attachment | None:
    """The picture, perhaps a screenshot, also when sent as a file."""
    if message.photo:
        photo = message.photo[-1]  # the largest of the sizes that Telegram made
        return Attachment(photo.file_id, photo.file_unique_id, photo.file_size, None)
    document = message.document
    if (
        document is None
        or message.animation
        or not (document.mime_type or "").lower().startswith("image/")
    ):
        return None
    return Attachment(document.file_id, document.file_unique_id, document.file_size, None)


def is_no_sound(mime_type: str | None) -> bool:
    """Whether a file of this type certainly holds no sound.  An unknown type may."""
    kind = (mime_type or "").lower()
    return kind.startswith((*NOT_SOUND, NOT_SOUND_PREFIX)) or kind in NOT_SOUND_EITHER
