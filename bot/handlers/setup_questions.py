"""What each step of the set-up asks, and its buttons; `bot.handlers.setup` takes the answers."""

from collections.abc import Awaitable, Callable

from telegram import InlineKeyboardButton, Update

from bot import countries, talk
from bot.context import Context
from bot.handlers import admit, phone, pin, speak
from bot.talk import Rows
from bot.texts import LANGUAGES, Texts
from familyguard.codeword import Which
from familyguard.setup import Step

SKIP = "setup:skip:"
LANGUAGE, COUNTRY, OTHER = "setup:language:", "setup:country:", "setup:other:"

NAME, GREETING, COUNTRY_TYPED = "setup.name", "setup.greeting", "setup.country"
CODE_WORD = "setup.code_word"


async def _offer_typed(update: Update, context: Context, step: Step, topic: str) -> None:
    rows = [[skip_button(context.texts(update), step)]]
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


def word_buttons(texts: Texts) -> Rows:
    """What begins the conversation about the code word, or leaves it for later."""
    begin = talk.button(texts, "codeword.button.set", speak.BEGIN + Which.WORD)
    return [[begin], [skip_button(texts, Step.CODE_WORD)]]


async def _offer_code_word(update: Update, context: Context) -> None:
    rows = word_buttons(context.texts(update))
    await talk.ask(update, context, CODE_WORD, "setup.code_word.ask", rows, seconds=speak.SECONDS)


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


OFFERS: dict[Step, Callable[[Update, Context], Awaitable[None]]] = {
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
"""How each step is asked."""


async def _say(update: Update, context: Context, step: Step, rows: Rows | None = None) -> None:
    buttons = [*(rows or []), [skip_button(context.texts(update), step)]]
    await talk.say(update, context, f"setup.{step}.ask", buttons)


def skip_button(texts: Texts, step: Step) -> InlineKeyboardButton:
    return talk.button(texts, "setup.button.skip", SKIP + step)
