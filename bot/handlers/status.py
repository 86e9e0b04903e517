"""`/status`: how the bot is doing, for the keeper who wonders whether it is still there."""

import asyncio
from collections.abc import Iterator
from importlib.metadata import version

from telegram import Update

from bot import moments, talk
from bot.context import Context, House
from bot.doctor import Finding, State, at_work
from bot.markup import fill
from bot.texts import Texts
from familyguard.backup import newest
from familyguard.backup_log import BackupLog
from familyguard.family import Role
from voice.models import DEFAULT_MODELS


async def status(update: Update, context: Context) -> None:
    """Keepers get the whole of it, everybody else that the bot is at work.

    Where several families share a bot nobody in a chat is its owner: how full its disk is, and how
    much the others send, is none of their business.
    """
    house, texts = context.house, context.texts(update)
    is_owner = len(house.store.families.all()) == 1
    if context.account(update).role is not Role.KEEPER or not is_owner:
        await talk.say(update, context, "status.at_work")
        return
    # Looking takes a moment in which others are to be served.
    found = await asyncio.to_thread(lambda: list(at_work(house.settings, house.now())))
    lines = "\n".join(_lines(house, texts, found))
    await talk.say(update, context, "status.all", lines=lambda _: lines)


def _lines(house: House, texts: Texts, found: list[Finding]) -> Iterator[str]:
    settings = house.settings
    yield fill(texts, "status.since", since=moments.at(house.figures.started_at))
    yield fill(texts, "status.queue", count=house.figures.in_hand)
    last = newest(settings.backups, house.now())
    tested = BackupLog.load(settings.data_dir).tested_at
    yield (
        fill(texts, "status.backup", at=moments.at(last.made_at))
        if last
        else texts.get("status.backup.none")
    )
    yield (
        fill(texts, "status.tested", at=moments.on(tested))
        if tested
        else texts.get("status.tested.never")
    )
    wrong = dict.fromkeys(one.subject for one in found if one.state is State.WRONG)
    if wrong:
        # Only what, not why: paths belong on the machine, not in a chat that Telegram can read.
        subjects = ", ".join(texts.get(f"doctor.{subject}") for subject in wrong)
        yield fill(texts, "status.wrong", subjects=subjects)
    else:
        yield texts.get("status.fine")
    yield fill(texts, "status.version", version=version("familyguard"))
    yield fill(texts, "status.models", models=", ".join(DEFAULT_MODELS))
