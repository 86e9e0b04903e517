"""What somebody types to the bot about themselves, in a fright: «he is at the door», «I paid».

Words typed by oneself are no message to judge.  These need an answer of their own, which says first
what to do.  The patterns and their examples are `plea.toml`; they never lower a verdict, since who
answers (`bot/handlers/check.py`) still judges the words where they hold a strong warning.
"""

import re
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

LONGEST = 300
"""Characters; what is longer is a message that was copied, and is judged as one."""

BEFORE = 12
"""Characters before a match in which a «not» still belongs to it: «I did not let them in»."""


class Plea(StrEnum):
    """What is typed."""

    CARD = "card"  # card or PIN are in other hands
    COMPUTER = "computer"  # somebody else is in the computer or the telephone
    PAID = "paid"
    DOOR = "door"
    CALLED = "called"  # on the telephone, or asked for something
    AFRAID = "afraid"
    ELSEWHERE = "elsewhere"  # «this is about something else»
    HELP = "help"


EMERGENCIES = frozenset({Plea.CARD, Plea.COMPUTER, Plea.DOOR, Plea.CALLED, Plea.AFRAID})
"""They are answered as such whatever the words come to as a message."""

_NOT = re.compile(r"\b(?:niet|niks|nooit|geen|not|no|never|\w+n't)\b")


@dataclass(frozen=True, slots=True)
class _Kind:
    plea: Plea
    pattern: re.Pattern[str]
    done: bool
    whole: bool

    def fits(self, plain: str) -> bool:
        if self.whole:
            return self.pattern.fullmatch(plain) is not None
        return any(
            not (self.done and _NOT.search(plain[max(0, found.start() - BEFORE) : found.end()]))
            for found in self.pattern.finditer(plain)
        )


def plea_in(text: str) -> Plea | None:
    """What is said in words that somebody typed, in Dutch or English."""
    straight = text.casefold().replace("’", "'")
    plain = " ".join(re.sub(r"[^\w' ]", " ", straight).split())
    copied, kinds = _patterns()
    if len(plain) > LONGEST or copied.search(plain):
        return None
    return next((kind.plea for kind in kinds if kind.fits(plain)), None)


def table() -> dict[str, Any]:
    """`plea.toml` as it stands, with the examples."""
    return tomllib.loads((files("familyguard") / "plea.toml").read_text("utf-8"))


@cache
def _patterns() -> tuple[re.Pattern[str], tuple[_Kind, ...]]:
    read = table()
    kinds = tuple(
        _Kind(
            Plea(row["kind"]),
            re.compile("|".join((*row["nl"], *row["en"]))),
            row.get("done", False),
            row.get("whole", False),
        )
        for row in read["plea"]
    )
    return re.compile("|".join(read["copied"])), kinds
