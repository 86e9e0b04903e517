"""One memo under way: the steps, what stops early, and what stays unchecked.

decode → activity and quality → (words | voice | synthetic | provenance side by side).  Without
enough speech only the provenance is looked at.  A model that is not there leads to a line under
"not checked", never to an error; only a file that cannot be decoded raises.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from voice import activity, provenance, quality, transcript
from voice.audio import Waveform
from voice.comparison import voice_doubt
from voice.envelope import envelope
from voice.fingerprint import fingerprint
from voice.isolation import decode_file
from voice.loading import Models
from voice.results import (
    STOPPING,
    Analysis,
    Container,
    Problem,
    Provenance,
    Score,
    Segment,
    Transcript,
    Unchecked,
    VoiceMatch,
)
from voice.voiceprint import KnownVoice, Voiceprint

if TYPE_CHECKING:
    from voice.speaker import HeardVoice

Step = Callable[[str], None]


class Listening:
    """One analysis under way; see `voice.pipeline.Analyser.analyse`."""

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
        contexts: Sequence[str] = (),
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
        self._contexts = contexts
        self.voice: HeardVoice | None = None
        self._matches: tuple[VoiceMatch, ...] = ()
        self._timing: dict[str, float] = {}
        self._problems: list[Problem] = []
        self._unchecked: set[Unchecked] = set()

    def result(self) -> Analysis:
        """Take all steps.  Raises UndecodableAudio, and ModelMismatch as `load` does."""
        began = time.perf_counter()
        with self._step("decode"):
            waveform, container = decode_file(self._path)
        with self._step("activity"):
            segments = activity.find_speech(waveform)
        with self._step("quality", announced=False):
            measured = quality.measure(waveform, segments)
            self._problems += quality.judge(measured, segments)
            self._snr_db = measured.snr_db
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
        from voice.relisten import expecting, relisten

        recogniser = self._models.recogniser
        assert recogniser is not None
        more = relisten(recogniser, waveform, segments, heard.language)
        expected = expecting(recogniser, waveform, segments, heard.language, self._contexts)
        texts = heard.alternatives or ((heard.text,) if heard.text else ())
        alternatives = tuple(dict.fromkeys((*texts, *more)))
        return replace(heard, alternatives=alternatives, expected=expected)

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
            score = countermeasure.score(waveform, segments, self._snr_db)
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
