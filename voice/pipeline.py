"""analyse(): the order of the steps, and what stops early.  The thinking is in the steps.

decode → activity and quality → (words | voice | synthetic | provenance side by side).  Without
enough speech only the provenance is looked at.  A model that is not there leads to a line under
"not checked", never to an error; only a file that cannot be decoded raises.
"""

import contextlib
import ctypes
import functools
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from voice import activity, models, provenance, quality, transcript
from voice.audio import Waveform
from voice.calibration import VOICE_DIFFERENT_LLR, VOICE_SIMILAR_LLR
from voice.countermeasure import Countermeasure, load_countermeasure
from voice.errors import ModelMismatch, ModelUnavailable, UndecodableAudio
from voice.isolation import decode_file
from voice.results import (
    Analysis,
    Container,
    Problem,
    Provenance,
    Score,
    Segment,
    Transcript,
    Unchecked,
)

if TYPE_CHECKING:
    from voice.speaker import SpeakerEncoder, Voiceprint
    from voice.watermark import PerthDetector

ENVELOPE_POINTS = 400
"""Peaks for the picture: about two pixels each on a telephone."""

STOPPING = frozenset({Problem.NO_SPEECH, Problem.TOO_SHORT})
"""With these there is nothing for the models to judge."""

Step = Callable[[str], None]
Loaded = TypeVar("Loaded")


@dataclass(frozen=True, slots=True)
class Models:
    """What listens; None where the files are not there."""

    recogniser: transcript.Recogniser | None
    encoder: "SpeakerEncoder | None"
    detector: "PerthDetector | None"
    countermeasure: Countermeasure | None


def load_models(folder: Path | None, threads: int, speaker: str) -> Models:
    """Load the models whose files are in `folder`.

    Raises ModelMismatch for files that are there but are not the pinned ones.
    """
    # Here and not above: importing torch takes seconds, and a bad file must be refused at once.
    import torch

    from voice.speaker import load_encoder
    from voice.watermark import PerthDetector

    # The recogniser takes `threads`; PyTorch works beside it, and more threads than cores only
    # make them wait for each other.
    torch.set_num_threads(max(1, threads // 2))

    def whisper() -> transcript.Recogniser:
        files = models.locate("whisper-base", folder)
        return transcript.Recogniser(files["model.bin"].parent, threads)

    def perth() -> PerthDetector:
        return PerthDetector(models.opened("perth", folder))

    return Models(
        recogniser=_if_there(whisper),
        encoder=_if_there(lambda: load_encoder(speaker, folder)),
        detector=_if_there(perth),
        countermeasure=load_countermeasure(folder),
    )


def _if_there(load: Callable[[], Loaded]) -> Loaded | None:
    try:
        return load()
    except ModelMismatch:
        raise
    except ModelUnavailable:
        return None


class Analyser:
    """Holds the models and listens to one memo at a time.

    `threads` are the processor's cores to use, `speaker` is the name of the voice comparison model,
    and `countermeasure` takes the slot of the one that comes with the package.
    """

    def __init__(
        self,
        folder: Path | None = None,
        threads: int = 2,
        speaker: str = "campplus",
        countermeasure: Countermeasure | None = None,
    ) -> None:
        self._folder = folder
        self._threads = threads
        self._speaker = speaker
        self._countermeasure = countermeasure
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
                found = load_models(self._folder, self._threads, self._speaker)
                if self._countermeasure is not None:
                    found = replace(found, countermeasure=self._countermeasure)
                self._models = found
            return self._models

    def analyse(
        self,
        path: Path,
        references: "Sequence[Path | Voiceprint]" = (),
        language: str | None = None,
        on_step: Step | None = None,
    ) -> Analysis:
        """Listen to the memo at `path`.

        `references` are memos of the person it is supposed to be – one voiceprint is made of all of
        them – or voiceprints, of which the most alike counts.  `language` is an ISO 639-1 code, or
        None to have it told.  `on_step` is called with the name of each step as it begins, from one
        thread or another but never from two at once.  Raises UndecodableAudio when the memo itself
        cannot be decoded, and ModelMismatch as `load` does.
        """
        with self._one_at_a_time:
            listening = _Listening(self.load, self._pool, path, references, language, on_step)
            try:
                return listening.result()
            finally:
                _return_memory()


class _Listening:
    """One analysis under way."""

    def __init__(
        self,
        load: Callable[[], Models],
        pool: ThreadPoolExecutor,
        path: Path,
        references: "Sequence[Path | Voiceprint]",
        language: str | None,
        on_step: Step | None,
    ) -> None:
        self._load = load
        self._pool = pool
        self._announcing = threading.Lock()
        self._path = path
        self._references = references
        self._language = language
        self._on_step = on_step
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
        )

    def _listen(
        self,
        waveform: Waveform,
        container: Container,
        segments: tuple[Segment, ...],
        stopped: bool,
    ) -> tuple[Transcript | None, Score | None, Score | None, Provenance]:
        words: Future[Transcript | None] = self._pool.submit(
            self._words, waveform, () if stopped else segments
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
        if heard is None or transcript.is_unsure(heard):
            self._unchecked.add(Unchecked.WORDS_UNSURE)
        if heard is not None and heard.language not in transcript.READ_LANGUAGES:
            self._unchecked.add(Unchecked.LANGUAGE_UNKNOWN)
        return heard

    def _voice(self, waveform: Waveform, segments: tuple[Segment, ...]) -> Score | None:
        encoder = self._models.encoder
        if encoder is None:
            self._unchecked.add(Unchecked.VOICE_NO_MODEL)
            return None
        from voice import speaker
        from voice.voices import several_voices

        with self._step("voice"):
            heard = speaker.hear(encoder, waveform, segments)
            if several_voices(heard.windows, heard.pieces):
                self._problems.append(Problem.SEVERAL_VOICES)
            prints = self._voiceprints(encoder)
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
        elif score.llr is None or VOICE_DIFFERENT_LLR < score.llr < VOICE_SIMILAR_LLR:
            self._unchecked.add(Unchecked.VOICE_UNSURE)

    def _voiceprints(self, encoder: "SpeakerEncoder") -> "list[Voiceprint]":
        """The references as voiceprints of this encoder; those that are of no use are left out."""
        from voice.speaker import UnusableReferenceError, Voiceprint, enrol

        prints = []
        memos = []
        for reference in self._references:
            if isinstance(reference, Voiceprint):
                if reference.model == encoder.name:
                    prints.append(reference)
                else:
                    self._unchecked.add(Unchecked.VOICE_REFERENCE_UNUSABLE)
                continue
            try:
                waveform, _ = decode_file(reference)
            except UndecodableAudio:
                self._unchecked.add(Unchecked.VOICE_REFERENCE_UNUSABLE)
                continue
            segments = activity.find_speech(waveform)
            if quality.judge(quality.measure(waveform, segments), segments):
                self._unchecked.add(Unchecked.VOICE_REFERENCE_UNUSABLE)
            else:
                memos.append((waveform, segments))
        if memos:
            try:
                prints.append(enrol(encoder, memos))
            except UnusableReferenceError:
                self._unchecked.add(Unchecked.VOICE_REFERENCE_UNUSABLE)
        return prints

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


def _return_memory() -> None:
    """Hand freed memory back to the system; else a long memo's stays with the process for good."""
    if sys.platform == "linux":
        # A C library other than glibc has no such function, and mostly no such need.
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)


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
    path: Path, references: "Sequence[Path | Voiceprint]" = (), language: str | None = None
) -> Analysis:
    """Listen to the memo at `path` with the default models, which stay loaded for the next call.

    See `Analyser.analyse`.
    """
    return _shared().analyse(Path(path), references, language)
