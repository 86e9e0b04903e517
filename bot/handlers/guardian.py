"""A child wants to let the bot know their voice: the guardian is asked, in the guardian's chat."""

from telegram import Update

from bot import talk
from bot.context import Context
from bot.family import announce
from bot.family.consent import WORDING, consent_of, record, taking_back
from bot.family.roles import Act, may
from bot.family.who import name_of, person_of
from bot.talk import Rows
from bot.texts import Texts
from familyguard.family import Account, Person, Role

ASK, YES, NO, BEGIN = "enrol:ask:", "enrol:yes:", "enrol:no:", "enrol:begin:"


async def ask(update: Update, context: Context) -> None:
    """The child's own wish; nothing is recorded from them before the guardian has agreed."""
    assert update.callback_query is not None
    account, house = context.account(update), context.house
    child = person_of(context, account)
    if update.callback_query.data != ASK + WORDING or child.role is not Role.CHILD:
        await talk.forgotten(update, context)
        return
    if not await may(update, context, Act.OWN_VOICE):
        return
    if consent_of(house, child, WORDING) is not None:
        rows = [[talk.button(context.texts(update), "enrol.button.begin", BEGIN)]]
        await talk.show(update, context, "enrol.child.agreed", rows)
        return
    house.store.audit.note(
        account.family_id, "voice_wanted", house.now(), account.user_id, person=child.id
    )
    asked = guardians(context, child)
    reached = await announce.tell(
        context,
        asked,
        "enrol.guardian.ask",
        lambda texts: _choices(texts, child),
        name=name_of(child),
    )
    await talk.show(update, context, "enrol.child.asked" if reached else "enrol.child.nobody")


async def agree(update: Update, context: Context) -> None:
    """The guardian's «I agree».  Without a guardian, the keeper who agrees becomes it."""
    if (child := await _found(update, context, YES)) is None:
        return
    if not await may(update, context, Act.OWN_VOICE):
        return
    account, house = context.account(update), context.house
    with house.store.together():
        if account.person_id != child.guardian_id:
            house.store.people.entrust(account.family_id, child.id, account.person_id)
        record(house, account, child.id)
    rows = [[taking_back(context.texts(update), child.id, child=True)]]
    await talk.show(update, context, "enrol.guardian.agreed", rows, name=name_of(child))
    await announce.tell(context, _accounts(context, child), "enrol.child.agreed", _begin)


async def decline(update: Update, context: Context) -> None:
    """The guardian's «No»."""
    if (child := await _found(update, context, NO)) is None:
        return
    await talk.show(update, context, "enrol.guardian.declined", name=name_of(child))
    await announce.tell(context, _accounts(context, child), "enrol.child.declined")


def guardians(context: Context, child: Person) -> list[Account]:
    """The accounts of whoever may agree: the guardian, or without one any keeper."""
    accounts = context.house.store.accounts.of_person(child.family_id, child.guardian_id or "")
    grown = [account for account in accounts if account.role is not Role.CHILD]
    return grown or announce.keepers(context, child.family_id)


async def _found(update: Update, context: Context, verb: str) -> Person | None:
    """The child of this button, if it is for whoever tapped to decide."""
    assert update.callback_query is not None
    account = context.account(update)
    key, _, wording = (update.callback_query.data or "").removeprefix(verb).partition(":")
    child = context.house.store.people.get(account.family_id, key)
    if (
        child is None
        or wording != WORDING
        or child.role is not Role.CHILD
        or account not in guardians(context, child)
    ):
        await talk.forgotten(update, context)
        return None
    return child


def _accounts(context: Context, child: Person) -> list[Account]:
    return context.house.store.accounts.of_person(child.family_id, child.id)


def _choices(texts: Texts, child: Person) -> Rows:
    return [
        [talk.button(texts, "enrol.button.agree", f"{YES}{child.id}:{WORDING}")],
        [talk.button(texts, "enrol.button.decline", f"{NO}{child.id}:{WORDING}")],
    ]


def _begin(texts: Texts) -> Rows:
    return [[talk.button(texts, "enrol.button.begin", BEGIN)]]
