"""A worker without models, for trials of the bot itself: it hears no speech in anything.

Started with `python -m bot.playground.quick_worker`.
"""

import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from bot.worker import run_worker
from voice.errors import Undecodable, UndecodableAudio
from voice.results import Analysis, Container, Problem

LISTEN_SECONDS = 0.3
"""Long enough to be interrupted in the middle."""


class QuickAnalyser:
    """Takes its time, and finds nothing."""

    def load(self) -> None:
        """There is nothing to load."""

    def analyse(self, path: Path, *, on_step: Callable[[str], None], **_rest: Any) -> Analysis:
        """An analysis of a memo in which nobody speaks."""
        content = path.read_bytes()
        on_step("decode")
        time.sleep(LISTEN_SECONDS)
        facts = Container(
            sha256=hashlib.sha256(content).hexdigest(),
            size_bytes=len(content),
            format="ogg",
            codec="opus",
            sample_rate=48_000,
            channels=1,
            bit_rate=None,
            seconds=5.0,
        )
        return Analysis(audio=facts, problems=(Problem.NO_SPEECH,))

    def rehear(self, *_args: Any) -> NoReturn:
        """Nobody speaks here."""
        raise UndecodableAudio(Undecodable.NO_SOUND)

    def enrol(self, *_args: Any) -> NoReturn:
        """Nobody speaks here."""
        raise UndecodableAudio(Undecodable.NO_SOUND)


def draw(_analysis: Analysis, _language: str) -> bytes:
    """There is nothing to see."""
    raise ValueError


if __name__ == "__main__":
    run_worker(QuickAnalyser(), draw)
