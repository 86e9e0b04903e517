"""Is a phrase good enough to be a family's code word?"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from familyguard.codeword.candidates import Kind, keys_of
from familyguard.codeword.errors import WeakCodeWord, Weakness
from familyguard.codeword.phonetic import phonetic
from familyguard.codeword.spelling import normalise
from familyguard.codeword.wordlists import (
    bits_per_word,
    common_phrases,
    function_words,
    number_words,
    word_set,
)

MAX_WORDS = 5
"""A sentence is not said twice in the same words, least of all by somebody frightened."""

MIN_BITS = 20.0
"""One word of the list and a half.  With forty candidates a memo and thirty memos until the family
is locked, a guesser who knows how the words are drawn finds such a phrase in one family of 900, and
in one of about 350 because twelve keys let in what sounds like it (docs/codeword.md).  The word
alone lowers nothing, whoever says it."""

EVERYDAY_BITS = 4.0
"""What an article or a pronoun adds: a dozen of them make up most of what is said."""

OTHER_WORD_BITS = 11.0
"""What a word adds that is not in our list, which is then rarer, or a name, or an inflection: as if
drawn from 2,000 words, since people choose what comes to mind and not at random."""

CHOSEN_DISCOUNT = 0.75
"""Bits that are left of a phrase that a human chose: two words that go together are tried first."""


@dataclass(frozen=True, slots=True)
class Strength:
    """How hard a phrase is to guess for somebody who knows our lists: `bits`, log2 of the tries."""

    n_words: int
    bits: float


def judge_strength(
    phrase: str,
    language: str,
    names: Iterable[str] = (),
    typed: Callable[[str], bool] | None = None,
    suggested: bool = False,
) -> Strength:
    """The strength of `phrase`, which a human thought of unless it was `suggested` by us.

    `names` are those of the family, in any spelling; `typed` tells whether a member typed this
    normalised phrase to the bot before.

    Raises WeakCodeWord with the first reason that applies, ValueError for an unknown language.
    """
    parts = _parted(normalise(phrase, language).split(), language)
    everyday = function_words(language)
    telling = [part for part in parts if part not in everyday]
    if suggested:
        bits = len(set(parts)) * bits_per_word(language, suggested)
    else:
        bits = _bits(parts, language) * CHOSEN_DISCOUNT
    whole = "".join(parts)
    if len(parts) < 2:
        raise WeakCodeWord(Weakness.TOO_FEW_WORDS, bits)
    if len(parts) > MAX_WORDS:
        raise WeakCodeWord(Weakness.TOO_MANY_WORDS, bits)
    if all(_is_number(part, language) for part in telling or parts):
        raise WeakCodeWord(Weakness.NUMBER, bits)
    if whole in {common.replace(" ", "") for common in common_phrases(language)}:
        raise WeakCodeWord(Weakness.COMMON_PHRASE, bits)
    if not telling:
        raise WeakCodeWord(Weakness.ORDINARY_WORDS, bits)
    if any(_is_name(part, names, language) for part in parts):
        raise WeakCodeWord(Weakness.NAME, bits)
    if len({phonetic(part, language) for part in parts}) == 1:
        raise WeakCodeWord(Weakness.SAME_WORD, bits)
    if typed is not None and typed(" ".join(parts)):
        raise WeakCodeWord(Weakness.TYPED, bits)
    # Words that are said apart may have fewer sounds than the same letters in one.
    spellings = (whole, " ".join(parts))
    if any({key.kind for key in keys_of(text, language)} != set(Kind) for text in spellings):
        raise WeakCodeWord(Weakness.TOO_SHORT, bits)
    if bits < MIN_BITS * (1.0 if suggested else CHOSEN_DISCOUNT):
        raise WeakCodeWord(Weakness.GUESSABLE, bits)
    return Strength(len(parts), bits)


def _bits(parts: Sequence[str], language: str) -> float:
    listed, everyday = word_set(language), function_words(language)
    total = 0.0
    for part in dict.fromkeys(parts):
        if part in everyday or _is_number(part, language):
            total += EVERYDAY_BITS
        else:
            total += bits_per_word(language) if part in listed else OTHER_WORD_BITS
    return total


def _parted(parts: Sequence[str], language: str) -> list[str]:
    """A single word that is two of our list written together, apart again."""
    if len(parts) != 1:
        return list(parts)
    listed, whole = word_set(language), parts[0]
    if whole not in listed:
        for cut in range(3, len(whole) - 2):
            if whole[:cut] in listed and whole[cut:] in listed:
                return [whole[:cut], whole[cut:]]
    return list(parts)


def _is_number(part: str, language: str) -> bool:
    if any(char.isdigit() for char in part):
        return True
    # "Vijfentwintig" and "twentyfive" are written as one word.
    numbers = "|".join(number_words(language))
    return re.fullmatch(f"(?:(?:{numbers})(?:en|and)?)+", part) is not None


def _is_name(part: str, names: Iterable[str], language: str) -> bool:
    """Whether `part` is one of the words of a name, or its genitive or diminutive."""
    ends = ("", "s", "je", "tje", "pje", "ie", "y")
    words = {word for name in names for word in normalise(name, language).split()}
    return any(part == word + end for word in words - function_words(language) for end in ends)
