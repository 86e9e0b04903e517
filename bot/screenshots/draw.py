"""Draw a chat as a telephone would show it, to measure how well pictures of chats are read.

Nothing here runs in the bot: it is the measuring rod, not the instrument.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib
from PIL import Image, ImageDraw, ImageFont

from bot.screenshots.looks import Look

SIZES = ((720, 1520), (1080, 2340), (1440, 3040))
"""Pixels of a small, a usual and a large telephone."""

TEXT, NAME, SMALL = 16.0, 18.0, 11.5
"""Sizes of type in 360ths of the width, as messengers have them."""

MAX_BUBBLE = 0.78
"""Of the width."""

FIRST_EMOJI = 0x1F000


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the chat; `own` is that of the telephone's owner."""

    text: str
    own: bool = False


def usual_font() -> Path:
    """A font that every installation has, for it comes with matplotlib."""
    return Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"


def draw_chat(
    look: Look,
    size: tuple[int, int],
    sender: str,
    messages: Sequence[Said],
    font: Path | None = None,
    seed: int = 0,
) -> Image.Image:
    """The picture, RGB, of `size` pixels; what does not fit is cut off at the bottom."""
    return _Screen(look, size, font or usual_font(), random.Random(seed)).chat(  # noqa: S311
        sender, messages
    )


class _Screen:
    def __init__(
        self, look: Look, size: tuple[int, int], font: Path, chance: random.Random
    ) -> None:
        self.look, self.size, self.chance, self.font = look, size, chance, font
        self.unit = size[0] / 360
        self.image = Image.new("RGB", size, look.wallpaper)
        self.pen = ImageDraw.Draw(self.image)
        self.minute = chance.randrange(9 * 60, 20 * 60)

    def px(self, length: float) -> int:
        return round(length * self.unit)

    def type(self, length: float) -> ImageFont.FreeTypeFont:
        return ImageFont.truetype(str(self.font), self.px(length))

    def clock(self) -> str:
        return f"{self.minute // 60 % 24:02d}:{self.minute % 60:02d}"

    def chat(self, sender: str, messages: Sequence[Said]) -> Image.Image:
        if self.look.doodles:
            self._doodles()
        y = self._header(sender)
        y = self._day(y + self.px(8))
        for said in messages:
            self.minute += self.chance.randrange(3)
            y = self._bubble(said, y) + self.px(self.look.gap)
        self._input()
        return self.image

    def _doodles(self) -> None:
        paper = Image.new("RGB", (1, 1), self.look.wallpaper).getpixel((0, 0))
        assert isinstance(paper, tuple)
        shift = 7 if self.look.shade == "dark" else -9
        ink = tuple(max(0, min(255, round(value + shift))) for value in paper)
        for _ in range(160):
            x, y = self.chance.randrange(self.size[0]), self.chance.randrange(self.size[1])
            radius, begin = self.px(self.chance.uniform(4, 12)), self.chance.randrange(360)
            box = (x - radius, y - radius, x + radius, y + radius)
            self.pen.arc(box, begin, begin + 220, ink, max(1, self.px(1)))

    def _header(self, sender: str) -> int:
        look, width = self.look, self.size[0]
        bottom = self.px(110 if look.centred_name else 84)
        self.pen.rectangle((0, 0, width, bottom), look.header)
        ink = look.header_ink
        self.pen.text((self.px(14), self.px(6)), self.clock(), ink, self.type(13))
        self.pen.text((width - self.px(44), self.px(6)), "87%", ink, self.type(13))
        arrow = [(self.px(a), self.px(b)) for a, b in ((20, 44), (12, 54), (20, 64))]
        self.pen.line(arrow, ink, self.px(2))
        if look.centred_name:
            middle, radius = width / 2, self.px(22)
            box = (middle - radius, self.px(30), middle + radius, self.px(30) + 2 * radius)
            self.pen.ellipse(box, "#8e8e93")
            place, anchor = (middle, self.px(90)), "mm"
            self.pen.text(place, sender, ink, self.type(14), anchor)
            return bottom
        box = (self.px(32), self.px(36), self.px(68), self.px(72))
        self.pen.ellipse(box, "#9fb3b8")
        self.pen.text((self.px(78), self.px(36)), sender, ink, self.type(NAME))
        under = {"whatsapp": "online", "telegram": "last seen recently"}.get(look.messenger)
        if under:
            faint = ink if look.messenger == "whatsapp" else look.faint
            self.pen.text((self.px(78), self.px(59)), under, faint, self.type(12))
        return bottom

    def _day(self, y: int) -> int:
        middle, font = self.size[0] / 2, self.type(12)
        word = self.chance.choice(("Vandaag", "Today"))
        reach = font.getlength(word) / 2 + self.px(9)
        if self.look.doodles:
            box = (middle - reach, y, middle + reach, y + self.px(22))
            self.pen.rounded_rectangle(box, self.px(7), self.look.theirs)
        self.pen.text((middle, y + self.px(11)), word, self.look.faint, font, "mm")
        return y + self.px(30)

    def _bubble(self, said: Said, y: int) -> int:
        look, width, font = self.look, self.size[0], self.type(TEXT)
        step, pad = self.px(TEXT * 1.3), self.px(10)
        small = self.type(SMALL)
        time = self.clock() + ("  ✓✓" if said.own and look.messenger == "whatsapp" else "")
        lines = wrap(said.text, font, MAX_BUBBLE * width - 2 * pad)
        inner = max(_length(line, font) for line in lines)
        time_room = small.getlength(time) + self.px(8) if look.time_inside else 0
        beside = _length(lines[-1], font) + time_room <= MAX_BUBBLE * width - 2 * pad
        if look.time_inside:
            last = _length(lines[-1], font)
            inner = max(inner, last + time_room if beside else time_room)
        height = pad * 1.4 + step * len(lines)
        if look.time_inside and not beside:
            height += self.px(SMALL * 1.2)
        margin = self.px(10)
        left = width - margin - inner - 2 * pad if said.own else margin
        box = (left, y, left + inner + 2 * pad, y + height)
        fill, ink = (look.own, look.own_ink) if said.own else (look.theirs, look.theirs_ink)
        self.pen.rounded_rectangle(box, min(self.px(look.radius), height / 2), fill)
        for number, line in enumerate(lines):
            self._line((left + pad, y + pad * 0.6 + number * step), line, ink, font)
        if look.time_inside:
            faint = look.faint if not (said.own and look.messenger == "signal") else "#d5e1fb"
            self.pen.text((box[2] - pad, box[3] - pad * 0.5), time, faint, small, "rs")
        return round(box[3])

    def _line(
        self, place: tuple[float, float], line: str, ink: str, font: ImageFont.FreeTypeFont
    ) -> None:
        x, y = place
        size = font.size
        for piece in _pieces(line):
            if ord(piece[0]) >= FIRST_EMOJI:  # text fonts have none: a yellow face stands for it
                self.pen.ellipse((x, y + size * 0.15, x + size, y + size * 1.15), "#ffcc33")
                for eye in (0.3, 0.6):
                    self.pen.ellipse(
                        (x + size * eye, y + size * 0.45, x + size * (eye + 0.1), y + size * 0.6),
                        "#333333",
                    )
                x += size * 1.1
            else:
                self.pen.text((x, y), piece, ink, font)
                x += font.getlength(piece)

    def _input(self) -> None:
        width, height = self.size
        top = height - self.px(56)
        self.pen.rectangle((0, top, width, height), self.look.header)
        box = (self.px(44), top + self.px(8), width - self.px(56), height - self.px(12))
        self.pen.rounded_rectangle(box, self.px(18), self.look.theirs)
        self.pen.text((self.px(58), top + self.px(15)), "Message", self.look.faint, self.type(TEXT))


def wrap(text: str, font: ImageFont.FreeTypeFont, room: float) -> list[str]:
    """`text` in lines of at most `room` pixels; a word that is too long is broken."""
    lines = [""]
    for word in text.split():
        if not lines[-1] or _length(f"{lines[-1]} {word}", font) <= room:
            lines[-1] = f"{lines[-1]} {word}".strip()
        else:
            lines.append(word)
        while _length(lines[-1], font) > room:
            end = next(
                end
                for end in range(len(lines[-1]) - 1, 0, -1)
                if end == 1 or _length(lines[-1][:end], font) <= room
            )
            lines[-1:] = [lines[-1][:end], lines[-1][end:]]
    return lines


def _pieces(line: str) -> list[str]:
    """The line cut around each emoji."""
    pieces: list[str] = []
    for letter in line:
        if pieces and max(ord(letter), ord(pieces[-1][0])) < FIRST_EMOJI:
            pieces[-1] += letter
        else:
            pieces.append(letter)
    return pieces


def _length(line: str, font: ImageFont.FreeTypeFont) -> float:
    return sum(
        font.size * 1.1 if ord(piece[0]) >= FIRST_EMOJI else font.getlength(piece)
        for piece in _pieces(line)
    )
