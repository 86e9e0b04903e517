"""What the card of a case shows, looked up once."""

from dataclasses import dataclass

from bot.case import cases
from bot.case.cases import Open
from bot.case.readers import payees_of
from bot.context import House
from familyguard.family import Account, Family, Person
from familyguard.store.asked import Question


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that a card shows, looked up once."""

    opened: Open
    account: Account
    family: Family
    person: Person | None  # whom it is supposed to be from
    others: bool  # whether there is anybody else in the family
    question: Question | None  # the latest one to that person
    payees_known: bool
    numbers: tuple[str, ...]  # that the family stored
    country: str  # ISO 3166, or empty
    now: float

    @property
    def other(self) -> Person | None:
        """Whom it is supposed to be from, but for the asker: nobody calls or asks themselves."""
        person = self.person
        return None if person and person.id == self.account.person_id else person

    @property
    def awaited(self) -> Question | None:
        """The question that reached the person and has no answer yet."""
        question = self.question
        if self.person is None or question is None or question.answer is not None:
            return None
        return question if question.messages else None


def facts_of(house: House, account: Account, opened: Open) -> Facts:
    """Look up what the card of a case shows."""
    family = account.family_id
    person = cases.about(house, opened)
    asked = house.store.questions.of_case(family, opened.id)
    mine = [one for one in asked if person and one.person_id == person.id]
    payees = payees_of(house, family)
    people = house.store.people.of_family(family)
    stored = house.store.families.get(family)
    return Facts(
        opened=opened,
        account=account,
        family=stored,
        person=person,
        others=len(people) > 1,
        question=max(mine, key=lambda one: one.asked_at, default=None),
        payees_known=all(number in payees for number in opened.file.accounts),
        numbers=tuple(one.phone for one in people if one.phone),
        country=stored.country or house.settings.country or "",
        now=house.now(),
    )
