"""Yes, that was me / Not me: what the person who is supposed to have asked says."""

from dataclasses import replace
from functools import partial

from telegram import InlineKeyboardMarkup, Update
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden

from bot import keyboards, markup, talk
from bot.case import asking, cases, casework
from bot.case.casecard import call_back
from bot.case.cases import Open
from bot.context import Context
from bot.delivery import NO_PREVIEW
from bot.family import announce
from bot.family.people import alert
from bot.family.roles import is_suspended
from bot.family.who import name_of, person_of
from bot.inbox import in_hand
from bot.texts import Texts, pick_language
from familyguard import changes
from familyguard.family import Account, Person
from familyguard.model import Sign
from familyguard.store.asked import Question

DISPUTED = "disputed_yes"
"""A line of the log: somebody said yes who is to be removed.  It counts for nothing."""


async def yes(update: Update, context: Context) -> None:
    """«Yes, that was me»: noted, and the asker is told what it is worth.

    Not from whoever is to be removed: their account may be the thief's who sent the request.
    """
    found = _found(update, context)
    if found is None:
        await talk.forgotten(update, context)
        return
    account, question, person = found
    if is_suspended(context, account):
        await alert(update, context, "roles.suspended.yes")
        if question.answer is None:
            await _tell_of_dispute(context, question, person)
        return
    await _answer(update)
    if _settled(context, question, account, asking.YES):
        opened = _noted(context, question, was_me=True)
        if opened is not None:
            await _tell_asker(context, opened, person)
    await _close(context, question)


async def not_me(update: Update, context: Context) -> None:
    """«Not me!»: everyone is alarmed, nothing can be changed for a day, all cards say so."""
    found = _found(update, context)
    if found is None:
        await talk.forgotten(update, context)
        return
    account, question, person = found
    await _answer(update)
    if _settled(context, question, account, asking.NOT_ME):
        house, family = context.house, account.family_id
        with house.store.together():
            opened = _noted(context, question, was_me=False)
            until = changes.freeze(house.store.families.get(family).frozen_until, house.now())
            house.store.families.freeze(family, until)
            house.store.audit.note(
                family, "not_me", house.now(), actor=account.user_id, person=person.id
            )
        await _alarm(context, account, person, opened)
    await _close(context, question)


async def _alarm(context: Context, account: Account, person: Person, opened: Open | None) -> None:
    family = account.family_id
    asker = _asker(context, opened) if opened else None
    told = asker.user_id if asker else None
    if opened is not None and asker is not None:
        # The one who is about to pay comes first.
        await casework.redraw(context, asker, opened)
        # Only the asker's button leads to this case: it is nobody else's.
        steps = partial(_help, case=opened.id)
        await announce.tell(context, [asker], "ask.alarm.asker", steps, name=name_of(person))
    others = [
        one for one in announce.everyone(context, family, but=told) if one.person_id != person.id
    ]
    key = "ask.alarm.from" if asker else "ask.alarm"
    by = name_of(person_of(context, asker) if asker else None)
    await announce.tell(context, others, key, _help, name=name_of(person), asker=by)
    own = context.house.store.accounts.of_person(family, person.id)
    await announce.tell(context, own, "ask.alarm.own", _help)


async def _tell_of_dispute(context: Context, question: Question, person: Person) -> None:
    """The asker hears once that somebody said yes whom the family is about to remove."""
    house, family = context.house, question.family_id
    told = house.store.audit.lines(family, question.asked_at)
    if any(one.act == DISPUTED and one.detail.get("question") == question.id for one in told):
        return
    stored = house.store.cases.get(family, question.case_id or "")
    if stored is None:
        return
    await _tell_asker(context, cases.opened_of(house, stored), person, "roles.suspended.said_yes")
    house.store.audit.note(family, DISPUTED, house.now(), person=person.id, question=question.id)


async def _tell_asker(
    context: Context, opened: Open, person: Person, key: str = "ask.said_yes"
) -> None:
    asker = _asker(context, opened)
    if asker is None:
        return
    texts = Texts(pick_language(asker.language))
    text = markup.escape(markup.fill(texts, key, name=name_of(person)))
    if line := call_back(person, texts):
        text += f"\n\n{line}"
    try:
        await context.bot.send_message(
            asker.user_id,
            text,
            parse_mode=ParseMode.HTML,
            link_preview_options=NO_PREVIEW,
            protect_content=True,
        )
    except Forbidden:
        return
    await casework.redraw(context, asker, opened)


async def _close(context: Context, question: Question) -> None:
    """Show in every copy of the question what was answered."""
    house = context.house
    now = house.store.questions.get(question.family_id, question.id)
    if now is None or now.answer is None:
        return
    languages = {
        one.user_id: one.language
        for one in house.store.accounts.of_person(now.family_id, now.person_id)
    }
    for chat, message in now.messages:
        texts = Texts(pick_language(languages.get(chat)))
        buttons = asking.rows(now.id, now.answer, texts)
        try:
            await context.bot.edit_message_text(
                texts.get(f"ask.closed.{now.answer}"),
                chat_id=chat,
                message_id=message,
                reply_markup=InlineKeyboardMarkup(buttons) if buttons else None,
            )
        except (BadRequest, Forbidden):
            continue  # deleted, or already as it should be


def _settled(context: Context, question: Question, account: Account, answer: str) -> bool:
    """Whether this answer has consequences: it is new, or they were cut short by a crash."""
    house, hand = context.house, in_hand()
    new = house.store.questions.answer(
        question.family_id, question.id, account.user_id, answer, house.now()
    )
    if new:
        return True
    stored = house.store.questions.get(question.family_id, question.id)
    return bool(hand and hand.again and stored and stored.answer == answer)


def _noted(context: Context, question: Question, *, was_me: bool) -> Open | None:
    """The case with the answer in it, counted once."""
    house = context.house
    stored = house.store.cases.get(question.family_id, question.case_id or "")
    if stored is None:
        return None
    sign = Sign.CONFIRMED if was_me else Sign.NOT_ME
    opened = cases.opened_of(house, stored)
    if sign in {piece.sign for piece in opened.file.case.evidence()}:
        return opened
    now = house.now()
    return cases.change(
        house, opened, lambda file: replace(file, case=file.case.with_tap(was_me, now))
    )


def _found(update: Update, context: Context) -> tuple[Account, Question, Person] | None:
    """The question under a button, if it was put to the person who tapped."""
    query = update.callback_query
    assert query is not None
    account, store = context.account(update), context.house.store
    question = store.questions.get(account.family_id, (query.data or "").rpartition(":")[2])
    if question is None or question.person_id != account.person_id:
        return None
    person = store.people.get(account.family_id, question.person_id)
    return (account, question, person) if person else None


def _asker(context: Context, opened: Open) -> Account | None:
    return context.house.store.accounts.get(opened.stored.opened_by)


def _help(texts: Texts, case: str = "") -> talk.Rows:
    return [[talk.button(texts, "case.button.scam", f"{keyboards.CASE}scam:{case}")]]


async def _answer(update: Update) -> None:
    assert update.callback_query is not None
    await update.callback_query.answer()
