"""Whom of the family a message says to come from, as far as names tell.

Only names count: what «your son» is to whoever reads it, nobody told us.  Whose voice a memo sounds
like never counts, because a clone is made to sound like somebody.
"""

from collections.abc import Iterable, Sequence

from familyguard.family import Person
from familyguard.requests.fold import split

INTRODUCTIONS = tuple(
    tuple(words.split())
    for words in (
        "dit is", "ik ben", "met", "hier is", "hier", "spreekt met", "je spreekt met",
        "this is", "its", "it is", "i am", "im", "here is", "speaking with",
    )
)  # fmt: skip
"""After these words somebody says their name."""

LATEST = 6
"""Words before an introduction: later in a message «with Tom» is about Tom, not by Tom."""

CLOSINGS = frozenset({
    "xx", "xxx", "x", "liefs", "groetjes", "groeten", "gr", "kus", "kusjes", "dikke", "love",
    "regards", "hugs", "kisses",
})  # fmt: skip
"""Before a name at the end of a message."""

BETWEEN = frozenset({
    "je", "jouw", "uw", "mijn", "de", "your", "ur", "the", "my", "zoon", "dochter", "kleinzoon",
    "kleindochter", "broer", "zus", "neef", "nicht", "son", "daughter", "grandson", "granddaughter",
    "brother", "sister", "nephew", "niece", "mam", "pap", "oma", "opa", "mum", "mom", "dad",
})  # fmt: skip
"""May stand between an introduction and a name: «it's your son Tom»."""

MOST_BETWEEN = 3


def claimants(
    people: Iterable[Person], names: Iterable[str] = (), messages: Iterable[str] = ()
) -> list[Person]:
    """Those of `people` whom the sender's `names` or introductions in `messages` name.

    `names` are as a messenger shows them, or as a message claims («mum»).  More than one person
    means that it is not clear.
    """
    said = [_words(name) for name in names]
    introduced = [words for message in messages for words in _introduced(_words(message))]
    return [
        person
        for person in people
        if (own := _words(person.name))
        and (
            any(own == words or own[0] == words[0] for words in said if words)
            or any(words[: len(own)] == own or words[0] == own[0] for words in introduced)
        )
    ]


def _introduced(words: Sequence[str]) -> list[Sequence[str]]:
    """What follows each introduction, and what stands at the very end after a closing."""
    found = []
    for place in range(min(len(words), LATEST)):
        for opening in INTRODUCTIONS:
            if tuple(words[place : place + len(opening)]) == opening:
                start = place + len(opening)
                for end in range(start, min(start + MOST_BETWEEN + 1, len(words))):
                    found.append(words[end:])
                    if words[end] not in BETWEEN:
                        break
    if len(words) >= 2 and words[-2] in CLOSINGS:
        found.append(words[-1:])
    return found


def _words(text: str) -> list[str]:
    return [word.text for word in split(text)]
