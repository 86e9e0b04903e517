"""What the recogniser is told to expect of an answer: the words of the phrase, among decoys.

A recogniser that knows which words may come writes «motorkap» where it writes «motorcap» or nothing
otherwise.  One that is told the phrase alone may write what it was told instead of what it hears.
So the two words stand among pairs that nobody was given, and a reading counts only where both are
in it and both of no other pair.  The digits are never told: they are always heard unaided.
"""

from collections.abc import Iterable, Sequence
from random import Random

from familyguard.phrase import Part, Phrase, draw, words_heard

WORDS = frozenset({Part.FIRST, Part.SECOND})

N_DECOYS = 3
"""Pairs beside the phrase's own: whoever copies blindly copies another as gladly.  Among more of
them it writes decoys where it does not understand the digits.  One that copies a single pair hits
the phrase's own one time in four; then the digits, which were never told, are left to hear."""


def context(phrase: Phrase, words: Sequence[str]) -> str:
    """The pairs of words that a recogniser is told, the phrase's somewhere among them.

    `words` are those that phrases are drawn from.  The same phrase gives the same text, so that
    what came of it can be judged later without keeping it.
    """
    pairs = [phrase.words, *(decoy.words for decoy in _decoys(phrase, words))]
    _random(phrase).shuffle(pairs)
    return " ".join(f"{first}, {second}." for first, second in pairs)


def trusted(phrase: Phrase, words: Sequence[str], readings: Iterable[str]) -> list[str]:
    """Those of `readings`, heard with that context, that were rather heard than copied.

    One of its words alone is written over other words now and then, both next to never.
    """
    decoys = _decoys(phrase, words)
    return [
        reading
        for reading in readings
        if words_heard(phrase, reading) == WORDS
        and not any(words_heard(decoy, reading) == WORDS for decoy in decoys)
    ]


def _decoys(phrase: Phrase, words: Sequence[str]) -> list[Phrase]:
    random = _random(phrase)
    decoys: list[Phrase] = []
    for _ in range(N_DECOYS):
        taken = [word for other in (phrase, *decoys) for word in other.words]
        decoys.append(draw(words, random, taken))
    return decoys


def _random(phrase: Phrase) -> Random:
    """Not secret, only the same each time: whoever answers was told the phrase anyway."""
    return Random(str(phrase))  # noqa: S311
