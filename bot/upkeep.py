"""Keepers hear of what will stop the bot before it does: a disk that fills, a damaged database."""

import asyncio
import sqlite3

import structlog

from bot.context import App, Context
from bot.doctor import State, at_work
from bot.family.announce import keepers, tell
from bot.health.allocator import sweep
from familyguard.backup_log import REMIND_SECONDS

log = structlog.get_logger(__name__)

LOOK_SECONDS = 3600.0
FIRST_LOOK_SECONDS = 400.0
"""After a start the chat comes first, and then a back-up that may be due."""

TELLING = ("disk", "database")
"""What cannot wait until somebody asks; back-ups have their own warning (`bot.backups`)."""

TOLD = "upkeep told"
"""In the application's data: when the keepers last heard of what."""


def add_jobs(app: App) -> None:
    """What happens by itself."""
    assert app.job_queue is not None
    app.job_queue.run_repeating(look, LOOK_SECONDS, first=FIRST_LOOK_SECONDS)


async def look(context: Context) -> None:
    """Look once, and tell the keepers what was not told lately."""
    house = context.house
    now, told = house.now(), context.bot_data.setdefault(TOLD, {})
    found = await asyncio.to_thread(lambda: list(at_work(house.settings, now)))
    sweep()
    wrong = {one.subject: one for one in found if one.state is State.WRONG}
    for subject in TELLING:
        if subject not in wrong:
            told.pop(subject, None)
            continue
        log.error("needs_upkeep", what=wrong[subject].key)
        if abs(now - told.get(subject, -REMIND_SECONDS)) < REMIND_SECONDS:
            continue
        told[subject] = now
        try:
            families = house.store.families.all()
            if len(families) > 1:
                continue  # nobody in a chat owns a bot that families share; its owner has the log
            for family in families:
                await tell(context, keepers(context, family.id), f"upkeep.{subject}")
        except sqlite3.Error as error:
            # Those who should hear of the damage stand in what is damaged.
            log.error("keepers_not_told", error=type(error).__name__)
