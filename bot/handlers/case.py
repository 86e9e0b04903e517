"""The buttons under the card of a case, each looked up with the account that asked."""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from functools import wraps
from typing import Any

from telegram import InlineKeyboardMarkup, Message, Update
from telegram.constants import ParseMode

from bot import keyboards, markup, talk
from bot.case import afterthoughts, answers, asking, cases, casework
from bot.case.card_facts import facts_of
from bot.case.cases import Open
from bot.case.challenges import challenge_text, given_out
from bot.case.intake import Sent
from bot.case.readers import payees_of
from bot.context import Context, Shown
from bot.delivery import NO_PREVIEW, reply
from bot.family import announce
from bot.family.roles import is_suspended
from bot.family.who import name_of, person_of
from familyguard.family import Account, Person
from familyguard.model import Sign

PAGE = 8
"""Persons on one page: a telephone shows as many buttons without scrolling."""


NOBODY = "nobody"
"""In the place of a person: none of the family.  What their voices were evidence of stays."""

Handler = Callable[[Update, Context], Coroutine[Any, Any, None]]
OfCase = Callable[[Update, Context, Account, Open], Awaitable[None]]


def of_asker(handler: OfCase) -> Handler:
    """Look up the case under a button for the account that asked, and nobody else."""

    @wraps(handler)
    async def tapped(update: Update, context: Context) -> None:
        account = context.account(update)
        opened = cases.case_of(context.house, account, parts(update)[2])
        if opened is None:
            await talk.forgotten(update, context)
        else:
            await handler(update, context, account, opened)

    return tapped


@of_asker
async def who(update: Update, context: Context, account: Account, opened: Open) -> None:
    """«Who is it supposed to be?»"""
    page = parts(update)[3]
    await _answer(update)
    await _offer(update, context, account, opened, int(page) if page.isdecimal() else 0)


@of_asker
async def supposed(update: Update, context: Context, account: Account, opened: Open) -> None:
    """One of the relatives was chosen."""
    if parts(update)[3] == NOBODY:
        opened = cases.change(
            context.house, opened, lambda file: replace(file, case=replace(file.case, about=None))
        )
        await talk.show(update, context, "case.who.none_chosen")
        await casework.redraw(context, account, opened)
        return
    person = context.house.store.people.get(account.family_id, parts(update)[3])
    if person is None:
        await talk.forgotten(update, context)
        return
    opened = afterthoughts.supposed(context.house, opened, person.id)
    await talk.show(update, context, "case.who.chosen", name=name_of(person))
    # A request for money is a reason to ask at once.
    if Sign.MONEY_REQUEST in {piece.sign for piece in opened.file.case.evidence()}:
        await asking.ask(context, account, opened, person, quietly=True)
    await casework.redraw(context, account, opened)


@of_asker
async def ask(update: Update, context: Context, account: Account, opened: Open) -> None:
    """«Ask them now»: first who, where that is not known."""
    await _answer(update)
    person = cases.about(context.house, opened)
    if person is None:
        await _offer(update, context, account, opened, 0)
        return
    await asking.ask(context, account, opened, person)
    await casework.redraw(context, account, opened)


@of_asker
async def word(update: Update, context: Context, account: Account, opened: Open) -> None:
    """«Ask for the code word»: a one-time phrase, and what to do with it."""
    await _answer(update)
    asked = given_out(context.house, account, opened)
    texts = context.texts(update)
    data = f"{keyboards.CASE}refuse:{asked.id}"
    await context.bot.send_message(
        account.user_id,
        challenge_text(asked, texts),
        parse_mode=ParseMode.HTML,
        link_preview_options=NO_PREVIEW,
        reply_markup=InlineKeyboardMarkup([[talk.button(texts, "word.refuse", data)]]),
    )


async def refuse(update: Update, context: Context) -> None:
    """«They refuse to say it»."""
    account, house = context.account(update), context.house
    asked = house.store.challenges.get(account.family_id, parts(update)[2])
    over = asked is not None and asked.outcome not in (None, answers.REFUSED)
    if asked is None or asked.asked_by != account.user_id or over:
        await talk.forgotten(update, context)
        return
    opened = answers.refuse(house, account, asked, house.now())
    await talk.show(update, context, "word.refused")
    if opened is None:
        opened = cases.case_of(house, account, asked.case_id or "")
    if opened is not None:
        await casework.redraw(context, account, opened)


@of_asker
async def split(update: Update, context: Context, account: Account, opened: Open) -> None:
    """«This is about something else»: the latest upload gets a case of its own."""
    shown = _last_shown(context, opened)
    if shown is None:
        await talk.forgotten(update, context)
        return
    await _answer(update)
    assert update.callback_query is not None
    message = update.callback_query.message
    await _part(context, account, opened, shown, message if isinstance(message, Message) else None)


async def part_latest(update: Update, context: Context, sent: Sent) -> bool:
    """The same, typed: it is about the case that was shown last; whether there was one to part."""
    house, account = context.house, sent.account
    stored = house.store.cases.of_account(account.family_id, account.user_id)
    latest = max(stored, key=lambda one: one.touched_at, default=None)
    opened = cases.opened_of(house, latest) if latest else None
    shown = _last_shown(context, opened) if opened else None
    if opened is None or shown is None:
        return False
    await _part(context, account, opened, shown, update.effective_message)
    return True


@of_asker
async def payee(update: Update, context: Context, account: Account, opened: Open) -> None:
    """«We have paid this account for years»: what that does, and whether it is so."""
    if (reason := _no_payee(context, account, opened)) is not None:
        assert update.callback_query is not None
        await update.callback_query.answer(context.texts(update).get(reason), show_alert=True)
        return
    texts = context.texts(update)
    yes = talk.button(texts, "payee.yes", f"{keyboards.CASE}paid:{opened.id}")
    no = talk.button(texts, "payee.no", talk.NOT_NOW + "payee")
    await _answer(update)
    numbers = "\n".join(opened.file.accounts)
    await talk.say(update, context, "payee.sure", [[yes], [no]], numbers=markup.Own(numbers))


@of_asker
async def paid(update: Update, context: Context, account: Account, opened: Open) -> None:
    """Yes: the family knows these accounts from now on.  No verdict changes."""
    if _no_payee(context, account, opened) is not None:
        await talk.forgotten(update, context)
        return
    house, family = context.house, account.family_id
    known = payees_of(house, family)
    for number in opened.file.accounts:
        known.add(number)
    with house.store.together():
        house.store.payees.put(family, known.marks())
        house.store.audit.note(family, "payee_added", house.now(), actor=account.user_id)
    await talk.show(update, context, "payee.done")
    others = announce.everyone(context, family, but=account.user_id)
    by = name_of(person_of(context, account))
    await announce.tell(context, others, "payee.added", by=by)
    await casework.redraw(context, account, opened)


async def _offer(
    update: Update, context: Context, account: Account, opened: Open, page: int
) -> None:
    """The relatives, some on a page; names stand on the buttons, never in their data."""
    texts = context.texts(update)
    people = context.house.store.people.of_family(account.family_id)
    # Nobody asks themselves whether they wrote.
    named = [one for one in people if one.name and one.id != account.person_id]
    start = min(max(page, 0), max(0, len(named) - 1) // PAGE) * PAGE
    rows = [
        [talk.button(texts, "case.who.name", _is(opened, one), name=name_of(one))]
        for one in named[start : start + PAGE]
    ]
    more = len(named) > start + PAGE
    if more or start:
        upcoming = start // PAGE + 1 if more else 0
        data = f"{keyboards.CASE}who:{opened.id}:{upcoming}"
        rows.append([talk.button(texts, "case.who.more", data)])
    nobody = f"{keyboards.CASE}is:{opened.id}:{NOBODY}"
    rows.append([talk.button(texts, "case.who.nobody", nobody)])
    await talk.say(update, context, "case.who", rows)


def _is(opened: Open, person: Person) -> str:
    return f"{keyboards.CASE}is:{opened.id}:{person.id}"


def parts(update: Update) -> list[str]:
    """Room, verb, and what they are about, as a button's data says; empty where nothing came."""
    assert update.callback_query is not None
    return [*(update.callback_query.data or "").split(":"), "", "", ""]


def _no_payee(context: Context, account: Account, opened: Open) -> str | None:
    """Key of the sentence that says why no account can be added; None if one can."""
    if not account.role.is_grown_up:
        return "payee.only_grown_ups"
    if is_suspended(context, account):
        return "roles.suspended"
    house = context.house
    if house.store.families.get(account.family_id).is_frozen(house.now()):
        return "payee.frozen"
    known = facts_of(house, account, opened).payees_known
    return "payee.known" if known or not opened.file.accounts else None


def _last_shown(context: Context, opened: Open) -> Shown | None:
    """What was shown last of a case, if that can be parted from it."""
    shown = context.house.shown.get(opened.file.details)
    if shown is None or shown.arrival is None or not afterthoughts.can_part(opened):
        return None
    return shown


async def _part(
    context: Context, account: Account, opened: Open, shown: Shown, message: Message | None
) -> None:
    house = context.house
    fresh = afterthoughts.apart(house, account, opened, shown)
    text, buttons = casework.card(context, account, fresh)
    if message is not None:
        await casework.placed(context, account, fresh, await reply(message, text, buttons))
    await casework.redraw(context, account, cases.again(house, opened))


async def _answer(update: Update) -> None:
    assert update.callback_query is not None
    await update.callback_query.answer()
