"""Setting the code word, or the duress word, by voice: three times, shown once, then forgotten."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog
from telegram import Message, Update

from bot import talk, tidying
from bot.analysis import CodeWordMemos, Memo, Tell
from bot.context import Context
from bot.errors import CannotListen, QueueFull, Stopping
from bot.family import changes
from bot.family.roles import Act, may
from bot.listening import fetched
from bot.media import attachment
from bot.progress import Progress
from bot.texts import Language, pick_language
from bot.words.codewords import language_of
from bot.words.hearings import recordings_of
from bot.words.speaking import N_RECORDINGS, Speaking, digits_of
from familyguard.changes import Kind
from familyguard.codeword import HearingsDisagree, Tags, WeakCodeWord, Which, suggest
from familyguard.family import Account
from familyguard.setup import Step
from familyguard.store.codewords import StoredCodeWord, tags_to_json
from voice.results import Analysis, Rehearing

log = structlog.get_logger(__name__)

TOPIC = "codeword.speak"
BEGIN, OTHER, YES, AGAIN = "word:begin:", "word:other:", "word:yes:", "word:again:"

SECONDS = 3600.0
"""How long the bot waits for the next memo."""

SHOWN_SECONDS = 30.0
"""How long the heard word stands in the chat, under a spoiler."""

SUGGESTED_SECONDS = 600.0
"""How long words that were offered stand there: the keeper tells them to the others meanwhile."""


async def begin(update: Update, context: Context) -> None:
    """«Set» or «change»: what makes a good word, two that nobody has thought of, and go."""
    assert update.callback_query is not None
    which = (
        Which.DURESS if (update.callback_query.data or "").endswith(Which.DURESS) else Which.WORD
    )
    if not await may(update, context, Act.CODE_WORD):
        return
    account, house = context.account(update), context.house
    if which is Which.DURESS and house.store.codewords.get(account.family_id) is None:
        await talk.forgotten(update, context)
        return
    language = language_of_family(context, account)
    if which is Which.DURESS:
        language = pick_language(language_of(house, account.family_id))
    house.speaking.put(account.user_id, Speaking(which, language, suggest(language)))
    await talk.show(update, context, f"codeword.explain.{which}")
    await _offer(update, context)


async def other_words(update: Update, context: Context) -> None:
    """«Other words»."""
    spoken = _spoken_so_far(update, context)
    if spoken is None or spoken.recordings:
        await talk.forgotten(update, context)
        return
    assert update.callback_query is not None
    await update.callback_query.answer()
    await talk.take_away(update.callback_query.message)
    spoken.suggested = suggest(spoken.language)
    await _offer(update, context)


async def heard(update: Update, context: Context) -> None:
    """A voice memo with the word; it is heard, and goes at once."""
    account, texts = context.account(update), context.texts(update)
    async with context.house.listening.of(("speaking", account.user_id)):
        spoken = _spoken_so_far(update, context)
        if spoken is None:
            # The bot was restarted, or this came too late: what was spoken is forgotten.
            await talk.take_away(update.effective_message)
            talk.end(update, context)
            await talk.say(
                update,
                context,
                "codeword.anew",
                [[talk.button(texts, "codeword.button.set", BEGIN + Which.WORD)]],
            )
            return
        found = await _rehear(update, context, spoken)
        if found is None:
            return
        recordings = recordings_of(found)
        if not any(recording.plain for recording in recordings):
            await talk.say(update, context, "codeword.unheard")
            return
        spoken.recordings += recordings
        if len(spoken.recordings) < N_RECORDINGS:
            await talk.say(
                update, context, "codeword.again", number=len(spoken.recordings), all=N_RECORDINGS
            )
            return
        await _make(update, context, account, spoken)


async def written(update: Update, context: Context) -> None:
    """Words instead of a memo: the code word is never typed."""
    account = context.account(update)
    await talk.take_away(update.effective_message)
    spoken = _spoken_so_far(update, context)
    await talk.say(update, context, "codeword.never_type")
    if spoken is not None and not spoken.recordings:
        # What was heard before may be what they have just typed.
        spoken.enrolment = None
        spoken.suggested = suggest(spoken.language)
        context.house.speaking.put(account.user_id, spoken)
        await _offer(update, context)


async def yes(update: Update, context: Context) -> None:
    """«Yes, that is it»: hashes are made, and the words forgotten."""
    account, house = context.account(update), context.house
    spoken = _spoken_so_far(update, context)
    if spoken is None or spoken.enrolment is None or spoken.strength is None:
        await talk.forgotten(update, context)
        return
    if not await may(update, context, Act.CODE_WORD):
        return
    house.speaking.drop(account.user_id)
    talk.end(update, context)
    assert update.callback_query is not None
    await talk.take_away(update.callback_query.message)
    await update.callback_query.answer()
    current = house.store.codewords.get(account.family_id)
    try:
        tags = await asyncio.to_thread(_tags, context, account, spoken, current)
    except ValueError:
        await talk.say(update, context, "codeword.duress_alike")
        return
    # The words are gone from here on: nobody reads that they are set before they are.
    digits, is_first = digits_of(spoken.strength.bits), _is_first(spoken.which, current)
    data = {"which": spoken.which, "language": spoken.language, "tags": tags_to_json(tags)}
    await changes.ask(update, context, Kind.CODE_WORD, data, first=is_first)
    await talk.say(
        update,
        context,
        f"codeword.set.{spoken.which}" if is_first else "codeword.waits",
        digits=digits,
    )
    if is_first and spoken.which is Which.WORD:
        from bot.handlers import setup

        await setup.resume(update, context, Step.CODE_WORD)


async def again(update: Update, context: Context) -> None:
    """«No, once more»."""
    spoken = _spoken_so_far(update, context)
    if spoken is None:
        await talk.forgotten(update, context)
        return
    assert update.callback_query is not None
    await talk.take_away(update.callback_query.message)
    await update.callback_query.answer()
    spoken.recordings, spoken.enrolment = [], None
    await talk.say(update, context, "codeword.from_start")


async def listened(update: Update, context: Context) -> Analysis | None:
    """What is heard in a memo that holds the code word; the memo goes.  None if nothing was."""
    account, language = context.account(update), context.texts(update).language
    spoken = language_of_family(context, account)

    async def listen(path: Path, tell: Tell) -> object:
        memo = Memo(account.user_id, path, language, spoken, is_answer=True)
        return (await context.house.analyst.listen(memo, tell)).heard

    heard_ = await _heard_once(update, context, listen)
    return heard_ if isinstance(heard_, Analysis) else None


async def _rehear(update: Update, context: Context, spoken: Speaking) -> Rehearing | None:
    """What the recogniser makes of a memo and of spoilt copies; the memo goes."""
    account, house = context.account(update), context.house

    async def rehear(path: Path, tell: Tell) -> object:
        return await house.analyst.rehear(
            CodeWordMemos(account.user_id, (path,), spoken.language), tell
        )

    outcome = await _heard_once(update, context, rehear)
    if not isinstance(outcome, Rehearing):
        return None
    for recording in outcome.recordings:
        house.store.recordings.remember(
            account.family_id,
            "code_word",
            None,
            recording.sha256,
            recording.fingerprint,
            house.now(),
        )
    return outcome


async def _heard_once(
    update: Update, context: Context, hear: Callable[[Path, Tell], Awaitable[object]]
) -> object:
    """Fetch the memo, `hear` it, and take file and memo away; what came of it."""
    message, texts, house = update.effective_message, context.texts(update), context.house
    assert isinstance(message, Message)
    found = attachment(message)
    assert found is not None
    outcome: object = None
    async with Progress(message, texts, "listening", house.edit_seconds, calm=True) as progress:
        async with fetched(found, context.bot, house.settings.incoming) as path:
            if isinstance(path, Path):
                with contextlib.suppress(QueueFull, CannotListen, Stopping):
                    outcome = await hear(path, progress.tell)
        is_heard = isinstance(outcome, Analysis | Rehearing)
        await progress.finish(
            texts.get("codeword.listened" if is_heard else "codeword.not_listened")
        )
    await talk.take_away(message)
    return outcome


async def _make(update: Update, context: Context, account: Account, spoken: Speaking) -> None:
    house = context.house
    names = [person.name for person in house.store.people.of_family(account.family_id)]
    family = house.store.families.get(account.family_id)
    # The greeting stands on every card.
    names += [family.name, family.greeting]
    try:
        spoken.hear(names, house, account.family_id)
    except HearingsDisagree as error:
        await talk.say(update, context, f"codeword.disagree.{error.reason}")
        return
    except WeakCodeWord as error:
        await talk.say(update, context, f"codeword.weak.{error.reason}")
        return
    house.speaking.put(account.user_id, spoken)
    assert spoken.enrolment is not None
    texts = context.texts(update)
    rows = [
        [talk.button(texts, "codeword.button.yes", YES)],
        [talk.button(texts, "codeword.button.again", AGAIN)],
    ]
    phrase = spoken.enrolment.phrase
    shown = await tidying.show_hidden(
        update, context, "codeword.heard", phrase, SHOWN_SECONDS, rows
    )
    talk.begin(update, context, TOPIC, SECONDS, **{tidying.QUESTION: shown.message_id})


async def _offer(update: Update, context: Context) -> None:
    account, texts = context.account(update), context.texts(update)
    spoken = context.house.speaking.get(account.user_id)
    assert spoken is not None
    talk.begin(update, context, TOPIC, SECONDS)
    rows = [[talk.button(texts, "codeword.button.other", OTHER)], [talk.not_now(TOPIC, texts)]]
    words = spoken.suggested
    await tidying.show_hidden(update, context, "codeword.offer", words, SUGGESTED_SECONDS, rows)


def _tags(
    context: Context, account: Account, spoken: Speaking, current: StoredCodeWord | None
) -> Tags:
    """The slow hashes.  Raises ValueError where duress and code word cannot be told apart."""
    assert spoken.enrolment is not None
    hasher, keys = context.house.hasher, spoken.enrolment.keys
    if spoken.which is Which.DURESS:
        assert current is not None
        return hasher.with_duress(current.tags, keys, account.family_id)
    return hasher.tags(keys, account.family_id, current.tags.version + 1 if current else 1)


def _is_first(which: Which, current: StoredCodeWord | None) -> bool:
    """Whether the new word replaces none."""
    return current is None or (which is Which.DURESS and not current.has_duress)


def _spoken_so_far(update: Update, context: Context) -> Speaking | None:
    return context.house.speaking.get(context.account(update).user_id)


def language_of_family(context: Context, account: Account) -> Language:
    """The language in which the family speaks its memos."""
    return pick_language(context.house.store.families.get(account.family_id).language)
