"""What was read in a picture of a chat, and why a picture could not be read."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Side = Literal["left", "right"]

Language = Literal["nld", "eng"]
LANGUAGES: tuple[Language, ...] = ("nld", "eng")
"""Names of the recogniser's data, for Dutch and English."""

MAX_FILE_BYTES = 20_000_000
"""Telegram's own limit for what a bot may fetch."""

MAX_PIXELS = 40_000_000
"""A photo of a modern telephone has 12 million, a long screenshot 15 million."""


class PictureProblem(StrEnum):
    """Why a picture could not be read; each has a sentence for the user."""

    EMPTY = "empty"  # no bytes
    TOO_LARGE = "too_large"  # more bytes than MAX_FILE_BYTES
    TOO_MANY_PIXELS = "too_many_pixels"  # more than MAX_PIXELS
    NOT_A_PICTURE = "not_a_picture"  # none of the kinds that are opened
    BROKEN = "broken"  # damaged or cut off
    LIMIT = "limit"  # ran into its limit of time, memory or processor seconds
    MISSING = "missing"  # the file is not there or cannot be read
    NO_WORDS = "no_words"  # a picture, but nothing to read in it
    NO_READER = "no_reader"  # the recogniser or its data is not installed


class UnreadablePicture(Exception):
    """The one error of reading a picture; `reason` picks the sentence for the user."""

    def __init__(self, reason: PictureProblem, detail: str = "") -> None:
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Bubble:
    """One speech bubble: left is the other person's, right the telephone owner's.

    `side` is None for words that stand in no bubble, or in the middle.
    """

    text: str
    side: Side | None


@dataclass(frozen=True, slots=True)
class Screenshot:
    """What a picture says.

    `bubbles` are in reading order.  `sender` is the name or number at the top, which anybody can
    choose: it is what the picture claims, nothing more.
    """

    bubbles: tuple[Bubble, ...]
    sender: str | None = None

    @property
    def text(self) -> str:
        """All words of the chat, a line a bubble."""
        return "\n".join(bubble.text for bubble in self.bubbles)

    @property
    def their_text(self) -> str:
        """What the other person wrote; all words, where the sides cannot be told apart."""
        if not any(bubble.side == "left" for bubble in self.bubbles):
            return self.text
        return "\n".join(bubble.text for bubble in self.bubbles if bubble.side != "right")
