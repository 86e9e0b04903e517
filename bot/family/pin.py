"""The administrative PIN at the door: one account is one factor, and a stolen one is none."""

from telegram import Update

from bot import talk
from bot.context import Context

TOPIC = "pin.ask"

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


def lock(context: Context, user_id: int) -> None:
    """The PIN will be asked again."""
    context.house.unlocked.drop(user_id)
