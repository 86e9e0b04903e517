"""Which words of a memo or a message could be the code word: keys to try, best first.

A key is either *exact*, the normalised words written together, or *phonetic*, their sounds, of long
phrases also the consonants alone.  Words are written together in all, because a recogniser writes
compounds now so, now apart.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from familyguard.codeword.phonetic import joined, phonetic, skeleton, sounds_of
from familyguard.codeword.spelling import normalise, tokens
from familyguard.codeword.wordlists import function_words

MAX_CANDIDATES = 40
"""Keys tried for one memo: each costs one slow hash, and one guess of whoever is guessing."""

MAX_WINDOW = 6
"""Words in a row that may be the code word: two compounds can be heard as six words."""

MIN_EXACT_LETTERS = 6
MIN_CONSONANTS = 5
"""Letters of the shortest exact key and consonants of the shortest phonetic one: with fewer, "not
to me" and its like pass in ordinary messages."""

MIN_BESIDE_EVERYDAY = 6
"""Consonants of a phonetic key when an everyday word is among the words: "veel gevallen" was taken
for a phrase with five."""

MIN_SKELETON = 7
"""Consonants from which on they are telling enough without their vowels."""


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


@dataclass(frozen=True, slots=True, order=True)
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
    """The exact and the phonetic keys of a whole text; fewer where one would be too short."""
    return _keys(normalise(text, language).replace(" ", ""), phonetic(text, language))


def candidates(
    alternatives: Sequence[str], language: str, shapes: Collection[Shape] | None = None
) -> Candidates:
    """What to try for a memo: windows over the words of each of its n-best texts.

    `shapes` are those of the tags that will be compared (`Tags.shapes`), or None to try keys of any
    shape.  Windows with fewer everyday words come first, and likelier texts before others.
    """
    spans: dict[Key, list[Span]] = {}
    rank: dict[Key, tuple[int, int, int]] = {}
    for number, alternative in enumerate(alternatives):
        for order, window in enumerate(_windows(alternative, language)):
            for key in window.keys:
                spans.setdefault(key, []).append(Span(number, window.start, window.end))
                here = (window.n_everyday, number, order)
                rank[key] = min(rank.get(key, here), here)
    fitting = [key for key in rank if shapes is None or key.shape in shapes]
    best = sorted(fitting, key=lambda key: rank[key])[:MAX_CANDIDATES]
    return Candidates(
        tuple(Candidate(key, tuple(spans[key])) for key in best), min(len(rank), MAX_CANDIDATES)
    )


def all_keys(alternatives: Sequence[str], language: str) -> frozenset[Key]:
    """Every key of every window, more than are ever tried: for measurements."""
    return frozenset(
        key
        for alternative in alternatives
        for window in _windows(alternative, language)
        for key in window.keys
    )


def text_candidates(
    text: str, language: str, shapes: Collection[Shape] | None = None
) -> Candidates:
    """What to try for a typed message, to see whether it gives the code word away.

    Phonetic keys too: the exact one is spelled as it was heard, and a typist spells it right.
    """
    return candidates((text,), language, shapes)


@dataclass(frozen=True, slots=True)
class _Window:
    """Some words in a row: their keys, their place, and how many of them say nothing."""

    keys: tuple[Key, ...] = field(repr=False)
    start: int
    end: int
    n_everyday: int


def _windows(text: str, language: str) -> Iterator[_Window]:
    everyday = function_words(language)
    words = tokens(text, language)
    sounds = [sounds_of(word.text, language) for word in words]
    for first in range(len(words)):
        for after in range(first + 1, min(first + MAX_WINDOW, len(words)) + 1):
            some = words[first:after]
            n_everyday = sum(word.text in everyday for word in some)
            shortest = MIN_BESIDE_EVERYDAY if n_everyday else MIN_CONSONANTS
            exact = "".join(word.text for word in some)
            yield _Window(
                _keys(exact, joined(sounds[first:after]), shortest),
                some[0].start,
                some[-1].end,
                n_everyday,
            )


def _keys(exact: str, sounds: str, shortest: int = MIN_CONSONANTS) -> tuple[Key, ...]:
    found = []
    if len(exact) >= MIN_EXACT_LETTERS:
        found.append(Key(Kind.EXACT, exact))
    found += [Key(Kind.PHONETIC, text) for text in phonetic_texts(sounds, shortest)]
    return tuple(found)


def phonetic_texts(sounds: str, shortest: int = MIN_CONSONANTS) -> tuple[str, ...]:
    """Texts of the phonetic keys for these sounds: the sounds themselves, then their skeleton.

    None with fewer consonants than `shortest`.
    """
    bones = skeleton(sounds)
    if len(bones) < shortest:
        return ()
    return (sounds, bones) if len(bones) >= MIN_SKELETON else (sounds,)
