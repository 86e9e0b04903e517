"""`/case`: what you have checked, with notes and originals, and a file of it for the police."""

import asyncio

import structlog
from telegram import Message, Update

from bot import markup, moments, talk
from bot.case import cases, casework, keeping, packing
from bot.case.cases import Open
from bot.case.files import level_of
from bot.case.items import item_of, kind_in_words
from bot.case.origin import origin_of
from bot.context import Context
from bot.family.roles import Act, may
from bot.family.who import name_of
from bot.handlers.case import of_asker
from bot.progress import Progress
from bot.talk import Rows
from bot.texts import Texts
from familyguard.evidence_pack import CannotPack, fingerprint, signing_key
from familyguard.family import Account

log = structlog.get_logger(__name__)

SHOW, ADD, KEEP, LET_GO = "file:show:", "file:add:", "file:keep:", "file:let_go:"
CLOSE, DELETE, REALLY, PACK = "file:close:", "file:delete:", "file:really:", "file:pack:"

MOST_LISTED = 8
"""Cases on one page: a telephone shows as many buttons without scrolling."""


async def command(update: Update, context: Context) -> None:
    """`/case`: your cases, the latest first; those that are closed say so."""
    account, texts = context.account(update), context.texts(update)
    stored = context.house.store.cases.of_account(account.family_id, account.user_id)
    mine = stored[:MOST_LISTED]
    if not mine:
        await talk.say(update, context, "file.none")
        return
    rows: Rows = []
    for one in mine:
        opened = cases.opened_of(context.house, one)
        label = texts.get(
            "file.line" if one.closed_at is None else "file.line.closed",
            date=moments.at(one.touched_at)(texts),
            what=_latest(context, opened, texts),
            level=_level(opened, texts),
        )
        rows.append([talk.labelled(label, SHOW + one.id)])
    await talk.say(update, context, "file.list", rows)


@of_asker
async def show(update: Update, context: Context, _: Account, opened: Open) -> None:
    """One case: what is known, what is kept, and what can be done."""
    await _show(update, context, opened)


@of_asker
async def add(update: Update, context: Context, account: Account, opened: Open) -> None:
    """«Add something»: from now on the case is kept, with whatever comes in."""
    assert update.callback_query is not None
    await update.callback_query.answer()
    _, missing = await keeping.keep(context, account, opened)
    if missing:
        await talk.say(update, context, "file.missing", count=missing)
    rows: Rows = [[talk.button(context.texts(update), "file.button.ready", SHOW + opened.id)]]
    await talk.ask(
        update,
        context,
        keeping.TOPIC,
        "file.add",
        rows,
        seconds=keeping.PATIENCE,
        data={"case": opened.id},
    )


async def note(update: Update, context: Context) -> None:
    """A written message while something is added: a note, with its time."""
    account, house, message = context.account(update), context.house, update.message
    opened = keeping.adding_to(house, account)
    assert message is not None
    if opened is None:
        talk.end(update, context)
        await talk.say(update, context, "talk.forgotten")
        return
    opened = keeping.add_note(house, opened, message)
    rows: Rows = [[talk.button(context.texts(update), "file.button.ready", SHOW + opened.id)]]
    await talk.say(update, context, "file.noted", rows, count=len(opened.file.notes))


async def take(update: Update, context: Context, message: Message, opened: Open) -> None:
    """A picture or a paper of one's own while something is added: kept, and not checked."""
    account, house = context.account(update), context.house
    origin = origin_of(message, house.store.keys, account.family_id)
    opened, done = await keeping.add(context, opened, item_of(message, origin, house.now()))
    key = "file.added" if done else "file.not_had"
    rows: Rows = [[talk.button(context.texts(update), "file.button.ready", SHOW + opened.id)]]
    await talk.say(update, context, key, rows, count=len(opened.file.items))


@of_asker
async def keep(update: Update, context: Context, account: Account, opened: Open) -> None:
    """«Keep this case», with the recordings and pictures."""
    opened, missing = await keeping.keep(context, account, opened)
    await _show(update, context, opened)
    if missing:
        await talk.say(update, context, "file.missing", count=missing)


@of_asker
async def let_go(update: Update, context: Context, account: Account, opened: Open) -> None:
    """«Keep it no longer»."""
    if not await may(update, context, Act.ERASE_OWN):
        return
    await _show(update, context, keeping.let_go(context.house, account, opened))


@of_asker
async def close(update: Update, context: Context, account: Account, opened: Open) -> None:
    """«Close»: what comes now is another story."""
    house = context.house
    house.store.cases.close(account.family_id, opened.id, house.now())
    house.store.audit.note(
        account.family_id, "case_closed", house.now(), actor=account.user_id, case=opened.id
    )
    await talk.show(update, context, "file.closed")
    await casework.redraw(context, account, cases.again(house, opened))


@of_asker
async def delete(update: Update, context: Context, _: Account, opened: Open) -> None:
    """«Delete»: once more, with what follows from it."""
    if not await may(update, context, Act.ERASE_OWN):
        return
    texts = context.texts(update)
    yes = talk.button(texts, "file.button.really", REALLY + opened.id)
    no = talk.button(texts, "file.button.back", SHOW + opened.id)
    await talk.show(update, context, "file.delete", [[yes], [no]])


@of_asker
async def deleted(update: Update, context: Context, account: Account, opened: Open) -> None:
    """«Yes, delete it»: at once, with the originals."""
    if not await may(update, context, Act.ERASE_OWN):
        return
    house = context.house
    with house.store.together():
        house.store.cases.delete(account.family_id, opened.id)
        house.store.audit.note(
            account.family_id, "case_deleted", house.now(), actor=account.user_id
        )
    house.store.clean()
    await talk.show(update, context, "file.deleted")


@of_asker
async def pack(update: Update, context: Context, account: Account, opened: Open) -> None:
    """«Make a file for the police»: with everything that is kept, so not for a thief."""
    if not await may(update, context, Act.SEE_OWN):
        return
    query, texts, house = update.callback_query, context.texts(update), context.house
    assert query is not None
    await query.answer()
    if not isinstance(query.message, Message):
        await talk.forgotten(update, context)
        return
    key = signing_key(house.store.keys)
    async with Progress(query.message, texts, "packing", house.edit_seconds) as progress:
        made = await packing.facts_of(context, account, opened, texts, progress)
        # Loaded here: the libraries that write papers are large, and few packs are made.
        from bot.papers.pack import make_pack

        try:
            content = await asyncio.to_thread(make_pack, made.facts, texts, key)
        except CannotPack as error:
            log.info("pack_too_large", error=str(error))
            await progress.finish(markup.escape(texts.get("file.too_large")))
            return
        said = texts.get("file.missing", count=made.missing) if made.missing else ""
        await progress.finish(markup.escape(texts.get("file.packed", missing=said).strip()))
    await context.bot.send_document(
        account.user_id,
        content,
        filename=f"familyguard-{opened.id[:8]}.zip",
        caption=texts.get("evidence.caption", fingerprint=fingerprint(key.public_key())),
        protect_content=False,  # it is meant for the police
    )
    house.store.audit.note(
        account.family_id, "case_packed", house.now(), actor=account.user_id, case=opened.id
    )


def offers(opened: Open, texts: Texts) -> Rows:
    """The buttons under the steps after a scam."""
    return [
        [talk.button(texts, "file.button.pack", PACK + opened.id)],
        [talk.button(texts, "file.button.add", ADD + opened.id)],
    ]


async def _show(update: Update, context: Context, opened: Open) -> None:
    house, texts, file = context.house, context.texts(update), opened.file
    stored = house.store.cases.get(opened.stored.family_id, opened.id)
    kept = stored is not None and stored.kept
    rows = offers(opened, texts)
    if kept:
        rows.append([talk.button(texts, "file.button.let_go", LET_GO + opened.id)])
    else:
        rows.append([talk.button(texts, "file.button.keep", KEEP + opened.id)])
    if stored is not None and stored.closed_at is None:
        rows.append([talk.button(texts, "file.button.close", CLOSE + opened.id)])
    rows.append([talk.button(texts, "file.button.delete", DELETE + opened.id)])
    person = cases.about(house, opened)
    about = markup.Own(markup.fill(texts, "file.about", name=name_of(person)) if person else "")
    values = {
        "date": moments.on(opened.stored.opened_at),
        "level": markup.Own(_level(opened, texts)),
        "about": about,
        "items": len(file.items),
        "notes": len(file.notes),
        "kept": markup.Own(texts.get("file.is_kept" if kept else "file.is_not_kept")),
    }
    await talk.show(update, context, "file.show", rows, **values)


def _latest(context: Context, opened: Open, texts: Texts) -> str:
    """What came in last, and from whom it would be: two cases of one day must differ."""
    items = opened.file.items
    kind = kind_in_words(items[-1]) if items else "memo" if opened.file.withheld else "note"
    what = texts.get(f"file.kind.{kind}")
    person = cases.about(context.house, opened)
    return texts.get("file.of", what=what, name=name_of(person)(texts)) if person else what


def _level(opened: Open, texts: Texts) -> str:
    if not opened.file.case.count:
        return texts.get("file.level.own")
    return texts.get(f"file.level.{level_of(opened.file.case).name.lower()}")
