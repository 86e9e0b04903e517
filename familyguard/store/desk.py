"""What the bot must not forget over a restart: conversations, messages to take away, updates."""

import json
from dataclasses import dataclass, field
from typing import Any

from familyguard.store.room import Room
from familyguard.vault import Cell


@dataclass(frozen=True, slots=True)
class Dialogue:
    """What the bot waits for from an account.  `topic` names the handler, `data` is its own."""

    user_id: int
    family_id: str
    topic: str
    data: dict[str, Any] = field(repr=False)
    since: float
    until: float | None


class Dialogues(Room):
    """One conversation an account; a new one takes the place of the former."""

    def begin(
        self,
        user_id: int,
        family: str,
        topic: str,
        now: float,
        seconds: float | None = None,
        **data: Any,
    ) -> Dialogue:
        """Wait for what `topic` needs, for `seconds` at most."""
        until = None if seconds is None else now + seconds
        sealed = self._seal(json.dumps(data), "dialogues", "data", user_id, family)
        self._write(
            "insert or replace into dialogues (user_id, family_id, topic, data, since, until)"
            " values (?, ?, ?, ?, ?, ?)",
            [user_id, family, topic, sealed, now, until],
        )
        return Dialogue(user_id, family, topic, data, now, until)

    def of(self, user_id: int, now: float) -> Dialogue | None:
        """What is waited for from this account at `now`."""
        row = self._one(
            "select family_id, topic, data, since, until from dialogues where user_id = ?",
            [user_id],
        )
        if row is None or (row[4] is not None and row[4] <= now):
            return None
        family, topic, sealed, since, until = row
        data = json.loads(self._open(sealed, "dialogues", "data", user_id, family))
        return Dialogue(user_id, family, topic, data, since, until)

    def end(self, user_id: int) -> None:
        """Nothing is waited for any more."""
        self._write("delete from dialogues where user_id = ?", [user_id])


class Tidyings(Room):
    """Messages that must disappear at a time, whatever happens to the bot until then."""

    def plan(self, chat: int, message: int, due_at: float) -> None:
        """Take this message away at `due_at`."""
        self._write("insert or replace into tidyings values (?, ?, ?)", [chat, message, due_at])

    def due(self, now: float) -> list[tuple[int, int]]:
        """The (chat, message) whose time has come."""
        rows = self._all(
            "select chat_id, message_id from tidyings where due_at <= ? order by due_at", [now]
        )
        return [(chat, message) for chat, message in rows]

    def next_at(self) -> float | None:
        """When the next message is due."""
        row = self._one("select min(due_at) from tidyings")
        return row[0] if row else None

    def done(self, chat: int, message: int) -> None:
        """It is gone."""
        self._write("delete from tidyings where chat_id = ? and message_id = ?", [chat, message])


class Mailbox(Room):
    """Updates, stored before they are acknowledged, and the answers that they already got.

    The answers are what Telegram returned to each sending call, so that after a crash an update can
    be handled again from the start without anything being sent twice.  The number of a finished
    update stays for a while, without its text: Telegram sends again what was finished but not yet
    acknowledged.
    """

    def receive(self, update_id: int, body: str, now: float) -> bool:
        """Store an update; False when it is here already, or was."""
        sealed = self._seal(body, "updates", "body", update_id, "")
        changed = self._write(
            "insert into updates (update_id, body, received_at) values (?, ?, ?)"
            " on conflict do nothing",
            [update_id, sealed, now],
        )
        return changed == 1

    def unfinished(self) -> list[tuple[int, str, int]]:
        """(number, body, tries so far) of the updates that were not finished, in order."""
        rows = self._all(
            "select update_id, body, tries from updates where body is not null order by update_id"
        )
        return [
            (number, self._open(sealed, "updates", "body", number, ""), tries)
            for number, sealed, tries in rows
        ]

    def try_again(self, update_id: int) -> None:
        """Count that handling begins once more."""
        self._write("update updates set tries = tries + 1 where update_id = ?", [update_id])

    def finish(self, update_id: int) -> None:
        """It was handled to the end; its text and its answers are forgotten."""
        with self._db.atomic():
            self._db.execute("update updates set body = null where update_id = ?", [update_id])
            self._db.execute("delete from answers where update_id = ?", [update_id])

    def sent(self, update_id: int, call: str, result: Any) -> None:
        """What Telegram answered to `call`, the name of one sending call of that update."""
        key = f"{update_id}/{call}"
        sealed = self._seal(json.dumps(result), "answers", "result", key, "")
        self._write(
            "insert or replace into answers (id, update_id, result) values (?, ?, ?)",
            [key, update_id, sealed],
        )

    def answer(self, update_id: int, call: str) -> Any | None:
        """What Telegram answered when `call` was made before the crash, or None."""
        key = f"{update_id}/{call}"
        row = self._one("select result from answers where id = ?", [key])
        if row is None:
            return None
        return json.loads(self._vault.open(row[0], Cell("answers", "result", key)))
