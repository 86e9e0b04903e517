"""Cases: what was sent in about one sender, and what it came to."""

from dataclasses import dataclass, field
from typing import Any

from familyguard.store.room import Room, new_id

_CASE = (
    "select id, family_id, opened_by, sender, opened_at, touched_at, closed_at, kept, state,"
    " card_chat, card_message from cases"
)


@dataclass(frozen=True, slots=True)
class StoredCase:
    """A case as stored: `state` is `familyguard.case.Case` as JSON, `card` where its card is."""

    id: str
    family_id: str
    opened_by: int
    sender: str
    opened_at: float
    touched_at: float
    closed_at: float | None
    kept: bool
    state: str = field(repr=False)
    card: tuple[int, int] | None = None  # chat, message


class Cases(Room):
    """The cases of all families."""

    def open(self, family: str, opened_by: int, sender: str, state: str, now: float) -> StoredCase:
        """A new case; `sender` is a keyed hash of whoever the messages came from."""
        key = new_id()
        self._write(
            "insert into cases (id, family_id, opened_by, sender, opened_at, touched_at, state)"
            " values (?, ?, ?, ?, ?, ?, ?)",
            [key, family, opened_by, sender, now, now, self._state(state, key, family)],
        )
        return StoredCase(key, family, opened_by, sender, now, now, None, False, state)

    def get(self, family: str, case: str) -> StoredCase | None:
        """The case of that name in that family."""
        row = self._one(f"{_CASE} where id = ? and family_id = ?", [case, family])
        return self._case(row) if row else None

    def running(self, family: str, opened_by: int, sender: str, since: float) -> StoredCase | None:
        """The open case of that asker and sender that was touched at or after `since`."""
        row = self._one(
            f"{_CASE} where family_id = ? and opened_by = ? and sender = ? and closed_at is null"
            " and touched_at >= ? order by touched_at desc limit 1",
            [family, opened_by, sender, since],
        )
        return self._case(row) if row else None

    def of_account(self, family: str, opened_by: int) -> list[StoredCase]:
        """The cases that an account opened, the newest first."""
        rows = self._all(
            f"{_CASE} where family_id = ? and opened_by = ? order by touched_at desc, id",
            [family, opened_by],
        )
        return [self._case(row) for row in rows]

    def update(self, family: str, case: str, state: str, now: float) -> None:
        """Something came in."""
        self._write(
            "update cases set state = ?, touched_at = ? where id = ? and family_id = ?",
            [self._state(state, case, family), now, case, family],
        )

    def show_at(self, family: str, case: str, chat: int, message: int) -> None:
        """Where the card of the case is, so that it can be edited."""
        self._write(
            "update cases set card_chat = ?, card_message = ? where id = ? and family_id = ?",
            [chat, message, case, family],
        )

    def keep(self, family: str, case: str, kept: bool) -> None:
        """Whether the user wants the case kept beyond its days."""
        self._write(
            "update cases set kept = ? where id = ? and family_id = ?", [int(kept), case, family]
        )

    def close(self, family: str, case: str, now: float) -> None:
        """Nothing more belongs to it."""
        self._write(
            "update cases set closed_at = ? where id = ? and family_id = ? and closed_at is null",
            [now, case, family],
        )

    def delete(self, family: str, case: str) -> None:
        """Forget it, with its challenges, and what was kept with it.

        A question that was put stands by itself from then on: «not me» must alarm the family also
        when somebody made the asker delete the case.
        """
        with self._db.atomic():
            self._db.execute(
                "update questions set case_id = null where case_id = ? and family_id = ?",
                [case, family],
            )
            self._db.execute("delete from cases where id = ? and family_id = ?", [case, family])

    def _state(self, state: str, case: str, family: str) -> bytes:
        return self._seal(state, "cases", "state", case, family)

    def _case(self, row: tuple[Any, ...]) -> StoredCase:
        key, family, by, sender, opened_at, touched_at, closed_at, kept, state, chat, message = row
        return StoredCase(
            id=key,
            family_id=family,
            opened_by=by,
            sender=sender,
            opened_at=opened_at,
            touched_at=touched_at,
            closed_at=closed_at,
            kept=bool(kept),
            state=self._open(state, "cases", "state", key, family),
            card=(chat, message) if chat is not None else None,
        )
