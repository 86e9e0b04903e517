"""`/tips` and `/card`: small things that help before anything happens."""

import asyncio

import structlog
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import BadRequest, Forbidden, TelegramError

from bot import markup, moments, talk
from bot.context import Context
from bot.delivery import NO_PREVIEW
from bot.family.who import name_of
from bot.handlers import drill
from bot.handlers.case import parts
from bot.phone_numbers import spaced
from bot.talk import Rows
from bot.texts import Texts, pick_language
from familyguard.drill import LAST_DAY, next_start
from familyguard.store.reminders import Reminder
from familyguard.tips import Tip, tip_of_month

log = structlog.get_logger(__name__)

ALL, ONE, MONTHLY, STOP, CARD = "tips:all:", "tips:one:", "tips:on:", "tips:off:", "tips:card:"

KIND = "tip"
"""Of the reminder."""

HOUR = 10
"""Of the day at which the tip of the month comes."""


async def command(update: Update, context: Context) -> None:
    """`/tips`: the tip of this month, and what else there is."""
    texts = context.texts(update)
    rows: Rows = [
        [talk.button(texts, "tips.button.all", ALL)],
        [_monthly(update, context, texts)],
        [talk.button(texts, "tips.button.drill", drill.BEGIN)],
        [talk.button(texts, "tips.button.card", CARD)],
    ]
    await talk.say(update, context, "talk.plain", rows, words=markup.Own(_of_month(context, texts)))


async def show_all(update: Update, context: Context) -> None:
    """All of them, to choose one."""
    texts = context.texts(update)
    rows: Rows = [[talk.button(texts, f"tips.topic.{tip}", ONE + tip)] for tip in Tip]
    await talk.show(update, context, "tips.title", rows)


async def show(update: Update, context: Context) -> None:
    """One tip."""
    texts = context.texts(update)
    tip = next((tip for tip in Tip if tip.value == parts(update)[2]), None)
    if tip is None:
        await talk.forgotten(update, context)
        return
    rows: Rows = [[talk.button(texts, "tips.button.all", ALL)]]
    await talk.show(update, context, "talk.plain", rows, words=markup.Own(_said(tip, texts)))


async def monthly(update: Update, context: Context) -> None:
    """«One tip a month»: from next month on."""
    account, house = context.account(update), context.house
    today = moments.local(house.now()).replace(tzinfo=None)
    house.store.reminders.put(
        account.user_id,
        account.family_id,
        KIND,
        next_start(today, min(today.day, LAST_DAY), HOUR).timestamp(),
    )
    texts = context.texts(update)
    rows: Rows = [[talk.button(texts, "tips.button.stop", STOP)]]
    await talk.show(update, context, "tips.on", rows)


async def stop(update: Update, context: Context) -> None:
    """«No more tips»."""
    context.house.store.reminders.drop(context.account(update).user_id, KIND)
    await talk.show(update, context, "tips.off")


async def send(context: Context, due: Reminder) -> None:
    """The tip of the month.  The next one is planned after that: a crash swallows none."""
    house = context.house
    account = house.store.accounts.get(due.user_id)
    assert account is not None
    texts = Texts(pick_language(account.language))
    rows: Rows = [[talk.button(texts, "tips.button.stop", STOP)]]
    try:
        await context.bot.send_message(
            account.user_id,
            _of_month(context, texts),
            link_preview_options=NO_PREVIEW,
            reply_markup=InlineKeyboardMarkup(rows),
        )
    except (Forbidden, BadRequest) as error:
        log.info("tip_not_sent", error=error.message)
    except TelegramError as error:
        log.info("tip_not_sent", error=error.message)
        return  # it is tried again with the next look
    today = moments.local(house.now()).replace(tzinfo=None)
    then = next_start(today, min(today.day, LAST_DAY), HOUR)
    house.store.reminders.put(due.user_id, due.family_id, KIND, then.timestamp())


async def card(update: Update, context: Context) -> None:
    """`/card`: a card for beside the telephone, and a page for the family meeting."""
    if update.callback_query is not None:
        await update.callback_query.answer()
    # Loaded here: the library that writes papers is large, and few cards are printed.
    from bot.papers.card import Contact, draw_agreement, draw_card

    account, house, texts = context.account(update), context.house, context.texts(update)
    family = house.store.families.get(account.family_id)
    people = house.store.people.of_family(account.family_id)
    contacts = [Contact(name_of(one)(texts), spaced(one.phone)) for one in people if one.phone]
    now, bot = moments.local(house.now()), context.bot.username
    papers = {
        "card": await asyncio.to_thread(draw_card, texts, contacts, bot, family.greeting, now),
        "agreement": await asyncio.to_thread(
            draw_agreement, texts, family.name, contacts, bot, now
        ),
    }
    for kind, content in papers.items():
        await context.bot.send_document(
            account.user_id,
            content,
            filename=f"{texts.get(f'tips.{kind}.file')}.pdf",
            caption=texts.get(f"tips.{kind}.caption"),
            protect_content=False,  # it is to be printed
        )
    if len(contacts) < len(people):
        await talk.say(update, context, "tips.card.numbers")


def _monthly(update: Update, context: Context, texts: Texts) -> InlineKeyboardButton:
    wanted = context.house.store.reminders.get(context.account(update).user_id, KIND)
    if wanted is None:
        return talk.button(texts, "tips.button.monthly", MONTHLY)
    return talk.button(texts, "tips.button.stop", STOP)


def _of_month(context: Context, texts: Texts) -> str:
    today = moments.local(context.house.now())
    tip = tip_of_month(today.year, today.month)
    return f"{texts.get('tips.monthly')} {_said(tip, texts)}"


def _said(tip: Tip, texts: Texts) -> str:
    return f"{texts.get(f'tips.topic.{tip}')}\n\n{texts.get(f'tips.say.{tip}')}"
