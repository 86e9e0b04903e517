"""The languages in which a family can set a code word."""

LANGUAGES = ("nl", "en")
"""ISO 639-1 codes."""


def check_language(language: str) -> str:
    """`language` itself.  Raises ValueError when no code word can be set in it."""
    if language not in LANGUAGES:
        raise ValueError(f"a code word is set in one of {', '.join(LANGUAGES)}, not {language!r}")
    return language
