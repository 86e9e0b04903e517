"""When a family should agree on another code word."""

from dataclasses import dataclass
from enum import StrEnum

DAY = 24 * 60 * 60.0
MAX_AGE = 182 * DAY
"""Six months: somebody will have said it where others could hear."""


class Rotation(StrEnum):
    """Why another code word is due, the most urgent first."""

    LEAKED = "leaked"  # typed in a chat
    MEMBER_REMOVED = "member_removed"
    USED = "used"  # said in answer to a challenge: whoever asked may have recorded it
    OLD = "old"
    RESTORED = "restored"  # it came back with a back-up, and was replaced or known since


@dataclass(frozen=True, slots=True)
class CodeWordLife:
    """What happened to one version of the code word, in seconds since 1970; None for never."""

    set_at: float
    leaked_at: float | None = None
    member_removed_at: float | None = None
    used_at: float | None = None


def rotation_due(life: CodeWordLife, now: float) -> Rotation | None:
    """The most urgent reason to agree on another code word, or None.

    What happened before the word was set does not count.
    """
    happened = {
        Rotation.LEAKED: life.leaked_at,
        Rotation.MEMBER_REMOVED: life.member_removed_at,
        Rotation.USED: life.used_at,
        Rotation.OLD: life.set_at + MAX_AGE,
    }
    for reason, at in happened.items():
        if at is not None and life.set_at <= at <= now:
            return reason
    return None
