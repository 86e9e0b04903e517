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
            raise UnusableSettings(
                f"The keys in {settings.data_dir} do not open the database; put the right ones "
                "back with «familyguard keys restore», from the recovery sheet."
            ) from None
        except BaseException:
            store.close()
            raise
    except sqlite3.Error as error:
        raise UnusableSettings(_sentence(error, settings)) from None
    return store


def _refuse_damage(settings: Settings) -> None:
    for finding in database(settings, time.time()):
        if finding.state is not State.WRONG:
            continue
        if finding.key.endswith(".damaged"):
            raise UnusableSettings(_damaged(settings))
        if finding.key.endswith(".locked"):
            raise UnusableSettings(_locked(settings))


def _sentence(error: sqlite3.Error, settings: Settings) -> str:
    """What is wrong, by SQLite's code; see https://sqlite.org/rescode.html."""
    code, path = getattr(error, "sqlite_errorcode", 0) & 0xFF, settings.database
    if code in BUSY:
        return _locked(settings)
    # A full disk has many names: the log beside the database cannot be made, or not be mapped.
    if code == FULL or shutil.disk_usage(path.parent).free < ROOM_BYTES:
        return f"The disk with {path} is full; make room and start again."
    if code in SHUT:
        return f"{path} cannot be written; look whose it is, and whether the disk is read-only."
    if code == IO_ERROR:
        return f"The disk with {path} gives errors; copy what is on it to another one."
    return _damaged(settings)


def _locked(settings: Settings) -> str:
    return (
        f"Another program has {settings.database} open and does not let go; end it and start again."
    )


def _damaged(settings: Settings) -> str:
    last = newest(settings.backups, time.time())
    if last is None:
        return (
            f"The database {settings.database} is damaged, and there is no back-up in "
            f"{settings.backups}; look for one elsewhere and put it back with «familyguard "
            "restore FILE --replace»."
        )
    return (
        f"The database {settings.database} is damaged; put the last back-up in its place with "
        f"«familyguard restore {last.path} --replace» and start again."
    )
