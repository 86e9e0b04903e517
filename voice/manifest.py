"""Lists of recordings, as tables of comma-separated values: read, and refused in a sentence.

They are written by hand as often as by a program, so whatever is wrong with one is a ValueError of
one sentence that names the file and the row.
"""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

Row = Mapping[str, str]
"""Column → cell."""

LABELS: Mapping[str, bool] = {"synthetic": True, "bonafide": False}
"""In the manifest's column `label` → whether a machine made the clip."""


def rows_of(path: Path, columns: Sequence[str]) -> list[Row]:
    """The rows of a table that must have the columns.

    Raises ValueError where it is none, has no rows, or not these columns in every row; OSError.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            reader = csv.DictReader(stream)
            rows: list[Row] = list(reader)
            there = reader.fieldnames or ()
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{path.name} is not a table of comma-separated values") from error
    missing = [name for name in columns if name not in there]
    if not there:
        raise ValueError(f"{path.name} is empty")
    if missing:
        raise ValueError(f"{path.name} has no column {', '.join(missing)}")
    if not rows:
        raise ValueError(f"{path.name} has a first line and no rows")
    for number, row in enumerate(rows, start=1):
        if any(row[name] is None for name in columns):
            raise ValueError(f"row {number} of {path.name} has too few cells")
    return rows


def is_made(row: Row) -> bool:
    """Whether the manifest says that a machine made the clip.

    Raises ValueError for a label that is none of LABELS.
    """
    if row["label"] not in LABELS:
        raise ValueError(
            f"the label of {row['clip']} is “{row['label']}”, not {' or '.join(LABELS)}"
        )
    return LABELS[row["label"]]


def clips_of(manifest: Path, columns: Sequence[str]) -> dict[str, Row]:
    """The manifest's rows by clip, in its order.  Raises like `rows_of`, and for a clip twice."""
    rows = rows_of(manifest, columns)
    known = {row["clip"]: row for row in rows}
    if len(known) < len(rows):
        twice = repeated([row["clip"] for row in rows])
        raise ValueError(f"{manifest.name} has {twice} more than once")
    return known


def repeated(names: Sequence[str]) -> str:
    """The first name that comes again, or nothing."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return ""
