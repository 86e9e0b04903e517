"""Paper to draw a card on: a column of text and strips, in pixels from the top.

Everything is first noted down and then drawn, because how high a card gets is known only when its
texts have been broken into lines.  matplotlib is used through its objects alone: no pyplot, no
global state.
"""

import io
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle

if TYPE_CHECKING:
    from matplotlib.backends.backend_agg import RendererAgg

WIDTH = 1080
"""Pixels: what messengers keep of a picture, and what a telephone shows."""
DPI = 100
MARGIN = 48
LINE = 1.3
"""Height of a line of text, in font sizes."""
POINTS_PER_PIXEL = 72 / DPI

COMPRESSION = 3
"""Of 9: half the time of the usual 6, for a picture that is a quarter larger."""

Operation = Callable[[Axes], Artist]


def _font(size: int, bold: bool) -> FontProperties:
    """The font that comes with matplotlib, `size` in pixels."""
    return FontProperties(
        family="DejaVu Sans",
        weight="bold" if bold else "normal",
        size=size * POINTS_PER_PIXEL,
    )


@dataclass
class Paper:
    """A card in the making; `y` is where the next thing goes, in pixels from the top."""

    background: str
    y: float = 0.0
    _operations: list[Operation] = field(default_factory=list)
    _canvas: FigureCanvasAgg = field(
        default_factory=lambda: FigureCanvasAgg(Figure(figsize=(1, 1), dpi=DPI))
    )

    @property
    def inner_width(self) -> float:
        """Pixels between the margins."""
        return WIDTH - 2 * MARGIN

    def text_width(self, text: str, size: int, *, bold: bool = False) -> float:
        """Width of one line of text, in pixels."""
        renderer: RendererAgg = self._canvas.get_renderer()  # type: ignore[no-untyped-call]
        font = _font(size, bold)
        width, _, _ = renderer.get_text_width_height_descent(text, font, False)  # type: ignore[no-untyped-call]
        return float(width)

    def wrapped(
        self, text: str, size: int, width: float, *, bold: bool = False, most: int = 8
    ) -> list[str]:
        """`text` in lines of at most `width` pixels; a word that is too long is broken.

        What does not fit in `most` lines ends in an ellipsis.
        """

        space = self.text_width(" ", size, bold=bold)

        def measured(part: str) -> float:
            return self.text_width(part, size, bold=bold)

        lines: list[str] = []
        line, used = "", 0.0
        for word in text.split():
            wide = measured(word)
            if line and used + space + wide <= width:
                line, used = f"{line} {word}", used + space + wide
                continue
            if line:
                lines.append(line)
            while wide > width and len(word) > 1:
                end = max(1, self._fitting(word, size, width, bold=bold))
                lines.append(word[:end])
                word = word[end:]
                wide = measured(word)
            line, used = word, wide
        lines.append(line)
        if len(lines) > most:
            room = width - measured("…")
            last = lines[most - 1]
            end = self._fitting(last, size, room, bold=bold)
            lines = [*lines[: most - 1], f"{last[:end].rstrip()}…"]
        return lines

    def _fitting(self, text: str, size: int, width: float, *, bold: bool) -> int:
        """How many of the first characters of `text` fit in `width` pixels."""
        lengths = range(1, len(text) + 1)
        return bisect_right(
            lengths, width, key=lambda end: self.text_width(text[:end], size, bold=bold)
        )

    def lines(
        self,
        lines: Sequence[str],
        size: int,
        colour: str,
        *,
        bold: bool = False,
        x: float = MARGIN,
    ) -> None:
        """Set lines of text, one below the other."""
        for line in lines:
            self.label(line, x, self.y + size * LINE / 2, size, colour, bold=bold)
            self.y += size * LINE

    def label(
        self,
        text: str,
        x: float,
        y: float,
        size: int,
        colour: str,
        *,
        bold: bool = False,
        align: str = "left",
    ) -> None:
        """One line of text whose middle is at height `y`."""

        def draw(axes: Axes) -> Artist:
            return axes.text(
                x,
                y,
                text,
                color=colour,
                fontproperties=_font(size, bold),
                ha=align,
                va="center_baseline",
                # A dollar sign is a dollar sign.
                parse_math=False,
            )

        self._operations.append(draw)

    def box(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """A filled rectangle."""
        self._operations.append(
            lambda axes: axes.add_patch(
                Rectangle((x, y), width, height, facecolor=colour, linewidth=0)
            )
        )

    def area(
        self, xs: Sequence[float], tops: Sequence[float], bottoms: Sequence[float], colour: str
    ) -> None:
        """A filled shape between two lines."""
        self._operations.append(
            lambda axes: axes.fill_between(xs, tops, bottoms, color=colour, linewidth=0)
        )

    def under(self, mark: int, operation: Callable[[], None]) -> None:
        """Draw something beneath what was noted since `mark` (see `position`)."""
        count = len(self._operations)
        operation()
        added = self._operations[count:]
        self._operations[count:] = []
        self._operations[mark:mark] = added

    @property
    def position(self) -> int:
        """How much was noted so far."""
        return len(self._operations)

    def png(self) -> bytes:
        """The card as high as it became."""
        height = round(self.y)
        figure = Figure(figsize=(WIDTH / DPI, height / DPI), dpi=DPI, facecolor=self.background)
        canvas = FigureCanvasAgg(figure)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set_xlim(0, WIDTH)
        axes.set_ylim(height, 0)
        for order, operation in enumerate(self._operations):
            operation(axes).set_zorder(order)
        buffer = io.BytesIO()
        # Without the metadata that names the software: the same card is the same file.
        canvas.print_png(  # type: ignore[no-untyped-call]
            buffer, metadata={"Software": None}, pil_kwargs={"compress_level": COMPRESSION}
        )
        return buffer.getvalue()
