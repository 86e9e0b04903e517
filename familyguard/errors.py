"""What can go wrong with the family's own things, each with the facts that a message needs."""

from enum import StrEnum
from pathlib import Path


class FamilyGuardError(Exception):
    """Anything that this package raises on purpose."""


class KeyFault(StrEnum):
    """Why a key file cannot be used."""

    MISSING = "missing"
    UNREADABLE = "unreadable"  # `detail` is what the system says
    FOREIGN = "foreign"  # it belongs to another account
    OPEN = "open"  # other accounts can read it
    DAMAGED = "damaged"
    NO_DATABASE = "no_database"  # it is gone, and what lies beside it is no database


class UnusableKeys(FamilyGuardError):
    """The key file at `path` cannot be used."""

    def __init__(self, path: Path, fault: KeyFault, detail: str = "") -> None:
        super().__init__(f"The key file {path} cannot be used: {detail or fault}.")
        self.path = path
        self.fault = fault
        self.detail = detail


class SealBroken(FamilyGuardError):
    """A sealed cell does not open: it was changed, copied from elsewhere, or its key is gone."""

    def __init__(self, table: str, column: str) -> None:
        super().__init__(f"a sealed cell of {table}.{column} does not open")
        self.table = table
        self.column = column


class BackupFault(StrEnum):
    """Why a back-up cannot be restored."""

    UNREADABLE = "unreadable"  # `detail` is what the system says
    MISSING = "missing"
    LOCKED = "locked"  # damaged, no back-up at all, or of another recovery sheet: nobody can tell
    NO_BACKUP = "no_backup"  # it opens, and what is in it was not made by this program
    INCOMPLETE = "incomplete"  # something is missing, or too much
    CHANGED = "changed"  # `detail` is the part that is not what was backed up
    DAMAGED = "damaged"  # its database; `detail` is what SQLite says
    NEWER = "newer"  # it was made by a later version
    KEY_GONE = "key_gone"  # `detail` is the number of the sealing key
    MISFIT = "misfit"  # its database does not fit this version; `detail` is what SQLite says
    NO_PLACE = "no_place"  # it is fine and could not be put in place; `detail` as the system says


class UnusableBackup(FamilyGuardError):
    """The back-up `file` cannot be restored; nothing was changed."""

    def __init__(self, file: Path, fault: BackupFault, detail: str = "") -> None:
        told = f"{fault}: {detail}" if detail else fault
        super().__init__(f"The back-up {file} cannot be used: {told}.")
        self.file = file
        self.fault = fault
        self.detail = detail


class InTheWay(FamilyGuardError):
    """There is a database already, and nobody said that it is to be replaced."""

    def __init__(self, database: Path) -> None:
        super().__init__(f"There is a database already: {database}.")
        self.database = database
