"""Telephone numbers: as Telegram sends them, as they are stored, and as people read them."""

import unicodedata

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


LAST_DIGITS = 8
"""Enough to tell that two ways of writing a number, with its country or without, mean the same."""


def is_number(name: str) -> bool:
    """Whether a name that somebody shows is a telephone number, in whatever way it is written."""
    return len(_digits(name)) >= LAST_DIGITS


def same_number(one: str, other: str) -> bool:
    """Whether two ways of writing a number end alike, as those of one number do."""
    first, second = _digits(one)[-LAST_DIGITS:], _digits(other)[-LAST_DIGITS:]
    return len(first) == LAST_DIGITS and first == second


def _digits(text: str) -> str:
    return "".join(str(unicodedata.decimal(letter)) for letter in text if letter.isdecimal())
