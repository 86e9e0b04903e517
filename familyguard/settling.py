"""A restore that brings other keys changes two files, and a crash may fall in between.

    expect(database, keys)     # before the database is put in place
    settle(database)           # after it, or at the next start

The keys wait under a name that says which database they are not for: the one that was there before.
Whoever comes next sees by the file whether the new database has arrived.
"""

import re
from pathlib import Path

from familyguard.keys import FILE_NAME, Keys, save_keys
from familyguard.private_file import sync_folder

_WAITING = re.compile(r"keys-after-(\d+)\.json")
NEVER = 0
"""No file has this number."""


def expect(database: Path, keys: Keys) -> None:
    """Have `keys` ready for the file that will take the place of `database`."""
    save_keys(database.with_name(f"keys-after-{_number(database)}.json"), keys)


def settle(database: Path) -> Path | None:
    """Put keys that wait in their place if their database has come, or drop them if it has not.

    Where the keys that were there before went, if they did.
    """
    folder, aside = database.parent, None
    for path in sorted(folder.glob("keys-after-*.json")):
        if not (name := _WAITING.fullmatch(path.name)):
            continue
        if int(name[1]) == _number(database):
            path.unlink()
            continue
        old = database.with_name(FILE_NAME)
        if old.exists():
            # With the database of theirs, which the restore put aside last.
            asides = sorted(folder.glob(f"{database.stem}-before-*{database.suffix}"))
            stem = asides[-1].stem if asides else f"{database.stem}-before"
            aside = old.with_name(f"{stem}-keys.json")
            old.replace(aside)
        path.replace(old)
        sync_folder(folder)
    return aside


def _number(database: Path) -> int:
    """What tells one file from another of the same name, as long as both are there."""
    try:
        return database.stat().st_ino
    except FileNotFoundError:
        return NEVER
