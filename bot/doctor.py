"""What is wrong on this machine, found by looking and changing nothing.

Each finding is fine, wrong, or could not be looked at.  None holds a secret: values are paths,
counts and dates.
"""

import contextlib
import os
import platform
import shutil
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from enum import StrEnum
from pathlib import Path

import httpx
from sqlite_utils import Database

from bot.errors import UnusableSettings
from bot.screenshots.reader import MODEL as READER
from bot.settings import OTHERS, Settings, load_settings
from familyguard.aside import KEPT_SECONDS, put_aside
from familyguard.backup import newest
from familyguard.backup_log import DAY, TOO_OLD_SECONDS, BackupLog
from familyguard.erased import FILE_NAME as ERASED
from familyguard.erased import damaged
from familyguard.errors import UnusableKeys
from familyguard.keys import FILE_NAME as KEYS
from familyguard.keys import load_keys
from familyguard.migrations import migrations
from familyguard.recovery import SHEET, SHOWN
from voice import models
from voice.errors import ModelMismatch, ModelUnavailable

TELEGRAM_SECONDS = 5.0
DELIVERY_SECONDS = 600.0
"""Telegram tries again within minutes; an error that is older has been overcome."""

CLOCK_SECONDS = 60.0
"""Challenges and invitations last minutes; a minute off does them no harm."""

DISK_BYTES = 1_000_000_000
"""Room for the models once more, memos in hand, and eleven back-ups of a family."""

MEMORY_BYTES = 1_800_000_000
"""A machine sold with 2 GB: the worker with all its models, and the bot beside it."""

TESTED_SECONDS = 31 * DAY
WAITING_SECONDS = 600.0
"""A message that is not answered after ten minutes is stuck, or nobody is at work."""


BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
"""SQLite's codes for a file that somebody else does not let go."""

BUSY_SECONDS = 0.5
"""The bot itself writes for milliseconds."""


class State(StrEnum):
    """How it is with one thing."""

    FINE = "fine"
    WRONG = "wrong"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """`subject` is what was looked at; `key` the sentence about it, where it is not fine."""

    subject: str
    key: str = ""
    values: dict[str, object] = field(default_factory=dict)
    state: State = State.FINE


def examine(now: float, env_file: Path = Path(".env")) -> Iterator[Finding]:
    """Look at everything; what depends on settings only where those can be read."""
    yield from _processor(Path("/proc/cpuinfo"))
    yield from _memory(Path("/proc/meminfo"))
    try:
        settings = load_settings(env_file)
    except UnusableSettings as error:
        yield _wrong("settings", "other", why=str(error))
        return
    yield Finding("settings")
    yield from _telegram(settings, now)
    yield from _disk(settings)
    yield from _modes(settings)
    yield from _keys(settings)
    yield from _sheet(settings)
    yield from database(settings, now)
    yield from _models(settings)
    yield from _backups(settings, now)
    yield from _aside(settings)
    yield from _erased(settings)


def at_work(settings: Settings, now: float) -> Iterator[Finding]:
    """What a running bot looks at by itself: what takes no network and no minute of hashing."""
    yield from _memory(Path("/proc/meminfo"))
    yield from _disk(settings)
    yield from _modes(settings)
    yield from _sheet(settings)
    yield from database(settings, now)
    yield from _backups(settings, now)


def _wrong(subject: str, problem: str, **values: object) -> Finding:
    return Finding(subject, f"doctor.{subject}.{problem}", values, State.WRONG)


def _unknown(subject: str, problem: str, **values: object) -> Finding:
    return Finding(subject, f"doctor.{subject}.{problem}", values, State.UNKNOWN)


def _processor(file: Path) -> Iterator[Finding]:
    try:
        words = set(file.read_text("utf-8", "replace").lower().split())
    except OSError:
        words = set()
    features = {"avx2"} if platform.machine() in ("x86_64", "AMD64") else {"asimd", "neon"}
    if not words:
        yield _unknown("processor", "unread")
    elif not words & features:
        yield _wrong("processor", "slow", feature=" / ".join(sorted(features)))
    else:
        yield Finding("processor")


def _memory(file: Path) -> Iterator[Finding]:
    try:
        rows = dict(line.split(":", 1) for line in file.read_text().splitlines())
        total = sum(int(rows[name].split()[0]) * 1024 for name in ("MemTotal", "SwapTotal"))
    except (OSError, ValueError, KeyError):
        yield _unknown("memory", "unread")
        return
    if total < MEMORY_BYTES:
        yield _wrong("memory", "little", megabytes=total // 1_000_000)
    else:
        yield Finding("memory")


def _telegram(settings: Settings, now: float) -> Iterator[Finding]:
    """Whether Telegram knows the token, and what time it is there."""
    try:
        answer = _asked(settings, "getMe")
    except httpx.HTTPError:
        # Without its words: they may quote the address, which holds the token.
        yield _wrong("token", "unreachable", address=settings.telegram_api_url)
        yield _unknown("clock", "unread")
        return
    if answer.status_code in (401, 404):
        yield _wrong("token", "unknown")
    elif not answer.is_success:
        yield _wrong("token", "busy", code=answer.status_code)
    else:
        yield Finding("token")
        yield from _deliveries(settings, now)
    try:
        there = parsedate_to_datetime(answer.headers["Date"]).timestamp()
    except (KeyError, ValueError):
        yield _unknown("clock", "unread")
        return
    if abs(there - now) > CLOCK_SECONDS:
        yield _wrong("clock", "off", seconds=round(abs(there - now)))
    else:
        yield Finding("clock")


def _deliveries(settings: Settings, now: float) -> Iterator[Finding]:
    """Whether what Telegram delivers arrives: a bot that hears nothing is well all the same."""
    if settings.webhook_url is None:
        return
    try:
        answer = _asked(settings, "getWebhookInfo").json()["result"]
        known, failed_at = str(answer["url"]), float(answer.get("last_error_date", 0))
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        yield _unknown("deliveries", "unread")
        return
    if known != settings.webhook_url:
        yield _wrong("deliveries", "elsewhere")
    elif now - failed_at < DELIVERY_SECONDS:
        why = str(answer.get("last_error_message", ""))[:200]
        yield _wrong("deliveries", "failing", why="".join(filter(str.isprintable, why)))
    else:
        yield Finding("deliveries")


def _asked(settings: Settings, method: str) -> httpx.Response:
    """What Telegram answers.  Raises httpx.HTTPError, whose words may quote the token."""
    address = f"{settings.base_url}{settings.telegram_token.get_secret_value()}/{method}"
    return httpx.post(address, timeout=TELEGRAM_SECONDS)


def _disk(settings: Settings) -> Iterator[Finding]:
    found = False
    for folder in dict.fromkeys((settings.data_dir, settings.backups)):
        there = next((one for one in (folder, *folder.parents) if one.exists()), Path("/"))
        free = shutil.disk_usage(there).free
        if free < DISK_BYTES:
            found = True
            yield _wrong("disk", "little", path=folder, megabytes=free // 1_000_000)
    if not found:
        yield Finding("disk")


def _modes(settings: Settings) -> Iterator[Finding]:
    """Files that only the bot's account may read."""
    data, backups = settings.data_dir, settings.backups
    files = [data, settings.database, data / KEYS, data / "recovery-sheet.txt", backups]
    files += backups.glob("*.age") if backups.is_dir() else []
    found = False
    for path in files:
        with contextlib.suppress(FileNotFoundError):
            facts = path.stat()
            if facts.st_mode & OTHERS:
                found = True
                mode = "700" if path.is_dir() else "600"
                yield _wrong("modes", "open", path=path, mode=mode)
            elif facts.st_uid not in (os.geteuid(), 0):
                found = True
                yield _wrong("modes", "foreign", path=path)
    if not found:
        yield Finding("modes")


def _keys(settings: Settings) -> Iterator[Finding]:
    file = settings.data_dir / KEYS
    if not file.exists() and not settings.database.exists():
        yield _unknown("keys", "none")
        return
    try:
        load_keys(file)
    except UnusableKeys as error:
        yield _wrong("keys", "other", why=error.reason)
    else:
        yield Finding("keys")


def database(settings: Settings, now: float) -> Iterator[Finding]:
    """Whether the database is sound, of this version, and without messages that wait."""
    path = settings.database
    if not path.exists():
        yield _unknown("database", "none", path=path)
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
        yield _wrong("database", "locked" if locked else "damaged", path=path)
        return
    known = {one.name for one in migrations.pending(Database(memory=True))}
    if not sound:
        yield _wrong("database", "damaged", path=path)
    elif applied - known:
        yield _wrong("database", "newer")
    elif pending:
        yield _wrong("database", "older")
    else:
        yield Finding("database")
        yield _wrong("waiting", "some", count=waiting) if waiting else Finding("waiting")


def _sheet(settings: Settings) -> Iterator[Finding]:
    """Whoever steals the machine must not find the sheet that opens the back-ups beside them."""
    left = [settings.data_dir / f"{SHEET}.{kind}" for kind in ("pdf", "txt")]
    there = [path for path in left if path.exists()]
    if there:
        yield _wrong("sheet", "left", path=" ".join(map(str, there)))
    if (settings.data_dir / SHOWN).exists():
        yield _wrong("sheet", "shown")
    elif not there:
        yield Finding("sheet")


def _aside(settings: Settings) -> Iterator[Finding]:
    """Databases that a restore put aside: they hold everything, and nobody looks after them."""
    there = put_aside(settings.database)
    if there:
        goes = _day(min(there.values()) + KEPT_SECONDS)
        yield _unknown("aside", "left", count=len(there), folder=settings.data_dir, date=goes)


def _erased(settings: Settings) -> Iterator[Finding]:
    """The list of what was erased: without it a restore brings people and voices back."""
    path = damaged(settings.data_dir / ERASED)
    yield _wrong("erased", "damaged", path=path) if path else Finding("erased")


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


def _models(settings: Settings) -> Iterator[Finding]:
    absent, replaced = [], []
    for name in (*models.DEFAULT_MODELS, READER):
        try:
            models.verify(name, settings.models_dir)
        except ModelMismatch:
            replaced.append(name)
        except ModelUnavailable:
            absent.append(name)
    if replaced:
        yield _wrong("models", "replaced", names=" ".join(replaced))
    if absent:
        yield _wrong("models", "absent", names=" ".join(absent))
    if not replaced and not absent:
        yield Finding("models")


def _backups(settings: Settings, now: float) -> Iterator[Finding]:
    if not settings.database.exists():
        return
    last = newest(settings.backups, now)
    if last is None:
        yield _wrong("backup", "none")
    elif now - last.made_at > TOO_OLD_SECONDS:
        yield _wrong("backup", "old", date=_day(last.made_at))
    else:
        yield Finding("backup")
    tested = BackupLog.load(settings.data_dir).tested_at
    if not tested:
        yield _wrong("tested", "never")
    elif now - tested > TESTED_SECONDS:
        yield _wrong("tested", "old", date=_day(tested))
    else:
        yield Finding("tested")


def _day(moment: float) -> str:
    return time.strftime("%Y-%m-%d", time.localtime(moment))
