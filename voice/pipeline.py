"""analyse(): what listens to memos, one at a time, with models that stay loaded.

The order of the steps is that of voice/listening.py, and the thinking is in the steps.
"""

import functools
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from voice.countermeasure import Countermeasure
from voice.detectors import Choice
from voice.enrolment import enrolment_memo
from voice.errors import ModelUnavailable
from voice.listening import Listening, Step
from voice.loading import Models, load_models
from voice.memory import returning_memory
from voice.results import Analysis, EnrolmentMemo, Rehearing
from voice.voiceprint import KnownVoice, Voiceprint

if TYPE_CHECKING:
    from voice.rehear import OnCopy


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
        contexts: Sequence[str] = (),
    ) -> Analysis:
        """Listen to the memo at `path`.

        `references` are memos of the person it is supposed to be – one voiceprint is made of all of
        them – or voiceprints, of which the most alike counts.  `language` is an ISO 639-1 code, or
        None to have it told.  `on_step` is called with the name of each step as it begins, from one
        thread or another but never from two at once.  Each of `voices` gets its own score.  Of an
        answer to a challenge the words are heard however short it is, and heard again; `contexts`
        hold the words that may be in it (`voice.relisten.expecting`).  Raises UndecodableAudio when
        the memo itself cannot be decoded, and ModelMismatch as `load` does.
        """
        with self._one_at_a_time, returning_memory():
            return Listening(
                self.load,
                self._pool,
                path,
                references,
                language,
                on_step,
                voices,
                is_answer,
                contexts,
            ).result()

    def enrol(
        self, path: Path, language: str | None = None, on_step: Step | None = None
    ) -> EnrolmentMemo:
        """Listen to a memo that is to become a part of someone's voiceprint.  See `analyse`."""
        with self._one_at_a_time, returning_memory():
            listening = Listening(self.load, self._pool, path, (), language, on_step)
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
