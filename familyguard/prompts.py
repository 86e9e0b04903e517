"""What somebody reads aloud to enrol their voice: made up just then, and found again in the memo.

A few plain sentences around words that are drawn anew each time.  Whoever has old recordings of a
voice, or memos of an earlier enrolment, does not have these words in it.  The figures behind the
numbers are in docs/measurements/prompts.md.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from random import Random

from familyguard.phrase import WORD_TOLERANCE, far_apart, fits
from familyguard.sounding import plain, slips, sound

SLOTS = ("first", "second", "third", "fourth", "fifth", "sixth")
"""The gaps in the sentences of one prompt."""

MIN_WORDS_HEARD = 3
"""Of the drawn words.  A recogniser misses up to three of a reader with a strong accent; of another
prompt, three are heard by chance once in two hundred times."""

MIN_AGREEMENT = 0.4
"""Of all words in the same order, with the length of both: who says much else has not read it."""

LONGEST_WORD = 9
"""Letters: longer ones make an old reader stumble."""

MOST_DRAWS = 2000

_LETTERS = re.compile(r"[a-z]+")
_CUT_INTO = 3
"""Pieces into which a recogniser may cut a word."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """`text` is what to read, a sentence a line; `words` are those that were drawn for it."""

    text: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Read:
    """How much of a prompt was heard; `agreement` is 0 … 1."""

    words: frozenset[str] = field(repr=False)
    agreement: float

    @property
    def is_enough(self) -> bool:
        """Whether the prompt was read, as far as a recogniser can tell."""
        return len(self.words) >= MIN_WORDS_HEARD and self.agreement >= MIN_AGREEMENT


def draw(
    sentences: Sequence[Sequence[str]],
    words: Sequence[str],
    rng: Random,
    before: Iterable[str] = (),
) -> Prompt:
    """A prompt: one of each of `sentences`, with its gaps (SLOTS) filled from `words`.

    No two words sound alike, nor like one of `before`.  `rng` is a `SystemRandom` outside tests.
    Raises ValueError where the words are too few or too alike.
    """
    taken = list(before)
    drawn: list[str] = []
    for word in rng.sample(words, min(len(words), MOST_DRAWS)):
        if len(drawn) == len(SLOTS):
            break
        if len(word) > LONGEST_WORD or not fits(word):
            continue
        if all(far_apart(word, other) for other in (*taken, *drawn)):
            drawn.append(word)
    if len(drawn) < len(SLOTS):
        raise ValueError("too few words that sound different from each other")
    gaps: Mapping[str, str] = dict(zip(SLOTS, drawn, strict=True))
    lines = [rng.choice(alternatives).format_map(gaps) for alternatives in sentences]
    return Prompt("\n".join(lines), tuple(drawn))


def read(prompt: Prompt, texts: Iterable[str]) -> Read:
    """How much of `prompt` is in any of `texts`, which are readings of one memo."""
    readings = [_LETTERS.findall(plain(text)) for text in texts]
    windows = {window for words in readings for window in _windows(words)}
    known = [sound(word) for word in _LETTERS.findall(plain(prompt.text))]
    heard = ([sound(word) for word in words] for words in readings)
    return Read(
        words=frozenset(word for word in prompt.words if _is_among(sound(word), windows)),
        agreement=max((_agreement(known, words) for words in heard), default=0.0),
    )


def _windows(words: Sequence[str]) -> Iterator[str]:
    """The sound of every one to three words in a row."""
    for start in range(len(words)):
        for end in range(start + 1, min(start + _CUT_INTO, len(words)) + 1):
            yield sound("".join(words[start:end]))


def _is_among(known: str, windows: Iterable[str]) -> bool:
    most = WORD_TOLERANCE * len(known)
    return any(slips(known, window, most) <= most for window in windows)


def _agreement(known: Sequence[str], heard: Sequence[str]) -> float:
    return SequenceMatcher(None, known, heard, autojunk=False).ratio()
