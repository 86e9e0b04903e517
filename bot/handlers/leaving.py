"""Who goes: removed by a keeper, or by their own wish.

A member or a child is removed at once.  A keeper or an adult goes after a day, or when a second
adult agrees, and can change nothing meanwhile (docs/decisions/0010-who-throws-whom-out.md).
"""

from telegram import Update

from bot import talk
from bot.context import Context
from bot.family import announce, changes, deeds
from bot.family.people import alert, found, is_alone, is_last_keeper
from bot.family.roles import Act, may
from bot.family.who import name_of, person_of
from familyguard.admission import remove
from familyguard.backup import KEPT_DAYS
from familyguard.changes import WAIT_SECONDS, Kind
from familyguard.family import Account, Person
from familyguard.privacy import forget_family
from familyguard.store.records import StoredChange

REMOVE, REALLY = "family:remove:", "family:gone:"
LEAVE = "family:leave:"

PAUSE = WAIT_SECONDS
"""How long a keeper may not ask again for a removal that was stopped."""

MOST_ASKED = 3
"""How often within that time they may where only whoever is to go has stopped it: that may be the
thief of their account, or somebody whom a thief of the keeper's wants to silence."""

BACK = "family:show:"
"""To the person."""


async def ask_remove(update: Update, context: Context) -> None:
    """«Remove»: once more, with what follows from it."""
    if (one := await _to_remove(update, context, REMOVE)) is None:
        return
    texts = context.texts(update)
    rows = [
        [talk.button(texts, "family.button.really", REALLY + one.id)],
        [talk.button(texts, "family.button.back", BACK + one.id)],
    ]
    key = "family.remove.slowly" if _goes_slowly(update, context, one) else "family.remove"
    await talk.show(update, context, key, rows, name=name_of(one))


async def removed(update: Update, context: Context) -> None:
    """«Yes, remove»: at once, or for a grown-up in a day; until then they are suspended."""
    # From the look to the deed: two accounts of one person must not remove two people at once.
    async with context.house.listening.of(("removal", context.account(update).person_id)):
        await _removed(update, context)


async def _removed(update: Update, context: Context) -> None:
    if (one := await _to_remove(update, context, REALLY)) is None:
        return
    account = context.account(update)
    if _goes_slowly(update, context, one):
        if (refused := _too_much(context, account, one)) is not None:
            await alert(update, context, refused)
            return
        await talk.show(update, context, "family.remove.waits", name=name_of(one))
        for theirs in context.house.store.accounts.of_person(account.family_id, one.id):
            context.house.unlocked.drop(theirs.user_id)
        await changes.ask(update, context, Kind.REMOVAL, {}, one)
        return
    if one.id != account.person_id:
        if _removed_today(context, account) and not _is_new(context, one):
            await alert(update, context, "family.remove.one_a_day")
            return
        await talk.show(update, context, "family.removed.you", name=name_of(one))
    await _remove_and_tell(context, one, account)


async def gone(context: Context, change: StoredChange) -> bool:
    """The day is over, or a second adult agreed: a grown-up is removed."""
    store = context.house.store
    one = store.people.get(change.family_id, str(change.data["person"]))
    asker = store.accounts.get(change.asked_by)
    if one is None or asker is None or is_last_keeper(context, one):
        return False
    await _remove_and_tell(context, one, asker)
    # It was their wish of yesterday.
    await announce.tell(context, [asker], "family.removed.you", name=name_of(one))
    return True


deeds.DEEDS[Kind.REMOVAL] = gone
deeds.TOLD.add(Kind.REMOVAL)


async def leave(update: Update, context: Context) -> None:
    """`/leave`: once more, with what follows from it."""
    if not await may(update, context, Act.LEAVE):
        return
    texts, one = context.texts(update), person_of(context, context.account(update))
    if is_last_keeper(context, one) and not is_alone(context, one):
        await talk.say(update, context, "family.leave.last_keeper")
        return
    rows = [
        [talk.button(texts, "family.button.leave", LEAVE)],
        [talk.not_now("family.leave", texts)],
    ]
    key = "family.leave.alone" if is_alone(context, one) else "family.leave"
    await talk.say(update, context, key, rows)


async def left(update: Update, context: Context) -> None:
    """«Yes, I leave».  Nobody is kept, not even in a frozen family; but whoever is to be removed
    goes with that, so that no thief of their account takes everything along.
    """
    if not await may(update, context, Act.LEAVE):
        return
    account, store = context.account(update), context.house.store
    one = person_of(context, account)
    if is_alone(context, one):
        await talk.show(update, context, "family.left", days=KEPT_DAYS)
        theirs = store.accounts.of_person(account.family_id, one.id)
        forget_family(store, account.family_id)
        context.house.forget(each.user_id for each in theirs)
        return
    if is_last_keeper(context, one):
        await talk.show(update, context, "family.leave.last_keeper")
        return
    await talk.show(update, context, "family.left", days=KEPT_DAYS)
    wards = _remove(context, one, account.user_id)
    rest = announce.everyone(context, account.family_id)
    await announce.tell(context, rest, "family.has_left", name=name_of(one))
    await tell_of_wards(context, wards)
    await _ask_to_rotate(context, account.family_id)


async def _remove_and_tell(context: Context, one: Person, by: Account) -> None:
    """Erase somebody at the wish of `by`; they and everyone else hear of it."""
    name = name_of(person_of(context, by))
    theirs = context.house.store.accounts.of_person(one.family_id, one.id)
    wards = _remove(context, one, by.user_id)
    await announce.tell(context, theirs, "family.you_were_removed", days=KEPT_DAYS)
    rest = announce.everyone(context, one.family_id, but=by.user_id)
    await announce.tell(context, rest, "family.removed", by=name, name=name_of(one))
    await tell_of_wards(context, wards)
    await _ask_to_rotate(context, one.family_id)


def _goes_slowly(update: Update, context: Context, one: Person) -> bool:
    """Whether this removal could be a thief's who wants nobody left to say no."""
    return one.role.is_grown_up and one.id != context.account(update).person_id


def _too_much(context: Context, account: Account, one: Person) -> str | None:
    """Key of the sentence that says why `account` may not suspend somebody now.

    A thief of a keeper's account would suspend all grown-ups at once, or the same one again and
    again.
    """
    store, family, now = context.house.store, account.family_id, context.house.now()
    own = {by.user_id for by in store.accounts.of_person(family, account.person_id)}
    theirs = {by.user_id for by in store.accounts.of_person(family, one.id)}
    asked = [
        change
        for change in (*store.changes.waiting(family), *store.changes.ended(family, now - PAUSE))
        if change.kind == Kind.REMOVAL and change.asked_by in own
    ]
    if any(each.ended_at is None and each.data.get("person") != one.id for each in asked):
        return "family.remove.one_at_a_time"
    about = [each for each in asked if each.data.get("person") == one.id]
    stopped_by = [each.stopped_by for each in about if each.stopped_by is not None]
    if len(stopped_by) >= MOST_ASKED or any(by not in theirs for by in stopped_by):
        return "family.remove.was_stopped"
    return None


def _removed_today(context: Context, account: Account) -> bool:
    """Whether `account`'s person has removed somebody within a day.

    A thief of a keeper's account would throw out one after the other whoever could freeze the
    family; after the first one everybody knows, and may.
    """
    store, family = context.house.store, account.family_id
    own = {by.user_id for by in store.accounts.of_person(family, account.person_id)}
    since = context.house.now() - PAUSE
    return any(line.actor in own for line in store.audit.lines(family, since, acts=("removed",)))


def _is_new(context: Context, one: Person) -> bool:
    """Whether they came within a day: somebody wrong who was let in is thrown out at once."""
    return context.house.now() - one.joined_at < WAIT_SECONDS


async def _to_remove(update: Update, context: Context, verb: str) -> Person | None:
    """The person of this button, if whoever tapped may remove them now."""
    one = await found(update, context, verb)
    if one is None or not await may(update, context, Act.REMOVE):
        return None
    if is_last_keeper(context, one):
        await alert(update, context, "family.last_keeper")
        return None
    return one


async def tell_of_wards(context: Context, wards: list[Person]) -> None:
    """Children whose guardian went: their voices went too, and a keeper may agree anew."""
    for ward in wards:
        everyone = announce.everyone(context, ward.family_id)
        await announce.tell(context, everyone, "family.ward", name=name_of(ward))


def _remove(context: Context, one: Person, actor: int) -> list[Person]:
    store, now = context.house.store, context.house.now()
    theirs = store.accounts.of_person(one.family_id, one.id)
    context.house.forget(account.user_id for account in theirs)
    for change in store.changes.waiting(one.family_id):
        if change.data.get("person") == one.id:
            store.changes.end(one.family_id, change.id, now, stopped_by=actor)
    return remove(store, one.family_id, one.id, now, actor)


async def _ask_to_rotate(context: Context, family: str) -> None:
    if context.house.store.codewords.get(family) is not None:
        await announce.tell(context, announce.keepers(context, family), "family.rotate")
