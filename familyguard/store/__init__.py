"""The database: the only place with table names.  Methods are what happens in a family.

    with open_store(settings.database) as store:
        family = store.families.found("nl", now)

The store has rooms, one a subject, each in a file beside this one.  One `Store` belongs to one
thread.  Times are seconds since 1970 and always an argument.  Every method that touches what
belongs to a family takes that family, and finds nothing of another.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlite_utils import Database

from familyguard import backup
from familyguard.erased import FILE_NAME as ERASED
from familyguard.erased import Erased
from familyguard.errors import KeyFault, UnusableKeys
from familyguard.keys import FILE_NAME, Keys, load_keys, save_keys
from familyguard.migrations import SEALED, migrations
from familyguard.store.asked import Challenges, Questions
from familyguard.store.cases import Cases
from familyguard.store.codewords import CodeWords
from familyguard.store.deadlines import Deadlines
from familyguard.store.desk import Dialogues, Mailbox, Tidyings
from familyguard.store.evidence import Evidence
from familyguard.store.families import Accounts, Families, People
from familyguard.store.invitations import INVITATION_SECONDS, Invitations
from familyguard.store.privacy import Privacy
from familyguard.store.recordings import Recordings
from familyguard.store.records import Audit, Changes, Payees
from familyguard.store.reminders import Reminders
from familyguard.store.restoring import Restoring
from familyguard.store.voices import Voices
from familyguard.vault import Cell, Vault

__all__ = ["INVITATION_SECONDS", "Store", "open_store", "rotate_keys"]

BUSY_SECONDS = 1
"""How long one process waits for another that is writing, which takes milliseconds.  The bot does
nothing else meanwhile."""

CLEAN_TRIES = 2
"""Of emptying the log; whoever tidies up tries again within the hour."""

KEPT = "kept"
"""Folder beside the database with the sealed originals of cases that somebody keeps."""


class Store:
    """The database file.  `keys` open what is sealed in it."""

    def __init__(self, path: Path, keys: Keys) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Before SQLite makes it: its own default would let other accounts read the file.
        path.touch(mode=0o600)
        path.chmod(0o600)
        self.path = path
        self.keys = keys
        self.is_clean = True
        self._db = Database(sqlite3.connect(path, timeout=BUSY_SECONDS))
        for pragma in ("journal_mode = wal", "foreign_keys = on", "secure_delete = on"):
            self._db.execute(f"pragma {pragma}").fetchall()
        migrations.apply(self._db)
        rooms = (self._db, Vault(keys))
        self.erased = Erased(path.with_name(ERASED), keys)
        listed = (*rooms, self.erased)
        self.families = Families(*listed)
        self.people = People(*listed)
        self.accounts = Accounts(*rooms)
        self.invitations = Invitations(*rooms)
        self.voices = Voices(*listed)
        self.codewords = CodeWords(*listed)
        self.cases = Cases(*rooms)
        self.challenges = Challenges(*rooms)
        self.questions = Questions(*rooms)
        self.recordings = Recordings(*rooms)
        self.changes = Changes(*rooms)
        self.audit = Audit(*rooms)
        self.payees = Payees(*rooms)
        self.dialogues = Dialogues(*rooms)
        self.tidyings = Tidyings(*rooms)
        self.mailbox = Mailbox(*rooms)
        self.privacy = Privacy(*rooms)
        self.evidence = Evidence(*rooms, path.with_name(KEPT))
        self.reminders = Reminders(*rooms)
        self.deadlines = Deadlines(*rooms)
        self.restoring = Restoring(*rooms)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; nothing is pending, every method commits."""
        self._db.close()

    @contextmanager
    def together(self) -> Iterator[None]:
        """What is written within happens as a whole or not at all."""
        with self._db.atomic():
            yield

    def is_empty(self) -> bool:
        """Whether nobody was let in yet."""
        return not self._db.execute("select exists (select 1 from accounts)").fetchone()[0]

    def clean(self) -> bool:
        """Empty the write-ahead log, so that what was erased is gone from that file too.

        Kept files that belonged to what was erased go with it.  False when somebody was reading or
        writing all the while, such as a back-up: then `is_clean` says so until it worked.
        """
        self.evidence.sweep()
        self.is_clean = False
        for _ in range(CLEAN_TRIES):
            # Busy, pages in the log, pages put back; it waits BUSY_SECONDS by itself.
            if not self._db.execute("pragma wal_checkpoint(truncate)").fetchone()[0]:
                self.is_clean = True
                break
        return self.is_clean

    def check_seals(self) -> None:
        """Open every sealed cell.  Raises SealBroken if the keys are not those of the database."""
        vault = Vault(self.keys)
        for table, (key, columns) in SEALED.items():
            for column in columns:
                for row, family, sealed in self._sealed(table, key, column):
                    vault.open(sealed, Cell(table, column, str(row), family))

    def reseal(self, keys: Keys) -> int:
        """Seal every sealed cell anew with the newest of `keys`; how many there were.

        Raises SealBroken for a cell that does not open; nothing is changed then.
        """
        old, new, cells = Vault(self.keys), Vault(keys), 0
        with self._db.atomic():
            for table, (key, columns) in SEALED.items():
                for column in columns:
                    for row, family, sealed in self._sealed(table, key, column):
                        cell = Cell(table, column, str(row), family)
                        value = new.seal(old.open(sealed, cell), cell)
                        self._db.execute(
                            f"update {table} set {column} = ? where {key} = ?",  # noqa: S608 – names from SEALED
                            [value, row],
                        )
                        cells += 1
        return cells

    def _sealed(self, table: str, key: str, column: str) -> list[tuple[object, str, bytes]]:
        columns = {entry.name for entry in self._db.table(table).columns}
        family = "id" if table == "families" else "family_id" if "family_id" in columns else "''"
        rows = self._db.execute(
            f"select {key}, {family}, {column} from {table} where {column} is not null"  # noqa: S608 – names from SEALED
        )
        return list(rows.fetchall())


def open_store(path: Path, backups: Path | None = None) -> Store:
    """The database at `path` with the key file beside it; both are made if neither is there.

    An older database is backed up before it is changed, into `backups` or the folder of that name.

    Raises:
        UnusableKeys: there is a database, but its key file is missing or cannot be used.
        BackupFailed: the database is an older one, and there is no room for a back-up.
    """
    key_file = path.with_name(FILE_NAME)
    if not key_file.exists() and not _holds_anything(path):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        save_keys(key_file, Keys.fresh())
    keys = load_keys(key_file)
    backup.before_migration(path, keys, backups or path.with_name(backup.FOLDER), time.time())
    return Store(path, keys)


def _holds_anything(path: Path) -> bool:
    """Whether a database was made here after keys existed: an older one has nothing sealed."""
    if not path.exists() or path.stat().st_size == 0:
        return False
    db = Database(sqlite3.connect(path, timeout=BUSY_SECONDS))
    try:
        return "families" in db.table_names()
    except sqlite3.DatabaseError:
        raise UnusableKeys(path, KeyFault.NO_DATABASE) from None
    finally:
        db.close()


def rotate_keys(path: Path) -> int:
    """Seal everything anew with a fresh key and forget the old one; how many cells there were.

    The bot must not be running.  A crash at any point leaves a key file that opens the database:
    the new key is stored beside the old one first, and the old one goes last.
    """
    key_file = path.with_name(FILE_NAME)
    with open_store(path) as store:
        keys = store.keys.rotated()
        save_keys(key_file, keys)
        cells = store.reseal(keys)
        store.clean()
    save_keys(key_file, keys.only_newest())
    return cells
