"""Tables in Markdown, with columns that also line up in a terminal."""

from collections.abc import Sequence


def table(
    title: str, heads: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]], right: bool = True
) -> list[str]:
    """The lines of a table whose first column, named `title`, says what each row is of.

    The other columns are set to the right, as figures are, or to the left.
    """
    lines = [[title, *heads], *([name, *cells] for name, cells in rows)]
    # A bar would begin the next cell.
    lines = [[" ".join(cell.split()).replace("|", "\\|") for cell in line] for line in lines]
    widths = [max(3, *map(len, column)) for column in zip(*lines, strict=True)]
    rule = ["-" * widths[0], *("-" * (width - right) + ":" * right for width in widths[1:])]
    lines.insert(1, rule)
    return ["| " + " | ".join(_padded(line, widths, right)) + " |" for line in lines]


def _padded(line: Sequence[str], widths: Sequence[int], right: bool) -> list[str]:
    first, *others = [
        cell.rjust(width) if right else cell.ljust(width)
        for cell, width in zip(line, widths, strict=True)
    ]
    return [first.strip().ljust(widths[0]), *others]
