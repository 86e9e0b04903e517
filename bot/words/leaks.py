"""The code word in a written message: the message goes, and the word is due to be replaced."""

from dataclasses import replace

import structlog
from telegram import Message, MessageOriginHiddenUser, Update
from telegram.ext import ApplicationHandlerStop

from bot import talk
from bot.context import Context, House
from bot.family import announce
from bot.family.who import name_of, person_of
from bot.media import KINDS
from bot.words.codewords import found_in, in_pieces, language_of, pretended, tags_of
from bot.words.speaking import note_typed
from familyguard.codeword import Candidates, Rotation, Tags
from familyguard.family import Account

log = structlog.get_logger(__name__)


async def watch(update: Update, context: Context) -> None:
    """A gate: a message that holds the code word is taken away before anything quotes it."""
    message = update.effective_message
    if update.callback_query is not None or not isinstance(message, Message):
        return
    parts = words_of(message)
    if not parts:
        return
    sentence = await caught(update, context, parts)
    if sentence is not None:
        await talk.say(update, context, sentence)
        raise ApplicationHandlerStop
    account, text = context.account(update), message.text or message.caption or ""
    if text and not text.startswith("/") and message.forward_origin is None:
        language = language_of(context.house, account.family_id)
        note_typed(context.house, account.family_id, text, language)


async def caught(update: Update, context: Context, parts: list[str]) -> str | None:
    """Take the message of `update` away if the code word stands in `parts` of it.

    The key of the sentence for its sender then, else None.  The keepers are told.
    """
    account, message = context.account(update), update.effective_message
    assert isinstance(message, Message)
    house, family = context.house, account.family_id
    stored = house.store.codewords.get(family)
    tags = tags_of(stored) or pretended(house, family)
    pieces = _pieces(house, family, tags, parts)
    if not pieces:
        return None
    # Whoever sees a message go has guessed the word, so that happens a few times only.  Further
    # ones are looked at all the same, and stay: the keepers alone hear of it.
    open_ = _may_see(context, account, len(pieces))
    if await found_in(house, family, tags, pieces) is None or stored is None:
        return None
    if open_ or stored.rotate_why != Rotation.LEAKED:
        await _report(context, account)
    if not open_:
        return None
    await talk.take_away(message)
    return "leak.typed" if message.forward_origin is None else "leak.forwarded"


def words_of(message: Message) -> list[str]:
    """Everything in a message that somebody can have typed, also beside a command or in a name."""
    text = message.text or message.caption or ""
    if text.startswith("/"):
        text = " ".join(text.split()[1:])
    origin, contact, venue = message.forward_origin, message.contact, message.venue
    parts = [text, message.quote.text if message.quote else ""]
    if isinstance(origin, MessageOriginHiddenUser):
        parts.append(origin.sender_user_name)
    if message.poll:
        parts += [message.poll.question, *(option.text for option in message.poll.options)]
    if contact:
        parts.append(f"{contact.first_name} {contact.last_name or ''}")
    if venue:
        parts += [venue.title, venue.address]
    for kind in KINDS:
        file = getattr(message, kind)
        names = (getattr(file, name, None) for name in ("file_name", "title", "performer"))
        parts += [name.replace("_", " ") for name in names if name]
    return [part for part in parts if part.strip()]


def _pieces(house: House, family: str, tags: Tags, parts: list[str]) -> list[Candidates]:
    """What of `parts` is to be hashed: its sender sees what comes of it, so only what fits."""
    return [
        replace(tried, work=len(tried))
        for part in parts
        for tried in in_pieces(house, family, tags, [part])
        if tried.items
    ]


def _may_see(context: Context, account: Account, n_pieces: int) -> bool:
    """Whether the sender may see what comes of so many pieces; all of them are counted.

    A message of 4,000 characters holds hundreds of guesses, so it is not the messages that count,
    and several accounts of a family have no more than one.
    """
    house, now = context.house, context.house.clock()
    counted = [
        house.written.allows(key, now)
        for key in (account.user_id, account.family_id)
        for _ in range(n_pieces)
    ]
    return all(counted)


async def _report(context: Context, account: Account) -> None:
    """The word is known to others: another one is due, and the other keepers hear of it."""
    store, now = context.house.store, context.house.now()
    log.warning("code_word_written")
    with store.together():
        store.codewords.ask_to_rotate(account.family_id, Rotation.LEAKED)
        store.audit.note(account.family_id, "leaked", now, account.user_id)
    keepers = [
        keeper
        for keeper in announce.keepers(context, account.family_id)
        if keeper.user_id != account.user_id
    ]
    await announce.tell(context, keepers, "leak.keeper", name=name_of(person_of(context, account)))
