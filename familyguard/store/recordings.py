"""Marks of the recordings that a family has heard: hashes and fingerprints, never sound."""

from dataclasses import dataclass, field

from familyguard.store.room import Room, new_id
from familyguard.vault import Cell


@dataclass(frozen=True, slots=True)
class HeardBefore:
    """A recording that came by.  `what` is «check», «code_word», «answer» or «enrolment».

    `heard_from` is the account that brought it; `origin`, a keyed hash, and `sent_at` say whose
    message it was and of when, where a forward told.
    """

    id: str
    what: str
    unique_id: str | None
    sha256: str | None
    fingerprint: bytes = field(repr=False)
    heard_at: float = 0.0
    heard_from: int | None = None
    origin: str | None = None
    sent_at: float | None = None


class Recordings(Room):
    """Which recordings a family has heard, so that a repetition is noticed."""

    def remember(
        self,
        family: str,
        what: str,
        unique_id: str | None,
        sha256: str | None,
        fingerprint: bytes,
        now: float,
        *,
        heard_from: int | None = None,
        origin: str | None = None,
        sent_at: float | None = None,
    ) -> None:
        """Remember a recording by three marks, and as which message; no sound, no words."""
        key = new_id()
        sealed = self._seal(fingerprint, "heard", "fingerprint", key, family)
        self._write(
            "insert into heard (id, family_id, what, unique_id, sha256, fingerprint, heard_at,"
            " heard_from, origin, sent_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                key,
                family,
                what,
                unique_id,
                sha256,
                sealed,
                now,
                heard_from,
                origin,
                sent_at,
            ],
        )

    def since(self, family: str, start: float) -> list[HeardBefore]:
        """Everything heard from `start` on, the newest first."""
        rows = self._all(
            "select id, what, unique_id, sha256, fingerprint, heard_at, heard_from, origin, sent_at"
            " from heard where family_id = ? and heard_at >= ? order by heard_at desc, id",
            [family, start],
        )
        return [
            HeardBefore(key, what, unique, sha, self._mark(sealed, key, family), *rest)
            for key, what, unique, sha, sealed, *rest in rows
        ]

    def _mark(self, sealed: bytes | None, key: str, family: str) -> bytes:
        if sealed is None:
            return b""
        return self._vault.open(sealed, Cell("heard", "fingerprint", key, family))
