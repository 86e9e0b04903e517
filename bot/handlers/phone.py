"""One's own call-back number, shared with Telegram's contact button."""

from telegram import KeyboardButton, ReplyKeyboardMarkup, ReplyKeyboardRemove, Update

from bot import markup, moments, talk
from bot.context import Context
from bot.family import changes, deeds
from bot.family.roles import Act, may
from bot.family.who import name_of, person_of
from bot.handlers import check
from bot.phone_numbers import dialable, spaced
from bot.talk import PATIENCE
from familyguard.changes import Kind
from familyguard.setup import Step
from familyguard.store.records import StoredChange

TOPIC = "phone.own"


async def number(update: Update, context: Context) -> None:
    """`/number`: show the own call-back number and offer to store one."""
    if await may(update, context, Act.OWN_NUMBER):
        await offer(update, context)


async def offer(update: Update, context: Context) -> None:
    """Ask for the own number.  What is stored is shown to its owner alone."""
    person, texts = person_of(context, context.account(update)), context.texts(update)
    talk.begin(update, context, TOPIC, PATIENCE)
    if person.phone and person.phone_set_at:
        await talk.say(
            update,
            context,
            "phone.have",
            number=markup.Own(spaced(person.phone)),
            day=moments.on(person.phone_set_at),
        )
    keyboard = ReplyKeyboardMarkup(
        [
            [KeyboardButton(texts.get("phone.share"), request_contact=True)],
            [KeyboardButton(texts.get("talk.not_now"))],
        ],
        resize_keyboard=True,
        one_time_keyboard=True,
    )
    assert update.effective_chat is not None
    await context.bot.send_message(
        update.effective_chat.id, texts.get("phone.ask"), reply_markup=keyboard
    )


async def shared(update: Update, context: Context) -> None:
    """A contact came: only the sender's own counts."""
    message, user = update.effective_message, update.effective_user
    assert message is not None
    assert user is not None
    contact = message.contact
    assert contact is not None
    if contact.user_id != user.id:
        await talk.say(update, context, "phone.not_yours")
        return
    number = dialable(contact.phone_number)
    if number is None:
        await talk.say(update, context, "phone.no_number")
        return
    if not await may(update, context, Act.OWN_NUMBER):
        return
    await _store(update, context, number)
    await _go_on(update, context)


async def typed(update: Update, context: Context) -> None:
    """Words instead of a contact: «Not now», or something to check."""
    message, texts = update.effective_message, context.texts(update)
    assert message is not None
    if message.text == texts.get("talk.not_now"):
        talk.end(update, context)
        await _put_keyboard_away(update, context, "talk.ended")
        await _go_on(update, context)
        return
    await check.text(update, context)


async def deed(context: Context, change: StoredChange) -> bool:
    """The number is stored now."""
    people, person = context.house.store.people, str(change.data["person"])
    if people.get(change.family_id, person) is None:
        return False
    people.call_on(change.family_id, person, str(change.data["phone"]), change.asked_at)
    return True


deeds.DEEDS[Kind.CALL_BACK_NUMBER] = deed


async def _store(update: Update, context: Context, phone: str) -> None:
    person = person_of(context, context.account(update))
    talk.end(update, context)
    if person.phone == phone:
        context.house.store.people.call_on(person.family_id, person.id, phone, context.house.now())
        await _put_keyboard_away(update, context, "phone.same")
        return
    first = not person.phone
    await _put_keyboard_away(update, context, "phone.stored" if first else "phone.waits")
    await changes.ask(update, context, Kind.CALL_BACK_NUMBER, {"phone": phone}, first=first)


async def _go_on(update: Update, context: Context) -> None:
    """Back to the set-up, for a keeper who came from there."""
    from bot.handlers import setup

    await setup.resume(update, context, Step.NUMBER)


async def _put_keyboard_away(update: Update, context: Context, key: str) -> None:
    assert update.effective_chat is not None
    person = person_of(context, context.account(update))
    await context.bot.send_message(
        update.effective_chat.id,
        markup.fill(context.texts(update), key, name=name_of(person)),
        reply_markup=ReplyKeyboardRemove(),
    )
