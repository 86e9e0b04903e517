"""A sheet to write on: PDF/A-2u with an embedded font, our margins, and one style for all papers.

PDF/A is what archives and courts keep: fonts inside, text that can be copied, nothing that runs.
The same content at the same time gives the same bytes, so that a hash of a paper means something.
"""

import io
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Literal
from xml.sax.saxutils import escape

from fpdf import FPDF
from fpdf.enums import DocumentCompliance, TableCellFillMode, VAlign, XPos, YPos
from fpdf.fonts import FontFace, TTFFont

from bot.texts import Language

FONT: Final = "DejaVu Sans"
PRODUCER: Final = "FamilyGuard"
MISSING: Final = "\u25af"
"""An upright box, in place of a letter that the font lacks: seen to be missing, not dropped."""

MARGIN_MM: Final = 20.0
LINE: Final = 1.45
"""Height of a line of text, in font sizes."""
POINT_MM: Final = 25.4 / 72

SMALLEST: Final = 7.0
"""Points to which a long word in a table may shrink; a longer one, such as a hash, is broken."""

Size = Literal["A4", "A6"]


class Sheet(FPDF):
    """Pages of one paper.  All positions are millimetres, all font sizes points."""

    def __init__(
        self,
        title: str,
        language: Language,
        written_at: datetime,
        *,
        size: Size = "A4",
        margin: float = MARGIN_MM,
        text_size: float = 11,
    ) -> None:
        """`written_at` must know its time zone."""
        paper: str | tuple[float, float] = (105.0, 148.0) if size == "A6" else size
        super().__init__(format=paper, enforce_compliance=DocumentCompliance.PDFA_2U)
        fonts = _fonts()
        self.add_font(FONT, "", fonts / "DejaVuSans.ttf")
        self.add_font(FONT, "B", fonts / "DejaVuSans-Bold.ttf")
        self.text_size = text_size
        self.footer_text = ""
        self.set_margin(margin)
        self.set_auto_page_break(True, margin)
        self.set_title(self.drawable(title))
        self.set_lang(language)
        self.set_producer(PRODUCER)
        self.set_creation_date(written_at.astimezone(UTC))
        self.set_xmp_metadata(_xmp(self.drawable(title), written_at.astimezone(UTC)))
        self.add_page()

    def footer(self) -> None:
        """The line at the foot of each page; called by the library."""
        if not self.footer_text:
            return
        self.set_y(-self.b_margin + 4)
        self.set_font(FONT, "", 8)
        self.set_text_color(90)
        self.cell(self.epw * 0.8, 4, self.drawable(self.footer_text))
        self.cell(self.epw * 0.2, 4, f"{self.page_no()}", align="R")
        self.set_text_color(0)

    def drawable(self, text: str) -> str:
        """`text` in letters that the font has, without control characters."""
        have = _letters()
        composed = unicodedata.normalize("NFC", text)
        return "".join(
            letter if ord(letter) in have else MISSING
            for letter in composed
            if letter == "\n" or unicodedata.category(letter) not in {"Cc", "Cf", "Mn"}
        )

    def write_text(
        self, text: str, *, size: float | None = None, bold: bool = False, indent: float = 0
    ) -> None:
        """A paragraph; words that are too long are broken."""
        points = size or self.text_size
        self.set_font(FONT, "B" if bold else "", points)
        self.set_x(self.l_margin + indent)
        self.multi_cell(
            self.epw - indent,
            points * POINT_MM * LINE,
            self.drawable(text),
            align="L",
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
        )

    def gap(self, lines: float = 0.7) -> None:
        """Empty space, in lines of text."""
        self.ln(lines * self.text_size * POINT_MM * LINE)

    def heading(self, text: str, *, size: float | None = None) -> None:
        """A heading that stays with the lines below it."""
        points = size or self.text_size + 2
        if self.will_page_break(points * POINT_MM * LINE * 3):
            self.add_page()
        if self.get_y() > self.t_margin:
            self.gap(0.6)
        self.write_text(text, size=points, bold=True)
        self.gap(0.25)

    def points(self, texts: Sequence[str], *, numbered: bool = False, bullet: str = "–") -> None:
        """A list."""
        for number, text in enumerate(texts, 1):
            mark = f"{number}." if numbered else bullet
            self.set_font(FONT, "", self.text_size)
            height = self.text_size * POINT_MM * LINE
            if self.will_page_break(height * 2):
                self.add_page()
            self.set_x(self.l_margin)
            self.cell(8, height, mark)
            self.set_x(self.l_margin)
            self.write_text(text, indent=8)
            self.gap(0.15)

    def rows(
        self,
        rows: Sequence[Sequence[str]],
        *,
        widths: Sequence[float],
        header: bool = False,
        size: float | None = None,
        padding: float = 1.2,
    ) -> None:
        """A table; `widths` are relative, `padding` is in millimetres."""
        points = size or self.text_size - 2
        self.set_font(FONT, "", points)
        wide = [self.epw * width / sum(widths) - 2 * (padding + self.c_margin) for width in widths]
        with self.table(
            col_widths=tuple(widths),
            first_row_as_headings=header,
            headings_style=FontFace(emphasis="BOLD", fill_color=(238, 238, 238)),
            cell_fill_mode=TableCellFillMode.NONE,
            line_height=points * POINT_MM * LINE,
            text_align="LEFT",
            v_align=VAlign.T,
            padding=padding,
            borders_layout="HORIZONTAL_LINES",
        ) as table:
            for row in rows:
                line = table.row()
                for cell, room in zip(row, wide, strict=True):
                    text = self.drawable(cell)
                    line.cell(text, style=self._fitting(text, points, room))
        self.gap(0.5)

    def _fitting(self, text: str, points: float, room: float) -> FontFace | None:
        """A smaller letter where a word, such as a double name, would be broken in `room`."""
        longest = max((self.get_string_width(word) for word in text.split()), default=0.0)
        if longest <= room or points * room / longest < SMALLEST:
            return None
        return FontFace(size_pt=points * room / longest)

    def picture(self, png: bytes, *, title: str = "", share: float = 0.7) -> None:
        """A picture below its title, `share` of the text's width and at most half a page high."""
        from PIL import Image

        # Flattened: an alpha channel has no business in an archive copy.
        with Image.open(io.BytesIO(png)) as opened:
            image = opened.convert("RGB")
        width = self.epw * share
        height = width * image.height / image.width
        most = self.eph * 0.5
        if height > most:
            width, height = width * most / height, most
        if self.will_page_break(height + 2 * self.text_size * POINT_MM * LINE):
            self.add_page()
        if title:
            self.write_text(title, bold=True)
            self.gap(0.3)
        self.image(image, w=width, h=height)
        self.gap(0.5)

    def bytes(self) -> bytes:
        """The finished paper."""
        return bytes(self.output())


@cache
def _fonts() -> Path:
    """The fonts that come with matplotlib, found without importing it: the bot stays light."""
    spec = find_spec("matplotlib")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("matplotlib, whose fonts the papers use, is not installed")
    return Path(next(iter(spec.submodule_search_locations))) / "mpl-data" / "fonts" / "ttf"


@cache
def _letters() -> frozenset[int]:
    """What both weights of the font can draw."""
    probe = FPDF()
    sets = []
    for style, name in (("", "DejaVuSans.ttf"), ("B", "DejaVuSans-Bold.ttf")):
        probe.add_font(FONT, style, _fonts() / name)
        font = probe.fonts[f"{FONT.lower()}{style}"]
        assert isinstance(font, TTFFont)
        sets.append(frozenset(font.cmap))
    return sets[0] & sets[1] | {ord("\n")}


def _xmp(title: str, moment: datetime) -> str:
    """The metadata that PDF/A asks for; fpdf2's own would bear the time of writing to the disk."""
    when = moment.isoformat(timespec="seconds")
    return f"""<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
    xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
    xmp:CreateDate="{when}" xmp:ModifyDate="{when}" pdf:Producer="{PRODUCER}"
    pdfaid:part="2" pdfaid:conformance="U">
   <dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(title)}</rdf:li></rdf:Alt></dc:title>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>"""
