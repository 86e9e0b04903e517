"""Changes that wait a day: everyone is told, anyone may stop them, a second adult may confirm.

The rules are `familyguard.changes`.  A kind of change belongs to a handler, which adds its deed to
`DEEDS`, and the sentences `change.<kind>.asked`, `.done` and `.stopped`; a kind in `TOLD` says by
itself that it was done.
"""

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
from familyguard.family import Account, Family, Person, Role
from familyguard.store.records import StoredChange

log = structlog.get_logger(__name__)

STOP, CONFIRM = "change:stop:", "change:yes:"

LOOK_SECONDS = 60.0
"""How often the bot looks whether a day is over."""

Deed = Callable[[Context, StoredChange], Awaitable[bool]]
"""Makes the change; False when it no longer can be made."""

DEEDS: dict[Kind, Deed] = {}
TOLD: set[Kind] = set()


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
    if (found := await _found(update, context, STOP)) is None:
        return
    stored, change, by = found
    if not await roles.may(update, context, roles.Act.STOP):
        return
    house, account = context.house, context.account(update)
    try:
        rules.stop(change, by, house.now())
    except Refused as refused:
        await _refuse(update, context, refused)
        return
    house.store.changes.end(stored.family_id, stored.id, house.now(), stopped_by=account.user_id)
    house.store.audit.note(stored.family_id, f"stopped.{stored.kind}", house.now(), account.user_id)
    await talk.show(update, context, "change.you_stopped")
    await _tell(context, stored, "stopped", by)


async def confirm(update: Update, context: Context) -> None:
    """«That is right»: a second adult makes it happen at once."""
    if (found := await _found(update, context, CONFIRM)) is None:
        return
    stored, change, by = found
    if not await roles.may(update, context, roles.Act.CONFIRM):
        return
    house, account = context.house, context.account(update)
    family = house.store.families.get(stored.family_id)
    try:
        rules.confirm(change, by, house.now(), family.frozen_until, _appointed_at(context, by))
    except Refused as refused:
        await _refuse(update, context, refused)
        return
    await talk.show(update, context, "change.you_confirmed")
    await _do(context, stored, account.user_id)


async def look(context: Context) -> None:
    """Make the changes whose day is over, also those that became due while the bot was away.

    What goes wrong with one waits for the next look, and holds up no other.
    """
    house = context.house
    for family in house.store.families.all():
        for stored in house.store.changes.waiting(family.id):
            try:
                await _look_at(context, family, stored)
            except Exception as error:
                log.error("change_failed", kind=stored.kind, error=type(error).__name__)


async def _look_at(context: Context, family: Family, stored: StoredChange) -> None:
    """Make a change if it is time; one that a freeze held up is announced anew, and waits again."""
    house, change = context.house, _pure(context, stored)
    now = house.now()
    asker = house.store.accounts.get(stored.asked_by)
    if asker is not None and roles.is_suspended(context, asker):
        return  # whoever has that account may have asked for it
    if rules.is_held(change, family.frozen_until):
        if not family.is_frozen(now):
            again = replace(stored, due_at=now + rules.REST_SECONDS)
            by = person_of(context, asker) if asker else None
            subject = house.store.people.get(family.id, str(stored.data.get("person")))
            await _announce(context, again, by, subject)
            house.store.changes.postpone(family.id, stored.id, again.due_at)
    elif rules.mature(change, now, family.frozen_until).state is State.IN_FORCE:
        await _do(context, stored)


async def _do(context: Context, stored: StoredChange, confirmed_by: int | None = None) -> None:
    """Make a change, once.

    It ends after its deed, so that a crash between the two makes it again instead of losing it:
    deeds may be done twice.
    """
    house, deed = context.house, DEEDS.get(Kind(stored.kind))
    if deed is None:
        log.error("change_without_deed", kind=stored.kind)
        return
    store, family = house.store, stored.family_id
    async with house.listening.of(("change", stored.id)):
        fresh = store.changes.get(family, stored.id)
        if fresh is None or fresh.ended_at is not None:
            return
        by = store.accounts.get(stored.asked_by)
        asker_is_here = by is not None and by.family_id == family
        done = asker_is_here and await deed(context, stored)
        now = house.now()
        store.changes.end(family, stored.id, now, confirmed_by=confirmed_by)
        store.audit.note(
            family, f"{'changed' if done else 'void'}.{stored.kind}", now, confirmed_by
        )
    if done and stored.kind not in TOLD:
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
    assert update.callback_query is not None
    account = context.account(update)
    key = (update.callback_query.data or "").removeprefix(verb)
    stored = context.house.store.changes.get(account.family_id, key)
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
