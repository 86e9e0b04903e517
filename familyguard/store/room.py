"""What all rooms of the store have in common: the connection, the vault, and random row names."""

import secrets
from collections.abc import Sequence
from typing import Any

from sqlite_utils import Database

from familyguard.erased import Erased
from familyguard.vault import Cell, Vault

ID_BYTES = 8
"""64 random bits: nobody guesses another family's row, and a button has room for it."""


def new_id() -> str:
    """A name for a new row, in 16 hexadecimal digits."""
    return secrets.token_hex(ID_BYTES)


class Room:
    """A few tables that belong together."""

    def __init__(self, db: Database, vault: Vault) -> None:
        self._db = db
        self._vault = vault

    def _one(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """The first row, or None."""
        return self._db.execute(sql, list(values)).fetchone()

    def _all(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        return list(self._db.execute(sql, list(values)).fetchall())

    def _write(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Run one statement in a transaction of its own, or in the one around it; rows changed."""
        with self._db.atomic():
            return int(self._db.execute(sql, list(values)).rowcount)

    def _seal(self, value: str | bytes, table: str, column: str, row: object, family: str) -> bytes:
        return self._vault.seal(value, Cell(table, column, str(row), family))

    def _open(self, sealed: bytes | None, table: str, column: str, row: object, family: str) -> str:
        """The text in a cell, or an empty one where there is none.  Raises SealBroken."""
        if sealed is None:
            return ""
        return self._vault.open_text(sealed, Cell(table, column, str(row), family))


class ListedRoom(Room):
    """A room of which `erased` lists what goes, so that no back-up brings it back unseen."""

    def __init__(self, db: Database, vault: Vault, erased: Erased) -> None:
        super().__init__(db, vault)
        self._erased = erased
