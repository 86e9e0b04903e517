"""A case on the asker's screen: the newest card in full, earlier ones pointing to it.

And what others must be told of a case, each in their own language.  Whatever is due is stored with
the case first, so that it is also told after a crash.
"""

from collections.abc import Sequence
from dataclasses import replace

import structlog
from telegram import InlineKeyboardMarkup, Message
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden

from bot.case import answers, asking, cases, intake
from bot.case.card_facts import facts_of
from bot.case.casecard import render, stub
from bot.case.cases import Open
from bot.case.files import MOST_KEPT, File
from bot.context import Context
from bot.delivery import NO_PREVIEW
from bot.family import announce
from bot.family.who import name_of, person_of
from bot.texts import Texts, pick_language
from familyguard.family import Account
from familyguard.model import Sign
from familyguard.near_matches import WITHIN_SECONDS, NearMatches

log = structlog.get_logger(__name__)

MANY_TOLD = "many_memos_told"
"""A line of the audit log: keepers were asked to look after an account that sends very much."""

MANY_SECONDS = 24 * 3600.0
"""Between two such requests about one account."""

NEAR, NEAR_TOLD = "near_match", "near_match_told"
"""Lines of the audit log in which near matches are counted."""


def card(context: Context, account: Account, opened: Open) -> tuple[str, InlineKeyboardMarkup]:
    """The card of a case as it is now."""
    return render(facts_of(context.house, account, opened))


async def placed(context: Context, account: Account, opened: Open, message: Message) -> Open:
    """A new card was shown: earlier ones point to it if the case became more serious."""
    house, place = context.house, (message.chat_id, message.message_id)
    shown = opened.file.case

    def put(file: File) -> File:
        earlier = [one for one in file.cards if one != place]
        return replace(file, cards=(*earlier, place)[-MOST_KEPT:])

    opened = cases.change(house, opened, put)
    house.store.cases.show_at(account.family_id, opened.id, *place)
    if opened.file.case.count != shown.count:
        # Somebody tapped while the card was on its way, and could not reach it yet.
        await redraw(context, account, opened)
    elif cases.news_of(shown).rose:
        await _point(context, account, opened, opened.file.cards[:-1])
    return opened


async def redraw(context: Context, account: Account, opened: Open) -> None:
    """Something happened to a case: all of its cards say so."""
    if not opened.file.cards:
        return
    *earlier, last = opened.file.cards
    text, buttons = card(context, account, opened)
    await _edit(context, last, text, buttons)
    await _point(context, account, opened, earlier)


async def follow_up(context: Context, account: Account, opened: Open) -> Open:
    """Tell others what is due, and ask the person whom a request for money names."""
    house = context.house
    due, family = opened.file.due, account.family_id
    name = name_of(person_of(context, account))
    person = cases.about(house, opened)
    if answers.DURESS in due:
        forced = person.id if person else None
        others = [
            one
            for one in announce.everyone(context, family)
            if one.person_id not in (account.person_id, forced)
        ]
        key = "case.duress.named" if person else "case.duress"
        await announce.tell(context, others, key, asker=name, name=name_of(person))
        # The asker and the one who is forced may be watched: to them it is the code word.
        watched = [one for one in announce.keepers(context, family) if one not in others]
        await announce.tell(context, watched, "case.word_used")
    if answers.ROTATE in due:
        await announce.tell(context, announce.keepers(context, family), "case.word_used")
    if answers.LOCKED in due:
        await announce.tell(context, announce.keepers(context, family), "case.word_locked")
    if answers.MANY in due:
        await _many(context, account)
    if answers.NEAR in due:
        await _near(context, account)
    denied = Sign.NOT_ME in {piece.sign for piece in opened.file.case.evidence()}
    asks = intake.ASK in due and person is not None and person.id != account.person_id
    asks = asks and not denied
    if asks and person is not None:
        await asking.ask(context, account, opened, person, quietly=True)
    if due:
        opened = cases.change(house, opened, lambda file: replace(file, due=()))
    if asks:
        await redraw(context, account, opened)
    return opened


async def _many(context: Context, account: Account) -> None:
    """Somebody may be trying out words with an account that is not theirs."""
    house, family, now = context.house, account.family_id, context.house.now()
    lines = house.store.audit.lines(family, now - MANY_SECONDS)
    if any(line.act == MANY_TOLD and line.actor == account.user_id for line in lines):
        return
    house.store.audit.note(family, MANY_TOLD, now, actor=account.user_id)
    others = [one for one in announce.keepers(context, family) if one != account]
    await announce.tell(
        context, others, "case.many_memos", name=name_of(person_of(context, account))
    )


async def _near(context: Context, account: Account) -> None:
    house, family = context.house, account.family_id
    now = house.now()
    lines = house.store.audit.lines(family, now - WITHIN_SECONDS)
    times = tuple(line.at for line in lines if line.act == NEAR)
    told = max((line.at for line in lines if line.act == NEAR_TOLD), default=None)
    house.store.audit.note(family, NEAR, now, actor=account.user_id)
    _, tell = NearMatches(times, told).add(now)
    if tell:
        house.store.audit.note(family, NEAR_TOLD, now)
        await announce.tell(context, announce.keepers(context, family), "case.near_matches")


async def _point(
    context: Context, account: Account, opened: Open, places: Sequence[tuple[int, int]]
) -> None:
    texts = Texts(pick_language(account.language))
    for place in places:
        await _edit(context, place, stub(opened, texts), None)


async def _edit(
    context: Context, place: tuple[int, int], text: str, buttons: InlineKeyboardMarkup | None
) -> None:
    chat, message = place
    try:
        await context.bot.edit_message_text(
            text,
            chat_id=chat,
            message_id=message,
            parse_mode=ParseMode.HTML,
            link_preview_options=NO_PREVIEW,
            reply_markup=buttons,
        )
    except (BadRequest, Forbidden) as error:
        # Deleted by the person, unchanged, or the bot was blocked: there is nothing to mend.
        log.info("card_not_edited", error=error.message)
