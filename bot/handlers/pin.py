"""`/pin`: set, replace or remove the administrative PIN; and the answer when it is asked for."""

import asyncio

from telegram import Message, Update

from bot import moments, talk
from bot.context import Context
from bot.family import announce, changes, deeds, pin
from bot.family.people import is_new
from bot.family.roles import Act, may
from bot.family.who import name_of, person_of
from bot.handlers import check
from bot.words.codewords import attempts_of, count_attempts
from familyguard import pin as rules
from familyguard.changes import Kind
from familyguard.pin import UnfitPin
from familyguard.setup import Step
from familyguard.store.records import StoredChange

OLD, NEW, AGAIN = "pin.old", "pin.new", "pin.again"
SET, REMOVE, FORGOTTEN = pin.SET, "pin:remove:", "pin:forgotten:"

PURPOSE = "pin"
"""For which the hashing key is derived, and under which wrong answers are counted."""


async def command(update: Update, context: Context) -> None:
    """`/pin` and its button: ask for the old one first, if there is one."""
    if not await may(update, context, Act.SET_PIN):
        return
    if update.callback_query is not None:
        await update.callback_query.answer()
    account, texts = context.account(update), context.texts(update)
    if context.house.store.families.pin(account.family_id) is None:
        await talk.ask(update, context, NEW, "pin.choose", seconds=pin.ANSWER_SECONDS)
        return
    rows = [[talk.button(texts, "pin.button.forgotten", FORGOTTEN)]]
    await talk.ask(update, context, OLD, "pin.old", rows, seconds=pin.ANSWER_SECONDS)


async def asked(update: Update, context: Context) -> None:
    """The PIN, before an administrative act."""
    assert context.dialogue is not None
    again, texts = str(context.dialogue.data.get("again", "")), context.texts(update)
    if not await _is_right(update, context):
        return
    talk.end(update, context)
    rows = [[talk.button(texts, "pin.button.go_on", again)]] if again else None
    await talk.say(update, context, "pin.right", rows)


async def old(update: Update, context: Context) -> None:
    """The old PIN, before a new one."""
    if not await may(update, context, Act.SET_PIN) or not await _is_right(update, context):
        return
    rows = [[talk.button(context.texts(update), "pin.button.remove", REMOVE)]]
    await talk.ask(update, context, NEW, "pin.choose", rows, seconds=pin.ANSWER_SECONDS)


async def new(update: Update, context: Context) -> None:
    """The new PIN, for the first time."""
    message = update.effective_message
    if not await may(update, context, Act.SET_PIN) or not isinstance(message, Message):
        return
    if _is_message(message):
        await check.text(update, context)
        return
    await pin.put_away(update, context)
    try:
        digits = rules.new(message.text or "")
    except UnfitPin as unfit:
        await talk.say(update, context, f"pin.unfit.{unfit.reason}")
        return
    salt, tag = await asyncio.to_thread(rules.make, digits, _key(context), _family(update, context))
    data = {"salt": salt.hex(), "tag": tag.hex()}
    await talk.ask(update, context, AGAIN, "pin.again", seconds=pin.ANSWER_SECONDS, data=data)


async def again(update: Update, context: Context) -> None:
    """The new PIN, for the second time."""
    message, dialogue = update.effective_message, context.dialogue
    assert dialogue is not None
    if not await may(update, context, Act.SET_PIN) or not isinstance(message, Message):
        return
    if _is_message(message):
        await check.text(update, context)
        return
    await pin.put_away(update, context)
    family, house = _family(update, context), context.house
    salt, tag = (bytes.fromhex(str(dialogue.data[name])) for name in ("salt", "tag"))
    digits = rules.digits(message.text or "") or ""
    if not await asyncio.to_thread(rules.matches, digits, salt, tag, _key(context), family):
        await talk.ask(update, context, NEW, "pin.differ", seconds=pin.ANSWER_SECONDS)
        return
    account, now = context.account(update), house.now()
    stored = house.store.families.pin(family)
    knows = house.unlocked.get(account.user_id) == family
    if stored not in (None, (salt, tag)) and not knows:
        # Another keeper has set one since this began: it takes that one now.
        talk.end(update, context)
        await talk.say(update, context, "talk.forgotten")
        return
    from bot.handlers import setup

    if stored is None and not is_new(context, family):
        # Whoever stole the keeper's account would shut the keeper out with a PIN of their own.
        talk.end(update, context)
        await talk.say(update, context, "pin.waits")
        await changes.ask(update, context, Kind.NEW_PIN, dict(dialogue.data))
        await setup.resume(update, context, Step.PIN)
        return
    with house.store.together():
        house.store.families.set_pin(family, salt, tag, now)
        house.store.audit.note(family, "set_pin", now, account.user_id)
    talk.end(update, context)
    await talk.say(update, context, "pin.set")
    await _tell_keepers(update, context, "pin.was_set")
    await setup.resume(update, context, Step.PIN)


async def remove(update: Update, context: Context) -> None:
    """«No PIN»: only just after the right one was typed."""
    account, house = context.account(update), context.house
    if not await may(update, context, Act.SET_PIN):
        return
    if house.unlocked.get(account.user_id) != account.family_id:
        await talk.forgotten(update, context)
        return
    talk.end(update, context)
    house.store.families.clear_pin(account.family_id)
    house.store.audit.note(account.family_id, "removed_pin", house.now(), account.user_id)
    await talk.show(update, context, "pin.removed")
    await _tell_keepers(update, context, "pin.was_removed")


async def forgotten(update: Update, context: Context) -> None:
    """«I forgot it»: it is taken away in a day, unless somebody stops that."""
    account = context.account(update)
    if not await may(update, context, Act.SET_PIN):
        return
    if context.house.store.families.pin(account.family_id) is None:
        await talk.forgotten(update, context)
        return
    talk.end(update, context)
    await talk.show(update, context, "pin.will_be_removed")
    await changes.ask(update, context, Kind.PIN, {})


async def deed(context: Context, change: StoredChange) -> bool:
    """A forgotten PIN is taken away."""
    context.house.store.families.clear_pin(change.family_id)
    return True


async def first(context: Context, change: StoredChange) -> bool:
    """The first PIN holds from now on, unless another one came before it."""
    house, family = context.house, change.family_id
    if house.store.families.pin(family) is not None:
        return False
    salt, tag = (bytes.fromhex(str(change.data[name])) for name in ("salt", "tag"))
    house.store.families.set_pin(family, salt, tag, house.now())
    for keeper in announce.keepers(context, family):
        house.unlocked.drop(keeper.user_id)
    return True


deeds.DEEDS[Kind.PIN] = deed
deeds.DEEDS[Kind.NEW_PIN] = first


async def _is_right(update: Update, context: Context) -> bool:
    """Whether the message is the PIN; its message is taken away, and a wrong one is counted."""
    message, house = update.effective_message, context.house
    account, now = context.account(update), house.now()
    assert message is not None
    if _is_message(message):
        await check.text(update, context)
        return False
    await pin.put_away(update, context)
    family, subject = account.family_id, f"{PURPOSE}:{account.user_id}"
    async with house.listening.of((PURPOSE, family)):
        stored = house.store.families.pin(family)
        own, whole = attempts_of(house, family, subject), attempts_of(house, family, PURPOSE)
        if rules.wait(own, whole, now):
            until = max(own.wait_until, whole.wait_until)
            await talk.say(update, context, "pin.wait", when=moments.at(until))
            return False
        digits = rules.digits(message.text or "") or ""
        right = stored is not None and await asyncio.to_thread(
            rules.matches, digits, *stored, _key(context), family
        )
        if right:
            count_attempts(house, family, subject, own.after_right())
        else:
            with house.store.together():
                count_attempts(house, family, subject, own.after_wrong(rules.ACCOUNT, now))
                count_attempts(house, family, PURPOSE, whole.after_wrong(rules.FAMILY, now))
                house.store.audit.note(family, "wrong_pin", now, account.user_id)
    if not right:
        await talk.say(update, context, "pin.wrong")
        if own.wrong == rules.ACCOUNT.free:
            await _tell_keepers(update, context, "pin.was_guessed")
        return False
    house.unlocked.put(account.user_id, family)
    return True


def _is_message(message: Message) -> bool:
    """Whether this is no attempt at a PIN but something to check: nobody's PIN has a letter."""
    text = message.text or ""
    return len(text) > 2 * rules.MAX_DIGITS or any(letter.isalpha() for letter in text)


def _key(context: Context) -> bytes:
    return context.house.store.keys.derived(PURPOSE)


def _family(update: Update, context: Context) -> str:
    return context.account(update).family_id


async def _tell_keepers(update: Update, context: Context, key: str) -> None:
    account = context.account(update)
    others = [
        other
        for other in announce.keepers(context, account.family_id)
        if other.user_id != account.user_id
    ]
    for other in others:
        context.house.unlocked.drop(other.user_id)
    await announce.tell(context, others, key, by=name_of(person_of(context, account)))
