"""How near what was heard is to a phrase, by its sounds."""

from collections.abc import Iterable

from familyguard.codeword.phonetic import phonetic
from familyguard.codeword.spelling import normalise

MAX_DISTANCE = 0.4
"""Edits per letter, of sounds, up to which a hearing can be the same phrase and not another."""


def distance(one: str, other: str) -> int:
    """Letters to insert, delete or replace to make `other` of `one` (Levenshtein 1966)."""
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        previous, row[0] = row[0], i
        for j, wanted in enumerate(other, 1):
            previous, row[j] = (
                row[j],
                min(row[j] + 1, row[j - 1] + 1, previous + (letter != wanted)),
            )
    return row[-1]


def is_near(one: str, other: str) -> bool:
    """Whether two phonetic texts can be hearings of one phrase."""
    return distance(one, other) <= MAX_DISTANCE * max(len(one), len(other))


def once(text: str, language: str) -> str:
    """`text` normalised, and only once if it is nothing but the same words again and again.

    Over the silence behind a short sound a recogniser likes to write what it wrote before.
    """
    words = normalise(text, language).split()
    for length in range(2, len(words) // 2 + 1):
        n_times, rest = divmod(len(words), length)
        if words == words[:length] * n_times + words[:rest]:
            return " ".join(words[:length])
    return " ".join(words)


def sounds(texts: Iterable[str], language: str) -> list[str]:
    """The phonetic texts of n-best texts, in their order, without the empty ones."""
    return [found for text in texts if (found := phonetic(once(text, language), language))]
