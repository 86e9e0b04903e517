"""Where the speech bubbles of a picture are, and whose: cells of like colour that hang together.

Runs in the limited child only.  Where the background changes abruptly is the edge of a bubble.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from bot.screenshots.model import Side

STEP = 7
"""Levels (of 255) in any colour by which two neighbouring cells differ at the edge of a bubble.
Compression and noise stay below; the faintest bubbles of the four messengers differ by 20."""

ALIKE = 10.0
"""Levels by which two bubbles of one person differ at most."""

HEADER = 0.33
"""Height of a messenger's header at most, as a share of the screen's width."""

Grey = np.ndarray[Any, np.dtype[np.uint8]]
Levels = np.ndarray[Any, np.dtype[np.float64]]
Labels = np.ndarray[Any, np.dtype[np.int64]]
Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels."""


@dataclass(frozen=True, slots=True)
class Place:
    """What may be a bubble: its box in cells, which of those cells are in it, and its colour."""

    box: Box
    mask: np.ndarray[Any, np.dtype[np.bool_]]
    colour: Levels


def screen(labels: Labels, cell: int) -> Box | None:
    """Where a photographed telephone is: the one thing that fills the picture's middle."""
    rows, columns = labels.shape
    inner = labels[rows // 20 : -rows // 20 or None, columns // 20 : -columns // 20 or None]
    values, counts = np.unique(inner, return_counts=True)
    label = values[counts.argmax()]
    if counts.max() < 0.25 * labels.size:
        return None
    ys, xs = np.nonzero(labels == label)
    left, right = np.quantile(xs, (0.005, 0.995)).astype(int)
    top, bottom = np.quantile(ys, (0.005, 0.995)).astype(int)
    if left <= 0.02 * columns or right >= 0.98 * columns - 1:
        return None  # it reaches the edges, as the wallpaper of a screenshot does
    # The screen's own header has another colour; it lies above what was found.
    top = max(0, top - int(HEADER * (right - left)))
    return int(left * cell), int(top * cell), int((right + 1) * cell), int((bottom + 1) * cell)


def places(cells: Grey, labels: Labels) -> list[Place]:
    """What may be bubbles, from top to bottom."""
    columns = cells.shape[1]
    found: list[Place] = []
    for label, count in zip(*np.unique(labels, return_counts=True), strict=True):
        if count < columns * 0.25:  # fewer cells than the shortest word's bubble
            continue
        ys, xs = np.nonzero(labels == label)
        top, bottom, left, right = ys.min(), ys.max() + 1, xs.min(), xs.max() + 1
        width, height = right - left, bottom - top
        if (left <= 1 and right >= columns - 1) or width < columns * 0.06 or height < 4:
            continue
        if count < 0.5 * width * height or width > 0.95 * columns:
            continue
        part = labels[top:bottom, left:right] == label
        # Letters leave holes: everything between the ends of a row and of a column is bubble.
        across = (
            np.logical_or.accumulate(part, 1) & np.logical_or.accumulate(part[:, ::-1], 1)[:, ::-1]
        )
        down = np.logical_or.accumulate(part, 0) & np.logical_or.accumulate(part[::-1], 0)[::-1]
        box = (int(left), int(top), int(right), int(bottom))
        found.append(Place(box, across & down, np.median(cells[ys, xs], 0)))
    outer = [
        place
        for place in found
        if not any(other is not place and _within(place.box, other.box) for other in found)
    ]
    return sorted(outer, key=lambda place: place.box[1])


def _within(inner: Box, outer: Box) -> bool:
    return (
        inner[0] >= outer[0]
        and inner[1] >= outer[1]
        and inner[2] <= outer[2]
        and inner[3] <= outer[3]
    )


def sided(found: list[Place], columns: int) -> list[tuple[Place, Side | None]]:
    """Whose each bubble is: by the margin it keeps to, or else by the colour of the others."""
    sides: list[Side | None] = []
    for place in found:
        lean = ((columns - place.box[2]) - place.box[0]) / columns
        sides.append("left" if lean > 0.06 else "right" if lean < -0.06 else None)
    result = []
    for place, side in zip(found, sides, strict=True):
        whose = side
        if whose is None and place.box[2] - place.box[0] > columns / 2:
            alike = [
                (float(np.abs(place.colour - other.colour).max()), known)
                for other, known in zip(found, sides, strict=True)
                if known is not None
            ]
            nearest = min(alike, default=None, key=lambda pair: pair[0])
            whose = nearest[1] if nearest and nearest[0] < ALIKE else None
        result.append((place, whose))
    return result


def connected(cells: Grey) -> Labels:
    """A number for each cell, the same for cells that are joined by neighbours of like colour."""
    levels = cells.astype(np.int16)
    beside = np.abs(np.diff(levels, axis=1)).max(2) < STEP
    below = np.abs(np.diff(levels, axis=0)).max(2) < STEP
    starts = np.ones(cells.shape[:2], np.int64)
    starts[:, 1:] = ~beside
    runs = np.cumsum(starts.ravel()).reshape(starts.shape) - 1
    root = list(range(int(runs[-1, -1]) + 1))

    def find(run: int) -> int:
        while root[run] != run:
            root[run] = root[root[run]]
            run = root[run]
        return run

    pairs = np.unique(np.stack((runs[:-1][below], runs[1:][below]), 1), axis=0)
    for upper, lower in pairs.tolist():
        one, two = find(upper), find(lower)
        if one != two:
            root[max(one, two)] = min(one, two)
    numbers = np.array([find(run) for run in range(len(root))], np.int64)
    joined: Labels = numbers[runs]
    return joined
