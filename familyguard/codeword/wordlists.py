"""Ordinary words to make a code word of, and the everyday ones that make none.

The long lists were made by `python -m familyguard.codeword.wordlist_making`, the familiar ones were
written by hand; docs/codeword.md says how.
"""

import functools
import math
from importlib import resources

from familyguard.codeword.languages import check_language

MIN_LIST = 7_776
"""Words in each list: five throws of a die's worth, 12.9 bits a word."""


@functools.cache
def words(language: str) -> tuple[str, ...]:
    """The word list of `language`, in alphabetical order."""
    return tuple(_lines(f"{check_language(language)}.txt"))


@functools.cache
def word_set(language: str) -> frozenset[str]:
    """The same words, to ask whether one is among them."""
    return frozenset(words(language))


@functools.cache
def familiar(language: str) -> tuple[str, ...]:
    """Things that everybody can picture and say, in alphabetical order: what people are offered.

    The long list is for weighing what people choose themselves.  Drawn from, it gave words that
    neither a grandmother nor a recogniser knows.
    """
    return tuple(_lines(f"familiar.{check_language(language)}.txt"))


@functools.cache
def function_words(language: str) -> frozenset[str]:
    """Words so frequent that they say nothing: articles, pronouns, auxiliaries."""
    return frozenset(_lines(f"everyday.{check_language(language)}.txt"))


@functools.cache
def common_phrases(language: str) -> frozenset[str]:
    """Phrases that anybody would try first, normalised."""
    return frozenset(_lines(f"phrases.{check_language(language)}.txt"))


@functools.cache
def number_words(language: str) -> tuple[str, ...]:
    """Numbers, days and months; the first thirteen are zero to twelve."""
    return tuple(_lines(f"numbers.{check_language(language)}.txt"))


def bits_per_word(language: str, suggested: bool = False) -> float:
    """What a word drawn from the list is worth, in bits; less if it was one that we `suggested`."""
    return math.log2(len(familiar(language) if suggested else words(language)))


def _lines(name: str) -> list[str]:
    text = resources.files("familyguard.codeword").joinpath("words", name).read_text("utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
