"""The database is opened at the start, or one sentence says why not and what to do."""

import shutil
import sqlite3
import time

from bot.doctor import BUSY, State, database
from bot.errors import UnusableSettings
from bot.settings import Settings
from familyguard.backup import newest
from familyguard.errors import SealBroken
from familyguard.settling import settle
from familyguard.store import Store, open_store

FULL, IO_ERROR = sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR
ROOM_BYTES = 100_000
"""Less is none: SQLite makes a file of 32 kB only to begin."""

SHUT = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM)


def open_house(settings: Settings) -> Store:
    """The database of the settings; nobody else may have the data folder.

    A restore that was killed half way is finished, or undone, first.

    Raises:
        UnusableSettings: it is damaged, or not to be had; with one sentence.
        UnusableKeys: see `open_store`.
        BackupFailed: see `open_store`.
    """
    settle(settings.database)
    _refuse_damage(settings)
    try:
        store = open_store(settings.database, settings.backups)
        try:
            store.families.all()
        except SealBroken:
            store.close()
            raise UnusableSettings.because("other_keys", folder=settings.data_dir) from None
        except BaseException:
            store.close()
            raise
    except sqlite3.Error as error:
        raise _refusal(error, settings) from None
    return store


def _refuse_damage(settings: Settings) -> None:
    for finding in database(settings, time.time()):
        if finding.state is not State.WRONG:
            continue
        if finding.key.endswith(".damaged"):
            raise _damaged(settings)
        if finding.key.endswith(".locked"):
            raise _locked(settings)


def _refusal(error: sqlite3.Error, settings: Settings) -> UnusableSettings:
    """What is wrong, by SQLite's code; see https://sqlite.org/rescode.html."""
    code, path = getattr(error, "sqlite_errorcode", 0) & 0xFF, settings.database
    if code in BUSY:
        return _locked(settings)
    # A full disk has many names: the log beside the database cannot be made, or not be mapped.
    if code == FULL or shutil.disk_usage(path.parent).free < ROOM_BYTES:
        return UnusableSettings.because("disk_full", path=path)
    if code in SHUT:
        return UnusableSettings.because("read_only", path=path)
    if code == IO_ERROR:
        return UnusableSettings.because("disk_errors", path=path)
    return _damaged(settings)


def _locked(settings: Settings) -> UnusableSettings:
    return UnusableSettings.because("locked", path=settings.database)


def _damaged(settings: Settings) -> UnusableSettings:
    last = newest(settings.backups, time.time())
    if last is None:
        return UnusableSettings.because(
            "damaged.no_backup", path=settings.database, folder=settings.backups
        )
    return UnusableSettings.because("damaged", path=settings.database, backup=last.path)
