"""What the bot stored: database, keys, recovery sheet, list of what was erased, back-ups."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from sqlite_utils import Database

from bot.doctor.finding import Finding, day, unknown, wrong
from bot.refusals import sentence
from bot.settings import Settings
from familyguard.aside import KEPT_SECONDS, put_aside
from familyguard.backup import newest
from familyguard.backup_log import DAY, TOO_OLD_SECONDS, BackupLog
from familyguard.erased import FILE_NAME as ERASED
from familyguard.erased import damaged
from familyguard.errors import UnusableKeys
from familyguard.keys import FILE_NAME as KEYS
from familyguard.keys import load_keys
from familyguard.migrations import migrations
from familyguard.recovery import SHOWN, has_sheet, sheet_files

TESTED_SECONDS = 31 * DAY
WAITING_SECONDS = 600.0
"""A message that is not answered after ten minutes is stuck, or nobody is at work."""

BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
"""SQLite's codes for a file that somebody else does not let go."""

BUSY_SECONDS = 0.5
"""The bot itself writes for milliseconds."""


def keys(settings: Settings) -> Iterator[Finding]:
    """Whether the key file is there and can be read."""
    file = settings.data_dir / KEYS
    if not file.exists() and not settings.database.exists():
        yield unknown("keys", "none")
        return
    try:
        load_keys(file)
    except UnusableKeys as error:
        yield wrong("keys", "other", why=sentence(error))
    else:
        yield Finding("keys")


def database(settings: Settings, now: float) -> Iterator[Finding]:
    """Whether the database is sound, of this version, and without messages that wait."""
    path = settings.database
    if not path.exists():
        yield unknown("database", "none", path=path)
        return
    try:
        with contextlib.closing(_looked_at(path)) as connection:
            sound = connection.execute("pragma quick_check(1)").fetchone()[0] == "ok"
            db = Database(connection)
            pending = {one.name for one in migrations.pending(db)}
            applied = {one.name for one in migrations.applied(db)}
            waiting = _waiting(connection, now) if not pending else 0
    except sqlite3.Error as error:
        # Whoever is told to restore what is only locked loses what is newer than the back-up.
        locked = getattr(error, "sqlite_errorcode", 0) & 0xFF in BUSY
        yield wrong("database", "locked" if locked else "damaged", path=path)
        return
    known = {one.name for one in migrations.pending(Database(memory=True))}
    if not sound:
        yield wrong("database", "damaged", path=path)
    elif applied - known:
        yield wrong("database", "newer")
    elif pending:
        yield wrong("database", "older")
    else:
        yield Finding("database")
        yield wrong("waiting", "some", count=waiting) if waiting else Finding("waiting")


def sheet(settings: Settings) -> Iterator[Finding]:
    """Without a sheet no back-up outlives the machine; beside the keys a thief finds it too."""
    there = [path for path in sheet_files(settings.data_dir) if path.exists()]
    if there:
        yield wrong("sheet", "left", path=" ".join(map(str, there)))
    if (settings.data_dir / SHOWN).exists():
        yield wrong("sheet", "shown")
    elif not (settings.data_dir / KEYS).exists():
        yield unknown("sheet", "no_keys")
    elif not has_sheet(settings.data_dir):
        yield wrong("sheet", "never")
    elif not there:
        yield Finding("sheet")


def aside(settings: Settings) -> Iterator[Finding]:
    """Databases that a restore put aside: they hold everything, and nobody looks after them."""
    there = put_aside(settings.database)
    if there:
        goes = day(min(there.values()) + KEPT_SECONDS)
        yield unknown("aside", "left", count=len(there), folder=settings.data_dir, date=goes)


def erased(settings: Settings) -> Iterator[Finding]:
    """The list of what was erased: without it a restore brings people and voices back."""
    path = damaged(settings.data_dir / ERASED)
    yield wrong("erased", "damaged", path=path) if path else Finding("erased")


def backups(settings: Settings, now: float) -> Iterator[Finding]:
    """Whether the last one is young enough, and was restored for a test."""
    if not settings.database.exists():
        return
    last = newest(settings.backups, now)
    if last is None:
        yield wrong("backup", "none")
    elif now - last.made_at > TOO_OLD_SECONDS:
        yield wrong("backup", "old", date=day(last.made_at))
    else:
        yield Finding("backup")
    tested = BackupLog.load(settings.data_dir).tested_at
    if not tested:
        yield wrong("tested", "never")
    elif now - tested > TESTED_SECONDS:
        yield wrong("tested", "old", date=day(tested))
    else:
        yield Finding("tested")


def _looked_at(path: Path) -> sqlite3.Connection:
    """A connection that leaves nothing behind.

    Beside a database that nobody has open, SQLite would make files to read it with, and those would
    be root's where root asks the doctor: the bot could not start any more.
    """
    in_use = path.with_name(f"{path.name}-wal").exists()
    how = "mode=ro" if in_use else "immutable=1"
    return sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True, timeout=BUSY_SECONDS)


def _waiting(connection: sqlite3.Connection, now: float) -> int:
    sql = "select count(*) from updates where body is not null and received_at < ?"
    return int(connection.execute(sql, [now - WAITING_SECONDS]).fetchone()[0])
