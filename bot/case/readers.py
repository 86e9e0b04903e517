"""Reads messages for one family: with the payees that it knows, and the country it lives in."""

import secrets

from bot.context import House
from familyguard.requests.accounts import HOME_COUNTRIES
from familyguard.scamtext import KnownPayees, Reader

PAYEE_KEY_BYTES = 32


def reader_of(house: House, family: str) -> Reader:
    """Reads messages with what the family told: its payees and its country."""
    country = house.store.families.get(family).country
    home = frozenset({country}) if country else HOME_COUNTRIES
    return Reader(payees_of(house, family), home)


def payees_of(house: House, family: str) -> KnownPayees:
    """The accounts that a family has paid for years."""
    key = house.store.families.payee_key(family, secrets.token_bytes(PAYEE_KEY_BYTES))
    return KnownPayees.load(key, house.store.payees.marks(family))
