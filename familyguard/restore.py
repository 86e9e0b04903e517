"""The way back from a back-up: opened, tried, and put in the place of the database.

    check(file, keys, database)                          # a test restore: nothing is changed
    restore(file, keys, database, now, replace=False)

Nothing is put in place that was not tried: every hash of the manifest, SQLite's own tests, the
migrations of this version, and every sealed cell with the keys.
"""

import contextlib
import json
import re
import shutil
import sqlite3
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from dataclasses import replace as with_values
from pathlib import Path

import pyrage
from sqlite_utils import Database

from familyguard import backup
from familyguard.backup import DATABASE, FORMAT, KEPT, MANIFEST, Manifest, identity, sha256_of
from familyguard.erased import FILE_NAME as ERASED
from familyguard.erased import Erased
from familyguard.errors import BackupFault, InTheWay, SealBroken, UnusableBackup
from familyguard.keys import Keys
from familyguard.migrations import migrations
from familyguard.private_file import sync_folder
from familyguard.resettle import Resettled, resettle
from familyguard.store import Store

MAX_MANIFEST_BYTES = 10_000_000
"""A line of a hundred bytes for each kept file, of which there are some thousands at most."""

_MEMBER = re.compile(rf"{re.escape(DATABASE)}|{KEPT}/[0-9a-f]{{16}}")
_COMPANIONS = ("-wal", "-shm")


@dataclass(frozen=True, slots=True)
class Tried:
    """A back-up that can be restored."""

    manifest: Manifest
    changes: list[str]  # migrations that its database needed
    settled: Resettled = field(default_factory=Resettled)  # what a restore took out of it again


def check(file: Path, keys: Keys, database: Path) -> Tried:
    """Restore `file` into a folder that is thrown away, beside where `database` is or would be.

    Raises:
        UnusableBackup: it cannot be restored, or there is no room to try.
    """
    with _opened(file, keys, database) as (_, tried):
        return tried


def restore(
    file: Path, keys: Keys, database: Path, now: float, *, replace: bool = False
) -> tuple[Tried, Path | None]:
    """Put what is in `file` where `database` is; where what was there before went, if any was.

    What was erased since does not come back, and what was open is ended (`familyguard.resettle`).
    The bot must not be running.

    Raises:
        UnusableBackup: it cannot be restored; nothing was changed.
        InTheWay: there is a database, and not `replace`.
    """
    if database.exists() and not replace:
        raise InTheWay(database)
    with _opened(file, keys, database) as (folder, tried):
        tried = with_values(tried, settled=_settled(folder / DATABASE, keys, database, tried, now))
        try:
            aside = set_aside(database, now)
            kept, target = folder / KEPT, database.with_name(KEPT)
            if kept.is_dir():
                target.mkdir(mode=0o700, exist_ok=True)
                for path in kept.iterdir():
                    path.replace(target / path.name)
                sync_folder(target)
            # The database last: without it the rest says nothing.
            (folder / DATABASE).replace(database)
            sync_folder(database.parent)
        except OSError as error:
            raise UnusableBackup(file, BackupFault.NO_PLACE, _why(error)) from None
    return tried, aside


def set_aside(database: Path, now: float) -> Path | None:
    """Give `database` a second name, under which all of it still opens; None if there is none.

    The first name stays until another file takes it over, so that a crash leaves one or the other.
    """
    if not database.exists():
        return None
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    aside = database.with_name(f"{database.stem}-before-{stamp}{database.suffix}")
    with (
        contextlib.suppress(sqlite3.Error),  # a damaged one goes aside as it is
        contextlib.closing(sqlite3.connect(database)) as connection,
    ):
        connection.execute("pragma wal_checkpoint(truncate)").fetchall()
    aside.hardlink_to(database)
    # What is left of its write-ahead log would be taken for that of the database to come.
    for companion in _COMPANIONS:
        with contextlib.suppress(FileNotFoundError):
            database.with_name(database.name + companion).replace(
                aside.with_name(aside.name + companion)
            )
    kept = database.with_name(KEPT)
    if kept.is_dir():
        # Copied, not moved: a case that is in both keeps its originals in both.
        shutil.copytree(kept, aside.with_name(f"{aside.stem}-{KEPT}"))
    return aside


@contextmanager
def _opened(file: Path, keys: Keys, database: Path) -> Iterator[tuple[Path, Tried]]:
    """A folder with the tried content of `file`, for as long as the context lasts."""
    try:
        with backup.workspace(database) as work:
            manifest = _unpack(file, keys, work)
            changes = _tried(file, work / DATABASE, keys, manifest)
            yield work, Tried(manifest, changes)
    except pyrage.DecryptError:
        raise UnusableBackup(file, BackupFault.LOCKED) from None
    except sqlite3.Error as error:
        raise UnusableBackup(file, BackupFault.DAMAGED, str(error)) from None
    except (tarfile.TarError, ValueError, KeyError, TypeError):
        raise UnusableBackup(file, BackupFault.NO_BACKUP) from None
    except OSError as error:
        is_missing = isinstance(error, FileNotFoundError) and error.filename == str(file)
        fault = BackupFault.MISSING if is_missing else BackupFault.UNREADABLE
        raise UnusableBackup(file, fault, _why(error)) from None


def _why(error: OSError) -> str:
    return error.strerror or str(error)


def _unpack(file: Path, keys: Keys, work: Path) -> Manifest:
    """Decrypt `file` into `work`, and hold what is there against its manifest."""
    packed = work / "packed.tar"
    with file.open("rb") as sealed, packed.open("wb") as plain:
        pyrage.decrypt_io(sealed, plain, [identity(keys)])
    with tarfile.open(packed, "r:") as tar:
        members = {member.name: member for member in tar if member.isreg()}
        head = members.pop(MANIFEST)
        content = tar.extractfile(head)
        if head.size > MAX_MANIFEST_BYTES or content is None:
            raise ValueError(head.size)
        manifest = _manifest(file, content.read())
        if set(members) != set(manifest.sha256) or DATABASE not in members:
            raise UnusableBackup(file, BackupFault.INCOMPLETE)
        (work / KEPT).mkdir(mode=0o700)
        for name, member in members.items():
            source = tar.extractfile(member)
            if not _MEMBER.fullmatch(name) or source is None:
                raise ValueError(name)
            target = work / name
            target.touch(mode=0o600)
            with source, target.open("wb") as out:
                shutil.copyfileobj(source, out)
            if sha256_of(target) != manifest.sha256[name]:
                raise UnusableBackup(file, BackupFault.CHANGED, name)
    packed.unlink()
    return manifest


def _manifest(file: Path, content: bytes) -> Manifest:
    found = json.loads(content)
    if found["format"] > FORMAT:
        raise UnusableBackup(file, BackupFault.NEWER)
    return Manifest(**found)


def _tried(file: Path, copy: Path, keys: Keys, manifest: Manifest) -> list[str]:
    """Bring the copy up to date and look into every corner of it; the migrations that it took."""
    with contextlib.closing(sqlite3.connect(copy)) as connection:
        problems = _problems(connection)
        db = Database(connection)
        changes = [one.name for one in migrations.pending(db)]
        strangers = {one.name for one in migrations.applied(db)} - _names()
    if problems:
        raise UnusableBackup(file, BackupFault.DAMAGED, problems)
    if strangers:
        raise UnusableBackup(file, BackupFault.NEWER)
    with Store(copy, keys) as store:
        try:
            store.check_seals()
        except SealBroken:
            number = str(max(manifest.sealing))
            raise UnusableBackup(file, BackupFault.KEY_GONE, number) from None
        store.clean()
    if problems := _as_one_file(copy):
        raise UnusableBackup(file, BackupFault.MISFIT, problems)
    return changes


def _settled(copy: Path, keys: Keys, database: Path, tried: Tried, now: float) -> Resettled:
    """What does not come back with `copy`, which is about to become `database`."""
    with Store(copy, keys) as store:
        erased = Erased(database.with_name(ERASED), keys)
        settled = resettle(store, erased, tried.manifest.made_at, now)
    _as_one_file(copy)
    # What went once more is on the list already.
    copy.with_name(ERASED).unlink(missing_ok=True)
    return settled


def _as_one_file(copy: Path) -> str:
    """Leave nothing behind that would be lost when the file is renamed; what is wrong with it."""
    with contextlib.closing(sqlite3.connect(copy)) as connection:
        connection.execute("pragma journal_mode = delete").fetchall()
        return _problems(connection)


def _names() -> set[str]:
    """All migrations that this version knows."""
    return {one.name for one in migrations.pending(Database(memory=True))}


def _problems(connection: sqlite3.Connection) -> str:
    """What SQLite finds wrong, or nothing."""
    found = connection.execute("pragma integrity_check(1)").fetchone()[0]
    if found != "ok":
        return str(found)
    foreign = connection.execute("pragma foreign_key_check").fetchone()
    return f"a row of {foreign[0]} belongs to nothing" if foreign else ""
