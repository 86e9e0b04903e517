"""The slot for the synthetic-speech score: what a countermeasure is, and how speech is cut for it.

The score comes per window, because a memo may be spliced of a real greeting and a made request.
Until trained weights are in the package there is no countermeasure, and an analysis says so; a
made-up score would be worse than none.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from voice.audio import MIN_SPEECH_SECONDS, Waveform
from voice.results import Score, Segment
from voice.windows import Pieces, sliding

WINDOW_SECONDS = 4.0
"""What the field's countermeasures are trained on; below about 3 s they get much worse."""
HOP_SECONDS = 2.0


class Countermeasure(Protocol):
    """Something that tells speech made by a machine from speech of people."""

    @property
    def name(self) -> str:
        """The model's name in the model table."""
        ...

    def score(self, waveform: Waveform, segments: Sequence[Segment]) -> Score | None:
        """How machine-like the speech in `segments` is, as a whole and per window of `windows_of`.

        None when there is too little speech to say anything.
        """
        ...


def windows_of(segments: Sequence[Segment]) -> list[Pieces]:
    """The windows to score: four seconds of net speech, every two seconds of it."""
    return sliding(segments, WINDOW_SECONDS, HOP_SECONDS, MIN_SPEECH_SECONDS)


def load_countermeasure(folder: Path | None = None) -> Countermeasure | None:  # noqa: ARG001
    """The countermeasure whose weights are in the package or in `folder`, or None."""
    return None
