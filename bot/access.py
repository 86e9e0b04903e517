"""The gates that every update passes before a handler sees it, in the order of `bot.app`.

A gate lets an update through by returning, and ends it by raising `ApplicationHandlerStop`.
"""

import structlog
from telegram import Update
from telegram.ext import ApplicationHandlerStop

from bot.context import Context
from bot.handlers import admit, check
from bot.inbox import is_again
from bot.media import attachment
from bot.texts import LANGUAGES, Texts, offered, pick_language
from familyguard.admission import Home, Knock, knock

log = structlog.get_logger(__name__)

START = "/start"


async def members_only(update: Update, context: Context) -> None:
    """Strangers get one and the same answer, unless they bring an invitation."""
    user, chat, house = update.effective_user, update.effective_chat, context.house
    assert user is not None and chat is not None  # noqa: PT018 – the gate before sees to it
    if house.store.accounts.get(user.id):
        return
    code = invitation(update)
    own = offered(user.language_code)
    if code:
        settings = house.settings
        home = Home(settings.language, settings.country)
        came = knock(house.store, code, user.id, user.full_name, own, house.now(), home)
        log.info("knocked", outcome=came.name)
        if came is Knock.FOUNDED:
            return
        if came is Knock.WAITING or is_again():
            await admit.announce_applicant(context, user)
    if applicant := house.store.accounts.applicant(user.id):
        if house.strangers.allows(user.id, house.clock()):
            texts = Texts(pick_language(applicant.language))
            await context.bot.send_message(chat.id, texts.get("chat.waiting_for_keeper"))
        raise ApplicationHandlerStop
    if update.callback_query:
        await update.callback_query.answer()
    if house.strangers.allows(user.id, house.clock()):
        await context.bot.send_message(chat.id, stranger_text(context))
    raise ApplicationHandlerStop


async def not_too_much(update: Update, context: Context) -> None:
    """A flood from one member is dropped, and they are asked once a minute to slow down."""
    user, chat, house = update.effective_user, update.effective_chat, context.house
    assert user is not None and chat is not None  # noqa: PT018
    if house.members.allows(user.id, house.clock()):
        return
    if house.notices.allows(user.id, house.clock()):
        await context.bot.send_message(chat.id, context.texts(update).get("chat.slow_down"))
    raise ApplicationHandlerStop


async def not_too_large(update: Update, context: Context) -> None:
    """What the sender says is too large or too long is refused before it is fetched.

    The other way round nothing is believed: the decoder measures for itself.
    """
    message = update.effective_message
    found = attachment(message) if message and not update.callback_query else None
    if message and found and found.refusal:
        await check.refuse(update, context, found.refusal)
        raise ApplicationHandlerStop


def invitation(update: Update) -> str | None:
    """The code that came with `/start`, if any."""
    text = (update.message.text or "") if update.message else ""
    command, _, code = text.partition(" ")
    return code.strip() or None if command == START else None


def stranger_text(context: Context) -> str:
    """The answer to strangers: in every language at once, so that not even that tells a thing."""
    first = context.house.settings.language
    ordered = sorted(LANGUAGES, key=lambda language: language != first)
    return "\n\n".join(Texts(language).get("chat.stranger") for language in ordered)
