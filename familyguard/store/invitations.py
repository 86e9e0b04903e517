"""Codes that let somebody in.  Only their hashes are stored."""

import hashlib
import secrets

from familyguard.family import Opened
from familyguard.store.room import Room

CODE_BYTES = 24
"""192 random bits in an invitation: nobody guesses it, and a deep link has room for it."""

CLAIM_SECONDS = 24 * 3600.0
"""What a set-up prints may lie in a terminal or a container's log for good.  `familyguard invite`
prints another one."""

INVITATION_SECONDS = 15 * 60
"""An invitation travels through a chat that may be read by others, so it is short-lived."""


class Invitations(Room):
    """Invitations of families, and claims that found a new one."""

    def create(
        self,
        family: str | None,
        made_by: int | None,
        now: float,
        seconds: float | None = INVITATION_SECONDS,
    ) -> str:
        """A new code for one person, good for `seconds`, or until it is used if None.

        Without a family it is a claim: whoever uses it founds one and becomes its keeper.  Only its
        hash is stored: the code itself exists in the answer alone.
        """
        code = secrets.token_urlsafe(CODE_BYTES)
        expires_at = None if seconds is None else now + seconds
        self._write(
            "insert into invitations (code_hash, family_id, made_by, created_at, expires_at)"
            " values (?, ?, ?, ?, ?)",
            [_hash(code), family, made_by, now, expires_at],
        )
        return code

    def claim(self, now: float) -> str:
        """The code for a keeper, for a day.  It takes the place of every earlier open claim."""
        with self._db.atomic():
            self._db.execute("delete from invitations where family_id is null and used_by is null")
            return self.create(None, None, now, CLAIM_SECONDS)

    def has_claim(self, now: float) -> bool:
        """Whether a claim is open at `now`: it can be used, but not shown again."""
        return bool(
            self._one(
                "select exists (select 1 from invitations"
                " where family_id is null and used_by is null and revoked_at is null"
                " and (expires_at is null or expires_at > ?))",
                [now],
            )[0]
        )

    def redeem(self, code: str, user_id: int, now: float) -> Opened | None:
        """Use up `code` for `user_id`, if it is open; whose it was.

        One statement decides who was first, so of two people with one code only one gets in.
        """
        with self._db.atomic():
            used = self._db.execute(
                "update invitations set used_by = ?, used_at = ? where code_hash = ?"
                " and used_by is null and revoked_at is null"
                " and (expires_at is null or expires_at > ?)",
                [user_id, now, _hash(code), now],
            )
            if used.rowcount != 1:
                return None
            family, made_by = self._one(
                "select family_id, made_by from invitations where code_hash = ?", [_hash(code)]
            )
        return Opened(family, made_by)

    def revoke(self, family: str, now: float) -> int:
        """Void every open invitation of the family; how many there were."""
        return self._write(
            "update invitations set revoked_at = ?"
            " where family_id = ? and used_by is null and revoked_at is null",
            [now, family],
        )


def _hash(code: str) -> str:
    """Plain SHA-256 will do: the code is random and long, so there is nothing to guess."""
    return hashlib.sha256(code.encode()).hexdigest()
