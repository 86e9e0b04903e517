"""Whose voice is it like?  Voiceprints of relatives, and the score of a memo against them.

A high score never says that the relative spoke: a clone is made to score high.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from voice import models
from voice.activity import speech_only
from voice.audio import MIN_SPEECH_SECONDS, Waveform
from voice.calibration import voice_llr
from voice.errors import ModelMismatch, ModelUnavailable, VoiceError
from voice.results import Score, Segment, Window
from voice.voiceprint import Embedding, Voiceprint, combined, unit
from voice.windows import Pieces, sliding

WINDOW_SECONDS = 3.0
"""Long enough for a usable voiceprint, short enough to find one spliced-in sentence."""
WINDOW_HOP_SECONDS = 1.5
DENSE_WINDOWS = 20
"""Beyond half a minute the hop widens up to a window's length, rather than give more windows: each
costs time, and the memo is still covered."""
MAX_WINDOWS = 40
"""Beyond two minutes there are gaps between the windows instead of more of them."""


class UnusableReferenceError(VoiceError):
    """A reference recording holds too little speech to make a voiceprint of."""


class SpeakerEncoder(Protocol):
    """A network that maps speech to a vector that is near for one voice and far for two."""

    @property
    def name(self) -> str:
        """The model's name in the model table."""
        ...

    @property
    def dim(self) -> int:
        """Numbers in an embedding."""
        ...

    def embed(self, waveform: Waveform) -> Embedding:
        """The embedding of a waveform of speech, shape = (dim,)."""
        ...

    def embed_all(self, waveforms: Sequence[Waveform]) -> Embedding:
        """The embeddings of several waveforms, shape = (n, dim)."""
        ...


@dataclass(frozen=True)
class HeardVoice:
    """A memo's embeddings, of length 1: `whole` (dim,) and `windows` (n, dim), as in `pieces`."""

    model: str
    whole: Embedding
    windows: Embedding
    pieces: tuple[Pieces, ...]
    speech_seconds: float


def load_encoder(name: str = "campplus", folder: Path | None = None) -> SpeakerEncoder:
    """The encoder `campplus` or `ecapa` with the pinned weights.

    Raises ModelUnavailable or ModelMismatch.
    """
    if name not in ("campplus", "ecapa"):
        raise ModelUnavailable(name, "is not a voice comparison model")
    weights = models.opened(name, folder)
    try:
        # Imported here: each pulls in libraries that the other does not need.
        if name == "campplus":
            from voice.campplus import CampplusEncoder

            return CampplusEncoder(weights)
        from voice.ecapa import EcapaEncoder

        return EcapaEncoder(weights)
    except RuntimeError as error:
        raise ModelMismatch(name, f"the weights do not fit the network ({error})") from error


def enrol(
    encoder: SpeakerEncoder, memos: Sequence[tuple[Waveform, Sequence[Segment]]]
) -> Voiceprint:
    """One voiceprint of several memos of one person, each with its speech segments.

    Memos count by their speech.  Raises UnusableReferenceError below MIN_SPEECH_SECONDS in all.
    """
    spoken = [speech_only(waveform, tuple(segments)) for waveform, segments in memos]
    used = [speech for speech in spoken if speech.seconds >= MIN_SPEECH_SECONDS / 2]
    seconds = sum(speech.seconds for speech in used)
    if seconds < MIN_SPEECH_SECONDS:
        raise UnusableReferenceError(f"only {seconds:.1f} s of speech")
    return combined(
        [
            Voiceprint(encoder.name, _numbers(unit(encoder.embed(speech))), speech.seconds)
            for speech in used
        ]
    )


def hear(encoder: SpeakerEncoder, waveform: Waveform, segments: Sequence[Segment]) -> HeardVoice:
    """The embeddings of a memo's speech as a whole and in windows.

    Raises ValueError when there is next to no speech; check MIN_SPEECH_SECONDS first.
    """
    spoken = speech_only(waveform, tuple(segments))
    pieces = speech_windows(segments)
    parts = [spoken]
    if len(pieces) > 1:
        parts += [speech_only(waveform, window) for window in pieces]
    embeddings = unit(encoder.embed_all(parts))
    return HeardVoice(
        model=encoder.name,
        whole=embeddings[0],
        windows=embeddings[1:] if len(pieces) > 1 else embeddings[: len(pieces)],
        pieces=tuple(pieces),
        speech_seconds=spoken.seconds,
    )


def speech_windows(segments: Sequence[Segment]) -> list[Pieces]:
    """The windows that are compared one by one: 3 s every 1.5 s, further apart in a long memo."""
    span = sum(segment.seconds for segment in segments) - WINDOW_SECONDS
    widened = min(span / (DENSE_WINDOWS - 1), WINDOW_SECONDS)
    hop = max(WINDOW_HOP_SECONDS, widened, span / (MAX_WINDOWS - 1))
    return sliding(segments, WINDOW_SECONDS, hop, MIN_SPEECH_SECONDS)


def score(heard: HeardVoice, voiceprint: Voiceprint) -> Score:
    """How alike: the cosine of the memo and of each window with a voiceprint of the same model."""
    if heard.model != voiceprint.model:
        raise ValueError(f"a {voiceprint.model} voiceprint cannot be compared with {heard.model}")
    target = np.asarray(voiceprint.embedding, dtype=np.float32)
    windows = []
    for pieces, cosine in zip(heard.pieces, heard.windows @ target, strict=True):
        seconds = sum(piece.seconds for piece in pieces)
        llr = voice_llr(heard.model, float(cosine), seconds)
        windows.append(Window(pieces[0].start, pieces[-1].end, float(cosine), llr))
    cosine = float(heard.whole @ target)
    llr = voice_llr(heard.model, cosine, heard.speech_seconds)
    return Score(heard.model, cosine, llr, tuple(windows))


def compare(
    encoder: SpeakerEncoder,
    waveform: Waveform,
    segments: Sequence[Segment],
    voiceprints: Sequence[Voiceprint],
) -> Score:
    """The score of a memo against the voiceprint that it is most like.

    Raises ValueError without voiceprints or with next to no speech.
    """
    heard = hear(encoder, waveform, segments)
    return max((score(heard, print_) for print_ in voiceprints), key=lambda found: found.score)


def _numbers(embedding: Embedding) -> tuple[float, ...]:
    return tuple(map(float, embedding))
