"""Originals of a case that somebody chose to keep: fetched once more, sealed, and let go again."""

import asyncio
from dataclasses import replace

import structlog
from telegram import Message

from bot.case import cases
from bot.case.cases import Open
from bot.case.files import with_kept
from bot.case.intake import Sent
from bot.case.items import Item
from bot.case.origin import mark_of
from bot.context import Context, House
from bot.listening import fetched
from familyguard.family import Account
from familyguard.store.evidence import TooMuch
from voice.errors import Undecodable

log = structlog.get_logger(__name__)

TOPIC = "evidence"
"""Of the conversation in which whatever comes in is added to the case in its data."""

DEEPFAKE = "deepfake"
"""Of the conversation about a deepfake, to which evidence can be added too."""

PATIENCE = 3600.0
"""Seconds after which it ends: what somebody types later may be a message to be checked."""

MOST_NOTES = 50
"""Notes of one case; a longer story fits into fewer."""


async def keep(context: Context, account: Account, opened: Open) -> tuple[Open, int]:
    """Keep a case beyond its days, with its originals; and how many of those could not be had."""
    house, family = context.house, account.family_id
    stored = house.store.cases.get(family, opened.id)
    if stored is not None and not stored.kept:
        with house.store.together():
            house.store.cases.keep(family, opened.id, True)
            house.store.audit.note(
                family, "case_kept", house.now(), actor=account.user_id, case=opened.id
            )
    missing = 0
    for item in opened.file.items:
        opened, done = await add(context, opened, item)
        missing += not done
    return opened, missing


async def add(context: Context, opened: Open, item: Item) -> tuple[Open, bool]:
    """Add `item` to a case and keep its original; False when that could not be had."""
    house, family = context.house, opened.stored.family_id
    known = next((one for one in opened.file.items if one.mark == item.mark), None)
    if known is not None and known.kept:
        return opened, True
    done = True
    if item.file_id:
        content = await content_of(context, item)
        name = None if content is None else _put(house, family, opened.id, content)
        done = name is not None
        item = replace(item, kept=name or "")
    return cases.change(
        house, opened, lambda file: replace(file, items=with_kept(file, item))
    ), done


def add_note(house: House, opened: Open, message: Message) -> Open:
    """Write a message of the asker's down with the case, under Telegram's time."""
    line = (message.date.timestamp(), (message.text or "").strip())
    if line in opened.file.notes:
        return opened
    return cases.change(
        house, opened, lambda file: replace(file, notes=(*file.notes, line)[-MOST_NOTES:])
    )


def let_go(house: House, account: Account, opened: Open) -> Open:
    """Keep the case no longer than others; its originals go at once."""
    family = account.family_id
    with house.store.together():
        house.store.cases.keep(family, opened.id, False)
        house.store.audit.note(
            family, "case_let_go", house.now(), actor=account.user_id, case=opened.id
        )
    return drop(house, opened, opened.file.items)


def drop(house: House, opened: Open, items: tuple[Item, ...]) -> Open:
    """Delete the originals of these items; that they came in stays in the case."""
    marks = {item.mark for item in items}
    names = [item.kept for item in items if item.kept]
    house.store.evidence.drop(opened.stored.family_id, names)
    return cases.change(
        house,
        opened,
        lambda file: replace(
            file,
            items=tuple(replace(one, kept="") if one.mark in marks else one for one in file.items),
        ),
    )


async def content_of(context: Context, item: Item) -> bytes | None:
    """The original of an item, from here or from Telegram; None where neither has it."""
    if item.attachment is None or item.attachment.refusal is Undecodable.TOO_LARGE:
        return None
    async with fetched(item.attachment, context.bot, context.house.settings.incoming) as path:
        if isinstance(path, Undecodable):
            return None
        return await asyncio.to_thread(path.read_bytes)


def adding_to(house: House, account: Account) -> Open | None:
    """The case to which the account is adding just now, if it still is theirs."""
    dialogue = house.store.dialogues.of(account.user_id, house.now())
    if dialogue is None or dialogue.topic not in (TOPIC, DEEPFAKE) or not dialogue.data.get("case"):
        return None
    return cases.case_of(house, account, str(dialogue.data["case"]))


async def after_check(context: Context, sent: Sent, opened: Open) -> Open | None:
    """Keep what was checked with its own case, if that is kept, and with the one that is added to.

    What may hold the code word is no item, and is never kept.  Returns the case that was added to.
    """
    house, account = context.house, sent.account
    mark = mark_of(sent.message)
    item = next((one for one in opened.file.items if one.mark == mark), None)
    target = adding_to(house, account)
    if item is None:
        return None
    item = replace(item, words=sent.message.text or sent.caption)
    stored = house.store.cases.get(account.family_id, opened.id)
    if stored is not None and stored.kept and (target is None or target.id != opened.id):
        await add(context, cases.opened_of(house, stored), item)
    if target is None:
        return None
    added, _ = await add(context, target, item)
    return added


def _put(house: House, family: str, case: str, content: bytes) -> str | None:
    try:
        return house.store.evidence.put(family, case, content, house.now())
    except TooMuch:
        log.info("case_full")
    except OSError as error:
        log.warning("original_not_kept", error=error.strerror)
    return None
