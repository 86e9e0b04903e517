"""Amounts that are written out: «vijfhonderd euro», «two and a half grand», «fünfzig Euro».

Speech recognition and people who avoid a filter write them like this.  English and French take
several words to a number, Dutch and German one.
"""

import re
from collections.abc import Sequence

from familyguard.requests.fold import CURRENCY, NUMBER, Word

_SMALL = {
    1: "one a an een ein eine un une", 2: "two twee zwei deux", 3: "three drie drei trois",
    4: "four vier quatre", 5: "five vijf funf cinq", 6: "six zes sechs",
    7: "seven zeven sieben sept",
    8: "eight acht huit", 9: "nine negen neun neuf", 10: "ten tien zehn dix",
    11: "eleven elf onze", 12: "twelve twaalf zwolf douze", 13: "thirteen dertien dreizehn",
    14: "fourteen veertien vierzehn", 15: "fifteen vijftien funfzehn quinze",
    16: "sixteen zestien sechzehn", 17: "seventeen zeventien siebzehn",
    18: "eighteen achttien achtzehn", 19: "nineteen negentien neunzehn",
    20: "twenty twintig zwanzig vingt",
    30: "thirty dertig dreissig trente", 40: "forty veertig vierzig quarante",
    50: "fifty vijftig funfzig cinquante", 60: "sixty zestig sechzig soixante",
    70: "seventy zeventig siebzig", 80: "eighty tachtig achtzig", 90: "ninety negentig neunzig",
}  # fmt: skip
_VALUES = {word: float(value) for value, words in _SMALL.items() for word in words.split()}
_BIG = {
    "hundred": 100.0, "honderd": 100.0, "hundert": 100.0,
    "thousand": 1000.0, "duizend": 1000.0, "tausend": 1000.0, "mille": 1000.0, "grand": 1000.0,
}  # fmt: skip
_MONEY = frozenset({
    "euro", "euros", "eur", "pound", "pounds", "quid", "dollar", "dollars", "bucks", CURRENCY,
})  # fmt: skip
_SPOKEN = frozenset({"hundred", "thousand", "grand"})
_PARTS = re.compile(r"(?P<left>.*?)(?P<big>duizend|tausend|honderd|hundert)(?P<right>.*)")
_LINKED = re.compile(r"(?P<unit>[a-z]+?)(?:en|und)(?P<tens>[a-z]+)")


def value_of(word: str) -> float | None:
    """The value of one folded word: «vijfhonderdtwintig» 520, «eighty» 80; None for any other."""
    if word in _VALUES:
        return _VALUES[word]
    if found := _PARTS.fullmatch(word):
        left = value_of(found["left"]) if found["left"] else 1.0
        right = value_of(found["right"].removeprefix("en")) if found["right"] else 0.0
        return None if left is None or right is None else left * _BIG[found["big"]] + right
    if found := _LINKED.fullmatch(word):
        unit, tens = _VALUES.get(found["unit"]), _VALUES.get(found["tens"])
        if unit and tens and unit < 10 <= tens:
            return unit + tens
    return None


def run_at(words: Sequence[Word], start: int) -> tuple[list[Word], int] | None:
    """The written-out number that begins at `words[start]` and how many words it takes.

    Only amounts count: a number of a hundred or more, or one with a currency behind it.
    A «hundred», «thousand» or «grand» at its end stays behind the number, since people leave the
    currency out.
    """
    total = current = 0.0
    big = False
    place = start
    while place < len(words):
        word = words[place]
        following = words[place + 1].text if place + 1 < len(words) else ""
        if word.text in _BIG and (place > start or word.text != "grand"):
            current = (current or 1.0) * _BIG[word.text]
            if _BIG[word.text] >= 1000:
                total, current = total + current, 0.0
            big = True
        elif word.text == NUMBER and place == start and following in _BIG:
            current = word.value or 0.0  # «4 thousand»
        elif word.text == "and" and big and value_of(following) is not None:
            pass
        elif (value := value_of(word.text)) is not None:
            if value == 1 and following not in _BIG:
                break  # «a», «een» and the like count nothing by themselves
            current += value
            big = big or value >= 100
        else:
            break
        place += 1
    value = total + current
    behind = words[place].text if place < len(words) else ""
    if place == start or value <= 0 or not (big or behind in _MONEY):
        return None
    last = words[place - 1]
    found = [Word(NUMBER, words[start].start, last.end, value)]
    if last.text in _SPOKEN and behind not in _MONEY:
        found.append(last)
    return found, place - start
