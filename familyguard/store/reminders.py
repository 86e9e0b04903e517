"""What somebody asked to get by itself: the tip of the month, an exercise, and its unmasking."""

import json
from dataclasses import dataclass, field
from typing import Any

from familyguard.store.room import Room

_REMINDER = "select user_id, family_id, kind, due_at, data from reminders"


@dataclass(frozen=True, slots=True)
class Reminder:
    """Something that is due to an account at a time, or, without one, only noted."""

    user_id: int
    family_id: str
    kind: str
    due_at: float | None
    data: dict[str, Any] = field(repr=False)


class Reminders(Room):
    """One of a kind for each account."""

    def put(self, user_id: int, family: str, kind: str, due_at: float | None, **data: Any) -> None:
        """Plan it, in place of an earlier one of that kind."""
        key = _key(user_id, kind)
        sealed = self._seal(json.dumps(data), "reminders", "data", key, family)
        self._write(
            "insert or replace into reminders (id, family_id, user_id, kind, due_at, data)"
            " values (?, ?, ?, ?, ?, ?)",
            [key, family, user_id, kind, due_at, sealed],
        )

    def get(self, user_id: int, kind: str) -> Reminder | None:
        """What of that kind is planned for an account."""
        return next(iter(self._find("user_id = ? and kind = ?", user_id, kind)), None)

    def of_account(self, user_id: int) -> list[Reminder]:
        """All kinds of an account."""
        return self._find("user_id = ?", user_id)

    def of_family(self, family: str, kind: str) -> list[Reminder]:
        """All of that kind in a family."""
        return self._find("family_id = ? and kind = ?", family, kind)

    def due(self, now: float) -> list[Reminder]:
        """Everything whose time has come, the earliest first."""
        return self._find("due_at <= ?", now)

    def drop(self, user_id: int, kind: str) -> bool:
        """It is not wanted any more; False when there was none."""
        return self._write("delete from reminders where id = ?", [_key(user_id, kind)]) == 1

    def _find(self, where: str, *values: Any) -> list[Reminder]:
        rows = self._all(f"{_REMINDER} where {where} order by due_at, id", values)
        return [
            Reminder(user, family, kind, due_at, self._data(sealed, user, kind, family))
            for user, family, kind, due_at, sealed in rows
        ]

    def _data(self, sealed: bytes, user: int, kind: str, family: str) -> dict[str, Any]:
        found = json.loads(self._open(sealed, "reminders", "data", _key(user, kind), family))
        assert isinstance(found, dict)
        return found


def _key(user_id: int, kind: str) -> str:
    return f"{user_id}/{kind}"
