"""Prevention in small bites: one tip a month for those who want it, all of them under /tips."""

from enum import StrEnum


class Tip(StrEnum):
    """One thing to do, the ones that help most first."""

    CODE_WORD = "code_word"  # talk about one
    CALL_BACK = "call_back"  # store each other's numbers, on paper too
    TWO_STEP = "two_step"
    LESS_ONLINE = "less_online"  # limit what is on line, voices above all
    PRIVATE = "private"  # private accounts
    FOLLOWERS = "followers"
    PERMISSIONS = "permissions"
    UPDATES = "updates"
    PASSWORDS = "passwords"
    NO_SHAME = "no_shame"


def tip_of_month(year: int, month: int) -> Tip:
    """The tip for a month (1 to 12): the same for the whole family, another one each month."""
    tips = tuple(Tip)
    return tips[(12 * year + month - 1) % len(tips)]
