"""A worker without models, for trials of the bot itself: it hears no speech, or what a file says.

Started with `python -m bot.playground.quick_worker`, and the seconds that listening takes if not
the usual.  A file that begins with `say ` holds the words that are heard in it.
"""

import hashlib
import io
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from PIL import Image

from bot.worker import run_worker
from voice.errors import Undecodable, UndecodableAudio
from voice.results import Analysis, Container, Problem, Transcript

LISTEN_SECONDS = 0.3
"""Long enough to be interrupted in the middle."""

SAY = b"say "

_DOT = io.BytesIO()
Image.new("RGB", (1, 1)).save(_DOT, "PNG")
NOTHING = _DOT.getvalue()
"""A picture that Telegram takes."""


class QuickAnalyser:
    """Takes its time, and finds what the file says."""

    def __init__(self, seconds: float = LISTEN_SECONDS) -> None:
        self._seconds = seconds

    def load(self) -> None:
        """There is nothing to load."""

    def analyse(self, path: Path, *, on_step: Callable[[str], None], **_rest: Any) -> Analysis:
        """An analysis of a memo in which nobody speaks, or somebody says the words of the file."""
        on_step("decode")
        time.sleep(self._seconds)
        content = path.read_bytes()
        said = content.removeprefix(SAY).decode() if content.startswith(SAY) else None
        return self.hear(path, said)

    def hear(self, path: Path, said: str | None) -> Analysis:
        """The analysis of a file in which somebody says `said`, or nobody anything."""
        content = path.read_bytes()
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
        if said is None:
            return Analysis(audio=facts, problems=(Problem.NO_SPEECH,))
        return Analysis(audio=facts, transcript=Transcript("en", 1.0, said))

    def rehear(self, *_args: Any) -> NoReturn:
        """Nobody speaks here."""
        raise UndecodableAudio(Undecodable.NO_SOUND)

    def enrol(self, *_args: Any) -> NoReturn:
        """Nobody speaks here."""
        raise UndecodableAudio(Undecodable.NO_SOUND)


def draw(_analysis: Analysis, _language: str) -> bytes:
    """There is nothing to see."""
    return NOTHING


if __name__ == "__main__":
    run_worker(QuickAnalyser(*map(float, sys.argv[1:])), draw)
