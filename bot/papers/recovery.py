"""The recovery sheet: the keys of the house, to print and to keep with the passports."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from bot.papers.sheet import Sheet
from bot.texts import Texts
from familyguard.keys import Keys
from familyguard.recovery import Line, lines

WHAT: Final = ("what", "who")
STEPS: Final = ("backup", "init", "type", "run")
GROUPS: Final = 7


@dataclass(frozen=True, slots=True)
class Recovery:
    """What stands on the sheet, in the order in which it is read."""

    title: str
    facts: tuple[str, ...]
    keep: str
    lines: tuple[Line, ...] = field(repr=False)
    steps_title: str
    steps: tuple[str, ...]
    lost: str


def recovery(texts: Texts, keys: Keys, bot: str | None, folder: str, made: datetime) -> Recovery:
    """The sheet for `keys`; `bot` is the bot's name, if it is known, `folder` that of the data."""
    facts = [texts.get(f"recovery.{what}") for what in WHAT]
    facts.append(texts.get("recovery.made", date=f"{made:%Y-%m-%d}", folder=folder))
    if bot:
        facts.append(texts.get("recovery.bot", bot=bot))
    return Recovery(
        texts.get("recovery.title"),
        tuple(facts),
        texts.get("recovery.keep"),
        tuple(lines(keys)),
        texts.get("recovery.steps"),
        tuple(texts.get(f"recovery.step.{step}") for step in STEPS),
        texts.get("recovery.lost"),
    )


def as_text(sheet: Recovery) -> str:
    """The sheet as plain text, which `familyguard keys restore` reads."""
    steps = [f"{number}. {step}" for number, step in enumerate(sheet.steps, 1)]
    parts = [
        sheet.title.upper(),
        "\n".join(sheet.facts),
        sheet.keep,
        "\n".join(f"    {line}" for line in sheet.lines),
        sheet.steps_title,
        "\n".join(steps),
        sheet.lost,
    ]
    return "\n\n".join(parts) + "\n"


def draw_recovery(sheet: Recovery, texts: Texts, made: datetime) -> bytes:
    """The sheet as PDF/A; `made` must know its time zone."""
    paper = Sheet(sheet.title, texts.language, made, text_size=11)
    paper.write_text(sheet.title, size=20, bold=True)
    paper.gap(0.4)
    for fact in sheet.facts:
        paper.write_text(fact)
        paper.gap(0.2)
    paper.gap(0.3)
    paper.write_text(sheet.keep, bold=True)
    paper.gap(0.5)
    paper.rows(_cells(sheet.lines), widths=(1,) * (GROUPS + 1), size=13, padding=1.2)
    paper.heading(sheet.steps_title)
    paper.points(sheet.steps, numbered=True)
    paper.gap(0.3)
    paper.write_text(sheet.lost)
    return paper.bytes()


def _cells(of: Sequence[Line]) -> list[list[str]]:
    """One row a line: its label and groups of four, each in a cell, the last line filled up."""
    rows = [str(line).split() for line in of]
    return [row + [""] * (GROUPS + 1 - len(row)) for row in rows]
