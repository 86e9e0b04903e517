"""Every sentence that a person reads, by key, in Dutch and in English.

The catalogues are gettext files, `locale/<language>/<area>.po`, with symbolic keys as message ids,
so that both languages have equal rights: neither is the translation of the other, and a test
compares their keys.  Texts are plain: mark-up is added by the code that shows them, after escaping.
"""

import contextlib
import os
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final, Literal, get_args

from babel.messages.pofile import read_po
from dotenv import dotenv_values

Language = Literal["en", "nl"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)


class Texts:
    """The sentences of one language."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self._sentences = catalogue(language)

    def get(self, key: str, **values: object) -> str:
        """The sentence `key` with `values` filled in.

        Raises:
            KeyError: no such sentence, or a value that it needs was not given.
        """
        sentence = self._sentences[key]
        return sentence.format_map(values) if values else sentence

    def has(self, key: str) -> bool:
        """Whether there is a sentence `key`."""
        return key in self._sentences


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    """All sentences of a language, by key.

    Raises:
        ValueError: two areas use the same key, or a sentence is empty.
    """
    sentences: dict[str, str] = {}
    folder = files("bot") / "locale" / language
    for area in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if not area.name.endswith(".po"):
            continue
        with area.open("rb") as file:
            for message in read_po(file, locale=language):
                key, sentence = message.id, message.string
                if not key:
                    continue
                if not isinstance(key, str) or not isinstance(sentence, str) or not sentence:
                    raise ValueError(f"{language}/{area.name}: {key} has no sentence")
                if key in sentences:
                    raise ValueError(f"{language}/{area.name}: {key} stands in another area too")
                sentences[key] = sentence
    return sentences


def offered(wish: str | None) -> Language | None:
    """The language of a tag such as `nl-BE` or `en_GB.UTF-8`, if the bot speaks it."""
    tag = (wish or "").lower()
    return next((language for language in LANGUAGES if tag.startswith(language)), None)


LOCALE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""In the order in which POSIX gives them weight."""


SETTING = "FAMILYGUARD_LANGUAGE"
"""The family's language, as `bot.settings` reads it."""


def terminal_language() -> Language:
    """The language that was set up for the family here, else that of the environment.

    A small server often speaks English to whoever looks after it in Dutch.
    """
    return _set_up() or pick_language(
        next(filter(None, map(os.environ.get, LOCALE_VARIABLES)), None)
    )


def _set_up() -> Language | None:
    """That of the settings, looked up by itself: they may be what the sentence complains of."""
    if wish := os.environ.get(SETTING):
        return offered(wish)
    # The current folder may be anybody's: whoever opens a named pipe waits for its writer.
    with contextlib.suppress(OSError, ValueError):
        if Path(".env").is_file():
            return offered(dotenv_values(".env", interpolate=False).get(SETTING))
    return None


def pick_language(wish: str | None) -> Language:
    """The language to answer in for a language tag, or for None."""
    return offered(wish) or "en"
