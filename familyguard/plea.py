"""What somebody types to the bot in a fright: that they have paid, or that they need help.

Words typed by oneself are no message to judge.  Two of them need an answer of their own: whoever
has paid must call the bank within minutes, and whoever asks for help must read what to do.
"""

import re
from enum import StrEnum

LONGEST = 200
"""Characters; what is longer is a message that was copied, and is judged as one."""


class Plea(StrEnum):
    """What is typed."""

    PAID = "paid"
    HELP = "help"


_PAID = re.compile(
    r"\b(?:al|heb|hebben|had)\b.{0,40}\b(?:betaald|overgemaakt|gestort|gepind)\b"
    r"|\b(?:geld|spaargeld)\b.{0,20}\b(?:kwijt|weg|gestuurd|gegeven)\b"
    r"|\b(?:code|codes|pincode|pas|bankpas)\b.{0,20}\b(?:gegeven|gestuurd|doorgegeven|afgegeven)\b"
    r"|\b(?:ben|word|zijn) (?:ik |we )?opgelicht\b"
    r"|\b(?:have|already|just|i)\b.{0,20}\b(?:paid|transferred)\b"
    r"|\b(?:sent|gave|given)\b.{0,20}\b(?:money|code|codes|pin|card)\b"
    r"|\bmoney\b.{0,10}\bgone\b"
    r"|\b(?:been|was|got) (?:scammed|conned|tricked)\b"
)
_HELP = re.compile(
    r"(?:help|hulp)(?: me| mij)?|hoe werkt (?:dit|het|je)|wat (?:kan|kun) je|wat nu"
    r"|wat moet ik(?: nu)?(?: doen)?|how does (?:this|it) work|what (?:can|do) you do|what now"
    r"|what (?:should|do|must) i do(?: now)?"
)
_NOT = re.compile(r"\b(?:niet|nooit|not|haven't|never)\b")


def plea_in(text: str) -> Plea | None:
    """What is said in words that somebody typed, in Dutch or English."""
    plain = " ".join(re.sub(r"[^\w' ]", " ", text.casefold()).split())
    if len(plain) > LONGEST:
        return None
    if _PAID.search(plain) and not _NOT.search(plain):
        return Plea.PAID
    return Plea.HELP if _HELP.fullmatch(plain) else None
