"""Further hearings of a short memo, in which a code word may be.

The transcript of a memo is written from speech cut out of its pauses and put into a window of 30 s.
Two words without a sentence are heard better with the pauses left in and a window that fits, and a
little slower or faster they are heard differently again.  Between other words they are heard
differently from how they were at enrolment, where they stood alone: so what stands between two
pauses is heard alone too.  All of it gives texts to find the code word in; none of it is shown.

A further copy with the noise turned down by a Wiener filter was tried and left out: it found one of
19 noisy memos that were missed (docs/measurements/codeword.md).
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

MAX_PARTS = 4
"""Heard alone, the first ones: a greeting, the words, and what is said after them."""

MAX_CONTEXTS = 3
"""Phrases that one member waits for at a time; each costs half a second of a processor."""

MAX_PART_SECONDS = 5.0
"""Two or three words take less, and a sentence is heard with the whole."""


def relisten(
    recogniser: Recogniser, waveform: Waveform, segments: Sequence[Segment], language: str
) -> tuple[str, ...]:
    """What else the memo may say: texts of all hearings, the likeliest of each first.

    `language` is the family's, as ISO 639-1.  Nothing without speech; of a long memo the beginning.
    """
    if not segments:
        return ()
    span, end = _span(waveform, segments)
    copies = [faster(span, percent) if percent else span for percent in SPEEDS]
    parts = [waveform.cut(part.start, part.end) for part in _parts(segments, end)]
    # Apart from the copies: all that is heard together has a window as long as the longest needs.
    heard = [*recogniser.variants(copies, language), *recogniser.variants(parts, language)]
    most = max(len(texts) for texts in heard)
    ranked = [texts[rank] for rank in range(most) for texts in heard if rank < len(texts)]
    return tuple(dict.fromkeys(ranked))


def expecting(
    recogniser: Recogniser,
    waveform: Waveform,
    segments: Sequence[Segment],
    language: str,
    contexts: Sequence[str],
) -> tuple[str, ...]:
    """What the memo may say to a recogniser that expects the words of one of `contexts`.

    Of each context the likeliest texts.  They may hold words that were expected and not said, so
    whoever gave the contexts has to tell; MAX_CONTEXTS are used.
    """
    if not segments:
        return ()
    span, _ = _span(waveform, segments)
    texts = [
        text
        for context in contexts[:MAX_CONTEXTS]
        for text in recogniser.variants([span], language, context=context)[0]
    ]
    return tuple(dict.fromkeys(texts))


def _span(waveform: Waveform, segments: Sequence[Segment]) -> tuple[Waveform, float]:
    """What is heard of the memo as a whole, and the second in the memo at which it ends."""
    start = max(0.0, segments[0].start - EDGE_SECONDS)
    end = min(waveform.seconds, segments[-1].end + EDGE_SECONDS, start + MAX_SECONDS)
    return waveform.cut(start, end), end


def _parts(segments: Sequence[Segment], end: float) -> list[Segment]:
    """What may be a code word between two pauses; nothing if there is no pause."""
    if len(segments) < 2:  # the whole, which is heard anyway
        return []
    short = (one for one in segments if one.seconds <= MAX_PART_SECONDS and one.end <= end)
    return list(short)[:MAX_PARTS]
