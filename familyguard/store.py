"""The database: the only file with table names.  Methods are what happens in a family.

One `Store` belongs to one thread.  Times are seconds since 1970 and always an argument.
"""

import hashlib
import secrets
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlite_utils import Database

from familyguard.migrations import migrations

CODE_BYTES = 24
"""192 random bits in an invitation: nobody guesses it, and a deep link has room for it."""

INVITATION_SECONDS = 15 * 60
"""An invitation travels through a chat that may be read by others, so it is short-lived."""

BUSY_SECONDS = 1
"""How long one process waits for another that is writing, which takes milliseconds.  The bot does
nothing else meanwhile."""


@dataclass(frozen=True, slots=True)
class Member:
    """Someone who may use the bot.  `language` is that of their chat."""

    user_id: int
    language: str
    joined_at: float


class Store:
    """The family's database file."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Before SQLite makes it: its own default would let other accounts read the file.
        path.touch(mode=0o600)
        path.chmod(0o600)
        self._db = Database(sqlite3.connect(path, timeout=BUSY_SECONDS))
        for pragma in ("journal_mode = wal", "foreign_keys = on", "secure_delete = on"):
            self._db.execute(f"pragma {pragma}").fetchall()
        migrations.apply(self._db)

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

    def member(self, user_id: int) -> Member | None:
        """The member with this Telegram id, if they are one."""
        row = self._db.execute(
            "select user_id, language, joined_at from members where user_id = ?", [user_id]
        ).fetchone()
        return Member(*row) if row else None

    def has_members(self) -> bool:
        """Whether anyone was let in yet."""
        return bool(self._db.execute("select exists (select 1 from members)").fetchone()[0])

    def speak(self, user_id: int, language: str) -> None:
        """The member wants to be answered in `language` from now on."""
        with self._db.atomic():
            self._db.execute(
                "update members set language = ? where user_id = ?", [language, user_id]
            )

    def create_invitation(self, now: float, seconds: float | None = INVITATION_SECONDS) -> str:
        """A new code that lets one person in within `seconds`, or until it is used if None.

        Only its hash is stored: the code itself exists in the answer alone.
        """
        code = secrets.token_urlsafe(CODE_BYTES)
        expires_at = None if seconds is None else now + seconds
        with self._db.atomic():
            self._db.execute(
                "insert into invitations (code_hash, created_at, expires_at) values (?, ?, ?)",
                [_hash(code), now, expires_at],
            )
        return code

    def create_claim(self, now: float) -> str:
        """The code for the very first member.  It takes the place of every earlier open code."""
        with self._db.atomic():
            self._db.execute("delete from invitations where used_by is null")
            return self.create_invitation(now, seconds=None)

    def redeem(self, code: str, user_id: int, language: str, now: float) -> bool:
        """Let `user_id` in if `code` is an invitation that is open; it is used up by that.

        One statement decides who was first, so of two people with one code only one gets in.
        """
        with self._db.atomic():
            used = self._db.execute(
                "update invitations set used_by = ?, used_at = ? where code_hash = ?"
                " and used_by is null and (expires_at is null or expires_at > ?)",
                [user_id, now, _hash(code), now],
            )
            if used.rowcount != 1:
                return False
            self._db.execute(
                "insert into members (user_id, language, joined_at) values (?, ?, ?)"
                " on conflict do nothing",
                [user_id, language, now],
            )
        return True


def _hash(code: str) -> str:
    """Plain SHA-256 will do: the code is random and long, so there is nothing to guess."""
    return hashlib.sha256(code.encode()).hexdigest()
