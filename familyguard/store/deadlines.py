"""Deadlines that the store knows: what is due must not become so because a clock was put right."""

from familyguard.changes import WAIT_SECONDS
from familyguard.store.room import Room

_AHEAD = (
    "update changes set due_at = due_at + :by where ended_at is null and due_at > :before",
    "update families set frozen_until = frozen_until + :by where frozen_until > :before",
    "update dialogues set until = until + :by where until > :before",
    "update tidyings set due_at = due_at + :by where due_at > :before",
    "update challenges set expires_at = expires_at + :by where expires_at > :before",
    "update invitations set expires_at = expires_at + :by where expires_at > :before",
)
"""What ends at a time that had not come when the clock jumped."""

_NEW = (
    "update persons set joined_at = joined_at + :by where joined_at > :before - :wait",
    "update audit set at = at + :by where at > :before - :wait and act = 'appointed'",
)
"""Who came or was appointed within the day for which that counts."""


class Deadlines(Room):
    """All of them, whatever they are of."""

    def move(self, before: float, seconds: float) -> None:
        """The clock showed `before` and then jumped by `seconds`: as long to wait as if it had not.

        Tips and exercises are not moved: those are for a day of the calendar.
        """
        with self._db.atomic():
            for statement in (*_AHEAD, *_NEW):
                self._db.execute(statement, {"by": seconds, "before": before, "wait": WAIT_SECONDS})
