"""The code word in a written message: the message goes, and the word is due to be replaced."""

import asyncio
from dataclasses import replace

import structlog
from telegram import Message, Update
from telegram.ext import ApplicationHandlerStop

from bot import announce, talk
from bot.codewords import language_of, tags_of
from bot.context import Context
from bot.speaking import note_typed
from bot.who import name_of, person_of
from familyguard.codeword import Rotation, WrongCodeWord, text_candidates
from familyguard.family import Account

log = structlog.get_logger(__name__)


async def watch(update: Update, context: Context) -> None:
    """A gate: a message that holds the code word is taken away before anything quotes it."""
    message = update.effective_message
    if update.callback_query is not None or not isinstance(message, Message):
        return
    text = message.text or message.caption or ""
    if not text or text.startswith("/"):
        return
    account = context.account(update)
    if not await _holds_word(context, account, text):
        if message.forward_origin is None:
            note_typed(
                context.house,
                account.family_id,
                text,
                language_of(context.house, account.family_id),
            )
        return
    await _take_away(update, context, account, message)
    raise ApplicationHandlerStop


async def _holds_word(context: Context, account: Account, text: str) -> bool:
    """Whether the family's code word, or its duress word, stands in `text`."""
    house, family = context.house, account.family_id
    tags = tags_of(house.store.codewords.get(family))
    if tags is None:
        return False
    tried = text_candidates(text, language_of(house, family), tags.shapes)
    if not tried.items:
        return False
    # Unlike a spoken try this hides nothing from its sender, so only what fits is hashed.
    tried = replace(tried, work=len(tried))
    try:
        await asyncio.to_thread(house.hasher.verify, tried, tags, family)
    except WrongCodeWord:
        return False
    return True


async def _take_away(update: Update, context: Context, account: Account, message: Message) -> None:
    store, now = context.house.store, context.house.now()
    log.warning("code_word_written")
    with store.together():
        store.codewords.ask_to_rotate(account.family_id, Rotation.LEAKED)
        store.audit.note(account.family_id, "leaked", now, account.user_id)
    await talk.take_away(message)
    forwarded = message.forward_origin is not None
    await talk.say(update, context, "leak.forwarded" if forwarded else "leak.typed")
    keepers = [
        keeper
        for keeper in announce.keepers(context, account.family_id)
        if keeper.user_id != account.user_id
    ]
    await announce.tell(context, keepers, "leak.keeper", name=name_of(person_of(context, account)))
