"""The administrative PIN at the door: one account is one factor, and a stolen one is none."""

from telegram import Message, Update

from bot import markup, talk
from bot.context import Context
from bot.delivery import reply
from familyguard.family import Role
from familyguard.pin import digits
from familyguard.setup import Step

TOPIC = "pin.ask"

SET = "pin:set:"
"""Callback data of the button that asks for a new PIN."""

ANSWER_SECONDS = 600.0


async def guard(update: Update, context: Context, again: str = "") -> bool:
    """Whether no PIN is set, or the right one was typed in this chat less than ten minutes ago.

    If not, it is asked for, and the right answer is followed by a button with the callback data
    `again`, by default that of the button that was tapped.
    """
    account, house = context.account(update), context.house
    if house.store.families.pin(account.family_id) is None:
        return True
    if house.unlocked.get(account.user_id) == account.family_id and talk.in_private(update):
        return True
    query = update.callback_query
    if query is not None:
        await query.answer()
        again = again or query.data or ""
    await talk.ask(update, context, TOPIC, "pin.ask", seconds=ANSWER_SECONDS, data={"again": again})
    return False


async def put_away(update: Update, context: Context) -> bool:
    """Take the digits away that came; where that cannot be, their writer is asked to.

    Whether they are gone.
    """
    message = update.effective_message
    assert isinstance(message, Message)
    gone = await talk.take_away(message)
    if not gone:
        sentence = context.texts(update).get("pin.not_taken_away")
        await reply(message, markup.escape(sentence))
    return gone


async def unasked(update: Update, context: Context) -> bool:
    """Whether these digits may be a PIN that nobody asked for just now; then they are put away.

    A keeper types them at the offer of a PIN, before the question is open, or after it has closed.
    """
    account, store, message = context.account(update), context.house.store, update.message
    if account.role is not Role.KEEPER or message is None or message.forward_origin is not None:
        return False
    offered = store.families.get(account.family_id).setup_step == Step.PIN
    has_one = store.families.pin(account.family_id) is not None
    if not (offered or has_one) or digits(message.text or "") is None:
        return False
    if await put_away(update, context):
        rows = [[talk.button(context.texts(update), "setup.button.pin", SET)]]
        key, below = ("pin.unasked", None) if has_one else ("pin.too_early", rows)
        await talk.say(update, context, key, below)
    return True


def lock(context: Context, user_id: int) -> None:
    """The PIN will be asked again."""
    context.house.unlocked.drop(user_id)
