"""Originals that somebody keeps with a case: sealed files beside the database, listed in it.

Each file is sealed with a key of its own, which lies sealed in its row.  So a new key for the
database leaves the files as they are, and a file whose row is gone can be opened by nobody, also
before it is swept away.
"""

import base64
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from familyguard.keys import KEY_BYTES, Keys
from familyguard.private_file import write_private
from familyguard.store.room import Room, new_id
from familyguard.vault import Cell, Vault

MAX_BYTES = 45_000_000
"""Of one case together: what a file for the police can hold, with room for its report."""

MAX_FILES = 100
"""Of one case: a pack holds two hundred files, some of them made from these."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that is kept; what it is and where it came from stands in its case."""

    id: str
    case_id: str
    size: int


class TooMuch(Exception):
    """The case holds as much as can be packed."""


class Evidence(Room):
    """The kept files of all families.  `folder` is made when the first one comes."""

    def __init__(self, db: Database, vault: Vault, folder: Path) -> None:
        super().__init__(db, vault)
        self.folder = folder

    def put(self, family: str, case: str, content: bytes, now: float) -> str:
        """Seal `content` and keep it with the case; its name.

        Raises:
            TooMuch: MAX_FILES or MAX_BYTES are reached.
            KeyError: that family has no such case.
            OSError: it cannot be written.
        """
        there = self.of_case(family, case)
        full = sum(one.size for one in there) + len(content) > MAX_BYTES
        if full or len(there) >= MAX_FILES:
            raise TooMuch(case)
        if self._one("select 1 from cases where id = ? and family_id = ?", [case, family]) is None:
            raise KeyError(case)
        name, key = new_id(), secrets.token_bytes(KEY_BYTES)
        self.folder.mkdir(mode=0o700, exist_ok=True)
        write_private(self.folder / name, _vault(key).seal(content, _cell(name, family)))
        body = json.dumps({"key": base64.b64encode(key).decode(), "size": len(content)})
        # The row last: a crash before it leaves a file that opens nowhere, and is swept away.
        self._write(
            "insert into evidence (id, family_id, case_id, kept_at, body) values (?, ?, ?, ?, ?)",
            [name, family, case, now, self._seal(body, "evidence", "body", name, family)],
        )
        return name

    def read(self, family: str, name: str) -> bytes | None:
        """The file as it came, or None where there is none.  Raises SealBroken."""
        row = self._one("select body from evidence where id = ? and family_id = ?", [name, family])
        if row is None:
            return None
        key = base64.b64decode(
            json.loads(self._open(row[0], "evidence", "body", name, family))["key"]
        )
        try:
            sealed = (self.folder / name).read_bytes()
        except FileNotFoundError:
            return None
        return _vault(key).open(sealed, _cell(name, family))

    def of_case(self, family: str, case: str) -> list[Kept]:
        """What is kept with a case, the earliest first."""
        rows = self._all(
            "select id, body from evidence where family_id = ? and case_id = ?"
            " order by kept_at, rowid",
            [family, case],
        )
        return [
            Kept(
                name,
                case,
                int(json.loads(self._open(body, "evidence", "body", name, family))["size"]),
            )
            for name, body in rows
        ]

    def drop(self, family: str, names: Iterable[str]) -> None:
        """Forget these files, at once."""
        for name in names:
            self._write("delete from evidence where id = ? and family_id = ?", [name, family])
        self.sweep()

    def sweep(self) -> int:
        """Delete the files whose row is gone, with their case or their person; how many."""
        if not self.folder.is_dir():
            return 0
        listed = {name for (name,) in self._all("select id from evidence")}
        stray = [path for path in self.folder.iterdir() if path.name not in listed]
        for path in stray:
            path.unlink(missing_ok=True)
        return len(stray)


def _vault(key: bytes) -> Vault:
    """A vault for one file; the pepper takes no part in sealing."""
    return Vault(Keys({1: key}, key))


def _cell(name: str, family: str) -> Cell:
    return Cell("kept", "content", name, family)
