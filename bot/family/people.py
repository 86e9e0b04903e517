"""People under the buttons of `/family`, and the questions that are asked of each of them."""

from telegram import Update

from bot import talk
from bot.context import Context
from familyguard.changes import WAIT_SECONDS
from familyguard.family import Person, Role


async def found(update: Update, context: Context, verb: str) -> Person | None:
    """The person of this button, if whoever tapped keeps the same family."""
    assert update.callback_query is not None
    account = context.account(update)
    key = (update.callback_query.data or "").removeprefix(verb)
    one = context.house.store.people.get(account.family_id, key)
    if one is None or account.role is not Role.KEEPER:
        await talk.forgotten(update, context)
        return None
    return one


async def alert(update: Update, context: Context, key: str) -> None:
    """The sentence `key` over the chat, for whoever tapped."""
    assert update.callback_query is not None
    await update.callback_query.answer(context.texts(update).get(key), show_alert=True)


def is_last_keeper(context: Context, one: Person) -> bool:
    """Whether nobody else decides for the family."""
    people = context.house.store.people.of_family(one.family_id)
    keepers = [other.id for other in people if other.role is Role.KEEPER]
    return keepers == [one.id]


def is_alone(context: Context, one: Person) -> bool:
    """Whether the family is this person."""
    return len(context.house.store.people.of_family(one.family_id)) == 1


def is_new(context: Context, family: str) -> bool:
    """Whether the family is being set up, or is one person: nobody else is there to object."""
    house = context.house
    founded = house.store.families.get(family).created_at
    alone = len(house.store.people.of_family(family)) == 1
    return alone or house.now() < founded + WAIT_SECONDS
