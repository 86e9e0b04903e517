"""The buttons under the card of a case."""

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot import keyboards, markup, moments
from bot.case.afterthoughts import can_part
from bot.case.card_facts import Facts
from bot.case.files import level_of
from bot.texts import Texts
from bot.wording import shorten
from familyguard.model import Level

HALF_A_ROW = 20
"""Characters of a button that shares its row, on a telephone 360 points wide."""

NAME_ON_BUTTON = 18
"""Characters of a name within a button's sentence: the rest of it must stay readable."""


def buttons(facts: Facts, texts: Texts) -> InlineKeyboardMarkup:
    """Ask somebody, say what it was, part it from the rest, read on: what makes sense now."""
    opened = facts.opened
    rows: list[list[InlineKeyboardButton]] = []

    def add(key: str, data: str, **values: str) -> None:
        label = texts.get(f"case.button.{key}", **values)
        rows.append([InlineKeyboardButton(label, callback_data=data)])

    level = level_of(opened.file.case)
    is_closed = opened.stored.closed_at is not None
    if level is Level.ALARM or (is_closed and level >= Level.CAUTION):
        # There is nothing left to ask, of nobody.
        add("scam", f"{keyboards.CASE}scam:{opened.id}")
    elif level >= Level.CAUTION:
        if facts.others:
            add("other_person" if facts.person else "who", f"{keyboards.CASE}who:{opened.id}:0")
            ask = f"{keyboards.CASE}ask:{opened.id}"
            if awaited := facts.awaited:
                add("ask.again", ask, time=moments.clock(awaited.asked_at))
            elif (person := facts.other) and person.name:
                add("ask.named", ask, name=markup.harmless(shorten(person.name, NAME_ON_BUTTON)))
            else:
                add("ask", ask)
        add("word", f"{keyboards.CASE}word:{opened.id}")
        add("scam", f"{keyboards.CASE}scam:{opened.id}")
        may = facts.account.role.is_grown_up and opened.file.accounts and not facts.payees_known
        if may:
            add("payee", f"{keyboards.CASE}payee:{opened.id}")
    if is_closed:
        return InlineKeyboardMarkup(rows)
    if can_part(opened):
        add("elsewhere", f"{keyboards.CASE}split:{opened.id}")
    if opened.file.details:
        details = texts.get("chat.button.details")
        data = keyboards.DETAILS + opened.file.details
        _beside_last(rows, InlineKeyboardButton(details, callback_data=data))
    return InlineKeyboardMarkup(rows)


def _beside_last(rows: list[list[InlineKeyboardButton]], button: InlineKeyboardButton) -> None:
    """Each row less helps the headline stay on a telephone's screen; half a row holds few words."""
    if rows and len(rows[-1][0].text) <= HALF_A_ROW:
        rows[-1].append(button)
    else:
        rows.append([button])
