"""What the family keeps about itself: the audit log, changes that wait, and the payees it knows."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from familyguard.store.room import Room, new_id


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the audit log.  `actor` is a Telegram id, or None for the bot itself."""

    at: float
    actor: int | None
    act: str
    detail: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class StoredChange:
    """An administrative change that waits.  `data` is what will be done, for its handler."""

    id: str
    family_id: str
    kind: str
    data: dict[str, Any] = field(repr=False)
    asked_by: int
    asked_at: float
    due_at: float
    confirmed_by: int | None = None
    stopped_by: int | None = None
    ended_at: float | None = None


class Audit(Room):
    """Who did what, when.  Never a code word, never the words of a memo."""

    def note(
        self, family: str, act: str, now: float, actor: int | None = None, **detail: Any
    ) -> None:
        """Write a line; `detail` is sealed."""
        key = new_id()
        sealed = self._seal(json.dumps(detail), "audit", "detail", key, family)
        self._write(
            "insert into audit (id, family_id, at, actor, act, detail) values (?, ?, ?, ?, ?, ?)",
            [key, family, now, actor, act, sealed],
        )

    def lines(self, family: str, since: float = 0.0, *, acts: Iterable[str] = ()) -> list[Entry]:
        """The family's log from `since` on, the newest last; with `acts`, only these."""
        wanted = json.dumps(list(acts))
        rows = self._all(
            "select id, at, actor, act, detail from audit where family_id = ? and at >= ?"
            " and (? = '[]' or act in (select value from json_each(?))) order by at, rowid",
            [family, since, wanted, wanted],
        )
        return [
            Entry(at, actor, act, json.loads(self._open(sealed, "audit", "detail", key, family)))
            for key, at, actor, act, sealed in rows
        ]


class Changes(Room):
    """Changes that wait a day, so that everyone can stop them."""

    def ask(
        self, family: str, kind: str, data: dict[str, Any], by: int, now: float, due_at: float
    ) -> StoredChange:
        """A change that will be made at `due_at` unless somebody stops it."""
        key = new_id()
        sealed = self._seal(json.dumps(data), "changes", "data", key, family)
        self._write(
            "insert into changes (id, family_id, kind, data, asked_by, asked_at, due_at)"
            " values (?, ?, ?, ?, ?, ?, ?)",
            [key, family, kind, sealed, by, now, due_at],
        )
        return StoredChange(key, family, kind, data, by, now, due_at)

    def get(self, family: str, change: str) -> StoredChange | None:
        """The change of that name in that family."""
        return next((found for found in self._find(family) if found.id == change), None)

    def waiting(self, family: str) -> list[StoredChange]:
        """The changes that neither happened nor were stopped, the earliest due first."""
        return [found for found in self._find(family) if found.ended_at is None]

    def ended(self, family: str, since: float) -> list[StoredChange]:
        """The changes that happened or were stopped since; of their content only the person."""
        return [one for one in self._find(family) if one.ended_at and one.ended_at >= since]

    def end(
        self,
        family: str,
        change: str,
        now: float,
        *,
        confirmed_by: int | None = None,
        stopped_by: int | None = None,
    ) -> bool:
        """It happened or was stopped; False when it had ended already.

        Of its content only the person stays: a number or a voice that it brought stands elsewhere
        by then, or is not wanted.
        """
        found = self.get(family, change)
        if found is None or found.ended_at is not None:
            return False
        person = {"person": found.data["person"]} if "person" in found.data else {}
        sealed = self._seal(json.dumps(person), "changes", "data", change, family)
        changed = self._write(
            "update changes set ended_at = ?, confirmed_by = ?, stopped_by = ?, data = ?"
            " where id = ? and family_id = ? and ended_at is null",
            [now, confirmed_by, stopped_by, sealed, change, family],
        )
        return changed == 1

    def postpone(self, family: str, change: str, due_at: float) -> None:
        """It waits longer."""
        self._write(
            "update changes set due_at = ? where id = ? and family_id = ? and ended_at is null",
            [due_at, change, family],
        )

    def _find(self, family: str) -> list[StoredChange]:
        rows = self._all(
            "select id, kind, data, asked_by, asked_at, due_at, confirmed_by, stopped_by, ended_at"
            " from changes where family_id = ? order by due_at, id",
            [family],
        )
        return [
            StoredChange(
                key,
                family,
                kind,
                json.loads(self._open(sealed, "changes", "data", key, family)),
                *rest,
            )
            for key, kind, sealed, *rest in rows
        ]


class Payees(Room):
    """The keyed hashes of `familyguard.scamtext.KnownPayees`."""

    def marks(self, family: str) -> frozenset[bytes]:
        """What the family knows."""
        rows = self._all("select mark from payees where family_id = ?", [family])
        return frozenset(mark for (mark,) in rows)

    def put(self, family: str, marks: Iterable[bytes]) -> None:
        """These and no others."""
        with self._db.atomic():
            self._db.execute("delete from payees where family_id = ?", [family])
            for mark in marks:
                self._db.execute("insert into payees values (?, ?)", [family, mark])
