"""Countries: which are offered, what they are called, and which one somebody typed."""

from collections.abc import Callable

from babel import Locale

from bot.texts import LANGUAGES, Texts

COUNTRIES = ("NL", "BE", "GB", "IE", "US", "DE")
"""Offered as buttons; every other one can be typed."""


def is_country(code: str) -> bool:
    """Whether `code` is two letters that somebody can live in."""
    return len(code) == 2 and code in Locale("en").territories


def called(code: str) -> Callable[[Texts], str]:
    """The country's name as a value of a sentence, in the language in which that is shown."""
    return lambda texts: str(Locale(texts.language).territories.get(code, code))


def typed(words: str) -> str | None:
    """The code of a country that somebody typed: its name in one of our languages, or its code."""
    wish = words.casefold()
    for spoken in LANGUAGES:
        for code, name in Locale(spoken).territories.items():
            if len(code) == 2 and wish in (code.casefold(), name.casefold()):
                return str(code)
    return None
