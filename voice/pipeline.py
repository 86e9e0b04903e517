"""analyse(): the order of the steps, and what stops early.  The thinking is in the steps.

decode → activity and quality → (words | voice | synthetic | provenance side by side).  Without
enough speech only the provenance is looked at.  A model that is not there leads to a line under
"not checked", never to an error; only a file that cannot be decoded raises.
"""

import contextlib
import functools
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from voice import activity, provenance, quality, transcript
from voice.audio import Waveform
from voice.comparison import voice_doubt
from voice.countermeasure import Countermeasure
from voice.detectors import Choice
from voice.enrolment import enrolment_memo
from voice.errors import ModelUnavailable
from voice.fingerprint import fingerprint
from voice.isolation import decode_file
from voice.loading import Models, load_models
from voice.memory import returning_memory
from voice.results import (
    STOPPING,
    Analysis,
    Container,
    EnrolmentMemo,
    Problem,
    Provenance,
    Rehearing,
    Score,
    Segment,
    Transcript,
    Unchecked,
    VoiceMatch,
)
from voice.voiceprint import KnownVoice, Voiceprint

if TYPE_CHECKING:
    from voice.rehear import OnCopy
    from voice.speaker import HeardVoice

ENVELOPE_POINTS = 400
"""Peaks for the picture: about two pixels each on a telephone."""

Step = Callable[[str], None]


class Analyser:
    """Holds the models and listens to one memo at a time.

    `threads` are the processor's cores to use, `speaker` is the name of the voice comparison model,
    and `countermeasure` takes the slot of the one that comes with the package, as a `detector` does
    that was fetched and calibrated on this machine.
    """

    def __init__(
        self,
        folder: Path | None = None,
        threads: int = 2,
        speaker: str = "campplus",
        countermeasure: Countermeasure | None = None,
        detector: Choice | None = None,
    ) -> None:
        self._folder = folder
        self._threads = threads
        self._speaker = speaker
        self._countermeasure = countermeasure
        self._detector = detector
        self._models: Models | None = None
        self._one_at_a_time = threading.RLock()
        # One thread for the words, and the caller's for the rest, always the same two: these
        # libraries keep memory and threads for every thread that ever called them.
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="words")

    def load(self) -> Models:
        """Load the models that are there, once; without one, its part of a memo stays unchecked.

        Raises ModelMismatch for a file that is there but is not the pinned one.
        """
        with self._one_at_a_time:
            if self._models is None:
                found = load_models(self._folder, self._threads, self._speaker, self._detector)
                if self._countermeasure is not None:
                    found = replace(found, countermeasure=self._countermeasure)
                self._models = found
            return self._models

    def analyse(
        self,
        path: Path,
        references: Sequence[Path | Voiceprint] = (),
        language: str | None = None,
        on_step: Step | None = None,
        voices: Sequence[KnownVoice] = (),
        is_answer: bool = False,
    ) -> Analysis:
        """Listen to the memo at `path`.

        `references` are memos of the person it is supposed to be – one voiceprint is made of all of
        them – or voiceprints, of which the most alike counts.  `language` is an ISO 639-1 code, or
        None to have it told.  `on_step` is called with the name of each step as it begins, from one
        thread or another but never from two at once.  Each of `voices` gets its own score.  Of an
        answer to a challenge the words are heard however short it is.  Raises UndecodableAudio when
        the memo itself cannot be decoded, and ModelMismatch as `load` does.
        """
        with self._one_at_a_time, returning_memory():
            return _Listening(
                self.load, self._pool, path, references, language, on_step, voices, is_answer
            ).result()

    def enrol(
        self, path: Path, language: str | None = None, on_step: Step | None = None
    ) -> EnrolmentMemo:
        """Listen to a memo that is to become a part of someone's voiceprint.  See `analyse`."""
        with self._one_at_a_time, returning_memory():
            listening = _Listening(self.load, self._pool, path, (), language, on_step)
            return enrolment_memo(listening.result(), listening.voice)

    def rehear(
        self, paths: Sequence[Path], language: str, on_copy: "OnCopy | None" = None
    ) -> Rehearing:
        """How the recogniser hears a code word: see `voice.rehear.rehear`.

        Raises ModelUnavailable without the recogniser.
        """
        # Here and not above: its filters take 40 MB, and a code word is set once in half a year.
        from voice.rehear import rehear

        with self._one_at_a_time, returning_memory():
            recogniser = self.load().recogniser
            if recogniser is None:
                raise ModelUnavailable("whisper-base", "is needed to set a code word")
            return self._pool.submit(rehear, recogniser, paths, language, on_copy).result()


class _Listening:
    """One analysis under way."""

    def __init__(
        self,
        load: Callable[[], Models],
        pool: ThreadPoolExecutor,
        path: Path,
        references: Sequence[Path | Voiceprint],
        language: str | None,
        on_step: Step | None,
        voices: Sequence[KnownVoice] = (),
        is_answer: bool = False,
    ) -> None:
        self._load = load
        self._pool = pool
        self._announcing = threading.Lock()
        self._path = path
        self._references = references
        self._language = language
        self._on_step = on_step
        self._known = voices
        self._is_answer = is_answer
        self.voice: HeardVoice | None = None
        self._matches: tuple[VoiceMatch, ...] = ()
        self._timing: dict[str, float] = {}
        self._problems: list[Problem] = []
        self._unchecked: set[Unchecked] = set()

    def result(self) -> Analysis:
        began = time.perf_counter()
        with self._step("decode"):
            waveform, container = decode_file(self._path)
        with self._step("activity"):
            segments = activity.find_speech(waveform)
        with self._step("quality", announced=False):
            measured = quality.measure(waveform, segments)
            self._problems += quality.judge(measured, segments)
        with self._step("fingerprint", announced=False):
            print_ = fingerprint(waveform)
        # Not before the sound: a file that cannot be decoded is refused while models still load.
        with self._step("load", announced=False):
            self._models = self._load()
        stopped = bool(STOPPING & set(self._problems))
        spoken, score, machine, traces = self._listen(waveform, container, segments, stopped)
        self._timing["total"] = time.perf_counter() - began
        return Analysis(
            audio=container,
            speech=segments,
            quality=measured,
            transcript=spoken,
            speaker=score,
            synthetic=machine,
            provenance=traces,
            problems=tuple(self._problems),
            unchecked=tuple(entry for entry in Unchecked if entry in self._unchecked),
            envelope=envelope(waveform),
            timing=self._timing,
            voices=self._matches,
            fingerprint=print_,
        )

    def _listen(
        self,
        waveform: Waveform,
        container: Container,
        segments: tuple[Segment, ...],
        stopped: bool,
    ) -> tuple[Transcript | None, Score | None, Score | None, Provenance]:
        has_words = self._is_answer or not stopped
        words: Future[Transcript | None] = self._pool.submit(
            self._words, waveform, segments if has_words else ()
        )
        try:
            rest = self._rest(waveform, container, segments, stopped)
        finally:
            # Even after a failure: the next memo wants the recogniser.
            wait([words])
        return words.result(), *rest

    def _rest(
        self,
        waveform: Waveform,
        container: Container,
        segments: tuple[Segment, ...],
        stopped: bool,
    ) -> tuple[Score | None, Score | None, Provenance]:
        score = machine = None
        if not stopped:
            score = self._voice(waveform, segments)
            machine = self._synthetic(waveform, segments)
        return score, machine, self._provenance(waveform, container, segments)

    def _words(self, waveform: Waveform, segments: tuple[Segment, ...]) -> Transcript | None:
        if not segments:
            return None
        if self._models.recogniser is None:
            self._unchecked.add(Unchecked.WORDS_NO_MODEL)
            return None
        with self._step("words"):
            heard = self._models.recogniser.transcribe(waveform, segments, self._language)
            if self._is_answer and heard is not None:
                heard = self._heard_again(heard, waveform, segments)
        if heard is None or transcript.is_unsure(heard):
            self._unchecked.add(Unchecked.WORDS_UNSURE)
        if heard is not None and heard.language not in transcript.READ_LANGUAGES:
            self._unchecked.add(Unchecked.LANGUAGE_UNKNOWN)
        return heard

    def _heard_again(
        self, heard: Transcript, waveform: Waveform, segments: tuple[Segment, ...]
    ) -> Transcript:
        """The same transcript, with whatever else the memo may say."""
        # Pulls in SciPy's filters, which only these memos need.
        from voice.relisten import relisten

        assert self._models.recogniser is not None
        more = relisten(self._models.recogniser, waveform, segments, heard.language)
        texts = heard.alternatives or ((heard.text,) if heard.text else ())
        return replace(heard, alternatives=tuple(dict.fromkeys((*texts, *more))))

    def _voice(self, waveform: Waveform, segments: tuple[Segment, ...]) -> Score | None:
        encoder = self._models.encoder
        if encoder is None:
            self._unchecked.add(Unchecked.VOICE_NO_MODEL)
            return None
        from voice import speaker
        from voice.references import voiceprints_of
        from voice.voices import several_voices

        with self._step("voice"):
            heard = self.voice = speaker.hear(encoder, waveform, segments)
            if several_voices(heard.windows, heard.pieces):
                self._problems.append(Problem.SEVERAL_VOICES)
            self._matches = tuple(
                VoiceMatch(known.label, speaker.score(heard, known.voiceprint))
                for known in self._known
                if known.voiceprint.model == encoder.name
            )
            prints, is_amiss = voiceprints_of(self._references, encoder)
            if is_amiss:
                self._unchecked.add(Unchecked.VOICE_REFERENCE_UNUSABLE)
            score = max(
                (speaker.score(heard, print_) for print_ in prints),
                key=lambda found: found.score,
                default=None,
            )
        self._doubt_voice(score)
        return score

    def _doubt_voice(self, score: Score | None) -> None:
        if score is None:
            if not self._references:
                self._unchecked.add(Unchecked.VOICE_NO_REFERENCE)
        elif doubt := voice_doubt(score):
            self._unchecked.add(doubt)

    def _synthetic(self, waveform: Waveform, segments: tuple[Segment, ...]) -> Score | None:
        countermeasure = self._models.countermeasure
        if countermeasure is None:
            self._unchecked.add(Unchecked.SYNTHETIC_NO_MODEL)
            return None
        with self._step("synthetic"):
            score = countermeasure.score(waveform, segments)
        if score is None or score.llr is None:
            self._unchecked.add(Unchecked.SYNTHETIC_UNSURE)
        return score

    def _provenance(
        self, waveform: Waveform, container: Container, segments: tuple[Segment, ...]
    ) -> Provenance:
        detector = self._models.detector
        if detector is None:
            self._unchecked.add(Unchecked.WATERMARK_NO_MODEL)
        with self._step("provenance"):
            return provenance.look(self._path, container, waveform, segments, detector)

    @contextlib.contextmanager
    def _step(self, name: str, *, announced: bool = True) -> Iterator[None]:
        """Time a step and say that it begins."""
        if announced and self._on_step is not None:
            with self._announcing:
                self._on_step(name)
        began = time.perf_counter()
        yield
        self._timing[name] = time.perf_counter() - began


def envelope(waveform: Waveform, points: int = ENVELOPE_POINTS) -> tuple[float, ...]:
    """The peak level, 0 … 1, of each of at most `points` equal slices."""
    n_samples = len(waveform.samples)
    if n_samples == 0:
        return ()
    edges = np.linspace(0, n_samples, min(points, n_samples), endpoint=False).astype(np.intp)
    peaks = np.maximum.reduceat(np.abs(waveform.samples), edges)
    return tuple(np.minimum(peaks, 1.0).astype(float).tolist())


@functools.cache
def _shared() -> Analyser:
    return Analyser()


def analyse(
    path: Path, references: Sequence[Path | Voiceprint] = (), language: str | None = None
) -> Analysis:
    """Listen to the memo at `path` with the default models, which stay loaded for the next call.

    See `Analyser.analyse`.
    """
    return _shared().analyse(Path(path), references, language)
