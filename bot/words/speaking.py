"""A code word that is being set.  It lives in memory only, until it is a few slow hashes.

After a restart, or a while without a memo, the keeper begins anew.
"""

import hashlib
import hmac
import math
from dataclasses import dataclass, field

from bot.context import House
from bot.texts import Language
from familyguard.codeword import (
    Enrolment,
    Recording,
    Strength,
    Which,
    enrol,
    judge_strength,
    normalise,
)
from familyguard.codeword.candidates import MAX_WINDOW, MIN_EXACT_LETTERS

MOST_TYPED_WORDS = 8
"""A message with more words is no code word as a whole; a few words in a row within it may be."""

MOST_NOTED_WORDS = 1000
"""Of one message; Telegram allows no more than 4,096 characters."""

N_RECORDINGS = 3

MARK_BYTES = 16
"""Of a keyed hash: there are tens of thousands in memory, and none is a secret."""


@dataclass(slots=True)
class Speaking:
    """What a keeper has spoken so far; `suggested` are the words that the bot offered."""

    which: Which
    language: Language
    suggested: str = field(default="", repr=False)
    recordings: list[Recording] = field(default_factory=list, repr=False)
    enrolment: Enrolment | None = field(default=None, repr=False)
    strength: Strength | None = None

    def is_suggested(self, phrase: str) -> bool:
        """Whether `phrase` is what the bot offered, and so was drawn and not thought up."""
        return bool(self.suggested) and _plain(phrase, self.language) == _plain(
            self.suggested, self.language
        )

    def hear(self, names: list[str], house: House, family: str) -> None:
        """Make the word of the recordings.

        Raises HearingsDisagree or WeakCodeWord; what was spoken is forgotten then.
        """
        recordings, self.recordings = self.recordings, []
        offered = (self.suggested,) if self.suggested else ()
        enrolment = enrol(recordings, self.language, offered)
        self.strength = judge_strength(
            enrolment.phrase,
            self.language,
            names,
            lambda phrase: was_typed(house, family, phrase, self.language),
            suggested=self.is_suggested(enrolment.phrase),
        )
        self.enrolment = enrolment


def note_typed(house: House, family: str, text: str, language: str) -> None:
    """Remember for a day, as keyed hashes in memory, what few words in a row somebody typed."""
    words = normalise(text, language).split()[:MOST_NOTED_WORDS]
    if 0 < len(words) <= MOST_TYPED_WORDS:
        house.typed.put(_mark(house, family, " ".join(words)), True)
    for first in range(len(words)):
        for after in range(first + 1, min(first + MAX_WINDOW, len(words)) + 1):
            few = "".join(words[first:after])
            # Shorter ones are refused as a code word anyway.
            if len(few) >= MIN_EXACT_LETTERS:
                house.typed.put(_mark(house, family, few), True)


def was_typed(house: House, family: str, phrase: str, language: str) -> bool:
    """Whether somebody of the family typed `phrase` to the bot lately."""
    return house.typed.get(_mark(house, family, normalise(phrase, language))) is not None


def digits_of(bits: float) -> int:
    """How many digits a number has that is as hard to guess."""
    return max(1, round(bits * math.log10(2)))


def _plain(phrase: str, language: str) -> str:
    return normalise(phrase, language).replace(" ", "")


def _mark(house: House, family: str, words: str) -> bytes:
    message = f"{family}\0{words.replace(' ', '')}".encode()
    return hmac.digest(house.store.keys.derived("typed"), message, hashlib.sha256)[:MARK_BYTES]
