"""A verdict on a terminal: what to do first, then why, what was not checked, and the factors."""

from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from bot.wording import Wording, factors
from familyguard.model import Level

if TYPE_CHECKING:
    from bot.judgement import Judgement
    from bot.texts import Texts

COLOURS = {
    Level.ALARM: "bright_red",
    Level.STRONG: "red",
    Level.CAUTION: "yellow",
    Level.UNCLEAR: "white",
    # Not green: nothing here means that all is well.
    Level.NONE: "blue",
}
MAX_WIDTH = 100
"""Columns; longer lines are hard to read."""


def show(judgement: "Judgement", wording: Wording, texts: "Texts", console: Console) -> None:
    """Print the verdict.  Foreign words are `Text`, never markup: they may contain brackets."""
    console.width = min(console.width, MAX_WIDTH)
    colour = COLOURS[wording.level]
    first, *rest = wording.advice or ("",)
    console.print(
        Panel(
            Group(Text(wording.headline, style="bold"), Text(first)),
            border_style=colour,
            padding=(1, 2),
        )
    )
    console.print(_points(rest))
    if wording.claim:
        console.print(Text(f"\n{wording.claim}"))
    if wording.reasons:
        console.print(_heading(texts.get("terminal.why")))
        console.print(_points(wording.reasons))
    if wording.not_checked:
        console.print(_heading(texts.get("terminal.not_checked")))
        console.print(_points(wording.not_checked))
    console.print(_heading(texts.get("terminal.factors")))
    table = Table.grid(padding=(0, 3, 0, 2))
    for name, saying in factors(judgement, texts):
        table.add_row(Text(name, style="dim"), Text(saying))
    console.print(table)
    console.print()
    console.print(Text(texts.get("chat.details.caution"), style="dim"))


def _heading(words: str) -> RenderableType:
    return Padding(Text(words, style="bold"), (1, 0, 0, 0))


def _points(lines: "list[str] | tuple[str, ...]") -> RenderableType:
    table = Table.grid(padding=(0, 1))
    for line in lines:
        table.add_row(Text(" •"), Text(line))
    return table
