"""Two digits in what a recogniser wrote: «47», «4-7», «forty seven», «zevenenveertig», «7 en 40».

Recognisers write numbers in numerals or in words as they please, and Dutch says the last digit of
two first.  Nought and one are not used: «een» is also the Dutch article, and «oh» a sigh.
"""

import itertools
import math
import re
from collections.abc import Iterable, Iterator
from functools import cache

from familyguard.sounding import plain, slips, sound

DIGITS = "23456789"

_UNITS = {
    "2": "two to too twee",
    "3": "three drie",
    "4": "four for vier",
    "5": "five vijf",
    "6": "six zes",
    "7": "seven zeven",
    "8": "eight ate acht",
    "9": "nine negen",
}
_TENS = {
    "2": "twenty twintig",
    "3": "thirty dertig",
    "4": "forty veertig",
    "5": "fifty vijftig",
    "6": "sixty zestig",
    "7": "seventy zeventig",
    "8": "eighty tachtig",
    "9": "ninety negentig",
}
_AND = frozenset({"en", "and", "n", "an"})
_TOKEN = re.compile(r"\d+|[^\W\d_]+")

SHORTEST_INEXACT = 3
"""Sounds that a number word must have before a small slip in it is forgiven, …"""

LONG = 7
"""… and before a whole one is."""

MOST_WORDS = 150
"""Words at the beginning, and at the end, of a text that are looked at: a minute of speech each.  A
phrase takes ten seconds, and whoever answers says it first or last."""

_BREAK = "_"
_CLASSES = str.maketrans("bdgwnreiou", "ptkfmlaaaa")


@cache
def _words() -> dict[str, str]:
    """How each number word sounds, and what stands for it: a unit «4», a ten «40», both «47»."""
    table: dict[str, str] = {}
    for unit, names in _UNITS.items():
        for name in names.split():
            table.setdefault(sound(name), unit)
        dutch = names.split()[-1]
        table[sound(dutch + "en")] = unit + "&"
        for ten, tens in _TENS.items():
            english_ten, dutch_ten = tens.split()
            table[sound(f"{dutch}en{dutch_ten}")] = ten + unit
            table[sound(english_ten + names.split()[0])] = ten + unit
    for ten, tens in _TENS.items():
        for name in tens.split():
            table[sound(name)] = ten + "0"
    return table


@cache
def _by_first_sound() -> dict[str, list[tuple[str, str]]]:
    """The same, by how the word begins: what begins otherwise is not worth comparing."""
    table: dict[str, list[tuple[str, str]]] = {}
    for known, value in _words().items():
        table.setdefault(_first(known), []).append((known, value))
    return table


def _first(heard: str) -> str:
    return heard[:1].translate(_CLASSES)


def _number(token: str) -> str:
    """What a heard word stands for; `_BREAK` where it is no number."""
    if token.isdecimal():
        return token if len(token) <= 3 else _BREAK
    if token in _AND:
        return "&"
    heard = sound(token)
    if heard in _words():
        return _words()[heard]
    if len(heard) < SHORTEST_INEXACT:
        return _BREAK
    allowed = 1.0 if len(heard) >= LONG else 0.5
    alike = _by_first_sound().get(_first(heard), ())
    costs = [(slips(known, heard, allowed), value) for known, value in alike]
    least = min((cost for cost, _ in costs), default=math.inf)
    near = {value for cost, value in costs if cost == least <= allowed}
    return near.pop() if len(near) == 1 else _BREAK


def is_number_word(word: str) -> bool:
    """Whether `word` could be taken for a number or a part of one."""
    return _number(plain(word)) != _BREAK


@cache
def _spoken() -> dict[str, frozenset[str]]:
    """How each pair of digits sounds, in both languages and both ways of saying it."""
    table = {}
    for (ten, tens), (unit, units) in itertools.product(_TENS.items(), _UNITS.items()):
        (english_ten, dutch_ten), (english, *_, dutch) = tens.split(), units.split()
        first, *_, eerst = _UNITS[ten].split()
        ways = (english_ten + english, f"{dutch}en{dutch_ten}", first + english, eerst + dutch)
        table[ten + unit] = frozenset(map(sound, ways))
    return table


def sounds_like(digits: str, windows: Iterable[str], tolerance: float) -> bool:
    """Whether any of `windows`, sounds of a few words in a row, is nearest to these digits.

    For what `find` cannot read: «zeven en weftar» is 57, misheard in each of its parts.  Numbers
    that are equally near are given the benefit of the doubt.  `tolerance` is in slips per sound.
    """
    for window in windows:
        near = [(slips(way, window, tolerance * len(way)), way) for way in _spoken()[digits]]
        least = min(cost for cost, _ in near)
        if least == math.inf:
            continue
        others = (way for number, ways in _spoken().items() if number != digits for way in ways)
        if all(slips(way, window, least) >= least for way in others):
            return True
    return False


def ends(words: list[str]) -> list[str]:
    """The first and the last words of a long memo, all of a short one."""
    return words if len(words) <= 2 * MOST_WORDS else words[:MOST_WORDS] + words[-MOST_WORDS:]


def find(texts: Iterable[str]) -> set[str]:
    """Every pair of digits that any of `texts` can be read to say, each as two characters."""
    spoken = [ends(_TOKEN.findall(plain(text))) for text in texts]
    # Readings of one memo share most of their words.
    known = {token: _number(token) for tokens in spoken for token in tokens}
    lines = (
        " ".join(known[token] for token in tokens).replace("&", " & ").split() for tokens in spoken
    )
    return {pair for line in lines for pair in _readings(line)}


def _readings(line: list[str]) -> Iterator[str]:
    for place, first in enumerate(line):
        # «forty» and a mere «40» are one digit and a nought; 4 0 7 is how «forty seven» can end up.
        if re.fullmatch("[2-9]{2}", first):
            yield first
        if re.fullmatch("[2-9]0[2-9]", first):
            yield first[0] + first[2]
        # … and 8 70 how «achtenzeventig» can.
        if re.fullmatch("[2-9]{2}0", first):
            yield first[1] + first[0]
        rest = line[place + 1 : place + 3]
        joined = rest[:1] == ["&"]
        second = "".join(rest[1:2] if joined else rest[:1])
        if re.fullmatch("[2-9]0?", first) and re.fullmatch("[2-9]", second):
            yield first[0] + second
        if joined and re.fullmatch("[2-9]", first) and re.fullmatch("[2-9]0", second):
            yield second[0] + first
