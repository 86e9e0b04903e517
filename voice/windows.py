"""Windows that slide over the speech of a memo and leave the pauses out."""

from collections.abc import Sequence

from voice.results import Segment

Pieces = tuple[Segment, ...]
"""The parts of a memo that make up one window, in order; there are pauses between them."""


def sliding(segments: Sequence[Segment], length: float, hop: float, minimum: float) -> list[Pieces]:
    """Windows of `length` seconds of net speech, one every `hop` seconds of speech.

    The last window ends with the speech, so that nothing is left out.  Speech shorter than `length`
    gives one shorter window, and less than `minimum` seconds gives none.
    """
    total = sum(segment.seconds for segment in segments)
    if total < minimum or total <= 0:
        return []
    if total <= length:
        return [tuple(segments)]
    starts = [hop * index for index in range(int((total - length) / hop) + 1)]
    # A remainder of a few samples would only repeat the window before it.
    if total - length - starts[-1] > hop / 10:
        starts.append(total - length)
    return [_between(segments, start, start + length) for start in starts]


def _between(segments: Sequence[Segment], start: float, end: float) -> Pieces:
    """The speech from `start` to `end`, where the clock runs only while somebody speaks."""
    pieces = []
    passed = 0.0
    for segment in segments:
        first = max(start - passed, 0.0)
        last = min(end - passed, segment.seconds)
        if last > first:
            pieces.append(Segment(segment.start + first, segment.start + last))
        passed += segment.seconds
    return tuple(pieces)
