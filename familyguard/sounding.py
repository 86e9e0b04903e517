"""How alike two words sound, roughly, in Dutch and English: for what a recogniser makes of speech.

A recogniser that misses a word mostly writes one that sounds like it: another vowel, a voiced
consonant for an unvoiced one, one word cut in two.  So words are spelled out by their sounds, and
such slips cost less than others.  Only for words whose wording is known beforehand.
"""

import math
import re
import unicodedata

VOWELS = frozenset("aeiou")

_ALIKE = frozenset(pair[::way] for pair in ("pb", "td", "kg", "fw", "mn", "lr") for way in (1, -1))
SMALL_SLIP = 0.5
"""Cost of one vowel for another, of a consonant's near neighbour, of a vowel or an h too many."""

_SPELLINGS = (
    ("sch", "sk"), ("ght", "t"), ("ph", "f"), ("ck", "k"), ("qu", "kw"), ("wh", "w"), ("th", "t"),
    ("dt", "t"), ("ch", "k"), ("sh", "s"), ("ij", "i"), ("ei", "i"), ("ou", "o"), ("au", "o"),
    ("oe", "u"), ("y", "i"), ("x", "ks"), ("q", "k"), ("z", "s"), ("v", "f"), ("j", "i"),
)  # fmt: skip
_SOFT_C = re.compile(r"c(?=[eiy])")
_VOWEL_RUN = re.compile(r"([aeiou])[aeiou]+")
_DOUBLED = re.compile(r"(.)\1+")
_FINAL = str.maketrans("db", "tp")


def plain(text: str) -> str:
    """`text` in small letters without accents."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))


def sound(word: str) -> str:
    """Roughly how `word` sounds, in letters; only its letters count."""
    letters = "".join(c for c in plain(word) if "a" <= c <= "z")
    letters = _SOFT_C.sub("s", letters)
    for spelling, spoken in _SPELLINGS:
        letters = letters.replace(spelling, spoken)
    letters = _DOUBLED.sub(r"\1", _VOWEL_RUN.sub(r"\1", letters.replace("c", "k")))
    return letters[:-1] + letters[-1:].translate(_FINAL)


def slips(one: str, other: str, most: float = math.inf) -> float:
    """What it costs to turn one sound into the other: an edit distance with cheap small slips.

    Infinite where it is more than `most`.
    """
    # Each sound more or less costs half a slip at the least.
    if abs(len(one) - len(other)) * SMALL_SLIP > most:
        return math.inf
    row = [0.0]
    for b in other:
        row.append(row[-1] + _extra(b))
    for a in one:
        diagonal = row[0]
        row[0] = left = diagonal + _extra(a)
        for place, b in enumerate(other, 1):
            above = row[place]
            left = min(above + _extra(a), left + _extra(b), diagonal + _instead(a, b))
            diagonal = above
            row[place] = left
        if min(row) > most:
            return math.inf
    return row[-1] if row[-1] <= most else math.inf


def distance(word: str, heard: str) -> float:
    """0 for the same sound, 1 and more for another word: slips per sound of `word`."""
    known = sound(word)
    return slips(known, sound(heard)) / max(1, len(known))


def _extra(letter: str) -> float:
    return SMALL_SLIP if letter in VOWELS or letter == "h" else 1.0


def _instead(a: str, b: str) -> float:
    if a == b:
        return 0.0
    if (a in VOWELS and b in VOWELS) or a + b in _ALIKE:
        return SMALL_SLIP
    return 1.0
