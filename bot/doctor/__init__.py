"""What is wrong on this machine, found by looking and changing nothing.

Each finding is fine, wrong, or could not be looked at.  None holds a secret: values are paths,
counts and dates.
"""

from collections.abc import Iterator
from pathlib import Path

from bot.doctor.data import BUSY, aside, backups, database, erased, keys, sheet
from bot.doctor.finding import Finding, State, wrong
from bot.doctor.listening import cluster, detector, models
from bot.doctor.machine import disk, memory, modes, processor
from bot.doctor.telegram import telegram
from bot.errors import UnusableSettings
from bot.settings import Settings, load_settings

__all__ = ["BUSY", "Finding", "State", "at_work", "database", "examine"]


def examine(now: float, env_file: Path = Path(".env")) -> Iterator[Finding]:
    """Look at everything; what depends on settings only where those can be read."""
    yield from processor()
    yield from memory()
    try:
        settings = load_settings(env_file)
    except UnusableSettings as error:
        yield wrong("settings", "other", why=str(error))
        return
    yield Finding("settings")
    yield from telegram(settings, now)
    yield from disk(settings)
    yield from modes(settings)
    yield from keys(settings)
    yield from sheet(settings)
    yield from database(settings, now)
    yield from models(settings)
    yield from detector(settings)
    yield from cluster(settings)
    yield from backups(settings, now)
    yield from aside(settings)
    yield from erased(settings)


def at_work(settings: Settings, now: float) -> Iterator[Finding]:
    """What a running bot looks at by itself: what takes no network and no minute of hashing."""
    yield from memory()
    yield from disk(settings)
    yield from modes(settings)
    yield from sheet(settings)
    yield from database(settings, now)
    yield from backups(settings, now)
