"""Names, roles and times as they stand in sentences."""

from collections.abc import Callable

from babel.dates import format_datetime

from bot import moments
from bot.context import Context
from bot.markup import harmless
from bot.texts import Texts
from familyguard.family import Account, Person, Role

Said = Callable[[Texts], str]
"""A value that depends on the language; see `markup.fill`."""


def person_of(context: Context, account: Account) -> Person:
    """The person for whom an account speaks."""
    person = context.house.store.people.get(account.family_id, account.person_id)
    assert person is not None
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


def moment(at: float) -> Said:
    """A day and a time, seconds since 1970, in the time zone of this machine."""
    return lambda texts: format_datetime(
        moments.local(at), texts.get("who.moment"), locale=texts.language
    )


def day(at: float) -> Said:
    """A date."""
    return lambda texts: moments.day(at, texts)


def short_number(user_id: int) -> str:
    """The end of a Telegram id: enough to tell two accounts apart, too little to find one."""
    return f"…{user_id % 10_000:04d}"
