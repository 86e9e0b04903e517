"""Invitations, and the keeper's word on who used one."""

import structlog
from telegram import Update, User

from bot import markup, talk
from bot.context import Context
from bot.family import announce, changes, deeds
from bot.family.people import is_new
from bot.family.roles import Act, may
from bot.family.who import name_of, person_of, role, short_number
from bot.inbox import is_again
from bot.talk import Rows
from bot.texts import Texts
from familyguard.admission import approve
from familyguard.changes import Kind
from familyguard.family import Account, Applicant, Role
from familyguard.store import INVITATION_SECONDS
from familyguard.store.records import StoredChange

log = structlog.get_logger(__name__)

NEW, REVOKE = "invite:new:", "invite:revoke:"
ROLES = {f"admit:{role}:": role for role in (Role.ADULT, Role.MEMBER, Role.CHILD)}
SECOND, AS, KEEP_OUT = "admit:second:", "admit:as:", "admit:no:"

APPLICANT_SECONDS = 24 * 3600.0
"""How long somebody waits for the keeper before they are forgotten."""


async def invite(update: Update, context: Context) -> None:
    """`/invite` and its button: a link for one person, in a message of its own to forward."""
    if not await may(update, context, Act.INVITE, again=NEW):
        return
    if update.callback_query is not None:
        await update.callback_query.answer()
    account, house, texts = context.account(update), context.house, context.texts(update)
    code = house.store.invitations.create(account.family_id, account.user_id, house.now())
    house.store.audit.note(account.family_id, "invited", house.now(), account.user_id)
    link = markup.Own(f"https://t.me/{context.bot.username}?start={code}")
    name = name_of(person_of(context, account))
    await talk.say(update, context, "invite.text", name=name, link=link)
    minutes = round(INVITATION_SECONDS / 60)
    rows = [[talk.button(texts, "invite.button.revoke", REVOKE)]]
    await talk.say(update, context, "invite.how", rows, minutes=minutes)


async def revoke(update: Update, context: Context) -> None:
    """«Withdraw»: every open invitation is void.  Allowed while frozen: it only closes doors."""
    account, house = context.account(update), context.house
    if account.role is not Role.KEEPER:
        await talk.forgotten(update, context)
        return
    house.store.invitations.revoke(account.family_id, house.now())
    house.store.audit.note(account.family_id, "revoked", house.now(), account.user_id)
    await talk.show(update, context, "invite.revoked")


async def announce_applicant(context: Context, user: User) -> None:
    """Ask the keepers about somebody who has just used an invitation."""
    applicant = context.house.store.accounts.applicant(user.id)
    if applicant is None:
        return
    username = markup.Own("@" + markup.GAP + user.username) if user.username else "–"
    await announce.tell(
        context,
        announce.keepers(context, applicant.family_id),
        "admit.who",
        lambda texts: _choices(texts, applicant),
        name=applicant.display,
        username=username,
        number=short_number(user.id),
    )


async def accept(update: Update, context: Context) -> None:
    """«Somebody new», with a role."""
    data = _data(update)
    verb = next(verb for verb in ROLES if data.startswith(verb))
    number = data.removeprefix(verb)
    applicant = _applicant(update, context, number)
    account = _let_in_before(update, context, number) if applicant is None else None
    if applicant is None and account is None:
        await talk.forgotten(update, context)
        return
    if not await may(update, context, Act.APPROVE):
        return
    by, house, given = context.account(update), context.house, ROLES[verb]
    # In a day a new adult may be the second one who confirms, so all must be able to say no first.
    slowly = given is Role.ADULT and not is_new(context, by.family_id)
    if applicant is not None:
        user_id, now = applicant.user_id, house.now()
        first = Role.MEMBER if slowly else given
        account = approve(house.store, by.family_id, user_id, first, now, guardian=by.person_id)
    assert account is not None
    is_now = role(account.role)
    await talk.show(update, context, "admit.let_in", name=account.display, role=is_now)
    await _welcome(context, account)
    others = [
        other
        for other in announce.everyone(context, by.family_id)
        if other.user_id not in (by.user_id, account.user_id)
    ]
    await announce.tell(
        context,
        others,
        "admit.joined",
        name=account.display,
        role=is_now,
        by=name_of(person_of(context, by)),
        number=short_number(account.user_id),
    )
    if slowly and account.role is not given:
        them = person_of(context, account)
        await changes.ask(update, context, Kind.ROLE, {"role": given}, them)


async def second(update: Update, context: Context) -> None:
    """«A second account of …»: ask of whom."""
    applicant = _applicant(update, context, _data(update).removeprefix(SECOND))
    if applicant is None:
        await talk.forgotten(update, context)
        return
    if not await may(update, context, Act.APPROVE):
        return
    texts = context.texts(update)
    people = context.house.store.people.of_family(applicant.family_id)
    rows = [
        [
            talk.button(
                texts, "admit.button.as", f"{AS}{applicant.user_id}.{one.id}", name=name_of(one)
            )
        ]
        for one in people
    ]
    rows.append([talk.button(texts, "admit.button.no", f"{KEEP_OUT}{applicant.user_id}")])
    await talk.show(update, context, "admit.of_whom", rows, name=applicant.display)


async def accept_as(update: Update, context: Context) -> None:
    """The person was chosen: everyone is told, and it takes a day or a second adult.

    A second account may answer in that person's name, which is what a thief of the family's trust
    would want most.
    """
    number, _, key = _data(update).removeprefix(AS).partition(".")
    applicant = _applicant(update, context, number)
    by, house = context.account(update), context.house
    person = house.store.people.get(by.family_id, key)
    if applicant is None or person is None:
        await talk.forgotten(update, context)
        return
    if not await may(update, context, Act.APPROVE):
        return
    alone = len(house.store.people.of_family(by.family_id)) == 1
    key = "admit.second.now" if alone else "admit.second.waits"
    await talk.show(update, context, key, name=name_of(person))
    data = {"user_id": applicant.user_id}
    await changes.ask(update, context, Kind.SECOND_ACCOUNT, data, person, first=alone)


async def keep_out(update: Update, context: Context) -> None:
    """«No, keep them out».  Allowed while frozen, without the PIN: it lets nobody in."""
    applicant = _applicant(update, context, _data(update).removeprefix(KEEP_OUT))
    by, house = context.account(update), context.house
    if applicant is None or by.role is not Role.KEEPER:
        await talk.forgotten(update, context)
        return
    house.store.accounts.turn_away(applicant.user_id)
    house.store.invitations.revoke(by.family_id, house.now())
    house.store.audit.note(by.family_id, "kept_out", house.now(), by.user_id)
    await talk.show(update, context, "admit.kept_out", name=applicant.display)
    others = [k for k in announce.keepers(context, by.family_id) if k.user_id != by.user_id]
    await announce.tell(
        context,
        others,
        "admit.was_kept_out",
        name=applicant.display,
        by=name_of(person_of(context, by)),
    )
    # They learn no more than any stranger does.
    await _tell_applicant(context, applicant, "chat.stranger")


async def forget_applicants(context: Context) -> None:
    """Whoever waited for a day is forgotten, unless a change about them still waits."""
    house = context.house
    for applicant in house.store.accounts.waiting_since(house.now() - APPLICANT_SECONDS):
        waiting = house.store.changes.waiting(applicant.family_id)
        if not any(change.data.get("user_id") == applicant.user_id for change in waiting):
            house.store.accounts.turn_away(applicant.user_id)
            log.info("applicant_forgotten")


async def deed(context: Context, change: StoredChange) -> bool:
    """A second account speaks for a person now."""
    store, now = context.house.store, context.house.now()
    person = store.people.get(change.family_id, str(change.data["person"]))
    if person is None:
        return False
    user_id = int(change.data["user_id"])
    account = approve(store, change.family_id, user_id, person.role, now, person)
    if account is None:
        return False
    await _welcome(context, account)
    return True


deeds.DEEDS[Kind.SECOND_ACCOUNT] = deed


async def _welcome(context: Context, account: Account) -> None:
    family = context.house.store.families.get(account.family_id)
    key = "admit.welcome" if family.name else "admit.welcome.nameless"
    await announce.tell(context, [account], key, family=family.name)


async def _tell_applicant(context: Context, applicant: Applicant, key: str) -> None:
    stranger = Account(
        applicant.user_id, applicant.family_id, "", Role.MEMBER, applicant.language, 0.0
    )
    await announce.tell(context, [stranger], key)


def _applicant(update: Update, context: Context, number: str) -> Applicant | None:
    """Who waits under that number in the family of whoever tapped."""
    if not (number.isascii() and number.isdigit()):
        return None
    applicant = context.house.store.accounts.applicant(int(number))
    family = context.account(update).family_id
    return applicant if applicant and applicant.family_id == family else None


def _let_in_before(update: Update, context: Context, number: str) -> Account | None:
    """Whom this very tap let in before a crash: not everyone may have been told."""
    if not is_again() or not number.isdigit():
        return None
    account = context.house.store.accounts.get(int(number))
    family = context.account(update).family_id
    return account if account and account.family_id == family else None


def _choices(texts: Texts, applicant: Applicant) -> Rows:
    number = str(applicant.user_id)
    rows = [
        [talk.button(texts, f"admit.button.{given}", verb + number)]
        for verb, given in ROLES.items()
    ]
    rows.append([talk.button(texts, "admit.button.second", SECOND + number)])
    rows.append([talk.button(texts, "admit.button.no", KEEP_OUT + number)])
    return rows


def _data(update: Update) -> str:
    assert update.callback_query is not None
    return update.callback_query.data or ""
