"""`/codeword`: what the family's code word is for, and everything that its keeper can do with it.

Setting it by voice is `bot.handlers.speak`.
"""

import structlog
from telegram import Update

from bot import moments, talk
from bot.case.answers import readings
from bot.context import Context
from bot.family import announce, changes, deeds
from bot.family.roles import Act, may
from bot.family.who import name_of, person_of
from bot.handlers import speak
from bot.talk import Rows
from bot.texts import Texts
from bot.words.codewords import look, unlock
from familyguard.challenge import Word
from familyguard.changes import Kind
from familyguard.codeword import Which
from familyguard.family import Account, Role
from familyguard.store.codewords import StoredCodeWord, tags_from_json
from familyguard.store.records import StoredChange

log = structlog.get_logger(__name__)

TEST = "codeword.test"
TRY, REMOVE, REALLY = "word:test:", "word:remove:", "word:gone:"


async def command(update: Update, context: Context) -> None:
    """`/codeword`.  Only the keeper learns whether there is one."""
    account, texts = context.account(update), context.texts(update)
    if account.role is not Role.KEEPER:
        rows = [[talk.button(texts, "codeword.button.test", TRY)]]
        await talk.show(update, context, "codeword.about", rows)
        return
    stored = context.house.store.codewords.get(account.family_id)
    if stored is None:
        await talk.show(update, context, "codeword.none", _set_button(texts, "set"))
        return
    duress = "again" if stored.has_duress else "set"
    rows = [
        [talk.button(texts, "codeword.button.test", TRY)],
        *_set_button(texts, "change"),
        [talk.button(texts, f"codeword.button.duress.{duress}", speak.BEGIN + Which.DURESS)],
        [talk.button(texts, "codeword.button.remove", REMOVE)],
    ]
    key = "codeword.due" if stored.rotate_why else "codeword.have"
    await talk.show(update, context, key, rows, day=moments.on(stored.set_at))


async def test(update: Update, context: Context) -> None:
    """«Test it»: the next voice memo is an attempt."""
    if update.callback_query is not None:
        await update.callback_query.answer()
    await talk.ask(update, context, TEST, "codeword.test.ask", seconds=speak.SECONDS)


async def tried(update: Update, context: Context) -> None:
    """A voice memo as a test.  Nobody but the keeper learns more than «wrong» or «right»."""
    account = context.account(update)
    found = await speak.listened(update, context)
    if found is None:
        return
    texts = readings(found.transcript)
    if not any(texts):
        talk.end(update, context)
        await talk.say(update, context, "codeword.unheard")
        return
    house, now = context.house, context.house.now()
    seen = await look(house, account, texts, now)
    if seen.word is Word.LOCKED and account.role is Role.KEEPER:
        seen = await unlock(house, account, texts, now)
    if seen.word in (Word.RIGHT, Word.DURESS) and account.role is Role.KEEPER:
        # Whoever was locked out may try again; whoever watches sees the same after either word.
        house.store.codewords.forget_attempts(account.family_id)
    house.store.audit.note(account.family_id, "tested", now, account.user_id)
    await talk.say(update, context, _outcome(account, seen.word))
    # Only now: after a crash this memo must come here again and not be kept as one to check.
    talk.end(update, context)
    if seen.word is Word.DURESS or seen.forced:
        await _alarm(context, account)


async def remove(update: Update, context: Context) -> None:
    """«Remove»: are you sure?"""
    if await may(update, context, Act.CODE_WORD):
        rows = [[talk.button(context.texts(update), "codeword.button.really", REALLY)]]
        await talk.show(update, context, "codeword.remove.ask", rows)


async def removed(update: Update, context: Context) -> None:
    """«Yes, remove it»: in a day, unless a second adult confirms."""
    if not await may(update, context, Act.CODE_WORD):
        return
    account = context.account(update)
    if context.house.store.codewords.get(account.family_id) is None:
        await talk.forgotten(update, context)
        return
    await talk.show(update, context, "codeword.waits")
    await changes.ask(update, context, Kind.CODE_WORD, {"remove": True})


async def deed(context: Context, change: StoredChange) -> bool:
    """The day is over: the code word is what the change says."""
    words, family, data = context.house.store.codewords, change.family_id, change.data
    if data.get("remove"):
        words.remove(family)
        return True
    tags = tags_from_json(data["tags"])
    current = words.get(family)
    if data["which"] == Which.DURESS:
        if current is None or current.tags.version != tags.version:
            return False  # it was made with the salt of a word that is no more
        words.put_duress(family, tags)
        return True
    new = StoredCodeWord(tags, data["language"], change.asked_by, context.house.now())
    words.put(family, new)
    return True


deeds.DEEDS[Kind.CODE_WORD] = deed


async def _alarm(context: Context, account: Account) -> None:
    """The word for «I am being forced» was said: the others learn it, and nobody here sees it."""
    others = [
        one
        for one in announce.everyone(context, account.family_id)
        if one.person_id != account.person_id
    ]
    context.house.store.audit.note(
        account.family_id, "duress", context.house.now(), account.user_id
    )
    await announce.tell(
        context, others, "codeword.duress_spoken", name=name_of(person_of(context, account))
    )


def _set_button(texts: Texts, verb: str) -> Rows:
    return [[talk.button(texts, f"codeword.button.{verb}", speak.BEGIN + Which.WORD)]]


def _outcome(account: Account, word: Word) -> str:
    """The duress word looks like the right one, and only the keeper learns why a word is wrong."""
    if word in (Word.RIGHT, Word.DURESS):
        return "codeword.test.right"
    if account.role is not Role.KEEPER:
        return "codeword.test.wrong"
    return {
        Word.LOCKED: "codeword.test.locked",
        Word.NONE_SET: "codeword.test.none",
    }.get(word, "codeword.test.wrong")
