"""The letters of `/deepfake`: what belongs into one is asked by typing, and then it is made.

Each question can be skipped, and «Make the letter now» stands under every one of them.
"""

import asyncio
import contextlib
from dataclasses import replace

from telegram import InlineKeyboardMarkup, Update
from telegram.error import BadRequest

from bot import moments, talk
from bot.aftercare.deepfake_talk import (
    TOPIC,
    DeepfakeTalk,
    country_of,
    going_on,
    plan_of,
    remember,
)
from bot.aftercare.guidance import authority
from bot.case import keeping
from bot.context import Context
from bot.family.who import person_of
from bot.handlers import deepfake
from bot.handlers.case import parts
from bot.markup import Own
from bot.talk import Rows
from bot.texts import Texts
from familyguard.directory import directory
from familyguard.letter_questions import (
    DAYS,
    EVIDENCE,
    Ask,
    NotUnderstood,
    leave_out,
    questions,
    take,
)
from familyguard.letters import LetterKind, write

SAY, UNDO, MAKE = "deepfake:say:", "deepfake:undo:", "deepfake:make:"

SKIP, NONE = "skip", "none"
DAY_WORDS = ("today", "yesterday")
"""Days that can be tapped; `day_said` reads them in both languages."""


async def letter(update: Update, context: Context) -> None:
    """A letter was chosen: the first question for it, or, where nothing is missing, the letter."""
    if (state := await _with_letter(update, context)) is None:
        return
    await _next(update, context, state, afresh=True)


async def _with_letter(update: Update, context: Context) -> DeepfakeTalk | None:
    """The talk with the letter of the button that was tapped; None, and said so, if it is over."""
    kind, state = _kind(parts(update)[2]), going_on(update, context)
    if kind is None or state is None or kind not in _offered(update, context, state):
        await talk.forgotten(update, context)
        return None
    assert update.callback_query is not None
    await update.callback_query.answer()
    return replace(state, letter=kind)


async def make(update: Update, context: Context) -> None:
    """«Make the letter now», whatever was not asked or not answered."""
    if (state := await _with_letter(update, context)) is None:
        return
    assert update.callback_query is not None
    await talk.take_away(update.callback_query.message)
    await _deliver(update, context, state)
    # What is typed from here on answers nothing.
    if (now := going_on(update, context)) is not None:
        remember(update, context, replace(now, letter=None))


async def say(update: Update, context: Context) -> None:
    """An answer that is tapped: a day, «no answer», or «Skip»."""
    state = going_on(update, context)
    _, _, which, what, *_ = parts(update)
    ask = next((one for one in Ask if one.value == which), None)
    if state is None or state.letter is None or ask is None:
        await talk.forgotten(update, context)
        return
    if ask in _waiting(state):
        noted = state.noted
        if ask in DAYS and what in DAY_WORDS:
            noted = take(ask, what, noted, moments.local(context.house.now()).date())
        elif ask is Ask.ANSWER and what == NONE:
            noted = replace(noted, answer=context.texts(update).get("deepfake.letter.no_answer"))
        state = replace(state, noted=noted, done=(*state.done, ask))
    if not _waiting(state):
        assert update.callback_query is not None
        await update.callback_query.answer()
        await talk.take_away(update.callback_query.message)
    await _next(update, context, state)


async def undo(update: Update, context: Context) -> None:
    """«Back»: the question before, with its answer forgotten."""
    state, which = going_on(update, context), parts(update)[2]
    if state is None or state.letter is None:
        await talk.forgotten(update, context)
        return
    # After a crash the same tap goes back only once.
    if state.done and state.done[-1] == which:
        *done, last = state.done
        state = replace(state, noted=leave_out(last, state.noted), done=tuple(done))
    await _next(update, context, state)


async def note(update: Update, context: Context) -> None:
    """A written message: the answer to what a letter asks for, or something to note."""
    message, state = update.message, going_on(update, context)
    assert message is not None
    if state is None:
        talk.end(update, context)
        await talk.say(update, context, "talk.forgotten")
        return
    waiting, known = _waiting(state), message.message_id == state.last
    if state.letter is None or not (waiting or known):
        await deepfake.note(update, context, replace(state, letter=None))
        return
    if not known:  # after a crash it may come again
        ask, words = waiting[0], message.text or ""
        opened = keeping.adding_to(context.house, context.account(update))
        if opened is not None and ask in EVIDENCE:
            keeping.add_note(context.house, opened, message)
        try:
            noted = take(ask, words, state.noted, moments.local(context.house.now()).date())
        except NotUnderstood:
            await talk.say(update, context, "deepfake.letter.not_understood")
            return
        state = replace(state, noted=noted, done=(*state.done, ask), last=message.message_id)
    await _answered(context, message.chat_id, state.asked)
    await _next(update, context, state, afresh=True)


async def _answered(context: Context, chat: int, question: int) -> None:
    """Take the buttons from a question that was answered by typing: they would mislead."""
    if not question:
        return
    with contextlib.suppress(BadRequest):  # gone, or without buttons already
        await context.bot.edit_message_reply_markup(chat, question, reply_markup=None)


async def _next(
    update: Update, context: Context, state: DeepfakeTalk, *, afresh: bool = False
) -> None:
    """The next question, below if `afresh` and else in place of the last; or the letter."""
    assert state.letter is not None
    remember(update, context, state)
    waiting, texts = _waiting(state), context.texts(update)
    if not waiting:
        # Its own task: the next message need not wait for the drawing.
        context.application.create_task(_deliver(update, context, state), update)
        return
    sentence = texts.get(
        "deepfake.letter.question",
        letter=texts.get(f"deepfake.letter.{state.letter}"),
        ask=texts.get(f"deepfake.letter.ask.{waiting[0]}"),
    )
    rows, words = _rows(state, waiting[0], texts), Own(sentence)
    if not afresh:
        await talk.show(update, context, "talk.plain", rows, words=words)
        return
    sent = await talk.say(update, context, "talk.plain", rows, words=words)
    if sent is not None:
        remember(update, context, replace(state, asked=sent.message_id))


async def _deliver(update: Update, context: Context, state: DeepfakeTalk) -> None:
    """The letter as a paper to print and as text to paste; the others are offered below."""
    kind = state.letter
    assert kind is not None
    account, texts = context.account(update), context.texts(update)
    now = moments.local(context.house.now())
    noted = replace(
        state.facts,
        name=state.noted.name or person_of(context, account).name,
        authority=authority(country_of(update, context, state), directory()),
        written_on=now.date(),
    )
    filled = write(kind, noted, texts.language)
    # Loaded here: the library that writes papers is large, and few letters are asked for.
    from bot.papers.letter import draw

    paper = await asyncio.to_thread(draw, filled, now)
    name = texts.get(f"deepfake.letter.{kind}.file")
    caption = texts.get("deepfake.letter.caption" if filled.missing else "deepfake.letter.full")
    others = deepfake.letter_rows(plan_of(update, context, state), texts, but=kind)
    for ending, content in (("pdf", paper), ("txt", filled.text.encode("utf-8", "replace"))):
        is_last = ending == "txt"
        await context.bot.send_document(
            account.user_id,
            content,
            filename=f"{name}.{ending}",
            caption=texts.get("deepfake.letter.text") if is_last else caption,
            reply_markup=InlineKeyboardMarkup(others) if is_last and others else None,
            protect_content=False,  # it is meant for others
        )


def _waiting(state: DeepfakeTalk) -> list[Ask]:
    """What is still to be asked for the letter in hand."""
    if state.letter is None:
        return []
    return [ask for ask in questions(state.letter, state.facts) if ask not in state.done]


def _rows(state: DeepfakeTalk, ask: Ask, texts: Texts) -> Rows:
    rows: Rows = []
    if ask in DAYS:
        rows.append(
            [talk.button(texts, f"deepfake.letter.{day}", f"{SAY}{ask}:{day}") for day in DAY_WORDS]
        )
    if ask is Ask.ANSWER:
        rows.append([talk.button(texts, "deepfake.letter.none", f"{SAY}{ask}:{NONE}")])
    last = [talk.button(texts, "deepfake.letter.skip", f"{SAY}{ask}:{SKIP}")]
    if state.done:
        last.insert(0, talk.button(texts, "talk.back", UNDO + state.done[-1]))
    rows.append(last)
    rows.append([talk.button(texts, "deepfake.letter.make", f"{MAKE}{state.letter}")])
    return [*rows, [talk.not_now(TOPIC, texts)]]


def _offered(update: Update, context: Context, state: DeepfakeTalk) -> tuple[LetterKind, ...]:
    return plan_of(update, context, state).letters


def _kind(value: str) -> LetterKind | None:
    return next((one for one in LetterKind if one.value == value), None)
