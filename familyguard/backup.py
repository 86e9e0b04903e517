"""Back-ups: a copy of the database and of the kept files, encrypted to the recovery sheet.

    file = make(database, keys, folder, now)

A back-up is an age file (https://age-encryption.org/v1).  Inside is a tar with `manifest.json`, the
database as SQLite itself copies it, and the kept files.  The age key follows from the pepper of the
key file, so the recovery sheet alone opens it.  The keys are not in it: its cells stay sealed, and
whoever has an old sheet and a new back-up reads no name.
"""

import calendar
import contextlib
import errno
import hashlib
import json
import re
import shutil
import sqlite3
import tarfile
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import pyrage
from sqlite_utils import Database

from familyguard.bech32 import encode
from familyguard.errors import FamilyGuardError
from familyguard.keys import Keys
from familyguard.migrations import migrations
from familyguard.private_file import sync_folder, write_through

FORMAT = 1
FOLDER = "backups"
"""Beside the database, where nothing else is set."""

MANIFEST, DATABASE, KEPT = "manifest.json", "familyguard.db", "kept"
PURPOSE = "back-up"

DAILY, WEEKLY, SPECIAL = 7, 4, 2
"""How many stay: the last of each day, the last of each week, and the last of those before a
migration and of those that somebody asked for."""

KEPT_DAYS = 7 * WEEKLY
"""After so many days what was erased is in no back-up of the nights any more."""

LEFT_SECONDS = 24 * 3600.0

NIGHTLY, MIGRATION, ASKED = "nightly", "migration", "asked"

_NAME = re.compile(r"familyguard-(\d{8}T\d{6}Z)-(nightly|migration|asked)\.age")
_STAMP = "%Y%m%dT%H%M%SZ"
_WORK = ".backup-"
"""Begins the name of the folder in which a back-up is made or opened."""


DISK_FULL = "the disk is full"
"""Why no back-up was made; every other reason is the system's own."""


class BackupFailed(FamilyGuardError):
    """No back-up was made in `folder`; `why` is what the system says."""

    def __init__(self, folder: Path, why: str) -> None:
        super().__init__(f"No back-up could be made in {folder}: {why}. Earlier back-ups are kept.")
        self.folder = folder
        self.why = why


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a back-up says of itself."""

    made_at: float
    why: str
    schema: list[str]  # the migrations of its database, in their order
    sealing: list[int]  # numbers of the keys that its cells may be sealed with
    sha256: dict[str, str]  # of every other file in it
    versions: dict[str, str]
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class Stored:
    """A back-up in a folder, as its name tells."""

    path: Path
    made_at: float
    why: str


def identity(keys: Keys) -> pyrage.x25519.Identity:
    """The age key of a family's back-ups.  New sealing keys leave it as it is."""
    text = encode("age-secret-key-", keys.derived(PURPOSE)).upper()
    return pyrage.x25519.Identity.from_str(text)


def make(
    database: Path, keys: Keys, folder: Path, now: float, why: str = ASKED, *, rotate: bool = True
) -> Path:
    """Put a back-up of `database` into `folder`, mode 0600, and let old ones there go; its path.

    It is there whole or not at all; others are dropped only when it is.

    Raises:
        BackupFailed: it could not be made; the earlier ones are untouched.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with workspace(database) as work:
            packed = _pack(database, keys, work, now, why)
            target = _free_name(folder, now, why)
            with packed.open("rb") as plain, write_through(target) as sealed:
                pyrage.encrypt_io(plain, sealed, [identity(keys).to_public()])
            sync_folder(folder)
        _sweep(folder.glob(".familyguard-*.new"))
        if rotate:
            for old in outdated(stored_in(folder)):
                old.path.unlink(missing_ok=True)
    except (OSError, sqlite3.Error, pyrage.EncryptError) as error:
        raise BackupFailed(folder, _reason(error)) from None
    return target


def before_migration(database: Path, keys: Keys, folder: Path, now: float) -> Path | None:
    """A back-up, if opening the database is going to change how it is built.

    Raises:
        BackupFailed: the database had better not be opened.
    """
    if not database.exists() or not database.stat().st_size:
        return None
    try:
        with contextlib.closing(sqlite3.connect(database)) as connection:
            db = Database(connection)
            changes = bool(migrations.applied(db)) and bool(migrations.pending(db))
    except sqlite3.Error:
        return None  # whoever opens it tells better what is wrong
    return make(database, keys, folder, now, MIGRATION) if changes else None


def stored_name(now: float, why: str) -> str:
    """What the back-up of this moment is called."""
    return f"familyguard-{time.strftime(_STAMP, time.gmtime(now))}-{why}.age"


def _free_name(folder: Path, now: float, why: str) -> Path:
    """Where it goes; two of one second must not replace each other."""
    while (target := folder / stored_name(now, why)).exists():
        now += 1
    return target


def stored_in(folder: Path) -> list[Stored]:
    """The back-ups in `folder`, the oldest first."""
    found = []
    for path in folder.iterdir() if folder.is_dir() else ():
        if name := _NAME.fullmatch(path.name):
            made_at = float(calendar.timegm(time.strptime(name[1], _STAMP)))
            found.append(Stored(path, made_at, name[2]))
    return sorted(found, key=lambda one: (one.made_at, one.path.name))


def newest(folder: Path, now: float) -> Stored | None:
    """The latest back-up in `folder`, passing over those that a wrong clock dated ahead."""
    there = [one for one in stored_in(folder) if one.made_at <= now + 3600]
    return there[-1] if there else None


def outdated(there: list[Stored]) -> list[Stored]:
    """Those that may go: not the last of one of the latest days or weeks that have any."""
    days: dict[str, Stored] = {}
    weeks: dict[str, Stored] = {}
    for one in there:
        moment = time.gmtime(one.made_at)
        days[time.strftime("%Y-%m-%d", moment)] = one
        weeks[time.strftime("%G-%V", moment)] = one
    kept = [days[day] for day in sorted(days)[-DAILY:]]
    kept += [weeks[week] for week in sorted(weeks)[-WEEKLY:]]
    for why in (MIGRATION, ASKED):
        kept += [one for one in there if one.why == why][-SPECIAL:]
    return [one for one in there if one not in kept]


@contextmanager
def workspace(database: Path) -> Iterator[Path]:
    """A folder beside the database for this account only; what a crash left of others goes."""
    _sweep(database.parent.glob(f"{_WORK}*"))
    # Beside the database, because a machine's common folder for such things is often in memory.
    with tempfile.TemporaryDirectory(prefix=_WORK, dir=database.parent) as work:
        yield Path(work)


def sha256_of(path: Path) -> str:
    """The hash of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sweep(left: Iterable[Path]) -> None:
    """Delete what a crash left behind; what is younger than a day may be somebody's at work."""
    for path in left:
        if time.time() - path.lstat().st_mtime < LEFT_SECONDS:
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _pack(database: Path, keys: Keys, work: Path, now: float, why: str) -> Path:
    """The tar of a back-up, still in the clear."""
    copy = work / DATABASE
    # A mistyped folder must not become an empty back-up.
    with contextlib.closing(
        sqlite3.connect(f"{database.absolute().as_uri()}?mode=rw", uri=True)
    ) as source:
        source.execute("vacuum into ?", [str(copy)])
    with contextlib.closing(sqlite3.connect(copy)) as connection:
        schema = [one.name for one in migrations.applied(Database(connection))]
    files = {DATABASE: copy}
    kept = database.with_name(KEPT)
    for path in sorted(kept.iterdir()) if kept.is_dir() else ():
        if re.fullmatch("[0-9a-f]{16}", path.name):
            # The bot may be deleting one just now; a second name holds on to its content.
            with contextlib.suppress(FileNotFoundError):
                (work / path.name).hardlink_to(path)
                files[f"{KEPT}/{path.name}"] = work / path.name
    manifest = Manifest(
        made_at=now,
        why=why,
        schema=schema,
        sealing=sorted(keys.sealing),
        sha256={name: sha256_of(path) for name, path in files.items()},
        versions={"familyguard": version("familyguard"), "sqlite": sqlite3.sqlite_version},
    )
    head = work / MANIFEST
    head.write_text(json.dumps(asdict(manifest)), "utf-8")
    packed = work / "packed.tar"
    with tarfile.open(packed, "w") as tar:
        for name, path in {MANIFEST: head, **files}.items():
            tar.add(path, name, recursive=False, filter=_plain)
    return packed


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Without whose file it was on this machine."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member


def _reason(error: Exception) -> str:
    full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    if full or "disk is full" in str(error):
        return DISK_FULL
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
