"""A memo or a message comes in, a verdict goes out."""

import asyncio

from telegram import Message, Update
from telegram.error import TelegramError

from bot import keyboards, markup
from bot.analysis import Finding
from bot.case import cases, casework, intake, keeping
from bot.case.cases import Open
from bot.case.details import in_full
from bot.case.intake import Sent
from bot.case.origin import mark_of
from bot.context import Context
from bot.delivery import reply
from bot.errors import CannotListen, QueueFull, Stopping
from bot.family import pin
from bot.handlers import case, plea
from bot.media import attachment
from bot.progress import Progress
from bot.texts import Texts
from familyguard.model import Level
from familyguard.plea import EMERGENCIES, Plea, plea_in
from voice.errors import Undecodable

PICTURE_SECONDS = 30.0
"""How long «Details» waits for a picture that is still being drawn."""


async def memo(update: Update, context: Context) -> None:
    """A voice note, audio, video, round video or file, forwarded or uploaded."""
    sent, texts = sent_in(update, context), context.texts(update)
    found = attachment(sent.message)
    assert found is not None
    house = context.house
    async with Progress(sent.message, texts, "download", house.edit_seconds) as progress:
        opened = cases.known_already(house, sent.account, mark_of(sent.message))
        try:
            opened = opened or await intake.memo(sent, found, context, progress)
        except QueueFull as full:
            sentence = texts.get("chat.full.own" if full.own else "chat.full.all")
        except CannotListen:
            sentence = texts.get("chat.cannot_listen")
        except Stopping:
            sentence = texts.get("chat.stopping")
        else:
            await finish(context, sent, opened, progress)
            return
        await progress.finish(markup.escape(sentence))


async def text(update: Update, context: Context) -> None:
    """A message in words, forwarded or typed over, or the caption of what cannot be checked."""
    if await pin.unasked(update, context):
        return
    sent = sent_in(update, context)
    judgement = intake.judged_text(sent, context.house)
    is_typed = sent.message.forward_origin is None
    pled = plea_in(sent.message.text or "") if is_typed else None
    if pled is Plea.ELSEWHERE:
        if not await case.part_latest(update, context, sent):
            await plea.answer(context, sent, pled)
        return
    if pled in EMERGENCIES:
        await plea.answer(context, sent, pled)
        if judgement.verdict.level >= Level.STRONG:
            # It may have been copied after all: then its warning counts, in a case of its own.
            opened = cases.known_already(context.house, sent.account, mark_of(sent.message))
            await show(
                context, sent, opened or intake.text(sent, judgement, context.house, alone=True)
            )
        return
    if is_typed and judgement.verdict.level <= Level.UNCLEAR:
        # Typed, not forwarded: «help», «is this real?», «thanks».  A verdict on such words would be
        # read as the answer about the memo above them – so a warning that stands is said again.
        await _talk(context, sent, pled)
        return
    opened = cases.known_already(context.house, sent.account, mark_of(sent.message))
    await show(context, sent, opened or intake.text(sent, judgement, context.house))


async def _talk(context: Context, sent: Sent, pled: Plea | None) -> None:
    texts = Texts(sent.language)
    if pled is Plea.PAID:
        await plea.answer(context, sent, pled)
        return
    warned = cases.warned(context.house, sent.account, context.house.now())
    if warned is not None:
        headline = texts.get(f"verdict.{warned.name.lower()}")
        sentence = texts.get("chat.talk.warned", headline=headline)
    elif pled is Plea.HELP:
        sentence = texts.get("chat.help")
    else:
        small = plea.is_small_talk(sent.message.text or sent.caption)
        sentence = texts.get("chat.talk.short" if small else "chat.talk")
    await reply(sent.message, markup.escape(sentence))


async def refuse(update: Update, context: Context, reason: Undecodable) -> None:
    """A verdict on a file that was not even fetched."""
    sent = sent_in(update, context)
    opened = cases.known_already(context.house, sent.account, mark_of(sent.message))
    await show(context, sent, opened or intake.failure(sent, reason, context.house))


async def details(update: Update, context: Context) -> None:
    """«Details»: the picture, and the factor table in words."""
    query, texts = update.callback_query, context.texts(update)
    assert query is not None
    assert update.effective_chat is not None
    chat_id = update.effective_chat.id
    shown = context.house.shown.get((query.data or "").removeprefix(keyboards.DETAILS))
    if shown is None or shown.chat_id != chat_id:
        # Forgotten, made up, or another chat's: nobody learns which.
        await query.answer(texts.get("chat.details.gone"), show_alert=True)
        return
    await query.answer()
    if shown.finding and (png := await _picture(shown.finding)):
        await context.bot.send_photo(chat_id, png, protect_content=True)
    message = query.message
    if isinstance(message, Message):
        await reply(message, in_full(context.house, context.account(update), shown, texts))


def sent_in(update: Update, context: Context) -> Sent:
    """The message of `update` with its sender."""
    message = update.effective_message
    assert message is not None
    return intake.sent_by(message, context.account(update), context.texts(update))


async def show(context: Context, sent: Sent, opened: Open) -> None:
    """Answer with the card of the case, and tell others what they must know."""
    text, buttons = casework.card(context, sent.account, opened)
    message = await reply(sent.message, text, buttons)
    opened = await casework.placed(context, sent.account, opened, message)
    opened = await casework.follow_up(context, sent.account, opened)
    await _keep_along(context, sent, opened)


async def finish(context: Context, sent: Sent, opened: Open, progress: Progress) -> None:
    """Turn the progress message into the card of the case, and tell others."""
    text, buttons = casework.card(context, sent.account, opened)
    message = await progress.finish(text, buttons)
    opened = await casework.placed(context, sent.account, opened, message)
    opened = await casework.follow_up(context, sent.account, opened)
    await _keep_along(context, sent, opened)


async def _keep_along(context: Context, sent: Sent, opened: Open) -> None:
    """Who keeps this case, or adds to another one, keeps what was just checked."""
    added = await keeping.after_check(context, sent, opened)
    if added is not None:
        texts = Texts(sent.language)
        count = len(added.file.items)
        await reply(sent.message, markup.escape(texts.get("file.added", count=count)))


async def _picture(finding: Finding) -> bytes | None:
    try:
        async with asyncio.timeout(PICTURE_SECONDS):
            # Shielded: a second tap waits for the same picture.
            return await asyncio.shield(finding.picture)
    except (TimeoutError, TelegramError):
        return None
