"""The set-up: a keeper is led through it, may skip anything, and is offered it again.

Each step is a message of its own with «Skip this step»; `families.setup_step` remembers the step
that is due, so that it goes on after a restart.  Messages are checked at any time in between.
"""

from collections.abc import Awaitable, Callable

from telegram import InlineKeyboardButton, Message, Update

from bot import countries, talk
from bot.context import Context
from bot.family.roles import Act, may, refusal
from bot.family.who import person_of
from bot.handlers import admit, check, phone, pin
from bot.handlers.family import a_name, has_voice
from bot.talk import Rows
from bot.texts import LANGUAGES, Texts
from familyguard.family import Family, Role
from familyguard.setup import STEPS, Step, after, done

GO, SKIP = "setup:go:", "setup:skip:"
LANGUAGE, COUNTRY, OTHER = "setup:language:", "setup:country:", "setup:other:"

NAME, GREETING, COUNTRY_TYPED = "setup.name", "setup.greeting", "setup.country"

MIN_GREETING, MAX_GREETING = 3, 60
"""Characters of the greeting: it stands on every verdict and must leave room for it."""


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
    if called is None:
        await check.text(update, context)
        return
    if not await may(update, context, Act.SET_UP):
        return
    family = _family(update, context)
    context.house.store.families.rename(family.id, called)
    _note(update, context, "named")
    talk.end(update, context)
    await talk.say(update, context, "setup.name.done", name=called)
    await _next(update, context, Step.NAME)


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
    await _OFFERS[step](update, context)


async def _offer_typed(update: Update, context: Context, step: Step, topic: str) -> None:
    rows = [[_skip(context.texts(update), step)]]
    await talk.ask(update, context, topic, f"setup.{step}.ask", rows, seconds=None)


async def _offer_name(update: Update, context: Context) -> None:
    await _offer_typed(update, context, Step.NAME, NAME)


async def _offer_greeting(update: Update, context: Context) -> None:
    await _offer_typed(update, context, Step.GREETING, GREETING)


async def _offer_language(update: Update, context: Context) -> None:
    chosen = [talk.button(Texts(code), "chat.language.name", LANGUAGE + code) for code in LANGUAGES]
    await _say(update, context, Step.LANGUAGE, [chosen])


async def _offer_country(update: Update, context: Context) -> None:
    texts = context.texts(update)
    names = {code: countries.called(code)(texts) for code in countries.COUNTRIES}
    buttons = [
        talk.button(texts, "setup.button.country", COUNTRY + code, name=shown)
        for code, shown in names.items()
    ]
    rows = [buttons[at : at + 2] for at in range(0, len(buttons), 2)]
    rows.append([talk.button(texts, "setup.button.other", OTHER)])
    await _say(update, context, Step.COUNTRY, rows)


async def _offer_code_word(update: Update, context: Context) -> None:
    await _say(update, context, Step.CODE_WORD)


async def _offer_voice(update: Update, context: Context) -> None:
    await _say(update, context, Step.VOICE)


async def _offer_number(update: Update, context: Context) -> None:
    await phone.offer(update, context)


async def _offer_pin(update: Update, context: Context) -> None:
    rows = [[talk.button(context.texts(update), "setup.button.pin", pin.SET)]]
    await _say(update, context, Step.PIN, rows)


async def _offer_relatives(update: Update, context: Context) -> None:
    rows = [[talk.button(context.texts(update), "setup.button.invite", admit.NEW)]]
    await _say(update, context, Step.RELATIVES, rows)


_OFFERS: dict[Step, Callable[[Update, Context], Awaitable[None]]] = {
    Step.NAME: _offer_name,
    Step.LANGUAGE: _offer_language,
    Step.COUNTRY: _offer_country,
    Step.CODE_WORD: _offer_code_word,
    Step.NUMBER: _offer_number,
    Step.VOICE: _offer_voice,
    Step.GREETING: _offer_greeting,
    Step.PIN: _offer_pin,
    Step.RELATIVES: _offer_relatives,
}


async def _say(update: Update, context: Context, step: Step, rows: Rows | None = None) -> None:
    buttons = [*(rows or []), [_skip(context.texts(update), step)]]
    await talk.say(update, context, f"setup.{step}.ask", buttons)


def _skip(texts: Texts, step: Step) -> InlineKeyboardButton:
    return talk.button(texts, "setup.button.skip", SKIP + step)


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
