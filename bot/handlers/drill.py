"""`/drill`: once a month the bot plays the scammer to somebody who asked for it, and says so.

What is planned, and an exercise under way, lie in the store: a restart delays neither the next one
nor the unmasking.
"""

from datetime import UTC, datetime

import structlog
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import BadRequest, Forbidden, TelegramError

from bot import markup, moments, talk
from bot.aftercare import pages
from bot.aftercare.guidance import drill_message, drill_page
from bot.context import Context
from bot.family.who import name_of, person_of
from bot.handlers.case import parts
from bot.inbox import is_again
from bot.talk import Rows
from bot.texts import Texts, pick_language
from familyguard.drill import (
    HOURS,
    LAST_DAY,
    RELATIVE,
    Choice,
    Drill,
    NotAllowed,
    next_start,
    resume,
    scenario_of_month,
    start,
)
from familyguard.family import Account, Role
from familyguard.store.reminders import Reminder

log = structlog.get_logger(__name__)

BEGIN, DAY, HOUR = "drill:begin:", "drill:day:", "drill:hour:"
OFF, NAMED, CHOOSE = "drill:off:", "drill:named:", "drill:do:"

PLANNED, UNDER_WAY, MAY_BE_NAMED = "drill", "unmask", "named"
"""Kinds of reminders."""

LATE_SECONDS = 3600.0
"""An exercise that could not begin within the hour that was chosen is left out this month."""

DAYS_IN_A_ROW, HOURS_IN_A_ROW = 7, 4


async def command(update: Update, context: Context) -> None:
    """`/drill`: what it is, and whether one is wanted."""
    account, texts = context.account(update), context.texts(update)
    if update.callback_query is not None:
        await update.callback_query.answer()
    if account.role is Role.CHILD:
        await talk.say(update, context, "drill.not_for_children")
        return
    reminders = context.house.store.reminders
    planned = reminders.get(account.user_id, PLANNED)
    # What was allowed once can be taken back here, long after its own button is out of sight.
    named = reminders.get(account.user_id, MAY_BE_NAMED) is not None
    back: Rows = [[talk.button(texts, "drill.button.not_named", f"{NAMED}no")]] if named else []
    if planned is not None:
        rows: Rows = [[talk.button(texts, "drill.button.off", OFF)], *back]
        await talk.say(update, context, "drill.agreed", rows, **planned.data)
        return
    rows = [
        [talk.button(texts, "drill.button.on", DAY)],
        *back,
        [talk.not_now(PLANNED, texts)],
    ]
    await talk.say(update, context, "drill.opt_in", rows)


async def day(update: Update, context: Context) -> None:
    """«Yes»: on which day of the month."""
    days = range(1, LAST_DAY + 1)
    rows = _in_rows([talk.labelled(f"{one}", f"{HOUR}{one}") for one in days], DAYS_IN_A_ROW)
    await talk.show(update, context, "drill.ask_day", rows)


async def hour(update: Update, context: Context) -> None:
    """Then at what time; then it is planned, and whether their own name may be used is asked."""
    _, _, chosen, at, *_ = parts(update)
    if not chosen.isdecimal() or not 1 <= int(chosen) <= LAST_DAY:
        await talk.forgotten(update, context)
        return
    if not at:
        times = [talk.labelled(f"{one}:00", f"{HOUR}{chosen}:{one}") for one in HOURS]
        await talk.show(update, context, "drill.ask_hour", _in_rows(times, HOURS_IN_A_ROW))
        return
    account, house = context.account(update), context.house
    if not at.isdecimal() or int(at) not in HOURS or account.role is Role.CHILD:
        await talk.forgotten(update, context)
        return
    _plan(context, account, int(chosen), int(at))
    await talk.show(update, context, "drill.agreed", day=int(chosen), hour=int(at))
    if house.store.reminders.get(account.user_id, MAY_BE_NAMED) is None:
        texts = context.texts(update)
        rows: Rows = [
            [talk.button(texts, "drill.button.named", f"{NAMED}yes")],
            [talk.button(texts, "drill.button.not_named", f"{NAMED}no")],
        ]
        name = name_of(person_of(context, account))
        await talk.say(update, context, "drill.ask_consent", rows, name=name)


async def named(update: Update, context: Context) -> None:
    """Whether one's own name may be played in exercises of the others."""
    account, reminders = context.account(update), context.house.store.reminders
    if parts(update)[2] == "yes":
        reminders.put(account.user_id, account.family_id, MAY_BE_NAMED, None)
        texts = context.texts(update)
        rows: Rows = [[talk.button(texts, "drill.button.not_named", f"{NAMED}no")]]
        await talk.show(update, context, "drill.named.yes", rows)
    else:
        reminders.drop(account.user_id, MAY_BE_NAMED)
        await talk.show(update, context, "drill.named.no")


async def off(update: Update, context: Context) -> None:
    """«No more exercises»; one that is under way goes on to its unmasking."""
    context.house.store.reminders.drop(context.account(update).user_id, PLANNED)
    await talk.show(update, context, "drill.off")


async def begin(context: Context, due: Reminder) -> None:
    """The chosen moment has come.

    The exercise is kept before it is played, so that whoever sees it is told what it was, and the
    next one is planned after that, so that a crash in between does not swallow this one.  Not while
    the family is frozen: then something is going on that is no exercise.
    """
    house = context.house
    now, account = house.now(), house.store.accounts.get(due.user_id)
    assert account is not None
    assert due.due_at is not None
    under_way = house.store.reminders.get(account.user_id, UNDER_WAY)
    begun = under_way is not None and under_way.data.get("planned") == due.due_at
    frozen = house.store.families.get(account.family_id).is_frozen(now)
    if frozen or now - due.due_at > LATE_SECONDS or (under_way is not None and not begun):
        _plan(context, account, due.data["day"], due.data["hour"])
        return
    if under_way is not None:
        drill = resume(under_way.data["drill"])
    else:
        drill = _started(context, account)
        _keep(context, account, drill, planned=due.due_at)
    try:
        if drill.expire(_now(context)).outcome is None:
            await _play(context, account, drill)
    except (Forbidden, BadRequest) as error:
        # Nobody is told of the end of an exercise that they never saw.
        house.store.reminders.drop(account.user_id, UNDER_WAY)
        log.info("drill_not_begun", error=error.message)
    except TelegramError as error:
        # It may have come through; it is tried again with the next look.
        log.info("drill_not_begun", error=error.message)
        return
    _plan(context, account, due.data["day"], due.data["hour"])


async def choose(update: Update, context: Context) -> None:
    """What the member tapped in an exercise."""
    account, reminders = context.account(update), context.house.store.reminders
    _, _, beat, what, *_ = parts(update)
    kept = reminders.get(account.user_id, UNDER_WAY)
    choice = next((one for one in Choice if one.value == what), None)
    if kept is None or choice is None:
        await talk.forgotten(update, context)
        return
    assert update.callback_query is not None
    await update.callback_query.answer()
    drill = resume(kept.data["drill"])
    ends = choice not in (Choice.ASK, Choice.GO_ALONG)
    if beat != f"{drill.beat}" and not ends:
        # A second tap on the same button; or the same tap after a crash, before it was answered.
        if is_again() and beat == f"{drill.beat - 1}":
            await _play(context, account, drill)
        return
    try:
        drill = drill.choose(choice, _now(context))
    except NotAllowed:
        return
    if drill.outcome is not None:
        await _unmask(context, account, drill)
    else:
        _keep(context, account, drill)
        await _play(context, account, drill)


async def unmask(context: Context, due: Reminder) -> None:
    """The hour is nearly over: whatever happened, the member is told."""
    account = context.house.store.accounts.get(due.user_id)
    assert account is not None
    drill = resume(due.data["drill"]).expire(_now(context))
    if drill.outcome is not None:
        await _unmask(context, account, drill)


def _started(context: Context, account: Account) -> Drill:
    """The story of the month; a relative is named only if they allowed it."""
    house, now = context.house, _now(context)
    scenario = scenario_of_month(account.user_id, now.year, now.month)
    willing = [
        house.store.accounts.get(one.user_id)
        for one in house.store.reminders.of_family(account.family_id, MAY_BE_NAMED)
    ]
    names = [
        person.name
        for one in willing
        if one is not None and one.person_id != account.person_id
        for person in (person_of(context, one),)
        if person.name
    ]
    if scenario not in RELATIVE or not names:
        return start(scenario, now)
    name = markup.harmless(names[now.month % len(names)])
    return start(scenario, now, name=name, name_consents=True)


async def _play(context: Context, account: Account, drill: Drill) -> None:
    """What the scammer says now.  It cannot be passed on: no relative is to be frightened by it."""
    texts = Texts(pick_language(account.language))
    rows = [
        [talk.button(texts, f"drill.choice.{choice}", f"{CHOOSE}{drill.beat}:{choice}")]
        for choice in Choice
    ]
    await context.bot.send_message(
        account.user_id,
        drill_message(drill, texts),
        protect_content=True,
        reply_markup=InlineKeyboardMarkup(rows),
    )


async def _unmask(context: Context, account: Account, drill: Drill) -> None:
    """First told, then forgotten: rather twice than never."""
    texts = Texts(pick_language(account.language))
    rows: Rows = [[talk.button(texts, "drill.button.off", OFF)]]
    try:
        await pages.send(context, account.user_id, drill_page(drill, texts), rows)
    except (Forbidden, BadRequest) as error:
        log.info("not_unmasked", error=error.message)
    context.house.store.reminders.drop(account.user_id, UNDER_WAY)


def _keep(context: Context, account: Account, drill: Drill, **data: float) -> None:
    context.house.store.reminders.put(
        account.user_id,
        account.family_id,
        UNDER_WAY,
        drill.unmask_by.timestamp(),
        drill=drill.to_json(),
        **data,
    )


def _plan(context: Context, account: Account, day: int, hour: int) -> None:
    # Without its zone, so that summer time moves it along with the clocks on the wall.
    here = moments.local(context.house.now()).replace(tzinfo=None)
    then = next_start(here, day, hour).timestamp()
    context.house.store.reminders.put(
        account.user_id, account.family_id, PLANNED, then, day=day, hour=hour
    )


def _in_rows(buttons: list[InlineKeyboardButton], length: int) -> Rows:
    return [buttons[place : place + length] for place in range(0, len(buttons), length)]


def _now(context: Context) -> datetime:
    return datetime.fromtimestamp(context.house.now(), UTC)
