"""«Did you just ask Anna for money?»: the person it claims to come from is asked, and what follows.

A yes is noted and takes nothing away: an account can be stolen.  Not me wins whenever it comes.
"""

from collections.abc import Sequence
from enum import Enum, auto

import structlog
from telegram import InlineKeyboardMarkup
from telegram.error import TelegramError

from bot import keyboards, markup, talk
from bot.case.casecard import call_back
from bot.case.cases import Open
from bot.case.files import MOST_QUOTE
from bot.context import Context
from bot.delivery import NO_PREVIEW
from bot.family.who import name_of, person_of
from bot.inbox import in_hand
from bot.texts import Texts, pick_language
from familyguard.family import Account, Person
from familyguard.model import Sign
from familyguard.store.asked import Question

log = structlog.get_logger(__name__)

PAUSE_SECONDS = 600.0
"""One question about a case in ten minutes: more would not bring the answer sooner."""

YES, NOT_ME = "yes", "not_me"


class Asked(Enum):
    """What became of the wish to ask."""

    SENT = auto()
    LATELY = auto()  # the same question was put less than ten minutes ago
    NO_ACCOUNT = auto()
    UNREACHED = auto()
    ONESELF = auto()


async def ask(
    context: Context, account: Account, opened: Open, person: Person, *, quietly: bool = False
) -> Asked:
    """Ask every account of `person`, and tell the asker what came of that.

    `quietly` says nothing where the question was put lately: nobody tapped anything.
    """
    outcome = await _ask(context, account, opened, person)
    if outcome is not Asked.LATELY or not quietly:
        await _tell(context, account, person, outcome)
    return outcome


def rows(question: str, answer: str | None, texts: Texts) -> talk.Rows:
    """The buttons under a question.  After a yes one stays: it may have been a thief's."""
    data = f"{keyboards.ASK}{{}}:{question}"
    not_me = talk.button(texts, "ask.not_me", data.format("no"))
    if answer == NOT_ME:
        return []
    if answer == YES:
        return [[not_me]]
    return [[not_me], [talk.button(texts, "ask.yes", data.format("yes"))]]


async def _ask(context: Context, account: Account, opened: Open, person: Person) -> Asked:
    house, family = context.house, account.family_id
    if person.id == account.person_id:
        return Asked.ONESELF
    accounts = house.store.accounts.of_person(family, person.id)
    if not accounts:
        return Asked.NO_ACCOUNT
    now, hand = house.now(), in_hand()
    lately = [
        one
        for one in house.store.questions.of_case(family, opened.id)
        if one.person_id == person.id and now - one.asked_at < PAUSE_SECONDS
    ]
    if lately and not (hand and hand.again and not lately[-1].messages):
        return Asked.LATELY
    question = (
        lately[-1] if lately else house.store.questions.ask(family, opened.id, person.id, now)
    )
    places = await _send(context, account, opened, question, accounts)
    house.store.questions.sent(family, question.id, places)
    return Asked.SENT if places else Asked.UNREACHED


async def _send(
    context: Context,
    account: Account,
    opened: Open,
    question: Question,
    accounts: Sequence[Account],
) -> list[tuple[int, int]]:
    name = name_of(person_of(context, account))
    money = Sign.MONEY_REQUEST in {piece.sign for piece in opened.file.case.evidence()}
    places = []
    for one in accounts:
        texts = Texts(pick_language(one.language))
        key = "ask.money" if money else "ask.sent"
        text = f"<b>{markup.escape(markup.fill(texts, key, asker=name))}</b>"
        if opened.file.quote and opened.file.media is None:
            text += f"\n\n<blockquote>{_quoted(opened.file.quote)}</blockquote>"
        text += f"\n\n{markup.escape(markup.fill(texts, 'ask.how', asker=name))}"
        try:
            await _attach(context, opened, one)
            message = await context.bot.send_message(
                one.user_id,
                text,
                parse_mode="HTML",
                link_preview_options=NO_PREVIEW,
                protect_content=True,
                reply_markup=InlineKeyboardMarkup(rows(question.id, None, texts)),
            )
        except TelegramError as error:
            log.info("not_asked", error=type(error).__name__)
        else:
            places.append((message.chat_id, message.message_id))
    return places


async def _attach(context: Context, opened: Open, one: Account) -> None:
    """Send the memo along; without it the question stands all the same."""
    media = opened.file.media
    if media is None:
        return
    send = getattr(context.bot, f"send_{media.kind}")
    try:
        await send(one.user_id, media.file_id, protect_content=True)
    except TelegramError as error:
        log.info("memo_not_attached", error=type(error).__name__)


def _quoted(words: str) -> str:
    """Foreign words over several lines, in which nothing can be tapped."""
    return "\n".join(markup.escape(line) for line in words[:MOST_QUOTE].splitlines())


async def _tell(context: Context, account: Account, person: Person, outcome: Asked) -> None:
    texts = Texts(pick_language(account.language))
    text = markup.escape(
        markup.fill(texts, f"ask.told.{outcome.name.lower()}", name=name_of(person))
    )
    if outcome is not Asked.ONESELF and (line := call_back(person, texts)):
        text += f"\n\n{line}"
    await context.bot.send_message(
        account.user_id, text, parse_mode="HTML", link_preview_options=NO_PREVIEW
    )
