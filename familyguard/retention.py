"""How long what is kept: nothing longer than it is of use.

A job runs `tidy` when the bot starts and every hour.  Sound is not in this list: a memo is deleted
as soon as its verdict is there.
"""

from dataclasses import dataclass

from familyguard.aside import sweep
from familyguard.store import Store

DAY = 24 * 3600.0

TIDY_SECONDS = 3600.0
"""How often what has grown old is looked for; an hour more or less harms nobody."""


@dataclass(frozen=True, slots=True)
class Limit:
    """`what` (see `familyguard.store.privacy.EXPIRY`) is forgotten after `seconds`."""

    what: str
    seconds: float
    why: str


LIMITS = (
    Limit("cases", 30 * DAY, "a fraud is over, or reported, by then; whoever needs it keeps it"),
    Limit("challenges", 30 * DAY, "as long as the cases to which they belong"),
    Limit("questions", 30 * DAY, "as long as the cases to which they belong"),
    Limit("recordings", 90 * DAY, "a recording that was used once is used again within weeks"),
    Limit("changes", 30 * DAY, "who changed what also stands in the log"),
    Limit("audit", 365 * DAY, "a family looks back over a year, hardly further"),
    Limit("consents", 365 * DAY, "that a consent was withdrawn can be shown for a year"),
    Limit("invitations", 30 * DAY, "who came in by which one matters while they are new"),
    Limit("applicants", 1 * DAY, "nobody let them in; they can ask again"),
    Limit("dialogues", 0.0, "what is no longer waited for is not needed"),
    Limit("tidyings", 30 * DAY, "after two days the person is asked to delete it, who may be away"),
    Limit("updates", 2 * DAY, "Telegram sends again for one day; only numbers are left"),
)


def tidy(store: Store, now: float) -> dict[str, int]:
    """Forget what is older than its limit at `now`; how many rows of what went.

    What a restore put aside goes too, as «copies».
    """
    with store.together():
        gone = {
            limit.what: store.privacy.expire(limit.what, now - limit.seconds) for limit in LIMITS
        }
    found = {what: count for what, count in gone.items() if count}
    if found or not store.is_clean:
        store.clean()
    if copies := sweep(store.path, now):
        found["copies"] = copies
    return found
