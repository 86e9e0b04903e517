"""«It was a scam»: what has happened, in a few taps, and then what to do, in its order.

What was tapped is written into the case at once: somebody in a hurry taps the next button before
the first tap shows.  Where the case is gone, it stands in the buttons themselves.
"""

from dataclasses import replace

from telegram import Update

from bot import announce, cases, pages, talk
from bot.cases import Open
from bot.context import Context
from bot.guidance import scam_page
from bot.handlers import casefile
from bot.handlers.case import parts
from bot.talk import Rows
from bot.texts import Texts
from bot.who import name_of, person_of
from familyguard.aftercare import Happened
from familyguard.codeword import Rotation
from familyguard.directory import directory
from familyguard.family import Account

TAP, DONE = "scam:tap:", "scam:done:"

CHOSEN = "✓ {label}"


async def begin(update: Update, context: Context) -> None:
    """The first thing to do, and the question what has happened.

    Also for a case that is gone by now: the steps help without it.
    """
    assert update.callback_query is not None
    await update.callback_query.answer()
    case = parts(update)[2]
    opened = cases.case_of(context.house, context.account(update), case)
    # A made-up name, or another family's, is not carried on.
    rows = _rows(case if opened else "", _said("", opened), context.texts(update))
    await talk.say(update, context, "aftercare.first", rows)


async def tap(update: Update, context: Context) -> None:
    """One thing more that has happened, or one less, as the button showed it."""
    _, _, case, marks, which, *_ = parts(update)
    one = next((happened for happened in Happened if happened.value == which), None)
    if one is None:
        await talk.forgotten(update, context)
        return
    opened = cases.case_of(context.house, context.account(update), case)
    said = _said(marks, opened)
    said = said - {one} if one in _said(marks, None) else said | {one}
    if opened is not None:
        _write_down(context, opened, said)
    rows = _rows(case if opened else "", said, context.texts(update))
    await talk.show(update, context, "aftercare.first", rows)


async def done(update: Update, context: Context) -> None:
    """«That is all»: the steps, the most urgent first, and the file for the police."""
    account, texts = context.account(update), context.texts(update)
    _, _, case, marks, *_ = parts(update)
    opened = cases.case_of(context.house, account, case)
    said = _said(marks, opened)
    told = _note(context, account, said)
    family = context.house.store.families.get(account.family_id)
    page = scam_page(said, family.country or "", directory(), texts)
    rows = casefile.offers(opened, texts) if opened else None
    await pages.instead(update, context, page, rows)
    if told:
        others = announce.keepers(context, account.family_id)
        name = name_of(person_of(context, account))
        await announce.tell(context, others, "aftercare.word_told", name=name)


def _write_down(context: Context, opened: Open, said: frozenset[Happened]) -> None:
    happened = tuple(one.value for one in Happened if one in said)
    cases.change(context.house, opened, lambda file: replace(file, happened=happened))


def _note(context: Context, account: Account, said: frozenset[Happened]) -> bool:
    """Whether the code word is known to others by now; then another one is due."""
    house, family = context.house, account.family_id
    with house.store.together():
        if Happened.CODE_WORD_SAID not in said or house.store.codewords.get(family) is None:
            return False
        house.store.codewords.ask_to_rotate(family, Rotation.LEAKED)
        house.store.audit.note(family, "leaked", house.now(), account.user_id)
    return True


def _rows(case: str, said: frozenset[Happened], texts: Texts) -> Rows:
    marks = "".join("1" if happened in said else "0" for happened in Happened)
    rows: Rows = []
    for happened in Happened:
        label = texts.get(f"aftercare.happened.{happened}")
        shown = CHOSEN.format(label=label) if happened in said else label
        data = f"{TAP}{case}:{marks}:{happened}"
        rows.append([talk.labelled(shown, data)])
    return [*rows, [talk.button(texts, "aftercare.done", f"{DONE}{case}:{marks}")]]


def _said(marks: str, opened: Open | None) -> frozenset[Happened]:
    """What the case says that has happened, or without a case the buttons."""
    if opened is not None:
        return frozenset(map(Happened, opened.file.happened))
    return frozenset(
        happened for happened, mark in zip(Happened, marks, strict=False) if mark == "1"
    )
