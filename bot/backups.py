"""Back-ups that are made and tried by themselves, and keepers who hear of it when they are not."""

import asyncio
import time

import structlog

from bot.context import App, Context
from bot.family.announce import keepers, tell
from bot.settings import Settings
from familyguard.backup import NIGHTLY, BackupFailed, make, newest
from familyguard.backup_log import BackupLog
from familyguard.errors import UnusableBackup
from familyguard.keys import Keys
from familyguard.restore import check

log = structlog.get_logger(__name__)

LOOK_SECONDS = 3600.0
FIRST_LOOK_SECONDS = 300.0
"""After a start the chat comes first."""

NIGHT = range(3, 6)
"""Hours of the machine's clock at which a family sleeps."""

HALF_A_DAY, LATE = 12 * 3600.0, 30 * 3600.0
"""A machine that sleeps at night too makes its back-up when the last one is this late."""


def add_jobs(app: App) -> None:
    """What happens by itself."""
    assert app.job_queue is not None
    app.job_queue.run_repeating(keep_up, LOOK_SECONDS, first=FIRST_LOOK_SECONDS)


def is_due(last: float | None, now: float) -> bool:
    """Whether a back-up is to be made at `now`, if the last one was made at `last`."""
    if last is None or now - last > LATE:
        return True
    return time.localtime(now).tm_hour in NIGHT and now - last > HALF_A_DAY


async def keep_up(context: Context) -> None:
    """Make the back-up of the night if its time has come; warn the keepers if that goes wrong."""
    house = context.house
    settings, now = house.settings, house.now()
    if house.store.is_empty():
        return
    notes = BackupLog.load(settings.data_dir)
    last = newest(settings.backups, now)
    if is_due(last.made_at if last else None, now):
        # In a thread of its own, with a connection of its own: the chat goes on meanwhile.
        await asyncio.to_thread(_make, settings, house.store.keys, now, notes)
        last = newest(settings.backups, now)
    if notes.should_tell(last.made_at if last else None, now):
        await _warn(context, last.made_at if last else None)
        notes.told_at = now
    try:
        notes.save(settings.data_dir)
    except OSError as error:
        log.warning("backup_log_not_written", why=error.strerror)


def _make(settings: Settings, keys: Keys, now: float, notes: BackupLog) -> None:
    """Make one and restore it for a test; what came of it goes into `notes`."""
    try:
        file = make(settings.database, keys, settings.backups, now, NIGHTLY)
        check(file, keys, settings.database)
    except (BackupFailed, UnusableBackup) as error:
        notes.failures += 1
        log.error("backup_failed", why=str(error), in_a_row=notes.failures)
    else:
        notes.failures = 0
        notes.tested_at = now
        log.info("backup_made", file=file.name)


async def _warn(context: Context, last: float | None) -> None:
    key = "backup.failing" if last is not None else "backup.none"
    moment = time.strftime("%Y-%m-%d", time.localtime(last)) if last is not None else ""
    for family in context.house.store.families.all():
        await tell(context, keepers(context, family.id), key, date=moment)
