"""How a phrase sounds, as far as a recogniser can tell it apart from others that sound alike.

A folding of our own, in the tradition of Soundex and Metaphone but made for one question: which
spellings does a speech recogniser write for the same sound?  It forgets what those spellings differ
in – where one word ends and the next begins, doubled and silent letters, voiced against unvoiced
consonants (d/t, b/p, g/k, v/f, z/s; in Dutch also b/v/w), and which vowel it was – and keeps the
order of the consonants and where vowels stand between them.  Of long phrases the skeleton is of use
too: the consonants alone.
"""

import re
from collections.abc import Sequence

from familyguard.codeword.spelling import normalise

Rule = tuple[re.Pattern[str], str]


def _rules(*pairs: tuple[str, str]) -> tuple[Rule, ...]:
    return tuple((re.compile(pattern), becomes) for pattern, becomes in pairs)


VOWEL = "A"
"""Any vowel or run of vowels in a phonetic key."""

_ENGLISH = _rules(
    (r"kn|gn", "n"),
    (r"wr", "r"),
    (r"wh", "w"),
    (r"mb\b", "m"),
    (r"(?<=[aeiou])gh(?=t|\b)", ""),
    (r"gh", "g"),
    (r"ph", "f"),
    (r"(?<=[aeiou])l(?=[kmf])", ""),
    (r"tch|tu(?=re)", "S"),
    (r"[cst]i(?=on|an|al|ous)", "S"),
    (r"sch", "sk"),
    (r"ch|sh", "S"),
    (r"dg|j|g(?=[ei])", "S"),
    (r"sc(?=[eiy])", "s"),
    (r"c(?=[eiy])", "s"),
    (r"th", "t"),
    (r"qu", "kw"),
    (r"c|q", "k"),
    (r"x", "ks"),
    (r"(?<=[aeiou])e?w(?![aeiou])|(?<=[aeiou])y", ""),
    (r"(?<=[a-zS])e(?:s|d)?\b(?<!ss)", "e"),
)

_DUTCH = _rules(
    (r"sch(?=\b)", "s"),
    (r"sch", "sk"),
    (r"isch", "is"),
    (r"tj|sj|sh|tsj|dj", "S"),
    (r"ch|gh", "g"),
    (r"ph", "f"),
    (r"th", "t"),
    (r"dt", "t"),
    (r"qu", "kw"),
    (r"c(?=[eiy])", "s"),
    (r"c|q", "k"),
    (r"x", "ks"),
    (r"ng", "n"),
    (r"ij|ei|ui|ou|au|eu|oe|ie", "a"),
    (r"(?<=[aeiou])(?:uw|w|j)(?![aeiou])", ""),
    (r"(?<=[a-zS]{3})en(?![aeiouy])", "e"),
)

_RULES = {"en": _ENGLISH, "nl": _DUTCH}

_CLASSES = {"en": str.maketrans("bdgvz", "ptkfs"), "nl": str.maketrans("bdgvzfw", "ptkpspp")}
_NOT_IN_SKELETON = re.compile(f"[{VOWEL}hj]")
_VOWELS = re.compile(r"[aeiouy]+")
_DOUBLE = re.compile(r"(.)\1+")
_SILENT = re.compile(r"(?<=[^\s])h")


def phonetic(text: str, language: str) -> str:
    """The sounds of `text` as one run of letters, empty when there are none.

    Capital S stands for "sh" and its like, capital A for any vowel.  "Paarse giraf" and "paarze
    kieraf" give the same.  Raises ValueError for a language in which no code word can be set.
    """
    words = normalise(text, language).split()
    return joined([sounds_of(word, language) for word in words])


def sounds_of(word: str, language: str) -> str:
    """The sounds of one normalised word."""
    for pattern, becomes in _RULES[language]:
        word = pattern.sub(becomes, word)
    word = _VOWELS.sub(VOWEL, word)
    word = _SILENT.sub("", word)
    return word.translate(_CLASSES[language])


def joined(sounds: Sequence[str]) -> str:
    """The sounds of words in a row: what ends one and begins the next is heard once."""
    return _DOUBLE.sub(r"\1", "".join(sounds))


def skeleton(sounds: str) -> str:
    """The consonants of a phonetic text, without those that come and go."""
    return _DOUBLE.sub(r"\1", _NOT_IN_SKELETON.sub("", sounds))
