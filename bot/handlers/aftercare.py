"""«It was a scam»: what has happened, in a few taps, and then what to do, in its order.

What was tapped stands in the buttons themselves, so a restart in between loses nothing.
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
    await talk.say(update, context, "aftercare.first", _rows(case, (), context.texts(update)))


async def tap(update: Update, context: Context) -> None:
    """One thing more that has happened, or one less."""
    _, _, case, marks, which, *_ = parts(update)
    said = _said(marks)
    known = {happened.value: happened for happened in Happened}
    if which not in known:
        await talk.forgotten(update, context)
        return
    said = said ^ {known[which]}
    rows = _rows(case, said, context.texts(update))
    await talk.show(update, context, "aftercare.first", rows)


async def done(update: Update, context: Context) -> None:
    """«That is all»: the steps, the most urgent first, and the file for the police."""
    account, texts = context.account(update), context.texts(update)
    _, _, case, marks, *_ = parts(update)
    said = _said(marks)
    opened = cases.case_of(context.house, account, case)
    told = _note(context, account, opened, said)
    family = context.house.store.families.get(account.family_id)
    page = scam_page(said, family.country or "", directory(), texts)
    rows = casefile.offers(opened, texts) if opened else None
    await pages.instead(update, context, page, rows)
    if told:
        others = announce.keepers(context, account.family_id)
        name = name_of(person_of(context, account))
        await announce.tell(context, others, "aftercare.word_told", name=name)


def _note(
    context: Context, account: Account, opened: Open | None, said: frozenset[Happened]
) -> bool:
    """Write down what has happened; True if the code word is known to others by now."""
    house, family = context.house, account.family_id
    with house.store.together():
        if opened is not None:
            happened = tuple(one.value for one in Happened if one in said)
            cases.change(house, opened, lambda file: replace(file, happened=happened))
        if Happened.CODE_WORD_SAID not in said or house.store.codewords.get(family) is None:
            return False
        house.store.codewords.ask_to_rotate(family, Rotation.LEAKED)
        house.store.audit.note(family, "leaked", house.now(), account.user_id)
    return True


def _rows(case: str, said: frozenset[Happened] | tuple[()], texts: Texts) -> Rows:
    marks = "".join("1" if happened in said else "0" for happened in Happened)
    rows: Rows = []
    for happened in Happened:
        label = texts.get(f"aftercare.happened.{happened}")
        shown = CHOSEN.format(label=label) if happened in said else label
        data = f"{TAP}{case}:{marks}:{happened}"
        rows.append([talk.labelled(shown, data)])
    return [*rows, [talk.button(texts, "aftercare.done", f"{DONE}{case}:{marks}")]]


def _said(marks: str) -> frozenset[Happened]:
    return frozenset(
        happened for happened, mark in zip(Happened, marks, strict=False) if mark == "1"
    )
