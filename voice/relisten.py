"""A second and third hearing of a short memo, in which a code word may be.

The transcript of a memo is written from speech cut out of its pauses and put into a window of 30 s.
Two words without a sentence are heard better with the pauses left in and a window that fits, and a
little slower or faster they are heard differently again.  All of it gives texts to find the code
word in; none of it is shown.
"""

from collections.abc import Sequence

from voice.audio import Waveform
from voice.perturb import faster
from voice.results import Segment
from voice.transcript import Recogniser

MAX_SECONDS = 20.0
"""Of speech and the pauses in it; whoever answers a challenge says little more than the words."""

SPEEDS = (0, -5, 5)
"""Per cent by which the copies are faster."""

EDGE_SECONDS = 0.2
"""Kept before the first and after the last word."""


def relisten(
    recogniser: Recogniser, waveform: Waveform, segments: Sequence[Segment], language: str
) -> tuple[str, ...]:
    """What else the memo may say: texts of all hearings, the likeliest of each first.

    `language` is the family's, as ISO 639-1.  Nothing without speech; of a long memo the beginning.
    """
    if not segments:
        return ()
    start = max(0.0, segments[0].start - EDGE_SECONDS)
    end = min(waveform.seconds, segments[-1].end + EDGE_SECONDS, start + MAX_SECONDS)
    span = waveform.cut(start, end)
    copies = [faster(span, percent) if percent else span for percent in SPEEDS]
    heard = recogniser.variants(copies, language)
    most = max(len(texts) for texts in heard)
    ranked = [texts[rank] for rank in range(most) for texts in heard if rank < len(texts)]
    return tuple(dict.fromkeys(ranked))
