"""The two numbers that a card or an answer names itself: the emergency number, and the police."""

from bot.texts import Texts
from familyguard.directory import EEA, Purpose, directory

IN_EUROPE = "112"
"""Works in every country of the EEA, beside a country's own number."""

OF_POLICE = frozenset({Purpose.POLICE, Purpose.EMERGENCY})
"""What the police itself is for; a fraud desk cannot tell who is an officer."""


def emergency_number(country: str, texts: Texts) -> str:
    """What to dial in `country` (ISO 3166, or empty) when somebody is at the door."""
    if country in EEA:
        return IN_EUROPE
    known = directory().find(country, Purpose.EMERGENCY)
    shown = (body.shown for body in known if body.shown)
    return next(shown, texts.get("chat.emergency_number"))


def police_number(country: str) -> str:
    """The number of the police of `country` as people write it; empty where none is known."""
    known = directory().find(country, Purpose.POLICE)
    return next((body.shown for body in known if body.shown and {*body.purposes} <= OF_POLICE), "")
