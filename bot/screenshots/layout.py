"""Read a page: the bubbles one by one, what stands outside them, and the name at the top.

Runs in the limited child only.
"""

import re
from dataclasses import dataclass

import numpy as np
from tesserocr import (  # type: ignore[import-untyped]
    PSM,
    RIL,
    PyTessBaseAPI,
    iterate_level,
)

from bot.screenshots.bubbles import Box, Grey
from bot.screenshots.model import Bubble, PictureProblem, Screenshot, Side, UnreadablePicture
from bot.screenshots.prepare import Page, Region

LEAST_CONFIDENCE = 45.0
"""Percent by the recogniser's own count, below which a line is ornament rather than words."""

LOOSE_INK = 0.15
"""Share of the ink outside the bubbles from which on that is read too; it costs time."""

HEADER_SHARE = 0.32
"""Height of a header at most, as a share of the page's width."""

FOOTER_SHARE = 0.16
"""Height of the line to type in, as a share of the page's width."""

LEAST_PIXELS = 10
MARGIN = 10
"""Pixels: a smaller place holds no letters, and letters at the very edge are misread."""

_TIME = r"\d{1,2}[:.]\d{2}(?:\s?[ap]\.?m\.?)?"
_END_TIME = re.compile(rf"(?:^|\s+){_TIME}\s*$", re.IGNORECASE)
_END_TICKS = re.compile(rf"(?:^|\s+){_TIME}\s+\S{{1,4}}\s*$", re.IGNORECASE)
"""Behind the time of an own message stand ticks, which are read as anything."""

_STATUS = re.compile(rf"^\W*{_TIME}\b|\d{{1,3}}\s?%", re.IGNORECASE)
_ABOUT = re.compile(
    r"\b(online|offline|last seen|laatst gezien|typing|aan het typen|is typing|active|actief|"
    r"tap here|tik hier|zojuist)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]{2,}|\d{2,}")


@dataclass(frozen=True, slots=True)
class Line:
    """A line that was read, where it stood, and how sure the recogniser is (percent)."""

    text: str
    box: Box
    confidence: float


def read(engine: PyTessBaseAPI, page: Page) -> Screenshot:
    """All words of the page in order.  Raises UnreadablePicture where there are none."""
    height, width = page.spoken.shape
    spoken = [
        (region, lines)
        for region in page.regions
        if region.box[1] < height - FOOTER_SHARE * width or region.side == "right"
        if (lines := _lines(engine, page.spoken, region.box, PSM.SINGLE_BLOCK))
    ]
    chat = [(region, lines) for region, lines in spoken if not _is_label(region, lines, width)]
    top = min((region.box[1] for region, _ in chat), default=0)
    sender = _sender(engine, page.rest, min(top, round(HEADER_SHARE * width)))
    found = [
        (region.box[1], Bubble(_words(lines, region.side), region.side)) for region, lines in chat
    ]
    found += _loose(engine, page, [region for region, _ in chat], top)
    found.sort(key=lambda item: item[0])
    bubbles = tuple(bubble for _, bubble in found if _WORD.search(bubble.text))
    if not bubbles:
        raise UnreadablePicture(PictureProblem.NO_WORDS)
    return Screenshot(bubbles, sender)


def _lines(engine: PyTessBaseAPI, grey: Grey, box: Box, mode: int) -> list[Line]:
    """The lines within `box` that are words, from top to bottom."""
    left, top, right, bottom = box
    if right - left < LEAST_PIXELS or bottom - top < LEAST_PIXELS:
        return []
    # A picture of its own: a rectangle of a larger one is sometimes misread.
    part = np.pad(grey[top:bottom, left:right], MARGIN, constant_values=255)
    height, width = part.shape
    engine.SetPageSegMode(mode)
    engine.SetImageBytes(part.tobytes(), width, height, 1, width)
    engine.SetSourceResolution(300)
    lines: list[Line] = []
    if not engine.Recognize():
        return lines
    for item in iterate_level(engine.GetIterator(), RIL.TEXTLINE):
        where = item.BoundingBox(RIL.TEXTLINE)
        try:
            text = " ".join(item.GetUTF8Text(RIL.TEXTLINE).split())
        except RuntimeError:  # an empty line
            continue
        sure = item.Confidence(RIL.TEXTLINE)
        if where and sure >= LEAST_CONFIDENCE and re.search(r"\w", text):
            x, y = left - MARGIN, top - MARGIN
            place = (where[0] + x, where[1] + y, where[2] + x, where[3] + y)
            lines.append(Line(text, place, sure))
    return lines


def _is_label(region: Region, lines: list[Line], width: int) -> bool:
    """«Today», a picture of the sender: small, and not a message."""
    left, top, right, bottom = region.box
    if region.side is None and right - left < 0.35 * width and len(lines) == 1:
        return True
    text = _words(lines, None)
    return abs((right - left) - (bottom - top)) < 0.03 * width and len(text) < 3 and top < width / 3


def _words(lines: list[Line], side: Side | None) -> str:
    """The lines as one message, without the time below it."""
    text = " ".join(line.text for line in lines)
    text = (_END_TICKS if side == "right" else _END_TIME).sub("", text)
    text = _END_TIME.sub("", text)
    # The recogniser's usual mistake in typefaces without serifs.
    return re.sub(r"(?<!\S)[|](?!\S)", "I", text)


def _sender(engine: PyTessBaseAPI, grey: Grey, bottom: int) -> str | None:
    """The name or number in the header: its tallest line that is neither clock nor «online»."""
    width = grey.shape[1]
    names = []
    for line in _lines(engine, grey, (0, 0, width, bottom), PSM.SPARSE_TEXT):
        tokens = line.text.split()
        while tokens and not (_WORD.search(tokens[0]) or tokens[0].startswith("+")):
            tokens.pop(0)  # an arrow, a face
        text = re.sub(r"[^\w)]+$", "", " ".join(tokens))
        if _STATUS.search(text) or _ABOUT.search(text) or not _WORD.search(text):
            continue
        names.append((line.box[3] - line.box[1], text))
    return max(names, default=(0, None), key=lambda item: item[0])[1]


def _loose(
    engine: PyTessBaseAPI, page: Page, regions: list[Region], top: int
) -> list[tuple[int, Bubble]]:
    """Lines outside the bubbles, where there are too many of them to be ornament."""
    height, width = page.rest.shape
    rest = page.rest.copy()
    if regions:
        rest[: min(top, round(HEADER_SHARE * width))] = 255
        rest[height - round(FOOTER_SHARE * width) :] = 255
    ink, spoken = int((rest < 128).sum()), int((page.spoken < 128).sum())
    if ink < LOOSE_INK * max(1, spoken):
        return []
    mode = PSM.SPARSE_TEXT if regions else PSM.AUTO
    lines = [
        line
        for line in _lines(engine, rest, (0, 0, width, height), mode)
        if _WORD.search(line.text) and not _STATUS.search(line.text)
    ]
    sided = [(line, _side(line.box, width)) for line in lines]
    return [(line.box[1], Bubble(_words([line], side), side)) for line, side in sided]


def _side(box: Box, width: int) -> Side | None:
    """Whose a line outside every bubble is, if it keeps to one margin."""
    left, right = box[0] / width, 1 - box[2] / width
    if left < 0.12 and right > 0.12:
        return "left"
    if right < 0.12 and left > 0.2:
        return "right"
    return None
