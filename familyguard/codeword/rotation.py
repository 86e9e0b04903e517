"""When a family should agree on another code word."""

from enum import StrEnum

DAY = 24 * 60 * 60.0
MAX_AGE = 182 * DAY
"""Six months: somebody will have said it where others could hear."""


class Rotation(StrEnum):
    """Why another code word is due, the most urgent first."""

    LEAKED = "leaked"  # typed in a chat
    RESTORED = "restored"  # it came back with a back-up, and was replaced or known since
    MEMBER_REMOVED = "member_removed"
    USED = "used"  # said in answer to a challenge: whoever asked may have recorded it
    OLD = "old"


def more_urgent(marked: str | None, why: str) -> Rotation:
    """The reason to keep, of the one that is noted already and another one."""
    urgency = list(Rotation)
    reasons = [Rotation(one) for one in (marked, why) if one is not None]
    return min(reasons, key=urgency.index)


def rotation_due(set_at: float, marked: str | None, now: float) -> Rotation | None:
    """Why another code word is due, or None.

    `marked` is the reason that was noted since this one was set, at `set_at` seconds since 1970.
    """
    if marked is not None:
        return Rotation(marked)
    return Rotation.OLD if now - set_at >= MAX_AGE else None
