"""The child that reads a picture: it loads the recogniser, binds itself, and only then looks.

Its answer is one JSON object: either `reason` and `detail`, or `bubbles` and `sender`.
"""

import contextlib
import io
import json
import os
import sys
from typing import Any

import tesserocr  # type: ignore[import-untyped]
from PIL import Image

from bot.screenshots.layout import read
from bot.screenshots.model import PictureProblem, UnreadablePicture
from bot.screenshots.prepare import lay_out, open_picture
from voice.confinement import confine

MAX_DETAIL = 200


def main(arguments: list[str]) -> None:
    """Be the child: folder of the data, languages, bytes of memory and processor seconds."""
    folder, languages, memory, cpu = arguments
    try:
        # Before the confinement, since afterwards no file can be opened.
        engine = tesserocr.PyTessBaseAPI(
            path=folder, lang=languages, psm=tesserocr.PSM.SINGLE_BLOCK
        )
    except RuntimeError as error:
        _answer({"reason": PictureProblem.NO_READER.value, "detail": str(error)[:MAX_DETAIL]})
        return
    # Its messages otherwise go to a file that it opens for the first of them, and it crashes where
    # that cannot be opened; standard error leads nowhere.
    engine.SetVariable("debug_file", "")
    _rehearse(engine)
    confine(int(memory), int(cpu))
    found: dict[str, Any]
    try:
        shot = read(engine, lay_out(open_picture(sys.stdin.buffer.read())))
        found = {
            "bubbles": [{"text": bubble.text, "side": bubble.side} for bubble in shot.bubbles],
            "sender": shot.sender,
        }
    except UnreadablePicture as error:
        found = {"reason": error.reason.value, "detail": error.detail[:MAX_DETAIL]}
    except MemoryError:
        found = {"reason": PictureProblem.LIMIT.value, "detail": "memory"}
    except Exception as error:
        detail = f"{type(error).__name__}: {error}"
        found = {"reason": PictureProblem.BROKEN.value, "detail": detail[:MAX_DETAIL]}
    _answer(found)


def _rehearse(engine: tesserocr.PyTessBaseAPI) -> None:
    """Read small pictures of our own: libraries import on first use, and soon that is too late."""
    picture = Image.new("RGB", (120, 120), "white")
    picture.paste("grey", (20, 20, 90, 90))
    picture.paste("black", (40, 40, 60, 50))
    for kind in ("PNG", "JPEG", "WEBP"):
        file = io.BytesIO()
        picture.save(file, kind)
        with contextlib.suppress(UnreadablePicture):  # there are no words in them
            read(engine, lay_out(open_picture(file.getvalue())))


def _answer(found: dict[str, Any]) -> None:
    rest = memoryview(json.dumps(found).encode())
    while rest:
        rest = rest[os.write(1, rest) :]
    # No tidying up: whatever the foreign bytes did to this process ends here.
    os._exit(0)
