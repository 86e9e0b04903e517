"""The set-up: a keeper is led through it, may skip anything, and is offered it again.

Each step is a message of its own with «Skip this step»; `families.setup_step` remembers the step
that is due, so that it goes on after a restart.  Messages are checked at any time in between.
What each step asks is `bot.handlers.setup_questions`.
"""

import re

from telegram import Message, Update

from bot import countries, talk
from bot.case import intake
from bot.context import Context
from bot.family.roles import Act, may, refusal
from bot.family.who import person_of
from bot.handlers import check
from bot.handlers.family import a_name, has_voice
from bot.handlers.setup_questions import (
    COUNTRY,
    COUNTRY_TYPED,
    LANGUAGE,
    OFFERS,
    SKIP,
    skip_button,
    word_buttons,
)
from bot.media import attachment
from bot.texts import LANGUAGES
from familyguard.family import Family, Role
from familyguard.model import Level
from familyguard.plea import plea_in
from familyguard.setup import STEPS, Step, after, done

GO = "setup:go:"

MIN_GREETING, MAX_GREETING = 3, 60
"""Characters of the greeting: it stands on every verdict and must leave room for it."""

MAX_NAME_WORDS = 5
"""«De familie van der Berg»; what is longer is a sentence."""

_NO_NAME = re.compile(r"[?!]|^/")

MAX_WORD_WORDS = 4
MAX_WORD_SECONDS = 10.0
"""Of a mistaken code word: it is two or three words, said once or three times."""

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*[,.]?")
"""Letters only: no digits, no link, and no question."""


async def command(update: Update, context: Context) -> None:
    """`/setup`: what is done, what is open, and the next step."""
    if not await may(update, context, Act.SET_UP):
        return
    reached, texts = _done(update, context), context.texts(update)
    rows = [
        [talk.button(texts, f"setup.item.{step}", GO + step)]
        for step in STEPS
        if step not in reached
    ]
    ready = [texts.get(f"setup.item.{step}") for step in STEPS if step in reached]
    lines = "\n".join(f"✓ {item}" for item in ready)
    key = "setup.open" if rows else "setup.complete"
    await talk.show(update, context, key, rows, done=lambda _: lines)


async def begin(update: Update, context: Context) -> None:
    """Go on where a keeper stopped; nothing happens for anybody else, or when all was offered."""
    account = context.account(update)
    family = context.house.store.families.get(account.family_id)
    if account.role is Role.KEEPER and family.setup_step is not None:
        await _offer(update, context, Step(family.setup_step))


async def resume(update: Update, context: Context, step: Step) -> None:
    """Offer what follows if `step` is the one that is due; called at the end of its handler."""
    family = _family(update, context)
    if context.account(update).role is Role.KEEPER and family.setup_step == step:
        await _next(update, context, step)


async def go(update: Update, context: Context) -> None:
    """A step was chosen from the list."""
    if (step := _step(update, GO)) is None:
        await talk.forgotten(update, context)
        return
    if await may(update, context, Act.SET_UP):
        assert update.callback_query is not None
        await update.callback_query.answer()
        await _offer(update, context, step)


async def skip(update: Update, context: Context) -> None:
    """«Skip this step»."""
    step, family = _step(update, SKIP), _family(update, context)
    if step is None or family.setup_step != step:
        await talk.forgotten(update, context)
        return
    if not await may(update, context, Act.SET_UP):
        return
    talk.end(update, context)
    await talk.show(update, context, "setup.skipped")
    await _next(update, context, step)


async def name(update: Update, context: Context) -> None:
    """The family's name came."""
    message = update.effective_message
    assert isinstance(message, Message)
    called = a_name(message.text or "")
    if called is None or _is_to_check(update, context):
        await check.text(update, context)
        return
    texts = context.texts(update)
    if _NO_NAME.search(called) or len(called.split()) > MAX_NAME_WORDS or called.isdecimal():
        await talk.say(update, context, "setup.name.odd", [[skip_button(texts, Step.NAME)]])
        return
    if not await may(update, context, Act.SET_UP):
        return
    family = _family(update, context)
    context.house.store.families.rename(family.id, called)
    _note(update, context, "named")
    talk.end(update, context)
    back = [[talk.button(texts, "setup.button.rename", GO + Step.NAME)]]
    await talk.say(update, context, "setup.name.done", back, name=called)
    await _next(update, context, Step.NAME)


async def code_word(update: Update, context: Context) -> None:
    """The word came before anybody listened: it goes, for it is spoken, and not to be judged."""
    message = update.effective_message
    assert isinstance(message, Message)
    words = (message.text or "").split()
    is_word = len(words) <= MAX_WORD_WORDS and all(map(_WORD.fullmatch, words))
    if not is_word or _is_to_check(update, context):
        await check.text(update, context)
        return
    await _word_too_soon(update, context)


async def code_word_spoken(update: Update, context: Context) -> None:
    """A short memo recorded here and now is the word; a longer one, or a forwarded one, is not."""
    message = update.effective_message
    assert isinstance(message, Message)
    found = attachment(message)
    if found is None or found.seconds is None or found.seconds > MAX_WORD_SECONDS:
        await check.memo(update, context)
        return
    await _word_too_soon(update, context)


async def _word_too_soon(update: Update, context: Context) -> None:
    gone = await talk.take_away(update.effective_message)
    key = "setup.code_word.first" if gone else "setup.code_word.first_left"
    await talk.say(update, context, key, word_buttons(context.texts(update)))


def _is_to_check(update: Update, context: Context) -> bool:
    """Whether words that might answer a question are rather a fraud, or a cry for help."""
    sent = check.sent_in(update, context)
    if plea_in(sent.message.text or "") is not None:
        return True
    return intake.judged_text(sent, context.house).verdict.level > Level.UNCLEAR


async def language(update: Update, context: Context) -> None:
    """A language was chosen: for new members, for memos, and for the keeper's own chat."""
    wish = _data(update).removeprefix(LANGUAGE)
    if wish not in LANGUAGES:
        await talk.forgotten(update, context)
        return
    if not await may(update, context, Act.SET_UP):
        return
    account, store = context.account(update), context.house.store
    store.families.speak(account.family_id, wish)
    store.accounts.speak(account.user_id, wish)
    await talk.show(update, context, "setup.language.done")
    await _next(update, context, Step.LANGUAGE)


async def country(update: Update, context: Context) -> None:
    """A country was tapped."""
    await _live_in(update, context, _data(update).removeprefix(COUNTRY))


async def other_country(update: Update, context: Context) -> None:
    """«Another country»: it can be typed."""
    if not await may(update, context, Act.SET_UP):
        return
    assert update.callback_query is not None
    await update.callback_query.answer()
    await talk.ask(update, context, COUNTRY_TYPED, "setup.country.type")


async def typed_country(update: Update, context: Context) -> None:
    """A country was typed: its name in Dutch or English, or its two letters."""
    message = update.effective_message
    assert isinstance(message, Message)
    words = (message.text or "").strip()
    if a_name(words) is None:
        await check.text(update, context)
        return
    code = countries.typed(words)
    if code is None:
        await talk.say(update, context, "setup.country.unknown")
        return
    await _live_in(update, context, code)


async def greeting(update: Update, context: Context) -> None:
    """The phrase came by which the family knows its own bot."""
    message = update.effective_message
    assert isinstance(message, Message)
    phrase = " ".join((message.text or "").split())
    if len(phrase) > MAX_GREETING or "\n" in (message.text or "").strip():
        await check.text(update, context)
        return
    if len(phrase) < MIN_GREETING:
        await talk.say(update, context, "setup.greeting.short")
        return
    if not await may(update, context, Act.SET_UP):
        return
    context.house.store.families.greet_with(_family(update, context).id, phrase)
    _note(update, context, "greeting")
    talk.end(update, context)
    await talk.say(update, context, "setup.greeting.done", phrase=phrase)
    await _next(update, context, Step.GREETING)


async def _live_in(update: Update, context: Context, code: str) -> None:
    if not countries.is_country(code):
        await talk.forgotten(update, context)
        return
    if not await may(update, context, Act.SET_UP):
        return
    context.house.store.families.live_in(_family(update, context).id, code)
    talk.end(update, context)
    await talk.show(update, context, "setup.country.done", name=countries.called(code))
    await _next(update, context, Step.COUNTRY)


async def _next(update: Update, context: Context, step: Step) -> None:
    """The first step after `step` that is not done; the end after the last."""
    reached, following = _done(update, context), after(step)
    # The language has always a value, so only this question shows whether it is the right one.
    while following in reached and following is not Step.LANGUAGE:
        following = after(following)
    if following is not None:
        await _offer(update, context, following)
        return
    context.house.store.families.come_to(_family(update, context).id, None)
    await talk.say(update, context, "setup.finished")


async def _offer(update: Update, context: Context, step: Step) -> None:
    """Ask for a step, which is due from now on."""
    reason = refusal(context, context.account(update), Act.SET_UP)
    if reason is not None:
        await talk.say(update, context, reason)
        return
    # A question that is still open would take the answer to this one: a PIN is no family's name.
    talk.end(update, context)
    context.house.store.families.come_to(_family(update, context).id, step)
    await OFFERS[step](update, context)


def _done(update: Update, context: Context) -> frozenset[Step]:
    account, store = context.account(update), context.house.store
    keeper = person_of(context, account)
    return done(
        store.families.get(account.family_id),
        keeper,
        len(store.people.of_family(account.family_id)),
        has_word=store.codewords.get(account.family_id) is not None,
        has_voice=has_voice(context, keeper),
        has_pin=store.families.pin(account.family_id) is not None,
    )


def _family(update: Update, context: Context) -> Family:
    return context.house.store.families.get(context.account(update).family_id)


def _note(update: Update, context: Context, act: str) -> None:
    account, house = context.account(update), context.house
    house.store.audit.note(account.family_id, act, house.now(), account.user_id)


def _step(update: Update, verb: str) -> Step | None:
    wish = _data(update).removeprefix(verb)
    return next((step for step in STEPS if step == wish), None)


def _data(update: Update) -> str:
    assert update.callback_query is not None
    return update.callback_query.data or ""
