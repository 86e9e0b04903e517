"""The seam behind which memos are listened to: what is asked, what comes back, and who answers."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from bot.texts import Language
from voice.errors import Undecodable
from voice.results import Analysis, EnrolmentMemo, Rehearing
from voice.voiceprint import KnownVoice

Tell = Callable[..., None]
"""Tells what happens to a memo: a state (`waking`, `waiting` with `ahead=…`, `restarted`), a step
of the analysis, or `rehear` with `done=…` and `total=…`."""


@dataclass(frozen=True, slots=True)
class Memo:
    """A file to listen to.  `language` is the chat's, `spoken` the memo's if known beforehand.

    `voices` are compared with it; whose voice it is supposed to be is decided afterwards, with
    `voice.comparison.compared_with`.  An answer to a live challenge goes before all other memos,
    and its words are heard however short it is.  `contexts` hold the words that may be in it
    (`familyguard.expected`).
    """

    member: int
    path: Path
    language: Language
    spoken: Language | None = None
    voices: tuple[KnownVoice, ...] = ()
    is_answer: bool = False
    contexts: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class CodeWordMemos:
    """Recordings of a family's code word, in its language."""

    member: int
    paths: tuple[Path, ...]
    spoken: Language


@dataclass(frozen=True, slots=True)
class PromptMemo:
    """A memo of someone who enrols their voice, reading a prompt in the language `spoken`."""

    member: int
    path: Path
    spoken: Language


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of a memo: an analysis, or why there is none.

    The picture is drawn after the analysis was handed over, so it has to be awaited.  `sha256` is
    that of the file, for whoever fetched it to fill in.
    """

    heard: Analysis | Undecodable | str
    picture: Awaitable[bytes | None]
    sha256: str = ""


class Analyst(Protocol):
    """Whoever listens to memos."""

    async def listen(self, memo: Memo, tell: Tell) -> Finding:
        """Listen to a memo.  Raises `QueueFull`, `CannotListen` or `Stopping`."""

    async def rehear(self, memos: CodeWordMemos, tell: Tell) -> Rehearing | Undecodable | str:
        """How a code word may sound, or why that is not known.  Raises like `listen`."""

    async def enrol(self, memo: PromptMemo, tell: Tell) -> EnrolmentMemo | Undecodable | str:
        """What a memo adds to an enrolment, or why nothing.  Raises like `listen`."""


def known(picture: bytes | None) -> "asyncio.Future[bytes | None]":
    """A picture that need not be waited for."""
    future: asyncio.Future[bytes | None] = asyncio.get_running_loop().create_future()
    future.set_result(picture)
    return future


Outcome = Finding | Rehearing | EnrolmentMemo | Undecodable | str
"""Of any job; the last two say why there is nothing else."""
