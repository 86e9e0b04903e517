"""Two words and two digits: drawn so that they sound unlike each other, found again in a memo.

What a recogniser makes of single words is only roughly what was said, so words are compared by
sound (docs/measurements/challenge.md has the figures).  All parts must be there for the phrase to
count, which leaves room for much tolerance in each.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from familyguard import two_digits
from familyguard.sounding import distance, plain, slips, sound

FAR_APART = 0.6
"""Distance from which two words cannot be taken for each other, twice WORD_TOLERANCE and a bit."""

WORD_TOLERANCE = 0.3
"""Slips per sound up to which a heard word counts as the phrase's.  Taken by judgement, from false
matches only (docs/measurements/challenge.md)."""

SHORTEST, LONGEST = 4, 9
"""Sounds of a word of a phrase: shorter ones are misheard, longer ones mispronounced."""

MOST_TEXTS = 40
MOST_DRAWS = 500

_LETTERS = re.compile(r"[a-z]+")
_CUT_INTO = 4
"""Pieces into which a recogniser may cut a word or a number: «rain bow», «ze ven en veertig»."""


class Part(StrEnum):
    """One part of a phrase."""

    FIRST = "first"
    SECOND = "second"
    DIGITS = "digits"


@dataclass(frozen=True, slots=True)
class Phrase:
    """`words` in small letters, and two different `digits` as characters, none below 2."""

    words: tuple[str, str]
    digits: str

    def __str__(self) -> str:
        """As it is shown: «lemon harbour 4 7», the digits apart so that they are said apart."""
        return " ".join((*self.words, *self.digits))

    @classmethod
    def parse(cls, text: str) -> "Phrase":
        """The phrase that was written by `str`.  Raises ValueError for anything else."""
        first, second, *digits = text.split()
        if not re.fullmatch(f"[{two_digits.DIGITS}]{{2}}", "".join(digits)):
            raise ValueError("a phrase is two words and two digits")
        return cls((first, second), "".join(digits))


def draw(words: Sequence[str], rng: Random, taken: Collection[str] = ()) -> Phrase:
    """A phrase out of `words` that sounds like none of the `taken` words.

    Raises ValueError when there is no such pair to be found.
    """
    digits = "".join(rng.sample(two_digits.DIGITS, 2))
    pool: list[str] = []
    for word in rng.sample(words, min(len(words), MOST_DRAWS)):
        if not fits(word) or not all(far_apart(word, other) for other in taken):
            continue
        for other in pool:
            phrase = Phrase((other, word), digits)
            # «Vieren» alone must not count as the word and a 4.
            if far_apart(word, other) and Part.DIGITS not in parts_heard(phrase, phrase.words):
                return phrase
        pool.append(word)
    raise ValueError("too few words that sound different from each other")


def fits(word: str) -> bool:
    """Whether `word` may be part of a phrase: one plain word, of fair length, unlike a number."""
    return (
        word.isalpha()
        and SHORTEST <= len(sound(word)) <= LONGEST
        and not two_digits.is_number_word(word)
    )


def far_apart(one: str, other: str) -> bool:
    """Whether neither word can be taken for the other, nor for a part of it."""
    a, b = sound(one), sound(other)
    return min(distance(one, other), distance(other, one)) >= FAR_APART and not (a in b or b in a)


def parts_heard(phrase: Phrase, texts: Iterable[str]) -> frozenset[Part]:
    """The parts of `phrase` that are in any of `texts`, which are readings of one memo."""
    readings = list(texts)[:MOST_TEXTS]
    windows = {window for text in readings for window in _windows(text)}
    heard = _words_among(phrase, windows)
    if phrase.digits in two_digits.find(readings) or two_digits.sounds_like(
        phrase.digits, windows, WORD_TOLERANCE
    ):
        heard.add(Part.DIGITS)
    return frozenset(heard)


def words_heard(phrase: Phrase, text: str) -> frozenset[Part]:
    """Which of the words of `phrase` are in one reading, whatever its digits."""
    return frozenset(_words_among(phrase, set(_windows(text))))


def _words_among(phrase: Phrase, windows: set[str]) -> set[Part]:
    first, second = (sound(word) for word in phrase.words)
    heard: set[Part] = set()
    if _is_among(first, windows, len(first)):
        heard.add(Part.FIRST)
    if _is_among(second, windows, len(second)):
        heard.add(Part.SECOND)
    # Both words run together; of the shorter one enough must be left.
    if _is_among(sound("".join(phrase.words)), windows, min(len(first), len(second))):
        heard |= {Part.FIRST, Part.SECOND}
    return heard


def _windows(text: str) -> Iterator[str]:
    """The sound of every one to four words in a row."""
    words = two_digits.ends(_LETTERS.findall(plain(text)))
    for start in range(len(words)):
        for length in range(1, _CUT_INTO + 1):
            if start + length <= len(words):
                yield sound("".join(words[start : start + length]))


def _is_among(known: str, windows: Iterable[str], length: int) -> bool:
    """Whether any window sounds like `known`, with the slips that `length` sounds are allowed."""
    most = WORD_TOLERANCE * length
    return any(slips(known, window, most) <= most for window in windows)
