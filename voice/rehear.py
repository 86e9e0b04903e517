"""How a code word may sound to the recogniser: it listens again to copies that were spoilt a bit.

A recogniser hears the same two words now one way, now another.  What it makes of a faster, noisier
or more tightly coded copy is what it may make of the word on another day, so that all those texts
are accepted later.  They hold the code word: nothing here logs, stores or prints them.
"""

import difflib
import itertools
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from voice import activity, quality
from voice.audio import Waveform
from voice.errors import UndecodableAudio
from voice.fingerprint import fingerprint
from voice.isolation import decode_file
from voice.perturb import AS_SPOKEN, COPIES
from voice.results import Hearing, Problem, Recording, Rehearing, Segment
from voice.transcript import Recogniser

MAX_RECORDINGS = 5
MAX_TAKE_SECONDS = 8.0
"""A code word is short; of a longer recording only the beginning is heard."""

TAKES = 3
"""How often the keeper is asked to say the word; one recording may hold all of them."""

MAX_TAKE_RATIO = 1.8
"""Longest over shortest of the parts that may be one word said again."""

MIN_TAKE_LIKENESS = 0.5
"""Share of letters in common (Ratcliff and Obershelp 1988) of texts that may be one word said
again."""

OnCopy = Callable[[int, int], None]
"""Called with the number of copies heard so far and of copies in all."""


@dataclass(slots=True)
class _Opened:
    """A recording under way."""

    recording: Recording
    waveform: Waveform = field(repr=False)


def rehear(
    recogniser: Recogniser, paths: Sequence[Path], language: str, on_copy: OnCopy | None = None
) -> Rehearing:
    """What the recogniser makes of the recordings of a code word at `paths`, and of their copies.

    `language` is the family's, as ISO 639-1.  A recording that cannot be opened, or in which nobody
    speaks, gives no hearings; its `Recording` says why.  One that holds the word three times, with
    pauses between, gives three takes.  Recordings after the first MAX_RECORDINGS are left out.
    """
    began = time.perf_counter()
    opened = [_open(path) for path in paths[:MAX_RECORDINGS]]
    for one in opened:
        takes = _takes(recogniser, one, language)
        one.recording = replace(one.recording, takes=takes)
    work = [
        (number, index, one.waveform.cut(take.start, take.end))
        for number, one in enumerate(opened)
        for index, take in enumerate(one.recording.takes)
    ]
    hearings = []
    for done, (name, spoil) in enumerate(COPIES.items()):
        if on_copy is not None:
            on_copy(done, len(COPIES))
        spoilt = [
            spoil(take, np.random.default_rng([number, index])) for number, index, take in work
        ]
        heard = recogniser.variants(spoilt, language, in_full=name == AS_SPOKEN)
        hearings += [
            Hearing(number, index, name, texts)
            for (number, index, _), texts in zip(work, heard, strict=True)
        ]
    recordings = tuple(one.recording for one in opened)
    return Rehearing(tuple(hearings), recordings, time.perf_counter() - began)


def _open(path: Path) -> _Opened:
    try:
        waveform, container = decode_file(path)
    except UndecodableAudio as error:
        return _Opened(Recording(failure=error.reason), Waveform(np.zeros(0, np.float32)))
    segments = activity.find_speech(waveform)
    # Two words are said faster than any voice can be judged.
    problems = set(quality.judge(quality.measure(waveform, segments), segments))
    recording = Recording(
        sha256=container.sha256,
        speech=segments,
        problems=tuple(one for one in Problem if one in problems - {Problem.TOO_SHORT}),
        fingerprint=fingerprint(waveform),
    )
    return _Opened(recording, waveform)


def _takes(recogniser: Recogniser, opened: _Opened, language: str) -> tuple[Segment, ...]:
    """The repetitions in a recording: three parts alike in length and in what is heard, or all."""
    segments = opened.recording.speech
    if not segments:
        return ()
    parts = _parts(segments)
    lengths = [part.seconds for part in parts]
    if len(parts) == TAKES and max(lengths) <= MAX_TAKE_RATIO * min(lengths):
        heard = recogniser.variants(
            [opened.waveform.cut(part.start, part.end) for part in parts], language
        )
        if _are_alike([texts[0] if texts else "" for texts in heard]):
            return parts
    whole = Segment(segments[0].start, segments[-1].end)
    return (Segment(whole.start, min(whole.end, whole.start + MAX_TAKE_SECONDS)),)


def _parts(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """The speech cut at its two longest pauses."""
    pauses = sorted(
        range(1, len(segments)),
        key=lambda index: segments[index - 1].end - segments[index].start,
    )
    cuts = [0, *sorted(pauses[: TAKES - 1]), len(segments)]
    return tuple(
        Segment(segments[first].start, segments[last - 1].end)
        for first, last in itertools.pairwise(cuts)
    )


def _are_alike(texts: Sequence[str]) -> bool:
    folded = ["".join(filter(str.isalnum, text.casefold())) for text in texts]
    likeness = [
        difflib.SequenceMatcher(None, one, other).ratio()
        for one, other in itertools.combinations(folded, 2)
    ]
    return statistics.median(likeness) >= MIN_TAKE_LIKENESS
