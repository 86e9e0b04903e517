"""Changes that wait a day: everyone is told, anyone may stop them, a second adult may confirm.

The rules are `familyguard.changes`; what is done in the end is `bot.family.deeds`.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from telegram import Update

from bot import talk
from bot.context import Context
from bot.family import change_news, deeds, roles
from bot.family.change_news import CONFIRM, STOP
from bot.family.who import person_of
from bot.inbox import is_again
from familyguard import changes as rules
from familyguard.changes import Change, Kind, Refused, State
from familyguard.family import Person
from familyguard.store.records import StoredChange


@dataclass(frozen=True, slots=True)
class _Answered:
    """A change whose button somebody tapped, and who."""

    stored: StoredChange
    change: Change
    by: Person


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
                await change_news.asked(context, earlier, by, subject)
            return earlier
    with store.together():
        for earlier in store.changes.waiting(family.id):
            if earlier.kind == kind and earlier.data.get("person") == subject.id:
                store.changes.end(family.id, earlier.id, now, stopped_by=account.user_id)
        stored = store.changes.ask(family.id, kind, data, account.user_id, now, change.due_at)
        store.audit.note(family.id, f"asked.{kind}", now, account.user_id, person=subject.id)
    if change.state is State.IN_FORCE:
        await deeds.do(context, stored)
        return stored
    await change_news.asked(context, stored, by, subject)
    return stored


async def stop(update: Update, context: Context) -> None:
    """«Stop this»: any member may."""
    house, account = context.house, context.account(update)
    async with _answered(update, context, STOP, roles.Act.STOP) as answered:
        if answered is None:
            return
        try:
            rules.stop(answered.change, answered.by, house.now())
        except Refused as refused:
            await _refuse(update, context, refused)
            return
        stored = answered.stored
        family = stored.family_id
        house.store.changes.end(family, stored.id, house.now(), stopped_by=account.user_id)
        house.store.audit.note(family, f"stopped.{stored.kind}", house.now(), account.user_id)
    await talk.show(update, context, "change.you_stopped")
    await change_news.ended(context, stored, "stopped", answered.by)


async def confirm(update: Update, context: Context) -> None:
    """«That is right»: a second adult makes it happen at once."""
    house, account = context.house, context.account(update)
    async with _answered(update, context, CONFIRM, roles.Act.CONFIRM) as answered:
        # From here to the deed nothing is waited for: no freeze or suspension comes in between.
        if answered is None:
            return
        stored, by = answered.stored, answered.by
        frozen_until = house.store.families.get(stored.family_id).frozen_until
        try:
            rules.confirm(
                answered.change, by, house.now(), frozen_until, _appointed_at(context, by)
            )
            if deeds.asker_is_suspended(context, stored):
                raise Refused(rules.Why.ASKER_SUSPENDED)
        except Refused as refused:
            await _refuse(update, context, refused)
            return
        done = await deeds.make(context, stored, account.user_id)
    await talk.show(update, context, "change.you_confirmed" if done else "change.not_done")
    if done:
        await deeds.tell_done(context, stored)


@asynccontextmanager
async def _answered(
    update: Update, context: Context, verb: str, act: roles.Act
) -> AsyncIterator[_Answered | None]:
    """The change of the tapped button, held by its lock.

    None, and whoever tapped was told, unless it is of the same family, still waits, and they may
    `act`.
    """
    assert update.callback_query is not None
    key = (update.callback_query.data or "").removeprefix(verb)
    async with deeds.lock(context, key):
        account = context.account(update)
        stored = context.house.store.changes.get(account.family_id, key)
        if stored is None or stored.ended_at is not None:
            await talk.forgotten(update, context)
            yield None
        elif not await roles.may(update, context, act):
            yield None
        else:
            yield _Answered(stored, deeds.pure(context, stored), person_of(context, account))


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
