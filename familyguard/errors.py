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
