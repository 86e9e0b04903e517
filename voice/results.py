"""What an analysis found: plain, frozen numbers that a light process can hold, send and print.

Nothing here imports a neural network.  All times are seconds from the start of the memo.
"""

import base64
from dataclasses import field
from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainSerializer
from pydantic.dataclasses import dataclass

from voice.errors import Undecodable
from voice.voiceprint import Voiceprint

Coded = Annotated[
    bytes,
    BeforeValidator(lambda said: base64.b64decode(said) if isinstance(said, str) else said),
    PlainSerializer(lambda held: base64.b64encode(held).decode(), str, when_used="json"),
]
"""Bytes, which JSON can only hold as base64."""


class Problem(StrEnum):
    """Why the sound as a whole cannot be judged.  Any of these means: call back."""

    NO_SPEECH = "no_speech"
    TOO_SHORT = "too_short"
    TOO_NOISY = "too_noisy"
    TOO_QUIET = "too_quiet"
    CLIPPED = "clipped"
    NARROW_BAND = "narrow_band"
    SEVERAL_VOICES = "several_voices"


STOPPING = frozenset({Problem.NO_SPEECH, Problem.TOO_SHORT})
"""With these there is nothing for the models to judge."""


class Unchecked(StrEnum):
    """One thing that was not looked at, or could not be told, though the memo itself was fine."""

    VOICE_NO_REFERENCE = "voice_no_reference"  # nobody's voice to compare with
    VOICE_REFERENCE_UNUSABLE = "voice_reference_unusable"
    VOICE_UNSURE = "voice_unsure"  # between "like" and "unlike"
    VOICE_NO_MODEL = "voice_no_model"
    SYNTHETIC_NO_MODEL = "synthetic_no_model"
    SYNTHETIC_UNSURE = "synthetic_unsure"
    WORDS_UNSURE = "words_unsure"  # recognition doubted itself
    WORDS_NO_MODEL = "words_no_model"
    LANGUAGE_UNKNOWN = "language_unknown"  # not a language whose requests we can read
    WATERMARK_NO_MODEL = "watermark_no_model"
    REST_OF_MEMO = "rest_of_memo"  # only the first part was listened to


@dataclass(frozen=True)
class Segment:
    """A stretch of speech."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return self.end - self.start


@dataclass(frozen=True)
class Window:
    """A score for one stretch of the memo; `llr` is its natural-log likelihood ratio, or None."""

    start: float
    end: float
    score: float
    llr: float | None = None


@dataclass(frozen=True)
class Container:
    """Facts about the file as it came, before decoding."""

    sha256: str
    size_bytes: int
    format: str  # the demuxer's name: ogg, mov, mp3 …
    codec: str  # opus, aac, mp3, amrnb …
    sample_rate: int  # Hz, of the coded sound
    channels: int
    bit_rate: int | None  # bits per second of the sound track, or of the file
    seconds: float  # of decoded sound
    has_video: bool = False
    encoder: str | None = None  # what the file says made it
    created: str | None = None  # creation time as written in the file
    tags: dict[str, str] = Field(default_factory=dict)


@dataclass(frozen=True)
class Quality:
    """How fit the sound is for the later steps."""

    level_dbfs: float  # RMS of the speech, dB below full scale
    clipped_share: float  # 0 … 1 of samples at the rails
    snr_db: float  # speech against the gaps between; capped at 60
    bandwidth_hz: float  # highest frequency with energy above the floor


@dataclass(frozen=True)
class Word:
    """A recognised word; `probability` 0 … 1 is the recogniser's own."""

    text: str = field(repr=False)
    start: float
    end: float
    probability: float


@dataclass(frozen=True)
class Transcript:
    """What was said, as far as the recogniser could tell.

    A family's code word may be in it, so the words are not shown where an object is printed.
    """

    language: str  # ISO 639-1
    language_probability: float
    text: str = field(repr=False)
    words: tuple[Word, ...] = field(default=(), repr=False)
    # The texts that were likeliest, of which `text` is the first; of a short memo only.
    alternatives: tuple[str, ...] = field(default=(), repr=False)
    # What the recogniser wrote that was told which words to expect; never a text to be shown.
    expected: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Score:
    """A model's score for the memo and per window.

    For a voice comparison a higher score means more alike; for synthetic speech, more machine-like.
    `llr` is the calibrated natural-log likelihood ratio in the same direction, or None.
    """

    model: str
    score: float
    llr: float | None
    windows: tuple[Window, ...] = ()


@dataclass(frozen=True)
class VoiceMatch:
    """How alike a memo's voice is to one of the prints that came with it; `label` is the bot's."""

    label: str
    score: Score


@dataclass(frozen=True)
class Watermark:
    """A generator's inaudible mark that was found."""

    scheme: str  # e.g. "perth"
    confidence: float  # 0 … 1
    windows: tuple[Window, ...] = ()


@dataclass(frozen=True)
class Credentials:
    """Content Credentials (C2PA) that came with the file; a claim by whoever signed it."""

    generator: str
    says_ai: bool
    signature_valid: bool


@dataclass(frozen=True)
class Provenance:
    """Positive evidence only: that nothing was found means nothing."""

    watermark: Watermark | None = None
    credentials: Credentials | None = None
    generator_tags: tuple[str, ...] = ()  # container tags that name a speech generator


@dataclass(frozen=True)
class Analysis:
    """Everything `analyse` found out about one memo."""

    audio: Container
    speech: tuple[Segment, ...] = ()
    quality: Quality | None = None
    transcript: Transcript | None = None
    speaker: Score | None = None
    synthetic: Score | None = None
    provenance: Provenance = Field(default_factory=Provenance)
    problems: tuple[Problem, ...] = ()
    unchecked: tuple[Unchecked, ...] = ()
    envelope: tuple[float, ...] = ()  # peak level 0 … 1 in equal slices, for the picture
    timing: dict[str, float] = Field(default_factory=dict)  # step -> seconds
    voices: tuple[VoiceMatch, ...] = ()  # one for each labelled voiceprint of the job
    fingerprint: Coded = field(default=b"", repr=False)  # see `voice.fingerprint`

    @property
    def speech_seconds(self) -> float:
        """Net speech, in seconds."""
        return sum(segment.seconds for segment in self.speech)


@dataclass(frozen=True)
class Hearing:
    """What the recogniser made of one way in which a recording of a code word may sound.

    `copy` names what was done to the sound («as_spoken», «opus_12k» …), `recording` and `take` say
    which of the recordings, and which repetition in it, both from 0.  The likeliest text is first.
    """

    recording: int
    take: int
    copy: str
    texts: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True)
class Recording:
    """What one recording of a code word was like; `failure` says why it could not be opened."""

    sha256: str = ""
    speech: tuple[Segment, ...] = ()
    takes: tuple[Segment, ...] = ()  # the repetitions in it
    problems: tuple[Problem, ...] = ()
    fingerprint: Coded = field(default=b"", repr=False)
    failure: Undecodable | None = None

    @property
    def speech_seconds(self) -> float:
        """Net speech, in seconds."""
        return sum(segment.seconds for segment in self.speech)


@dataclass(frozen=True)
class Rehearing:
    """All that was heard in the recordings of a code word; nothing of it may be stored as text."""

    hearings: tuple[Hearing, ...]
    recordings: tuple[Recording, ...]
    seconds: float = 0.0  # that it took

    @property
    def by_take(self) -> tuple[tuple[Hearing, ...], ...]:
        """The hearings of each time that the word was said, the one as spoken first."""
        takes: dict[tuple[int, int], list[Hearing]] = {}
        for hearing in self.hearings:
            takes.setdefault((hearing.recording, hearing.take), []).append(hearing)
        return tuple(tuple(takes[key]) for key in sorted(takes))


@dataclass(frozen=True)
class EnrolmentMemo:
    """What one memo adds to an enrolment; `voiceprint` is None where it is of no use for that."""

    sha256: str
    speech_seconds: float
    voiceprint: Voiceprint | None = None
    transcript: Transcript | None = None
    synthetic: Score | None = None
    provenance: Provenance = Field(default_factory=Provenance)
    problems: tuple[Problem, ...] = ()
    unchecked: tuple[Unchecked, ...] = ()
    fingerprint: Coded = field(default=b"", repr=False)
