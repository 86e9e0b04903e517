"""Which words of a memo or a message could be the code word: keys to try, best first.

A key is either *exact*, the normalised words written together, or *phonetic*, their sounds.  Words
are written together in both, because a recogniser writes compounds now so, now apart.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from familyguard.codeword.phonetic import phonetic
from familyguard.codeword.spelling import Token, normalise, tokens
from familyguard.codeword.wordlists import function_words

MAX_CANDIDATES = 40
"""Keys tried for one memo: each costs one slow hash, and one guess of whoever is guessing."""

MAX_WINDOW = 6
"""Words in a row that may be the code word: two compounds can be heard as six words."""

MIN_EXACT_LETTERS = 6
MIN_SOUNDS = 6
"""Letters of the shortest key; shorter ones are met by accident in ordinary talk."""


class Kind(StrEnum):
    """How a key was made from words."""

    EXACT = "exact"
    PHONETIC = "phonetic"


@dataclass(frozen=True, slots=True)
class Key:
    """What is hashed.  Its text never shows in a repr."""

    kind: Kind
    text: str = field(repr=False)

    @property
    def shape(self) -> "Shape":
        """What may be stored of the key beside its hash."""
        return Shape(self.kind, len(self.text))


@dataclass(frozen=True, slots=True, order=True)
class Shape:
    """Kind and number of letters of a key: windows of another shape need not be hashed."""

    kind: Kind
    length: int


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `end` of the alternative with this number, from 0."""

    alternative: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A key to try and every place where it was heard."""

    key: Key
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Candidates:
    """At most MAX_CANDIDATES keys, best first.

    `work` is how many hashes the memo costs whatever the code word is, and whether there is one:
    it depends on the words alone, so that the time which a check takes tells nothing.
    """

    items: tuple[Candidate, ...]
    work: int

    def __len__(self) -> int:
        return len(self.items)


def keys_of(text: str, language: str) -> tuple[Key, ...]:
    """The exact and the phonetic key of a whole text; fewer where one would be too short."""
    exact, sounds = normalise(text, language).replace(" ", ""), phonetic(text, language)
    found = []
    if len(exact) >= MIN_EXACT_LETTERS:
        found.append(Key(Kind.EXACT, exact))
    if len(sounds) >= MIN_SOUNDS:
        found.append(Key(Kind.PHONETIC, sounds))
    return tuple(found)


def candidates(
    alternatives: Sequence[str], language: str, shapes: Collection[Shape] | None = None
) -> Candidates:
    """What to try for a memo: windows over the words of each of its n-best texts.

    `shapes` are those of the tags that will be compared (`Tags.shapes`), or None to try keys of any
    shape.  Windows with fewer everyday words come first, and likelier texts before others.
    """
    everyday = function_words(language)
    spans: dict[Key, list[Span]] = {}
    rank: dict[Key, tuple[int, int, int]] = {}
    for number, alternative in enumerate(alternatives):
        for order, window in enumerate(_windows(tokens(alternative, language))):
            n_everyday = sum(token.text in everyday for token in window)
            for key in keys_of(" ".join(token.text for token in window), language):
                span = Span(number, window[0].start, window[-1].end)
                spans.setdefault(key, []).append(span)
                here = (n_everyday, number, order)
                rank[key] = min(rank.get(key, here), here)
    fitting = [key for key in rank if shapes is None or key.shape in shapes]
    best = sorted(fitting, key=lambda key: rank[key])[:MAX_CANDIDATES]
    return Candidates(
        tuple(Candidate(key, tuple(spans[key])) for key in best), min(len(rank), MAX_CANDIDATES)
    )


def text_candidates(
    text: str, language: str, shapes: Collection[Shape] | None = None
) -> Candidates:
    """What to try for a typed message, to see whether it gives the code word away.

    Phonetic keys too: the exact one is spelled as it was heard, and a typist spells it right.
    """
    return candidates((text,), language, shapes)


def _windows(words: Sequence[Token]) -> Iterator[Sequence[Token]]:
    for start in range(len(words)):
        for end in range(start + 1, min(start + MAX_WINDOW, len(words)) + 1):
            yield words[start:end]
