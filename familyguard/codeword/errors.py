"""Why a code word is not accepted; each error carries what the message needs, and never the word.

No error holds the words of a code word or of a hearing: errors end up in logs.
"""

from enum import StrEnum

from familyguard.errors import FamilyGuardError


class CodeWordError(FamilyGuardError):
    """Base of everything that can be wrong with a code word."""


class Weakness(StrEnum):
    """Why a phrase is refused as a code word."""

    TOO_FEW_WORDS = "too_few_words"
    TOO_MANY_WORDS = "too_many_words"
    TOO_SHORT = "too_short"
    COMMON_PHRASE = "common_phrase"
    ORDINARY_WORDS = "ordinary_words"  # nothing but "the", "and", "very" and their like
    SAME_WORD = "same_word"
    NAME = "name"
    NUMBER = "number"  # a birthday, a year, a house number
    TYPED = "typed"  # a member typed it to the bot before
    GUESSABLE = "guessable"  # fewer bits than MIN_BITS


class WeakCodeWord(CodeWordError):
    """The phrase is refused; `reason` picks the sentence, `bits` is its estimated strength."""

    def __init__(self, reason: Weakness, bits: float = 0.0) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.bits = bits


class Unheard(StrEnum):
    """Why the recordings do not make a code word."""

    TOO_FEW_RECORDINGS = "too_few_recordings"
    NOTHING_HEARD = "nothing_heard"
    DISAGREE = "disagree"  # another phrase was heard in each


class HearingsDisagree(CodeWordError):
    """The recordings cannot be enrolled; `recording` is the number of the odd one, from 0."""

    def __init__(self, reason: Unheard, recording: int | None = None) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.recording = recording


class NoMatch(CodeWordError):
    """The code word was not accepted.  Only the keeper may be told which kind of this it was."""


class WrongCodeWord(NoMatch):
    """No candidate is the code word."""


class NoCodeWord(NoMatch):
    """The family has set none."""


class MustWait(NoMatch):
    """Too many wrong answers: none counts before `until`, in seconds since 1970."""

    def __init__(self, until: float) -> None:
        super().__init__("too many wrong answers")
        self.until = until


class Locked(NoMatch):
    """Too many wrong answers: none counts before the keeper has spoken the code word again."""
