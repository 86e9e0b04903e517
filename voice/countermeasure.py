"""Does the speech sound made by a machine?  Borrowed ears, and small trained heads.

The ears are the first layers of the recogniser and of the voice comparison (voice/cm_features.py).

The score comes per window too, because a memo may be spliced of a real greeting and a made request.
It is weak evidence: the likelihood ratio is capped (voice/calibration.py), and what is unlike the
training data, or too short, gets no ratio at all.  How it was trained: voice/training.  How well it
does: docs/models/countermeasure.md.
"""

import itertools
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from voice import models, quality
from voice.activity import speech_only
from voice.audio import MIN_SPEECH_SECONDS, Waveform
from voice.calibration import synthetic_llr
from voice.campplus import CampplusEncoder
from voice.cm_features import MAX_CHUNK_SECONDS, Span, SpeechFeatures, statistics
from voice.cm_head import MODEL, Head, Opinion, load_head
from voice.errors import ModelMismatch, ModelUnavailable
from voice.results import Score, Segment, Window
from voice.speaker import SpeakerEncoder
from voice.whisper_encoder import load_encoder
from voice.windows import Pieces, sliding

WINDOW_SECONDS = 4.0
"""What the field's countermeasures are trained on; below about 3 s they get much worse."""
HOP_SECONDS = 2.0

MAX_HEARD_SECONDS = 60.0
"""Of a long memo only the first minute of speech is judged: the encoder's time grows with it."""

N_LAYERS = 3

WEIGHTS = Path(__file__).with_name("weights") / "countermeasure.safetensors"
WEIGHTS_SHA256 = "a6f8eab4ea8ed1d200a8814bab875f8fbdf8a147244561e305454ba9b98684f9"


class Countermeasure(Protocol):
    """Something that tells speech made by a machine from speech of people."""

    @property
    def name(self) -> str:
        """The model's name in the model table."""
        ...

    def score(
        self, waveform: Waveform, segments: Sequence[Segment], snr_db: float | None = None
    ) -> Score | None:
        """How machine-like the speech in `segments` is, as a whole and per window of `windows_of`.

        `snr_db` is what voice/quality.py measured of the memo; without it that is done here.  None
        when there is too little speech to say anything.
        """
        ...


def windows_of(segments: Sequence[Segment]) -> list[Pieces]:
    """The windows to score: four seconds of net speech, every two seconds of it."""
    return sliding(segments, WINDOW_SECONDS, HOP_SECONDS, MIN_SPEECH_SECONDS)


class EmbeddedCountermeasure:
    """The countermeasure that comes with the package."""

    name = MODEL

    def __init__(self, features: SpeechFeatures, head: Head) -> None:
        """A front end and the head that was trained on it."""
        self._features = features
        self._head = head

    def score(
        self, waveform: Waveform, segments: Sequence[Segment], snr_db: float | None = None
    ) -> Score | None:
        """See `Countermeasure`; the ratio is None where the sound is unlike the training data."""
        heard = _first(segments, MAX_HEARD_SECONDS)
        speech = speech_only(waveform, heard)
        if speech.seconds < MIN_SPEECH_SECONDS:
            return None
        count = math.ceil(speech.seconds / MAX_CHUNK_SECONDS)
        edges = [index * speech.seconds / count for index in range(count + 1)]
        windows = windows_of(heard)
        spans = [*itertools.pairwise(edges), *_spans(windows, speech.seconds)]
        if snr_db is None:
            snr_db = quality.measure(waveform, tuple(segments)).snr_db
        tracks = self._features.tracks(speech)
        opinions = self._head.opinions(statistics(tracks, spans))
        whole = Opinion(
            score=sum(opinion.score for opinion in opinions[:count]) / count,
            distance=max(opinion.distance for opinion in opinions[:count]),
        )
        return Score(
            model=MODEL,
            score=whole.score,
            llr=_llr(whole, snr_db),
            windows=tuple(
                Window(pieces[0].start, pieces[-1].end, opinion.score, _llr(opinion, snr_db))
                for pieces, opinion in zip(windows, opinions[count:], strict=True)
            ),
        )


def load_countermeasure(
    folder: Path | None = None, voice: SpeakerEncoder | None = None
) -> Countermeasure | None:
    """The countermeasure of the package, on the networks in `folder`.

    Where `voice` is CAM++ it is used too, so that what it works out for the comparison is not
    worked out twice; else CAM++ is loaded.  None where its files or the recogniser's are not there.
    Raises ModelMismatch for files that are there but are not the pinned ones.
    """
    try:
        with models.held("whisper-base", folder) as files:
            encoder = load_encoder(files / "model.bin", N_LAYERS)
        if not isinstance(voice, CampplusEncoder):
            voice = CampplusEncoder(models.opened("campplus", folder))
    except ModelMismatch:
        raise
    except ModelUnavailable:
        return None
    head = load_head(WEIGHTS, WEIGHTS_SHA256)
    return EmbeddedCountermeasure(SpeechFeatures(encoder, voice), head)


def _spans(windows: Sequence[Pieces], total: float) -> list[Span]:
    """Where the windows lie in the speech of all their segments, which lasts `total` seconds."""
    lengths = [sum(part.seconds for part in pieces) for pieces in windows]
    starts = [min(index * HOP_SECONDS, total - length) for index, length in enumerate(lengths)]
    return [(start, start + length) for start, length in zip(starts, lengths, strict=True)]


def _llr(opinion: Opinion, snr_db: float) -> float | None:
    return None if opinion.distance > 1.0 else synthetic_llr(opinion.score, snr_db)


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
