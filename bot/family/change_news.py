"""What the family reads about a change that waits a day, and the buttons below it."""

from collections.abc import Callable
from typing import Any

from bot import moments, talk
from bot.context import Context
from bot.family import announce
from bot.family.who import name_of, role
from bot.talk import Rows
from bot.texts import Texts
from familyguard import changes as rules
from familyguard.family import Account, Person, Role
from familyguard.store.records import StoredChange

STOP, CONFIRM = "change:stop:", "change:yes:"


async def asked(
    context: Context, stored: StoredChange, by: Person | None, subject: Person | None
) -> None:
    """Tell everybody that `by` asked for a change about `subject`."""
    for told in announce.everyone(context, stored.family_id):
        await announce.tell(
            context,
            [told],
            f"change.{stored.kind}.asked",
            _buttons(context, stored, told),
            by=name_of(by),
            name=name_of(subject),
            when=moments.at(stored.due_at),
            **_more(stored),
        )


async def ended(
    context: Context, stored: StoredChange, outcome: str, by: Person | None = None
) -> None:
    """Tell everybody that a change is «done», or «stopped» `by` somebody."""
    store = context.house.store
    subject = store.people.get(stored.family_id, str(stored.data.get("person")))
    # Who stored the first of its kind has been answered already.
    asker = stored.asked_by if stored.due_at == stored.asked_at else None
    await announce.tell(
        context,
        announce.everyone(context, stored.family_id, but=asker),
        f"change.{stored.kind}.{outcome}",
        by=name_of(by),
        name=name_of(subject),
        **_more(stored),
    )


def _more(stored: StoredChange) -> dict[str, Any]:
    """What the sentences about a change say besides."""
    given = stored.data.get("role")
    return {"role": role(Role(given))} if given else {}


def _buttons(context: Context, stored: StoredChange, told: Account) -> Callable[[Texts], Rows]:
    """«Stop this» for everybody; «That is right» for another adult than the one who asked."""
    asker = context.house.store.accounts.get(stored.asked_by)

    def rows(texts: Texts) -> Rows:
        found = [[talk.button(texts, "change.button.stop", STOP + stored.id)]]
        is_asker = asker is not None and told.person_id == asker.person_id
        is_about = stored.kind in rules.ABOUT_SOMEBODY and told.person_id == stored.data["person"]
        if told.role.is_grown_up and not is_asker and not is_about:
            found.append([talk.button(texts, "change.button.confirm", CONFIRM + stored.id)])
        return found

    return rows
