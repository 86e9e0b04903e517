"""«It was a scam»: what has happened, in a few taps, and then what to do, in its order.

What was tapped is written into the case at once: somebody in a hurry taps the next button before
the first tap shows.  Where the case is gone, it stands in the buttons themselves.
"""

from dataclasses import replace

from telegram import Update

from bot import talk
from bot.aftercare import countries, pages
from bot.aftercare.guidance import scam_page
from bot.case import cases
from bot.case.cases import Open
from bot.case.origin import Origin
from bot.context import Context
from bot.family import announce
from bot.family.who import name_of, person_of
from bot.handlers import casefile
from bot.handlers.case import parts
from bot.talk import Rows
from bot.texts import Texts
from familyguard.aftercare import Happened
from familyguard.codeword import Rotation
from familyguard.directory import directory
from familyguard.family import Account

TAP, DONE, COUNTRY = "scam:tap:", "scam:done:", "scam:country:"

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
    account = context.account(update)
    _, _, case, marks, *_ = parts(update)
    opened = cases.case_of(context.house, account, case)
    said = _said(marks, opened)
    told = _note(context, account, said)
    await _steps(update, context, opened, said)
    if told:
        others = announce.keepers(context, account.family_id)
        name = name_of(person_of(context, account))
        await announce.tell(context, others, "aftercare.word_told", name=name)


async def country(update: Update, context: Context) -> None:
    """A country was tapped under steps without numbers: the same steps, with its numbers.

    It stays the family's, which has none, where the one who tapped may set that.
    """
    _, _, case, marks, code, *_ = parts(update)
    if code not in countries.COUNTRIES:
        await talk.forgotten(update, context)
        return
    account, house = context.account(update), context.house
    countries.settle(context, account, code)
    opened = cases.case_of(house, account, case)
    await _steps(update, context, opened, _said(marks, opened), code)


async def _steps(
    update: Update,
    context: Context,
    opened: Open | None,
    said: frozenset[Happened],
    tapped: str = "",
) -> None:
    """The page; where the case is gone, with a new one, as the page speaks of a file of it."""
    account, house, texts = context.account(update), context.house, context.texts(update)
    if opened is None:
        now = house.now()
        opened = cases.fresh(house, account, Origin(f"aftercare/{now}"), now)
        _write_down(context, opened, said)
    place = tapped or countries.known(context, account)
    page = scam_page(said, place, directory(), texts)
    rows = casefile.offers(opened, texts)
    if not place:
        page = replace(page, closing=f"{page.closing}\n{texts.get('aftercare.which_country')}")
        rows += countries.rows(f"{COUNTRY}{opened.id}:{_marks(said)}:", texts)
    await pages.instead(update, context, page, rows)


def _marks(said: frozenset[Happened]) -> str:
    return "".join("1" if happened in said else "0" for happened in Happened)


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
    marks = _marks(said)
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
