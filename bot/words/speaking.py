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

MOST_TYPED_WORDS = 8
"""A message with more words is no code word, and need not be remembered as typed."""

N_RECORDINGS = 3


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
    """Remember for a day, as a keyed hash in memory, that somebody typed these few words."""
    words = normalise(text, language)
    if words and len(words.split()) <= MOST_TYPED_WORDS:
        house.typed.put(_mark(house, family, words), True)


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
    return hmac.digest(house.store.keys.derived("typed"), message, hashlib.sha256)
