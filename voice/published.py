"""The measured error rates that people are told, read out of docs/measurements once.

The documents are not installed with the package, so `published.json` holds the figures.  It is
written by `python -m voice.published DOCS_FOLDER` and never by hand; a test fails when a document
says something else.
"""

import json
import sys
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a figure stands: document, first cell of its table's head, row, column (from 1)."""

    document: str
    table: str
    row: str
    column: int
    section: str = ""  # a heading above it, where the same table comes several times


_SPEAKER: Final = "measurements/speaker.md"
_CARD: Final = "models/countermeasure.md"
_TEXT: Final = "measurements/text.md"
_BOTH: Final = "## Both halves"

CELLS: Final[dict[str, Cell]] = {
    "voice.equal_error": Cell(_SPEAKER, "", "equal error rate, speakers of one source", 1),
    "voice.clone_passes": Cell(_SPEAKER, "", "**clone passes as its target**", 1),
    "voice.relative_called_different": Cell(_SPEAKER, "memo", "whole, as stored", 4),
    "voice.stranger_called_different": Cell(_SPEAKER, "memo", "whole, as stored", 5),
    "machine.equal_error": Cell(_CARD, "", "equal error rate, all clips", 1),
    "machine.human_called_made": Cell(
        _CARD, "", "at the shipped threshold, judged clips: human called made", 1
    ),
    "machine.clone_missed": Cell(_CARD, "", "– clones missed", 1),
    "machine.clone_missed_messenger": Cell(_CARD, "", "– clones missed", 2),
    "text.request_found": Cell(_TEXT, "Money request", "all", 1, _BOTH),
    "text.ordinary_warned": Cell(_TEXT, "Any warning (caution or more)", "all", 3, _BOTH),
}


class NotInDocument(Exception):
    """A table was renamed or moved; CELLS says where it was looked for."""


@cache
def figures() -> dict[str, str]:
    """The published figures, as they stand in the documents («92 %», «0.899 (142/158)»)."""
    stored: dict[str, str] = json.loads((files("voice") / "published.json").read_text("utf-8"))
    return stored


def read(docs: Path) -> dict[str, str]:
    """The figures as the documents below `docs` have them now.  Raises NotInDocument."""
    return {code: _find(docs / cell.document, cell) for code, cell in CELLS.items()}


def _find(document: Path, cell: Cell) -> str:
    head: list[str] = []
    below = not cell.section
    for line in document.read_text("utf-8").splitlines():
        if line.startswith("#"):
            below = not cell.section or line.strip() == cell.section
        if not line.startswith("|"):
            head = []
            continue
        cells = [part.strip() for part in line.strip().strip("|").split("|")]
        head = head or cells
        if below and head[0] == cell.table and cells[0] == cell.row:
            return cells[cell.column].replace("**", "")
    raise NotInDocument(f"{document.name}: no row {cell.row!r} in a table {cell.table!r}")


def main(docs: Path) -> None:
    """Write `published.json`."""
    target = Path(__file__).with_name("published.json")
    target.write_text(json.dumps(read(docs), indent=2, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
