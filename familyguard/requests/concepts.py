"""Groups of words that mean much the same here, so that what was learnt of one holds for all.

A few thousand training messages cannot hold every way to say «lend me money».  The groups in
`familyguard/patterns/concepts.toml` are written by hand and can be read; what a group or a pair of
groups weighs is learnt (`ngrams`).
"""

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from familyguard.requests.fold import CURRENCY

WINDOW = 8
"""Words between which a pair of groups is looked for: about one spoken sentence."""


@cache
def _groups() -> dict[str, tuple[str, ...]]:
    text = files("familyguard").joinpath("patterns", "concepts.toml").read_text("utf-8")
    found: dict[str, list[str]] = {}
    for name, words in tomllib.loads(text).items():
        for word in words.split():
            found.setdefault(word, []).append(name)
    return {word: tuple(names) for word, names in found.items()}


def groups_of(word: str) -> tuple[str, ...]:
    """The groups of a folded word; of an amount («a large number») its size, of others none."""
    if word.endswith(" number"):
        return (word,)
    if word == CURRENCY:
        return ("currency",)
    return _groups().get(word, ())


def pairs(words: Sequence[str]) -> list[tuple[str, int, int]]:
    """Every group, and every two groups in their order at most `WINDOW` words apart.

    Each with the first and the last word that it came from.
    """
    standing = [(place, group) for place, word in enumerate(words) for group in groups_of(word)]
    found = []
    for number, (place, group) in enumerate(standing):
        found.append((group, place, place))
        for later, other in standing[number + 1 :]:
            if later - place > WINDOW:
                break
            if later > place and other != group:
                found.append((f"{group} {other}", place, later))
    return found
