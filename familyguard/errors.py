"""What can go wrong with the family's own things, each with the facts that a message needs."""

from pathlib import Path


class FamilyGuardError(Exception):
    """Anything that this package raises on purpose."""


class UnusableKeys(FamilyGuardError):
    """The key file cannot be used; `reason` is one sentence for whoever runs the bot."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(reason)
        self.path = path
        self.reason = reason


class SealBroken(FamilyGuardError):
    """A sealed cell does not open: it was changed, copied from elsewhere, or its key is gone."""

    def __init__(self, table: str, column: str) -> None:
        super().__init__(f"a sealed cell of {table}.{column} does not open")
        self.table = table
        self.column = column
