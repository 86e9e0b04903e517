"""Telephone numbers: as Telegram sends them, as they are stored, and as people read them."""

import phonenumbers


def dialable(phone: str) -> str | None:
    """The number of a contact in E.164, or None where nobody can be called on it.

    Telegram sends a contact's number with its country, with or without the plus sign.
    """
    try:
        parsed = phonenumbers.parse("+" + phone.strip().lstrip("+"))
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def spaced(number: str) -> str:
    """A number in E.164 as it is written for people, with its country."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


FEWEST_DIGITS = 8
"""Fewer are a year or a house number; a telephone number, with its country or without, has more."""

SAME = (phonenumbers.MatchType.EXACT_MATCH, phonenumbers.MatchType.NSN_MATCH)
"""All digits alike, the country's too where both give it; not merely the last ones."""


def is_number(name: str) -> bool:
    """Whether a name that somebody shows is a telephone number, in whatever way it is written."""
    return sum(letter.isdecimal() for letter in name) >= FEWEST_DIGITS


def same_number(one: str, other: str) -> bool:
    """Whether two ways of writing a number mean the same; one may lack the country."""
    return phonenumbers.is_number_match(_nameless(one), _nameless(other)) in SAME


def _nameless(shown: str) -> str:
    """Without the name that a telephone may show beside the number."""
    return "".join(letter for letter in shown if letter.isdecimal() or letter in "+()")
