"""`/video`: eight things to look at, one at a time, and what they come to.  Only an advice."""

from dataclasses import replace

from telegram import Update

from bot import talk
from bot.aftercare import pages
from bot.aftercare.guidance import Section, video_page
from bot.case import cases
from bot.case.items import Item
from bot.context import Context
from bot.handlers.case import parts
from bot.judgement import Judgement
from bot.markup import Own
from bot.talk import Rows
from bot.texts import Texts
from bot.wording import Wording, word
from familyguard.model import Level
from familyguard.questions import Answers, InvalidAnswer, InvalidState
from familyguard.video_checklist import CHECKLIST, Seen, conclude

TOPIC = "video"
BEGIN, SEEN, BACK = "video:begin:", "video:seen:", "video:back:"

SOUND_SECONDS = 3600.0
"""How long ago the video may have been sent to be the one that is looked at."""


async def command(update: Update, context: Context) -> None:
    """`/video`: how it goes, and the first question."""
    if update.callback_query is not None:
        await update.callback_query.answer()
    answers, texts = CHECKLIST.start(), context.texts(update)
    talk.begin(update, context, TOPIC, answers=answers.to_json())
    sentence = f"{texts.get('video.start')}\n\n{_question(answers, texts)}"
    await talk.say(update, context, "talk.plain", _rows(answers, texts), words=Own(sentence))


async def seen(update: Update, context: Context) -> None:
    """One answer; after the eighth comes what they say."""
    answers = _going_on(update, context)
    _, _, cue, what, *_ = parts(update)
    try:
        answers = answers.answer(cue, what) if answers else None
    except InvalidAnswer:
        answers = None
    await _go_on(update, context, answers)


async def back(update: Update, context: Context) -> None:
    """«Back»: the question before."""
    answers = _going_on(update, context)
    await _go_on(update, context, answers.back() if answers else None)


async def _go_on(update: Update, context: Context, answers: Answers | None) -> None:
    if answers is None:
        await talk.forgotten(update, context)
        return
    texts = context.texts(update)
    talk.begin(update, context, TOPIC, answers=answers.to_json())
    if answers.next is not None:
        sentence = Own(_question(answers, texts))
        await talk.show(update, context, "talk.plain", _rows(answers, texts), words=sentence)
        return
    page = video_page(conclude(answers), texts)
    heard = _heard(update, context, texts)
    if heard is not None and heard.level >= Level.STRONG:
        # What to do stands first, whatever was seen.
        page = replace(page, intro=f"{heard.headline}\n\n{page.intro}")
    page = replace(page, sections=(*page.sections, _sound(heard, texts)))
    await pages.instead(update, context, page, [[talk.button(texts, "talk.back", BACK)]])


def _sound(heard: Wording | None, texts: Texts) -> Section:
    """What was said of the sound of the video, if it was sent; if not, that it can be."""
    said = " ".join((heard.headline, *heard.reasons)) if heard else texts.get("video.send")
    return Section(texts.get("video.sound"), said)


def _heard(update: Update, context: Context, texts: Texts) -> Wording | None:
    """The verdict on the latest video, in words."""
    item = _latest_video(update, context)
    verdict = item.verdict if item else None
    return None if verdict is None else word(Judgement(verdict, None), texts)


def _latest_video(update: Update, context: Context) -> Item | None:
    account, house = context.account(update), context.house
    since = house.now() - SOUND_SECONDS
    found = [
        item
        for stored in house.store.cases.of_account(account.family_id, account.user_id)
        if stored.touched_at >= since
        for item in cases.opened_of(house, stored).file.items
        if item.kind in ("video", "video_note") and item.at >= since
    ]
    return max(found, key=lambda item: item.at, default=None)


def _question(answers: Answers, texts: Texts) -> str:
    question = answers.next
    assert question is not None
    done, total = answers.progress
    place = texts.get("deepfake.progress", number=done + 1, total=total)
    ask = texts.get(f"video.ask.{question.code}")
    return f"{ask} ({place})\n{texts.get(f'video.look.{question.code}')}"


def _rows(answers: Answers, texts: Texts) -> Rows:
    question = answers.next
    assert question is not None
    rows: Rows = [
        [talk.button(texts, f"video.option.{one}", f"{SEEN}{question.code}:{one}")] for one in Seen
    ]
    if answers.given:
        rows.append([talk.button(texts, "talk.back", BACK)])
    return [*rows, [talk.not_now(TOPIC, texts)]]


def _going_on(update: Update, context: Context) -> Answers | None:
    account, house = context.account(update), context.house
    dialogue = house.store.dialogues.of(account.user_id, house.now())
    if dialogue is None or dialogue.topic != TOPIC:
        return None
    try:
        return CHECKLIST.resume(str(dialogue.data.get("answers")))
    except InvalidState:
        return None
