"""Read a picture of a chat.  Light: the picture is opened in a limited child process only."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.screenshots.model import (
    LANGUAGES,
    MAX_FILE_BYTES,
    Bubble,
    Language,
    PictureProblem,
    Screenshot,
    UnreadablePicture,
)
from voice import child, models
from voice.errors import ModelUnavailable, Undecodable

MODEL = "tesseract"

MAX_BUBBLES = 300
MAX_BUBBLE = 4000
MAX_SENDER = 80
"""Characters (and bubbles) that are believed; a long screenshot holds about 5000 in all."""

_BOOT = (
    "import sys; sys.path.append(sys.argv[1]); "
    "from bot.screenshots.child import main; main(sys.argv[2:])"
)

_REASONS = {
    Undecodable.EMPTY: PictureProblem.EMPTY,
    Undecodable.TOO_LARGE: PictureProblem.TOO_LARGE,
    Undecodable.LIMIT: PictureProblem.LIMIT,
    Undecodable.MISSING: PictureProblem.MISSING,
}


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one picture may cost before reading it is given up."""

    file_bytes: int = MAX_FILE_BYTES
    wall_seconds: float = 30.0  # on a busy machine; alone it takes one or two
    cpu_seconds: int = 20  # less than the wall: the child ends itself before it is killed
    memory_bytes: int = 1536 * 1024 * 1024  # address space; 40 million pixels alone take 320 MB
    answer_bytes: int = 1024 * 1024


def read_picture(
    path: Path,
    languages: Sequence[Language] = LANGUAGES,
    folder: Path | None = None,
    limits: Limits = Limits(),
) -> Screenshot:
    """The words of the picture at `path`, and whose they are.

    `folder` is the folder of the models (see `voice.models`).  Takes a second or two: from
    asynchronous code call it in a thread.  Raises UnreadablePicture, whatever is wrong.
    """
    try:
        data_folder = next(iter(models.locate(MODEL, folder).values())).parent
    except ModelUnavailable as error:
        raise UnreadablePicture(PictureProblem.NO_READER, str(error)) from error
    command = child.python(
        _BOOT, data_folder, "+".join(languages), limits.memory_bytes, limits.cpu_seconds
    )
    try:
        data = child.contents(path, limits.file_bytes)
        answer = child.answer_of(command, data, limits.answer_bytes, limits.wall_seconds)
    except child.ChildError as error:
        reason = _REASONS.get(error.reason, PictureProblem.BROKEN)
        raise UnreadablePicture(reason, error.detail) from error
    return _understood(answer)


def _understood(answer: bytearray) -> Screenshot:
    """The answer of a child that may have been subverted by what it read."""
    try:
        found: Any = json.loads(answer)
        if "reason" in found:
            detail = child.plain(str(found.get("detail", "")), 200)
            raise UnreadablePicture(PictureProblem(found["reason"]), detail)
        bubbles = tuple(
            Bubble(child.plain(bubble["text"], MAX_BUBBLE), _side(bubble["side"]))
            for bubble in found["bubbles"][:MAX_BUBBLES]
        )
        sender = child.plain(found["sender"] or "", MAX_SENDER) or None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise UnreadablePicture(
            PictureProblem.BROKEN, "the reader's answer makes no sense"
        ) from error
    if not any(bubble.text for bubble in bubbles):
        raise UnreadablePicture(PictureProblem.NO_WORDS)
    return Screenshot(bubbles, sender)


def _side(said: object) -> Any:
    if said not in ("left", "right", None):
        raise ValueError("side")
    return said
