"""`/enrol`: somebody lets the bot know their voice, by their own consent and by reading aloud.

Only un-forwarded voice messages from the person's own account count.  Each is of a prompt that was
made up just then, and is judged by `bot.family.enrolment`; its file is gone before the answer is
there.
"""

from dataclasses import replace

import structlog
from telegram import Message, Update

from bot import markup, talk
from bot.analysis import PromptMemo
from bot.context import Context
from bot.errors import CannotListen, QueueFull, Stopping
from bot.family import changes, deeds, roles
from bot.family.consent import WORDING, consent_of, record, taking_back
from bot.family.enrolment import (
    MAX_MEMOS,
    Draft,
    Why,
    asked_anew,
    begun,
    counted,
    had_voice,
    refusal,
)
from bot.family.roles import Act, may
from bot.family.who import person_of
from bot.handlers import guardian, setup
from bot.listening import fetched
from bot.media import Attachment, attachment
from bot.progress import Progress
from bot.texts import Texts
from familyguard.changes import Kind, Refused
from familyguard.family import Account, Role
from familyguard.setup import Step
from familyguard.store.records import StoredChange
from familyguard.store.voices import ENROLMENT, StoredVoice
from voice.errors import Undecodable
from voice.results import EnrolmentMemo
from voice.voiceprint import MIN_ENROLMENT_MEMOS, combined

log = structlog.get_logger(__name__)

TOPIC = ENROLMENT
AGREE, ANEW = "enrol:agree:", "enrol:anew:"


async def command(update: Update, context: Context) -> None:
    """`/enrol`: what it is for, what is stored, who can use it – and the question."""
    if not await may(update, context, Act.OWN_VOICE):
        return
    person, texts = person_of(context, context.account(update)), context.texts(update)
    is_child = person.role is Role.CHILD
    label, verb = ("ask", guardian.ASK) if is_child else ("agree", AGREE)
    rows = [[talk.button(texts, f"enrol.button.{label}", verb + WORDING)]]
    if consent_of(context.house, person) is not None:
        rows.append([taking_back(texts, person.id)])
    rows.append([talk.not_now(TOPIC, texts)])
    await talk.say(update, context, "enrol.consent.child" if is_child else "enrol.consent", rows)


async def agree(update: Update, context: Context) -> None:
    """«I agree»: recorded with the name of the text that they saw."""
    assert update.callback_query is not None
    account = context.account(update)
    person = person_of(context, account)
    if update.callback_query.data != AGREE + WORDING or person.role is Role.CHILD:
        await talk.forgotten(update, context)
        return
    if await may(update, context, Act.OWN_VOICE):
        record(context.house, account, person.id)
        await talk.show(update, context, "enrol.agreed")
        await _go_on(update, context)


async def begin(update: Update, context: Context) -> None:
    """«Begin»: somebody's guardian has agreed."""
    if await _is_agreed(update, context) and await may(update, context, Act.OWN_VOICE):
        await talk.show(update, context, "enrol.agreed")
        await _go_on(update, context)


async def anew(update: Update, context: Context) -> None:
    """«Start over»: what was read so far is forgotten."""
    if await _is_agreed(update, context) and await may(update, context, Act.OWN_VOICE):
        talk.end(update, context)
        await talk.show(update, context, "enrol.anew")
        await _go_on(update, context)


async def heard(update: Update, context: Context) -> None:
    """A voice message came while a prompt waits for being read."""
    message, account, house = update.effective_message, context.account(update), context.house
    assert isinstance(message, Message)
    found, texts = attachment(message), context.texts(update)
    assert found is not None
    # One after the other: the second of two quick ones must not be held against the first's prompt.
    async with (
        house.listening.of((TOPIC, account.user_id)),
        Progress(message, texts, "enrolling", house.edit_seconds) as progress,
    ):
        sentence = await _count(update, context, found)
        await progress.finish(markup.escape(sentence))
        draft = _draft(context, account)
        if draft is not None and roles.refusal(context, account, Act.OWN_VOICE) is None:
            await _next(update, context, draft)


async def deed(context: Context, change: StoredChange) -> bool:
    """The voiceprint is stored now, if the consent still stands."""
    store, key = context.house.store, str(change.data["person"])
    person = store.people.get(change.family_id, key)
    if person is None or consent_of(context.house, person) is None:
        return False
    embedding, seconds = tuple(change.data["embedding"]), float(change.data["seconds"])
    voice = StoredVoice(key, str(change.data["model"]), embedding, seconds, context.house.now())
    store.voices.put(change.family_id, voice)
    return True


deeds.DEEDS[Kind.VOICE] = deed


async def _count(update: Update, context: Context, found: Attachment) -> str:
    """Listen to a memo and count it, or not; what its sender is told."""
    house, texts, account = context.house, context.texts(update), context.account(update)
    message, draft = update.effective_message, _draft(context, account)
    assert message is not None
    if draft is not None and message.message_id in draft.memos:
        # It counted before a crash, of which its sender knows nothing.
        return _thanks(draft, texts)
    reason = roles.refusal(context, account, Act.OWN_VOICE)
    if reason is not None or draft is None:
        return texts.get(reason or "enrol.ended")
    try:
        memo = await _listen(found, draft, account, context)
    except QueueFull as full:
        return texts.get("chat.full.own" if full.own else "chat.full.all")
    except CannotListen:
        return texts.get("chat.cannot_listen")
    except Stopping:
        return texts.get("chat.stopping")
    why: Why | None = Why.UNCLEAR
    if isinstance(memo, EnrolmentMemo):
        earlier = house.store.recordings.since(account.family_id, 0.0)
        why = await refusal(draft, memo, found.unique_id, earlier, house.now())
    # Meanwhile they may have taken it all back, or the family was frozen.
    reason, current = roles.refusal(context, account, Act.OWN_VOICE), _draft(context, account)
    if reason is not None or current is None or current.id != draft.id:
        return texts.get(reason or "enrol.ended")
    if why is not None or not isinstance(memo, EnrolmentMemo):
        log.info("enrolment_refused", why=why)
        _save(context, account, asked_anew(draft, house.now()))
        return _sorry(why, memo, texts)
    draft = counted(draft, message.message_id, memo)
    with house.store.together():
        _save(context, account, _completed(context, account, asked_anew(draft, house.now())))
        house.store.recordings.remember(
            account.family_id,
            "enrolment",
            found.unique_id,
            memo.sha256,
            memo.fingerprint,
            house.now(),
            heard_from=account.user_id,
        )
    return _thanks(draft, texts)


async def _listen(
    found: Attachment, draft: Draft, account: Account, context: Context
) -> EnrolmentMemo | Undecodable | str:
    """What a memo adds, or why it could not be heard; the file is gone afterwards."""
    if found.refusal is not None:
        return found.refusal
    house = context.house
    async with fetched(found, context.bot, house.settings.incoming) as path:
        if isinstance(path, Undecodable):
            return path
        job = PromptMemo(account.user_id, path, draft.language)
        return await house.analyst.enrol(job, _say_nothing)


def _say_nothing(*_: object, **__: object) -> None:
    """The steps of a check end with «do not pay yet», which nobody who reads aloud understands."""


async def _go_on(update: Update, context: Context) -> None:
    """Show a prompt, of the enrolment that is under way or of a new one."""
    account = context.account(update)
    draft = _draft(context, account)
    house = context.house
    draft = asked_anew(draft, house.now()) if draft else begun(house, account)
    _save(context, account, draft)
    await _show_prompt(update, context, draft)


async def _next(update: Update, context: Context, draft: Draft) -> None:
    if draft.is_complete:
        await _finish(update, context, draft)
    elif len(draft.prints) >= MAX_MEMOS:
        talk.end(update, context)
        rows = [[talk.button(context.texts(update), "enrol.button.anew", ANEW)]]
        await talk.say(update, context, "enrol.disagree", rows)
    else:
        await _show_prompt(update, context, draft)


async def _show_prompt(update: Update, context: Context, draft: Draft) -> None:
    texts = context.texts(update)
    rows = [[talk.not_now(TOPIC, texts)]]
    if draft.prints:
        rows.insert(0, [talk.button(texts, "enrol.button.anew", ANEW)])
    await talk.say(update, context, "enrol.read", rows, lines=markup.Own(draft.prompt.text))


async def _finish(update: Update, context: Context, draft: Draft) -> None:
    """The voiceprint is there: it holds at once, or replaces another one in a day."""
    account, texts = context.account(update), context.texts(update)
    made = combined(draft.prints)
    data = {
        "model": made.model,
        "embedding": list(made.embedding),
        "seconds": made.speech_seconds,
    }
    try:
        await changes.ask(update, context, Kind.VOICE, data, first=bool(draft.first))
    except Refused:
        await talk.say(update, context, "roles.frozen")
        return
    rows = [[taking_back(texts, account.person_id)]]
    await talk.say(update, context, "enrol.done" if draft.first else "enrol.waits", rows)
    talk.end(update, context)
    await setup.resume(update, context, Step.VOICE)


def _draft(context: Context, account: Account) -> Draft | None:
    """The enrolment that is under way, if the consent for it still stands."""
    house = context.house
    dialogue = house.store.dialogues.of(account.user_id, house.now())
    if dialogue is None or dialogue.topic != TOPIC:
        return None
    if consent_of(house, person_of(context, account), WORDING) is None:
        return None
    return Draft.from_data(dialogue.data)


def _save(context: Context, account: Account, draft: Draft) -> None:
    house = context.house
    house.store.dialogues.begin(
        account.user_id, account.family_id, TOPIC, house.now(), talk.PATIENCE, **draft.to_data()
    )


def _completed(context: Context, account: Account, draft: Draft) -> Draft:
    """With the answer whether it replaces a voice: it must be the same also after a crash."""
    if not draft.is_complete:
        return draft
    return replace(draft, first=not had_voice(context.house, person_of(context, account)))


def _thanks(draft: Draft, texts: Texts) -> str:
    done = len(draft.prints)
    if draft.is_complete or done < MIN_ENROLMENT_MEMOS:
        return texts.get("enrol.counted", done=done, all=max(done, MIN_ENROLMENT_MEMOS))
    return texts.get("enrol.counted.more")


def _sorry(why: Why | None, memo: EnrolmentMemo | Undecodable | str, texts: Texts) -> str:
    if isinstance(memo, EnrolmentMemo) and why is not Why.UNCLEAR:
        return texts.get(f"enrol.refused.{why}")
    reasons = memo.problems if isinstance(memo, EnrolmentMemo) else (memo,)
    key = f"reason.unjudgeable.{reasons[0] if reasons else 'words_unsure'}"
    return texts.get("enrol.refused.unclear", reason=texts.get(key))


async def _is_agreed(update: Update, context: Context) -> bool:
    person = person_of(context, context.account(update))
    if consent_of(context.house, person, WORDING) is not None:
        return True
    await talk.forgotten(update, context)
    return False
