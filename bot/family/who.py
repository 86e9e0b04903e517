"""Names and roles as they stand in sentences."""

from collections.abc import Callable

from bot.context import Context
from bot.errors import GoneMeanwhile
from bot.markup import harmless
from bot.texts import Texts
from familyguard.family import Account, Person, Role

Said = Callable[[Texts], str]
"""A value that depends on the language; see `markup.fill`."""


def person_of(context: Context, account: Account) -> Person:
    """The person for whom an account speaks.  Raises GoneMeanwhile."""
    person = context.house.store.people.get(account.family_id, account.person_id)
    if person is None:
        raise GoneMeanwhile
    return person


def name_of(person: Person | None) -> Said:
    """How the family calls somebody; also those who left, and those without a name."""

    def said(texts: Texts) -> str:
        if person is None or not person.name:
            return texts.get("who.nameless")
        return harmless(person.name)

    return said


def role(of: Role) -> Said:
    """A role in words."""
    return lambda texts: texts.get(f"who.role.{of}")


def short_number(user_id: int) -> str:
    """The end of a Telegram id: enough to tell two accounts apart, too little to find one."""
    return f"…{user_id % 10_000:04d}"
