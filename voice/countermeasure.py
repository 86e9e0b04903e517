"""Does the speech sound made by a machine?  The recogniser's ears, and small trained heads.

The score comes per window too, because a memo may be spliced of a real greeting and a made request.
It is weak evidence: the likelihood ratio is capped (voice/calibration.py), and what is unlike the
training data, or too short, gets no ratio at all.  How it was trained: voice/training.  How well it
does: docs/models/countermeasure.md.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor

from voice import models
from voice.activity import speech_only
from voice.audio import MIN_SPEECH_SECONDS, SAMPLE_RATE, Waveform
from voice.calibration import synthetic_llr
from voice.cm_features import (
    MAX_CHUNK_SECONDS,
    MIN_FRAMES,
    SpeechFeatures,
    chunks,
    statistics,
)
from voice.cm_head import MODEL, Committee, Opinion, load_committee
from voice.errors import ModelMismatch, ModelUnavailable
from voice.results import Score, Segment, Window
from voice.whisper_encoder import FRAMES_PER_SECOND, load_encoder
from voice.windows import Pieces, sliding

WINDOW_SECONDS = 4.0
"""What the field's countermeasures are trained on; below about 3 s they get much worse."""
HOP_SECONDS = 2.0

MAX_HEARD_SECONDS = 60.0
"""Of a long memo only the first minute of speech is judged: the encoder's time grows with it."""

N_LAYERS = 3

WEIGHTS = Path(__file__).with_name("weights") / "countermeasure.safetensors"
WEIGHTS_SHA256 = "ed341d57253c35199e9863af36f0a50c005f5bd2d228e0b7e39b3062d81243ad"


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


class WhisperCountermeasure:
    """The countermeasure that comes with the package."""

    name = MODEL

    def __init__(self, features: SpeechFeatures, committee: Committee) -> None:
        """A front end and the heads that were trained on it."""
        self._features = features
        self._committee = committee

    def score(self, waveform: Waveform, segments: Sequence[Segment]) -> Score | None:
        """See `Countermeasure`; the ratio is None where the sound is unlike the training data."""
        heard = _first(segments, MAX_HEARD_SECONDS)
        seconds = sum(part.seconds for part in heard)
        if seconds < MIN_SPEECH_SECONDS:
            return None
        speech = speech_only(waveform, heard)
        pieces = chunks(len(speech.samples), round(MAX_CHUNK_SECONDS * SAMPLE_RATE))
        frames = [self._features.frames(speech.samples[first:last]) for first, last in pieces]
        opinions = [self._committee.opinion(statistics(part)) for part in frames]
        whole = Opinion(
            score=sum(opinion.score for opinion in opinions) / len(opinions),
            distance=max(opinion.distance for opinion in opinions),
        )
        return Score(
            model=MODEL,
            score=whole.score,
            llr=_llr(whole),
            windows=self._windows(torch.cat(frames, dim=1), heard),
        )

    def _windows(self, frames: Tensor, segments: Sequence[Segment]) -> tuple[Window, ...]:
        """Scores of the windows; `frames` are those of all the speech in `segments`."""
        found = []
        for index, pieces in enumerate(windows_of(segments)):
            seconds = sum(part.seconds for part in pieces)
            first = round(index * HOP_SECONDS * FRAMES_PER_SECOND)
            first = min(first, max(0, frames.shape[1] - round(seconds * FRAMES_PER_SECOND)))
            some = frames[:, first : first + round(seconds * FRAMES_PER_SECOND)]
            if some.shape[1] < MIN_FRAMES:
                continue
            opinion = self._committee.opinion(statistics(some))
            found.append(
                Window(
                    start=pieces[0].start,
                    end=pieces[-1].end,
                    score=opinion.score,
                    llr=_llr(opinion),
                )
            )
        return tuple(found)


def load_countermeasure(folder: Path | None = None) -> Countermeasure | None:
    """The countermeasure of the package, on the encoder of the recogniser in `folder`, or None.

    None where the recogniser's files are not there.  Raises ModelMismatch for files that are there
    but are not the pinned ones.
    """
    try:
        with models.held("whisper-base", folder) as files:
            encoder = load_encoder(files / "model.bin", N_LAYERS)
    except ModelMismatch:
        raise
    except ModelUnavailable:
        return None
    committee = load_committee(WEIGHTS, WEIGHTS_SHA256)
    return WhisperCountermeasure(SpeechFeatures(encoder), committee)


def _llr(opinion: Opinion) -> float | None:
    return None if opinion.distance > 1.0 else synthetic_llr(opinion.score)


def _first(segments: Sequence[Segment], seconds: float) -> tuple[Segment, ...]:
    """The segments up to `seconds` of net speech."""
    kept: list[Segment] = []
    left = seconds
    for segment in segments:
        if left <= 0:
            break
        end = min(segment.end, segment.start + left)
        kept.append(Segment(segment.start, end))
        left -= end - segment.start
    return tuple(kept)
