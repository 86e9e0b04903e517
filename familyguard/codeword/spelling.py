"""The words of a text, without what the recogniser writes differently from one time to the next."""

import re
import unicodedata
from dataclasses import dataclass

from familyguard.codeword.wordlists import number_words

_WORD = re.compile(r"[^\W_]+(?:['’ʼ`][^\W_]+)*")
_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")

N_SPELLED = 13
"""The recogniser writes "7 ezels" as gladly as "zeven ezels"; from 13 on it writes digits."""


@dataclass(frozen=True, slots=True)
class Token:
    """A normalised word and where it stands in the text, in characters."""

    text: str
    start: int
    end: int


def tokens(text: str, language: str) -> tuple[Token, ...]:
    """The words of `text` with their places, each folded by the rules of `normalise`."""
    digits = number_words(language)[:N_SPELLED]
    found = []
    for match in _WORD.finditer(text):
        word = _folded(match.group())
        if word.isdecimal() and int(word) < len(digits):
            word = digits[int(word)]
        if word:
            found.append(Token(word, match.start(), match.end()))
    return tuple(found)


def normalise(text: str, language: str) -> str:
    """`text` in small letters without accents and signs, small numbers as words, single spaces.

    "Zeven  Ezels!" and "7 ezels" both become "zeven ezels".  Raises ValueError for a language in
    which no code word can be set.
    """
    return " ".join(token.text for token in tokens(text, language))


def _folded(word: str) -> str:
    # Twice: some capitals are only told after they were decomposed.
    for _ in range(2):
        word = unicodedata.normalize("NFKD", word).casefold()
    decomposed = unicodedata.normalize("NFKD", word)
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return _NOT_ALPHANUMERIC.sub("", plain)
