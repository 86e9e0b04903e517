"""What is done when a change has waited its day: each kind's deed, once, and the look at the clock.

The rules are `familyguard.changes`.  A kind of change belongs to a handler, which adds its deed to
`DEEDS`, and the sentences `change.<kind>.asked`, `.done` and `.stopped`; a kind in `TOLD` says by
itself that it was done.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import structlog

from bot.context import Context
from bot.family import announce, change_news, roles
from bot.family.who import name_of, person_of
from familyguard import changes as rules
from familyguard.changes import Change, Kind, State
from familyguard.store.records import StoredChange

log = structlog.get_logger(__name__)

LOOK_SECONDS = 60.0
"""How often the bot looks whether a day is over."""

Deed = Callable[[Context, StoredChange], Awaitable[bool]]
"""Makes the change; False when it no longer can be made."""

DEEDS: dict[Kind, Deed] = {}
TOLD: set[Kind] = set()

NEEDS = {
    Kind.CALL_BACK_NUMBER: roles.Act.OWN_NUMBER,
    Kind.CODE_WORD: roles.Act.CODE_WORD,
    Kind.VOICE: roles.Act.OWN_VOICE,
    Kind.SECOND_ACCOUNT: roles.Act.APPROVE,
    Kind.PIN: roles.Act.SET_PIN,
    Kind.NEW_PIN: roles.Act.SET_PIN,
    Kind.ROLE: roles.Act.APPOINT,
    Kind.REMOVAL: roles.Act.REMOVE,
    Kind.ERASE_FAMILY: roles.Act.ERASE_FAMILY,
}
"""What whoever asked for a change must still be allowed to do when it is made."""


async def look(context: Context) -> None:
    """Make the changes whose day is over, also those that became due while the bot was away.

    What goes wrong with one waits for the next look, and holds up no other.
    """
    house = context.house
    for family in house.store.families.all():
        for stored in house.store.changes.waiting(family.id):
            try:
                await _look_at(context, stored)
            except Exception as error:
                log.error("change_failed", kind=stored.kind, error=type(error).__name__)


async def _look_at(context: Context, stored: StoredChange) -> None:
    """Make a change if it is time.

    One that a freeze or the asker's suspension held up is announced anew, and waits again.
    """
    house, now = context.house, context.house.now()
    if house.store.changes.get(stored.family_id, stored.id) is None:
        return  # it went with its family, or with whoever asked for it
    if asker_is_suspended(context, stored):
        return  # whoever has that account may have asked for it
    if _is_held(context, stored):
        if not house.store.families.get(stored.family_id).is_frozen(now):
            again = replace(stored, due_at=now + rules.REST_SECONDS)
            asker = house.store.accounts.get(stored.asked_by)
            by = person_of(context, asker) if asker else None
            subject = house.store.people.get(stored.family_id, str(stored.data.get("person")))
            await change_news.asked(context, again, by, subject)
            house.store.changes.postpone(stored.family_id, stored.id, again.due_at)
    elif rules.mature(pure(context, stored), now).state is State.IN_FORCE:
        await do(context, stored)


async def do(context: Context, stored: StoredChange) -> None:
    """Make a change whose time has come, once, unless something came in between."""
    async with lock(context, stored.id):
        done = await make(context, stored)
    if done:
        await tell_done(context, stored)


async def make(context: Context, stored: StoredChange, confirmed_by: int | None = None) -> bool:
    """Make a change; whether it was made.  The caller holds its lock.

    It ends after its deed, so that a crash between the two makes it again instead of losing it:
    deeds may be done twice.
    """
    house, kind, deed = context.house, Kind(stored.kind), DEEDS.get(Kind(stored.kind))
    if deed is None:
        log.error("change_without_deed", kind=stored.kind)
        return False
    store, family = house.store, stored.family_id
    fresh = store.changes.get(family, stored.id)
    if fresh is None or fresh.ended_at is not None or _is_hindered(context, fresh, confirmed_by):
        return False
    asker = store.accounts.get(stored.asked_by)
    is_here = asker is not None and asker.family_id == family
    may = is_here and asker is not None and asker.role in roles.RULES[NEEDS[kind]].roles
    done = may and await deed(context, stored)
    if done and kind is Kind.ERASE_FAMILY:
        return True  # nothing is left in which to note it
    now = house.now()
    store.changes.end(family, stored.id, now, confirmed_by=confirmed_by)
    store.audit.note(family, f"{'changed' if done else 'void'}.{kind}", now, confirmed_by)
    if not may:
        # Who stole a keeper's account asked for it, perhaps, and was seen through since.
        by = person_of(context, asker) if asker is not None and is_here else None
        everyone = announce.everyone(context, family)
        await announce.tell(context, everyone, "change.void", by=name_of(by))
    return done


async def tell_done(context: Context, stored: StoredChange) -> None:
    if stored.kind not in TOLD:
        await change_news.ended(context, stored, "done")


def _is_hindered(context: Context, stored: StoredChange, confirmed_by: int | None) -> bool:
    """Whether the change must go on waiting, whatever was found a moment ago."""
    family = context.house.store.families.get(stored.family_id)
    if family.is_frozen(context.house.now()) or asker_is_suspended(context, stored):
        return True
    is_first = stored.due_at == stored.asked_at
    return confirmed_by is None and not is_first and _is_held(context, stored)


def _is_held(context: Context, stored: StoredChange) -> bool:
    """Whether a freeze, or a removal of the asker that was stopped, keeps it from its time."""
    store, asker = context.house.store, context.house.store.accounts.get(stored.asked_by)
    until = store.families.get(stored.family_id).frozen_until or 0.0
    for ended in store.changes.ended(stored.family_id, stored.due_at - rules.REST_SECONDS):
        about = ended.data.get("person") if ended.kind == Kind.REMOVAL else None
        if asker is not None and about == asker.person_id:
            until = max(until, ended.ended_at or 0.0)
    return rules.is_held(pure(context, stored), until or None)


def asker_is_suspended(context: Context, stored: StoredChange) -> bool:
    asker = context.house.store.accounts.get(stored.asked_by)
    return asker is not None and roles.is_suspended(context, asker)


def lock(context: Context, change: str) -> asyncio.Lock:
    return context.house.listening.of(("change", change))


def pure(context: Context, stored: StoredChange) -> Change:
    asker = context.house.store.accounts.get(stored.asked_by)
    person = asker.person_id if asker else ""
    return Change(
        Kind(stored.kind),
        stored.family_id,
        person,
        stored.asked_at,
        stored.due_at,
        about=str(stored.data.get("person", "")),
    )
