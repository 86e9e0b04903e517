"""`/deepfake`: a few questions, then steps in their order; the letters are in `letters`.

Where sexual images or a minor may be involved, no picture is taken in: neither looked at nor kept.
"""

from dataclasses import replace

from telegram import Update

from bot import talk
from bot.aftercare import countries, pages
from bot.aftercare.deepfake_talk import (
    TOPIC,
    DeepfakeTalk,
    country_of,
    going_on,
    plan_of,
    refuses,
    remember,
)
from bot.aftercare.guidance import deepfake_page
from bot.case import cases, keeping
from bot.case.origin import Origin
from bot.context import Context
from bot.handlers import video
from bot.handlers.case import parts
from bot.markup import Own
from bot.talk import Rows
from bot.texts import Texts
from familyguard.deepfake import QUESTIONS, Plan, refuses_images
from familyguard.letter_questions import with_words
from familyguard.letters import LetterKind
from familyguard.questions import Answers, InvalidAnswer

OPTION, BACK = "deepfake:option:", "deepfake:back:"
LETTER, KEEP = "deepfake:letter:", "deepfake:keep:"
COUNTRY, OTHER = "deepfake:country:", "deepfake:other:"

__all__ = ["TOPIC", "refuses"]


async def command(update: Update, context: Context) -> None:
    """`/deepfake`: what this is, and the first question."""
    answers = QUESTIONS.start()
    remember(update, context, DeepfakeTalk(answers))
    texts = context.texts(update)
    sentence = f"{texts.get('deepfake.start')}\n\n{_question(answers, texts)}"
    rows = [*_rows(answers, texts), [talk.button(texts, "deepfake.button.video", video.BEGIN)]]
    await talk.say(update, context, "talk.plain", rows, words=Own(sentence))


async def option(update: Update, context: Context) -> None:
    """An answer was tapped; after the last one comes the plan."""
    state = going_on(update, context)
    _, _, question, chosen, *_ = parts(update)
    try:
        answers = state.answers.answer(question, chosen) if state else None
    except InvalidAnswer:
        answers = None
    if state is None or answers is None:
        await talk.forgotten(update, context)
        return
    refused = await _refused_from_now(update, context, answers)
    case = None if refused else state.case
    state = replace(state, answers=answers, case=case, letter=None)
    remember(update, context, state)
    if answers.next is not None:
        await _ask(update, context, answers)
    else:
        await _finish(update, context, state)


async def country(update: Update, context: Context) -> None:
    """A country was tapped under steps without numbers: the same steps, with its numbers."""
    state, code = going_on(update, context), parts(update)[2]
    if state is None or state.answers.next is not None or code not in countries.COUNTRIES:
        await talk.forgotten(update, context)
        return
    countries.settle(context, context.account(update), code)
    state = replace(state, country=code)
    remember(update, context, state)
    await _finish(update, context, state)


async def back(update: Update, context: Context) -> None:
    """«Back»: the question before.  After a crash the same tap goes back only once."""
    state = going_on(update, context)
    if state is None:
        await talk.forgotten(update, context)
        return
    answers = state.answers
    if parts(update)[2] in ("", f"{len(answers.given)}"):
        answers = answers.back()
    remember(update, context, replace(state, answers=answers, letter=None))
    await _ask(update, context, answers)


async def note(update: Update, context: Context, state: DeepfakeTalk) -> None:
    """A written message that answers no question: where it is, or what is to be seen."""
    message, house = update.message, context.house
    assert message is not None
    opened = keeping.adding_to(house, context.account(update))
    if opened is not None:
        keeping.add_note(house, opened, message)
    noted = state.noted
    if message.message_id != state.last:
        noted = with_words(noted, message.text or "")
    remember(update, context, replace(state, noted=noted, last=message.message_id))
    found, texts = plan_of(update, context, state), context.texts(update)
    rows = letter_rows(found, texts) if state.answers.next is None else []
    await talk.say(update, context, "deepfake.noted", rows, count=len(noted.addresses))


async def other(update: Update, context: Context) -> None:
    """«This is about something else», under a refusal: what is sent now is checked."""
    if going_on(update, context) is not None:
        talk.end(update, context)
    await talk.show(update, context, "deepfake.other")


async def keep(update: Update, context: Context) -> None:
    """«Keep evidence»: a case of its own, to which screenshots and addresses are added."""
    state = going_on(update, context)
    if state is None or state.refuses:
        await talk.forgotten(update, context)
        return
    account, house = context.account(update), context.house
    opened = keeping.adding_to(house, account)
    if opened is None:
        with house.store.together():
            # Nothing else ever comes from this sender, so only what is added on purpose joins it.
            origin = Origin(f"deepfake/{house.now()}")
            opened = cases.fresh(house, account, origin, house.now())
            house.store.cases.keep(account.family_id, opened.id, True)
            remember(update, context, replace(state, case=opened.id))
    assert update.callback_query is not None
    await update.callback_query.answer()
    await talk.say(update, context, "deepfake.keep")


def letter_rows(found: Plan, texts: Texts, but: LetterKind | None = None) -> Rows:
    """A button for each letter of a plan, `but` for one."""
    return [
        [talk.button(texts, f"deepfake.letter.{kind}", LETTER + kind)]
        for kind in found.letters
        if kind is not but
    ]


async def _ask(update: Update, context: Context, answers: Answers) -> None:
    texts = context.texts(update)
    sentence = Own(_question(answers, texts))
    await talk.show(update, context, "talk.plain", _rows(answers, texts), words=sentence)


async def _finish(update: Update, context: Context, state: DeepfakeTalk) -> None:
    found, texts, answers = plan_of(update, context, state), context.texts(update), state.answers
    page, nowhere = deepfake_page(found, texts), not country_of(update, context, state)
    rows = letter_rows(found, texts)
    closing = [page.closing]
    if rows:
        closing.append(texts.get("deepfake.note"))
    if not found.refuse_images and answers.as_mapping.get("who") != "made_by_me":
        rows.append([talk.button(texts, "deepfake.button.keep", KEEP)])
    if nowhere:
        closing.append(texts.get("deepfake.no_country"))
        rows += countries.rows(COUNTRY, texts)
    rows.append([talk.button(texts, "talk.back", f"{BACK}{len(answers.given)}")])
    page = replace(page, closing="\n\n".join(filter(None, closing)))
    await pages.instead(update, context, page, rows)


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
        rows.append([talk.button(texts, "talk.back", f"{BACK}{len(answers.given)}")])
    return [*rows, [talk.not_now(TOPIC, texts)]]
