"""The worker process, `python -m bot.worker`: holds the models, listens, draws.

Jobs come on standard input and events leave on standard output (see `bot.protocol`).  The bot gives
it an environment without the token.  It ends with its parent, and at the end of its input.
"""

import argparse
import base64
import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import BinaryIO, Protocol

import structlog

from bot.logs import set_up_logging
from bot.protocol import (
    CRASHED,
    JOB,
    CheckJob,
    EnrolJob,
    Enrolled,
    Failed,
    Heard,
    Job,
    Picture,
    Ready,
    Reheard,
    RehearJob,
    Step,
    _Line,
)
from bot.texts import Language
from voice.errors import ModelUnavailable, Undecodable, UndecodableAudio
from voice.results import Analysis, EnrolmentMemo, Rehearing
from voice.voiceprint import KnownVoice

log = structlog.get_logger(__name__)

PR_SET_PDEATHSIG = 1
NO_MODELS = 3
"""Exit status: a model is missing or is not the one that was pinned."""

Draw = Callable[[Analysis, Language], bytes]


class Analyser(Protocol):
    """What the worker asks of `voice.pipeline.Analyser`."""

    def load(self) -> object:
        """Load the models; raises `ModelUnavailable`."""

    def analyse(
        self,
        path: Path,
        *,
        language: str | None,
        on_step: Callable[[str], None],
        voices: Sequence[KnownVoice],
        is_answer: bool,
        contexts: Sequence[str],
    ) -> Analysis:
        """Listen to a file; raises `UndecodableAudio`."""

    def rehear(
        self, paths: Sequence[Path], language: str, on_copy: Callable[[int, int], None]
    ) -> Rehearing:
        """How the code word in these files may sound."""

    def enrol(
        self, path: Path, language: str | None, on_step: Callable[[str], None]
    ) -> EnrolmentMemo:
        """Listen to a memo that is to become a part of a voiceprint; raises `UndecodableAudio`."""


class Worker:
    """One job after the other, until the input ends or SIGTERM comes between two of them."""

    def __init__(self, analyser: Analyser, draw: Draw, jobs: BinaryIO, events: BinaryIO) -> None:
        self._analyser = analyser
        self._draw = draw
        self._jobs = jobs
        self._events = events
        self._busy = False
        self._leaving = False

    def serve(self) -> None:
        """Load the models, then work."""
        self._analyser.load()
        self._tell(Ready())
        while not self._leaving and (line := self._jobs.readline()):
            self._busy = True
            self._work(JOB.validate_json(line))
            self._busy = False

    def leave(self, _number: int, _frame: FrameType | None) -> None:
        """SIGTERM: finish the memo in hand, then go."""
        self._leaving = True
        if not self._busy:
            raise SystemExit(0)

    def _work(self, job: Job) -> None:
        number = job.number
        try:
            self._do(job)
        except UndecodableAudio as error:
            log.info("undecodable", reason=error.reason, detail=error.detail)
            self._tell(Failed(number=number, reason=error.reason))
        except MemoryError:
            self._tell(Failed(number=number, reason=Undecodable.LIMIT))
        except Exception:
            # An error in Python leaves the process sound; only the memo is given up.
            log.exception("analysis_failed", kind=job.kind)
            self._tell(Failed(number=number, reason=CRASHED))

    def _do(self, job: Job) -> None:
        number = job.number

        def on_step(step: str) -> None:
            self._tell(Step(number=number, step=step))

        def on_copy(done: int, total: int) -> None:
            self._tell(Step(number=number, step="rehear", done=done, total=total))

        match job:
            case CheckJob():
                self._check(job, on_step)
            case RehearJob():
                paths = [Path(path) for path in job.paths]
                rehearing = self._analyser.rehear(paths, job.spoken, on_copy)
                self._tell(Reheard(number=number, rehearing=rehearing))
            case EnrolJob():
                memo = self._analyser.enrol(Path(job.path), job.spoken, on_step)
                self._tell(Enrolled(number=number, memo=memo))

    def _check(self, job: CheckJob, on_step: Callable[[str], None]) -> None:
        number = job.number
        analysis = self._analyser.analyse(
            Path(job.path),
            language=job.spoken,
            on_step=on_step,
            voices=job.voices,
            is_answer=job.is_answer,
            contexts=job.contexts,
        )
        self._tell(Heard(number=number, analysis=analysis))
        try:
            png = base64.b64encode(self._draw(analysis, job.language))
        except Exception:
            # The verdict does not hang on its picture.
            log.exception("picture_failed")
            png = None
        self._tell(Picture(number=number, png=png))

    def _tell(self, line: _Line) -> None:
        self._events.write(line.model_dump_json().encode() + b"\n")
        self._events.flush()


def run_worker(analyser: Analyser, draw: Draw) -> None:
    """Serve the process that started this one until it is done; then end this process."""
    _die_with_parent()
    jobs, events = _take_standard_streams()
    worker = Worker(analyser, draw, jobs, events)
    # Ctrl-C reaches the whole terminal; the bot alone decides when the work is over.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, worker.leave)
    try:
        # A bot that is gone shows as a broken pipe.
        with contextlib.suppress(BrokenPipeError):
            worker.serve()
    except ModelUnavailable as error:
        log.error("no_models", model=error.model, detail=error.detail)
        raise SystemExit(NO_MODELS) from None


def _take_standard_streams() -> tuple[BinaryIO, BinaryIO]:
    """Keep the pipes for the protocol alone: what a library prints goes to standard error."""
    jobs, events = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    sys.stdout.flush()
    os.dup2(2, 1)
    return jobs, events


def _die_with_parent() -> None:
    """The end of the input tells a worker that waits; this ends one that is busy (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _draw(analysis: Analysis, language: Language) -> bytes:
    from bot.card_looks import card_labels
    from bot.cards import draw
    from bot.texts import Texts

    return draw(analysis, card_labels(Texts(language)))


def main() -> None:
    """Start with the analyser of `voice` and the pictures of `bot.cards`."""
    parser = argparse.ArgumentParser(prog="python -m bot.worker", description=__doc__)
    parser.add_argument("--models", type=Path, required=True, help="folder of the models")
    parser.add_argument("--threads", type=int, default=2, help="processor threads")
    parser.add_argument("--detector", help="the one that is used instead of the built-in one")
    parser.add_argument("--detector-seconds", type=float, default=90.0, help="for each memo")
    arguments = parser.parse_args()
    set_up_logging()

    from voice.detectors import Choice
    from voice.pipeline import Analyser as Pipeline

    detector = arguments.detector and Choice(arguments.detector, arguments.detector_seconds)
    pipeline = Pipeline(arguments.models, threads=arguments.threads, detector=detector or None)
    run_worker(pipeline, _draw)


if __name__ == "__main__":
    main()
