"""Who belongs together: families, their persons, and the accounts through which these speak.

A *person* is a human being of one family; an *account* is a Telegram user who is that person, and a
person may have several.  Names and numbers are sealed in the database and open only in these.
"""

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """What a person may do."""

    KEEPER = "keeper"  # invites, approves, sets the code word; may do everything
    ADULT = "adult"  # may confirm a change that somebody else asked for
    MEMBER = "member"
    CHILD = "child"  # their voice is enrolled by a guardian's consent only

    @property
    def is_grown_up(self) -> bool:
        """Whether their word counts as the second one for a change."""
        return self in (Role.KEEPER, Role.ADULT)


@dataclass(frozen=True, slots=True)
class Family:
    """A family.  `name` is empty until the keeper gave one; `country` is ISO 3166-1 alpha-2."""

    id: str
    name: str = field(repr=False)
    language: str
    country: str | None
    created_at: float
    greeting: str = field(default="", repr=False)
    frozen_until: float | None = None
    setup_step: str | None = None

    def is_frozen(self, now: float) -> bool:
        """Whether administrative changes are refused at `now`."""
        return self.frozen_until is not None and now < self.frozen_until


@dataclass(frozen=True, slots=True)
class Person:
    """Someone of the family.  `phone` is in E.164, stored by themselves at `phone_set_at`."""

    id: str
    family_id: str
    name: str = field(repr=False)
    role: Role
    joined_at: float
    phone: str = field(default="", repr=False)
    phone_set_at: float | None = None
    guardian_id: str | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """A Telegram user who may use the bot.  `language` is that of their chat."""

    user_id: int
    family_id: str
    person_id: str
    role: Role
    language: str
    joined_at: float
    display: str = field(default="", repr=False)  # their name in Telegram when they joined


@dataclass(frozen=True, slots=True)
class Applicant:
    """Someone who used an invitation and waits for the keeper's word."""

    user_id: int
    family_id: str
    language: str
    asked_at: float
    display: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Opened:
    """An invitation that was used.  Without a family it is the claim of a new one."""

    family_id: str | None
    made_by: int | None
