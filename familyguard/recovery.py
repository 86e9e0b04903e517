"""The keys as lines that can be printed, kept in a drawer for years, and typed back in.

Half a key to a line: a label, then 28 symbols in groups of four.  The symbols are Crockford's
base 32 (0-9 and A-Z without I, L, O and U; https://www.crockford.com/base32.html), so that no two
look alike.  128 bits of key and 12 of check make the 28, so a mistyped line is found while it is
being typed; the last line, Z, belongs to the whole sheet, so that halves of two sheets do not mix.
"""

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path

from familyguard.errors import FamilyGuardError
from familyguard.keys import KEY_BYTES, Keys

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LOOKS_LIKE = str.maketrans("OIL", "011")
"""What people read instead of a digit."""

HALF_BYTES = KEY_BYTES // 2
CHECK_BITS = 12
END_BITS = 40
SYMBOL_BITS = 5
GROUP = 4
LINE_SYMBOLS = (8 * HALF_BYTES + CHECK_BITS) // SYMBOL_BITS
PEPPER, END = "P", "Z"

SHEET = "recovery-sheet"
"""Name of the sheet in the data folder until somebody has printed it, before .pdf and .txt."""

SHOWN = "sheet-was-shown"
"""An empty file in the data folder: these keys went where others may read them, into a log say."""

MADE = "sheet-was-made"
"""An empty file in the data folder: the sheet of its keys exists, here or on paper."""

_LINE = re.compile(r"\s*([0-9]+[AB]|P[AB]|Z)\b[\s:.)-]+(.+)", re.IGNORECASE)


def sheet_files(folder: Path) -> tuple[Path, Path]:
    """The sheet in the data folder as PDF and as text; until somebody deletes them."""
    return folder / f"{SHEET}.pdf", folder / f"{SHEET}.txt"


def has_sheet(folder: Path) -> bool:
    """Whether the keys in the data folder ever had a sheet; one that is deleted is on paper."""
    return any(path.exists() for path in (folder / MADE, *sheet_files(folder)))


class BadLine(FamilyGuardError):
    """A line of the sheet has a mistake in it; `label` says which."""

    def __init__(self, label: str) -> None:
        super().__init__(f"line {label} of the recovery sheet has a mistake in it")
        self.label = label


class IncompleteSheet(FamilyGuardError):
    """Lines are missing, or they come from different sheets."""

    def __init__(self) -> None:
        super().__init__("lines are missing, or they come from different recovery sheets")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what it is called, and the bytes behind it.  They do not show in a repr."""

    label: str
    content: bytes = field(repr=False)

    def __str__(self) -> str:
        bits = END_BITS if self.label == END else 8 * HALF_BYTES + CHECK_BITS
        number = int.from_bytes(self.content)
        if self.label != END:
            number = number << CHECK_BITS | _check(self.label, self.content)
        symbols = "".join(
            ALPHABET[number >> shift & 31] for shift in range(bits - SYMBOL_BITS, -1, -SYMBOL_BITS)
        )
        groups = [symbols[at : at + GROUP] for at in range(0, len(symbols), GROUP)]
        return f"{self.label}  {' '.join(groups)}"


def lines(keys: Keys) -> list[Line]:
    """The whole sheet, the line Z last."""
    named = {str(number): key for number, key in sorted(keys.sealing.items())}
    named[PEPPER] = keys.pepper
    halves = [
        Line(name + half, part)
        for name, key in named.items()
        for half, part in (("A", key[:HALF_BYTES]), ("B", key[HALF_BYTES:]))
    ]
    return [*halves, Line(END, _end(halves))]


def read_line(text: str) -> Line | None:
    """The line in `text`; None where there is none.  Raises BadLine."""
    found = _LINE.fullmatch(text.rstrip("\r\n"))
    if found is None:
        return None
    label = found[1].upper()
    symbols = re.sub(r"[\s-]", "", found[2]).upper().translate(LOOKS_LIKE)
    wanted = END_BITS // SYMBOL_BITS if label == END else LINE_SYMBOLS
    if len(symbols) != wanted or set(symbols) - set(ALPHABET):
        raise BadLine(label)
    number = 0
    for symbol in symbols:
        number = number << SYMBOL_BITS | ALPHABET.index(symbol)
    if label == END:
        return Line(label, number.to_bytes(END_BITS // 8))
    content = (number >> CHECK_BITS).to_bytes(HALF_BYTES)
    if number & (1 << CHECK_BITS) - 1 != _check(label, content):
        raise BadLine(label)
    return Line(label, content)


def read(text: str) -> Keys:
    """The keys of a sheet; whatever else stands in `text` is passed over.

    Raises:
        BadLine: a line has a typing mistake.
        IncompleteSheet: lines are missing, or they belong to different sheets.
    """
    found = [line for row in text.splitlines() if (line := read_line(row))]
    return assemble(found)


def assemble(found: list[Line]) -> Keys:
    """The keys that these lines make together, in any order.  Raises IncompleteSheet."""
    parts = {line.label: line.content for line in found}
    numbers = sorted({int(label[:-1]) for label in parts if label[0].isdigit()})
    names = [*map(str, numbers), PEPPER]
    try:
        halves = [Line(name + half, parts[name + half]) for name in names for half in "AB"]
        if not numbers or parts[END] != _end(halves):
            raise IncompleteSheet
    except KeyError:
        raise IncompleteSheet from None
    sealing = {number: parts[f"{number}A"] + parts[f"{number}B"] for number in numbers}
    return Keys(sealing, parts["PA"] + parts["PB"])


def _check(label: str, content: bytes) -> int:
    digest = hashlib.sha256(label.encode() + content).digest()
    return int.from_bytes(digest[:2]) >> 16 - CHECK_BITS


def _end(halves: list[Line]) -> bytes:
    """Some 40 bits that belong to all lines together, in their order on the sheet."""
    whole = b"".join(half.label.encode() + half.content for half in halves)
    return hashlib.sha256(whole).digest()[: END_BITS // 8]
