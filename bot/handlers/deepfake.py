"""`/deepfake`: a few questions, then steps in their order, and letters with what was noted.

Where sexual images or a minor may be involved, no picture is taken in: neither looked at nor kept.
"""

import asyncio
from dataclasses import replace
from typing import Any

from telegram import Update

from bot import moments, talk
from bot.aftercare import pages
from bot.aftercare.guidance import authority, deepfake_page
from bot.case import cases, keeping
from bot.case.origin import Origin
from bot.context import Context
from bot.family.who import person_of
from bot.handlers import video
from bot.handlers.case import parts
from bot.markup import Own
from bot.talk import Rows
from bot.texts import Texts
from familyguard.deepfake import QUESTIONS, Plan, plan, refuses_images
from familyguard.directory import directory
from familyguard.letters import (
    MAX_ADDRESSES,
    MAX_FIELD,
    LetterKind,
    Noted,
    noted_from_json,
    noted_to_json,
    write,
)
from familyguard.questions import Answers, InvalidAnswer, InvalidState
from familyguard.store.desk import Dialogue

TOPIC = keeping.DEEPFAKE
OPTION, BACK = "deepfake:option:", "deepfake:back:"
LETTER, KEEP = "deepfake:letter:", "deepfake:keep:"

PATIENCE = 2 * 3600.0
"""Seconds after which it ends: what somebody types later may be a message to be checked."""

ADDRESS = ("http://", "https://", "www.")


async def command(update: Update, context: Context) -> None:
    """`/deepfake`: what this is, and the first question."""
    answers = QUESTIONS.start()
    _remember(update, context, answers, Noted())
    texts = context.texts(update)
    sentence = f"{texts.get('deepfake.start')}\n\n{_question(answers, texts)}"
    rows = [*_rows(answers, texts), [talk.button(texts, "deepfake.button.video", video.BEGIN)]]
    await talk.say(update, context, "talk.plain", rows, words=Own(sentence))


async def option(update: Update, context: Context) -> None:
    """An answer was tapped; after the last one comes the plan."""
    dialogue, answers = _going_on(update, context)
    _, _, question, chosen, *_ = parts(update)
    try:
        answers = answers.answer(question, chosen) if answers else None
    except InvalidAnswer:
        answers = None
    if dialogue is None or answers is None:
        await talk.forgotten(update, context)
        return
    refused = await _refused_from_now(update, context, answers)
    case = None if refused else dialogue.data.get("case")
    _remember(update, context, answers, _noted(dialogue), case)
    if answers.next is not None:
        await _ask(update, context, answers)
    else:
        await _finish(update, context, answers)


async def back(update: Update, context: Context) -> None:
    """«Back»: the question before."""
    dialogue, answers = _going_on(update, context)
    if dialogue is None or answers is None:
        await talk.forgotten(update, context)
        return
    answers = answers.back()
    _remember(update, context, answers, _noted(dialogue), dialogue.data.get("case"))
    await _ask(update, context, answers)


async def note(update: Update, context: Context) -> None:
    """A written message: a web address, or what is to be seen; it goes into the letters."""
    dialogue, message = context.dialogue, update.message
    assert dialogue is not None
    assert message is not None
    answers = _answers(dialogue)
    if answers is None:
        talk.end(update, context)
        await talk.say(update, context, "talk.forgotten")
        return
    opened = keeping.adding_to(context.house, context.account(update))
    if opened is not None:
        keeping.add_note(context.house, opened, message)
    noted = with_words(_noted(dialogue), message.text or "")
    _remember(update, context, answers, noted, dialogue.data.get("case"))
    rows = _letters(_plan(update, context, answers), context.texts(update))
    await talk.say(update, context, "deepfake.noted", rows, count=len(noted.addresses))


async def letter(update: Update, context: Context) -> None:
    """A letter, as a paper to print and as text to paste."""
    dialogue, answers = _going_on(update, context)
    kind = next((one for one in LetterKind if one.value == parts(update)[2]), None)
    offered = _plan(update, context, answers).letters if answers else ()
    if dialogue is None or answers is None or kind not in offered:
        await talk.forgotten(update, context)
        return
    assert update.callback_query is not None
    assert kind is not None
    await update.callback_query.answer()
    account, texts, house = context.account(update), context.texts(update), context.house
    now = moments.local(house.now())
    noted = replace(
        _noted(dialogue),
        name=person_of(context, account).name,
        on_behalf=answers.as_mapping.get("who") == "relative",
        authority=authority(_country(context, update), directory()),
        written_on=now.date(),
    )
    filled = write(kind, noted, texts.language)
    # Loaded here: the library that writes papers is large, and few letters are asked for.
    from bot.papers.letter import draw

    paper = await asyncio.to_thread(draw, filled, now)
    name = texts.get(f"deepfake.letter.{kind}.file")
    caption = texts.get("deepfake.letter.caption" if filled.missing else "deepfake.letter.full")
    for ending, content in (("pdf", paper), ("txt", filled.text.encode("utf-8", "replace"))):
        await context.bot.send_document(
            account.user_id,
            content,
            filename=f"{name}.{ending}",
            caption=caption if ending == "pdf" else texts.get("deepfake.letter.text"),
            protect_content=False,  # it is meant for others
        )


async def keep(update: Update, context: Context) -> None:
    """«Keep evidence»: a case of its own, to which screenshots and addresses are added."""
    dialogue, answers = _going_on(update, context)
    if dialogue is None or answers is None or refuses(dialogue):
        await talk.forgotten(update, context)
        return
    account, house = context.account(update), context.house
    opened = keeping.adding_to(house, account)
    if opened is None:
        with house.store.together():
            # Nothing else ever comes from this sender, so only what is added on purpose joins it.
            origin = Origin(f"deepfake/{dialogue.since}")
            opened = cases.fresh(house, account, origin, house.now())
            house.store.cases.keep(account.family_id, opened.id, True)
            _remember(update, context, answers, _noted(dialogue), opened.id)
    assert update.callback_query is not None
    await update.callback_query.answer()
    await talk.say(update, context, "deepfake.keep")


def refuses(dialogue: Dialogue) -> bool:
    """Whether no picture may be taken in now: also as long as it is not known what it shows."""
    answers = _answers(dialogue)
    return answers is None or answers.next is not None or refuses_images(answers)


def with_words(noted: Noted, words: str) -> Noted:
    """What was noted, with one message more: addresses by themselves, the rest as description."""
    found = [part for part in words.split() if part.lower().startswith(ADDRESS)]
    rest = " ".join(part for part in words.split() if part not in found)
    addresses = tuple(dict.fromkeys((*noted.addresses, *found)))[:MAX_ADDRESSES]
    description = " ".join(part for part in (noted.description, rest) if part)[:MAX_FIELD]
    return replace(noted, addresses=addresses, description=description)


async def _ask(update: Update, context: Context, answers: Answers) -> None:
    texts = context.texts(update)
    sentence = Own(_question(answers, texts))
    await talk.show(update, context, "talk.plain", _rows(answers, texts), words=sentence)


async def _finish(update: Update, context: Context, answers: Answers) -> None:
    found, texts = _plan(update, context, answers), context.texts(update)
    page = deepfake_page(found, texts)
    if not _country(context, update):
        page = replace(page, closing=texts.get("deepfake.no_country"))
    rows = _letters(found, texts)
    if not found.refuse_images and answers.as_mapping.get("who") != "made_by_me":
        rows.append([talk.button(texts, "deepfake.button.keep", KEEP)])
    rows.append([talk.button(texts, "talk.back", BACK)])
    await pages.instead(update, context, page, rows)
    if found.letters:
        await talk.say(update, context, "deepfake.note")


async def _refused_from_now(update: Update, context: Context, answers: Answers) -> bool:
    """Whether images are refused from this answer on; what was kept of them goes at once."""
    if not refuses_images(answers):
        return False
    opened = keeping.adding_to(context.house, context.account(update))
    seen = tuple(one for one in opened.file.items if one.is_sight) if opened else ()
    if opened is not None and any(one.kept for one in seen):
        keeping.drop(context.house, opened, seen)
        await talk.say(update, context, "deepfake.refused_image")
    return True


def _question(answers: Answers, texts: Texts) -> str:
    assert answers.next is not None
    done, total = answers.progress
    place = texts.get("deepfake.progress", number=done + 1, total=total)
    return f"{texts.get(f'deepfake.ask.{answers.next.code}')} ({place})"


def _rows(answers: Answers, texts: Texts) -> Rows:
    question = answers.next
    assert question is not None
    rows: Rows = [
        [
            talk.button(
                texts,
                f"deepfake.option.{question.code}.{option}",
                f"{OPTION}{question.code}:{option}",
            )
        ]
        for option in question.options
    ]
    if answers.given:
        rows.append([talk.button(texts, "talk.back", BACK)])
    return [*rows, [talk.not_now(TOPIC, texts)]]


def _letters(found: Plan, texts: Texts) -> Rows:
    return [
        [talk.button(texts, f"deepfake.letter.{kind}", LETTER + kind)] for kind in found.letters
    ]


def _plan(update: Update, context: Context, answers: Answers) -> Plan:
    return plan(answers, _country(context, update), directory())


def _country(context: Context, update: Update) -> str:
    family = context.account(update).family_id
    return context.house.store.families.get(family).country or ""


def _going_on(update: Update, context: Context) -> tuple[Dialogue | None, Answers | None]:
    """The conversation of whoever tapped, if it still is this one, and its answers."""
    account, house = context.account(update), context.house
    dialogue = house.store.dialogues.of(account.user_id, house.now())
    if dialogue is None or dialogue.topic != TOPIC:
        return None, None
    return dialogue, _answers(dialogue)


def _answers(dialogue: Dialogue) -> Answers | None:
    try:
        return QUESTIONS.resume(str(dialogue.data.get("answers")))
    except InvalidState:
        return None


def _noted(dialogue: Dialogue) -> Noted:
    return noted_from_json(dialogue.data.get("noted") or {})


def _remember(
    update: Update, context: Context, answers: Answers, noted: Noted, case: Any = None
) -> None:
    talk.begin(
        update,
        context,
        TOPIC,
        PATIENCE,
        answers=answers.to_json(),
        noted=noted_to_json(noted),
        case=case,
    )
