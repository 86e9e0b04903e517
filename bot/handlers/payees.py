"""`/payees`: how many accounts the family has paid for years, and how to forget them."""

from telegram import Update

from bot import keyboards, talk
from bot.context import Context
from bot.family.roles import Act, may


async def payees(update: Update, context: Context) -> None:
    """How many there are; which ones, nobody can read back."""
    family = context.account(update).family_id
    count = len(context.house.store.payees.marks(family))
    if not count:
        await talk.say(update, context, "payees.none")
        return
    texts = context.texts(update)
    forget = talk.button(texts, "payees.forget", f"{keyboards.PAYEES}forget")
    key = "payees.one" if count == 1 else "payees.many"
    await talk.say(update, context, key, [[forget]], count=count)


async def forget(update: Update, context: Context) -> None:
    """Forget them all; that only makes the reading stricter, so every grown-up may."""
    account, house = context.account(update), context.house
    if not account.role.is_grown_up:
        assert update.callback_query is not None
        sentence = context.texts(update).get("payee.only_grown_ups")
        await update.callback_query.answer(sentence, show_alert=True)
        return
    if not await may(update, context, Act.ERASE_OWN):
        return
    with house.store.together():
        house.store.payees.put(account.family_id, ())
        house.store.audit.note(
            account.family_id, "payees_forgotten", house.now(), actor=account.user_id
        )
    await talk.show(update, context, "payees.forgotten")
