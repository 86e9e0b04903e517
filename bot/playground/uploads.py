"""Uploaded bytes become media: limits on size, and what a header tells without decoding."""

import io
import mimetypes
from dataclasses import replace
from typing import Any

from PIL import Image, UnidentifiedImageError

from bot.playground.errors import ApiError, bad_request
from bot.playground.params import Upload
from bot.playground.world import Media, MediaKind, World

MIB = 1024 * 1024
MAX_UPLOAD_BYTES = 50 * MIB
MAX_PHOTO_BYTES = 10 * MIB
MAX_DOWNLOAD_BYTES = 20 * MIB
"""Telegram's limits for bots: what they may send, send as a photo, and fetch with getFile."""

MAX_PHOTO_SIDES = 10_000
"""Pixels, width and height together."""

FOLDERS = {
    "photo": "photos",
    "document": "documents",
    "voice": "voice",
    "audio": "music",
    "video": "videos",
    "video_note": "video_notes",
    "animation": "animations",
}
_OPUS_CLOCK = 48_000
"""Hz.  Positions in an Ogg page of Opus always count at this rate."""


def take(world: World, kind: MediaKind, upload: Upload) -> Media:
    """Store an upload; raises ApiError where Telegram would refuse it."""
    size = len(upload.data)
    if size == 0:
        raise bad_request("file must be non-empty")
    if size > (MAX_PHOTO_BYTES if kind == "photo" else MAX_UPLOAD_BYTES):
        raise ApiError(413, "Request Entity Too Large")
    width, height = picture_size(upload.data) if kind == "photo" else (0, 0)
    if kind == "photo":
        if not width:
            raise bad_request("IMAGE_PROCESS_FAILED")
        if width + height > MAX_PHOTO_SIDES or max(width, height) > 20 * min(width, height):
            raise bad_request("PHOTO_INVALID_DIMENSIONS")
    mime = upload.mime
    if not mime or mime == "application/octet-stream":
        mime = mimetypes.guess_type(upload.name)[0] or "application/octet-stream"
    if kind == "voice" and upload.data[:4] == b"OggS":
        mime = "audio/ogg"
    keeps_name = kind in {"document", "audio", "video", "animation"}
    name = upload.name.replace("/", "_").replace("\\", "_")
    stored = world.store(upload.data, name if keeps_name else None, mime, FOLDERS[kind])
    return Media(kind, stored, ogg_seconds(upload.data), width, height)


def again(media: Media, kind: MediaKind) -> Media:
    """The same file in a new message; Telegram does not turn one kind into another."""
    if media.kind != kind:
        raise bad_request("type of file mismatch")
    return replace(media, spoiler=False)


def described(media: Media, **declared: Any) -> Media:
    """With what the sender says about it, where that was said."""
    return replace(media, **{key: value for key, value in declared.items() if value})


def picture_size(data: bytes) -> tuple[int, int]:
    """Width and height in pixels from a picture's header, or (0, 0)."""
    try:
        with Image.open(io.BytesIO(data)) as picture:
            return picture.size
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return 0, 0


def ogg_seconds(data: bytes) -> int:
    """Length of an Ogg/Opus file from its last page, rounded up; 0 for anything else."""
    if data[:4] != b"OggS" or b"OpusHead" not in data[:200]:
        return 0
    last = data.rfind(b"OggS")
    position = int.from_bytes(data[last + 6 : last + 14], "little", signed=True)
    return max(1, -(-position // _OPUS_CLOCK)) if position > 0 else 0
