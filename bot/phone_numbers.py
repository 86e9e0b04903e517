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
