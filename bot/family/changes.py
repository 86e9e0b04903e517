"""Changes that wait a day: everyone is told, anyone may stop them, a second adult may confirm.

The rules are `familyguard.changes`.  A kind of change belongs to a handler, which adds its deed to
`DEEDS`, and the sentences `change.<kind>.asked`, `.done` and `.stopped`; a kind in `TOLD` says by
itself that it was done.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import structlog
from telegram import Update

from bot import moments, talk
from bot.context import Context
from bot.family import announce, roles
from bot.family.who import name_of, person_of, role
from bot.inbox import is_again
from bot.talk import Rows
from bot.texts import Texts
from familyguard import changes as rules
from familyguard.changes import Change, Kind, Refused, State
from familyguard.family import Account, Person, Role
from familyguard.store.records import StoredChange

log = structlog.get_logger(__name__)

STOP, CONFIRM = "change:stop:", "change:yes:"

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


async def ask(
    update: Update,
    context: Context,
    kind: Kind,
    data: dict[str, Any],
    subject: Person | None = None,
    *,
    first: bool = False,
) -> StoredChange:
    """Ask for a change and tell everybody; one that is the `first` of its kind holds at once.

    `subject` is the person whom it is about, by default who asks.  An earlier change of the same
    kind about the same person no longer counts.  The caller has asked `roles.may`.
    """
    account, house = context.account(update), context.house
    by, now, store = person_of(context, account), house.now(), house.store
    family = store.families.get(account.family_id)
    subject = subject or by
    data = {**data, "person": subject.id}
    change = rules.ask(kind, by, now, family.frozen_until, first=first)
    for earlier in store.changes.waiting(family.id):
        if (earlier.kind, earlier.data, earlier.asked_by) == (kind, data, account.user_id):
            # The same once more is no other change; after a crash not everyone may know of it.
            if is_again():
                await _announce(context, earlier, by, subject)
            return earlier
    with store.together():
        for earlier in store.changes.waiting(family.id):
            if earlier.kind == kind and earlier.data.get("person") == subject.id:
                store.changes.end(family.id, earlier.id, now, stopped_by=account.user_id)
        stored = store.changes.ask(family.id, kind, data, account.user_id, now, change.due_at)
        store.audit.note(family.id, f"asked.{kind}", now, account.user_id, person=subject.id)
    if change.state is State.IN_FORCE:
        await _do(context, stored)
        return stored
    await _announce(context, stored, by, subject)
    return stored


async def stop(update: Update, context: Context) -> None:
    """«Stop this»: any member may."""
    house, account = context.house, context.account(update)
    async with _lock(context, _key(update, STOP)):
        if (found := await _found(update, context, STOP)) is None:
            return
        stored, change, by = found
        if not await roles.may(update, context, roles.Act.STOP):
            return
        try:
            rules.stop(change, by, house.now())
        except Refused as refused:
            await _refuse(update, context, refused)
            return
        family = stored.family_id
        house.store.changes.end(family, stored.id, house.now(), stopped_by=account.user_id)
        house.store.audit.note(family, f"stopped.{stored.kind}", house.now(), account.user_id)
    await talk.show(update, context, "change.you_stopped")
    await _tell(context, stored, "stopped", by)


async def confirm(update: Update, context: Context) -> None:
    """«That is right»: a second adult makes it happen at once."""
    house, account = context.house, context.account(update)
    async with _lock(context, _key(update, CONFIRM)):
        # From here to the deed nothing is waited for: no freeze or suspension comes in between.
        if (found := await _found(update, context, CONFIRM)) is None:
            return
        stored, change, by = found
        if not await roles.may(update, context, roles.Act.CONFIRM):
            return
        family = house.store.families.get(stored.family_id)
        try:
            rules.confirm(change, by, house.now(), family.frozen_until, _appointed_at(context, by))
            if _asker_is_suspended(context, stored):
                raise Refused(rules.Why.ASKER_SUSPENDED)
        except Refused as refused:
            await _refuse(update, context, refused)
            return
        done = await _make(context, stored, account.user_id)
    await talk.show(update, context, "change.you_confirmed" if done else "change.not_done")
    if done:
        await _tell_done(context, stored)


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
    if _asker_is_suspended(context, stored):
        return  # whoever has that account may have asked for it
    if _is_held(context, stored):
        if not house.store.families.get(stored.family_id).is_frozen(now):
            again = replace(stored, due_at=now + rules.REST_SECONDS)
            asker = house.store.accounts.get(stored.asked_by)
            by = person_of(context, asker) if asker else None
            subject = house.store.people.get(stored.family_id, str(stored.data.get("person")))
            await _announce(context, again, by, subject)
            house.store.changes.postpone(stored.family_id, stored.id, again.due_at)
    elif rules.mature(_pure(context, stored), now).state is State.IN_FORCE:
        await _do(context, stored)


async def _do(context: Context, stored: StoredChange) -> None:
    """Make a change whose time has come, once, unless something came in between."""
    async with _lock(context, stored.id):
        done = await _make(context, stored)
    if done:
        await _tell_done(context, stored)


async def _make(context: Context, stored: StoredChange, confirmed_by: int | None = None) -> bool:
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


def _is_hindered(context: Context, stored: StoredChange, confirmed_by: int | None) -> bool:
    """Whether the change must go on waiting, whatever was found a moment ago."""
    family = context.house.store.families.get(stored.family_id)
    if family.is_frozen(context.house.now()) or _asker_is_suspended(context, stored):
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
    return rules.is_held(_pure(context, stored), until or None)


def _asker_is_suspended(context: Context, stored: StoredChange) -> bool:
    asker = context.house.store.accounts.get(stored.asked_by)
    return asker is not None and roles.is_suspended(context, asker)


def _key(update: Update, verb: str) -> str:
    assert update.callback_query is not None
    return (update.callback_query.data or "").removeprefix(verb)


def _lock(context: Context, change: str) -> asyncio.Lock:
    return context.house.listening.of(("change", change))


async def _tell_done(context: Context, stored: StoredChange) -> None:
    if stored.kind not in TOLD:
        await _tell(context, stored, "done")


async def _announce(
    context: Context, stored: StoredChange, by: Person | None, subject: Person | None
) -> None:
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


async def _tell(
    context: Context, stored: StoredChange, outcome: str, by: Person | None = None
) -> None:
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


async def _found(
    update: Update, context: Context, verb: str
) -> tuple[StoredChange, Change, Person] | None:
    """The change of this button, if it is of the same family and still waits."""
    account = context.account(update)
    stored = context.house.store.changes.get(account.family_id, _key(update, verb))
    if stored is None or stored.ended_at is not None:
        await talk.forgotten(update, context)
        return None
    return stored, _pure(context, stored), person_of(context, account)


def _pure(context: Context, stored: StoredChange) -> Change:
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


def _appointed_at(context: Context, person: Person) -> float:
    """When somebody was given another role, if that was lately; else 0."""
    since = context.house.now() - rules.WAIT_SECONDS
    return max(
        (
            line.at
            for line in context.house.store.audit.lines(person.family_id, since)
            if line.act == "appointed" and line.detail.get("person") == person.id
        ),
        default=0.0,
    )


async def _refuse(update: Update, context: Context, refused: Refused) -> None:
    assert update.callback_query is not None
    sentence = context.texts(update).get(f"change.refused.{refused.reason}")
    await update.callback_query.answer(sentence, show_alert=True)


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
