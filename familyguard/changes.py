"""Changes that somebody might be talked into: they wait, and everyone can stop them.

A caller with the keeper's daughter's voice says «my number has changed, put it in».  So what the
walls stand on, the call-back number and the code word, changes a day after everybody was told; a
second adult who confirms makes it happen at once, and any member may stop it until then.

Pure steps from one state to the next; the clock is an argument, in seconds since 1970.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from familyguard.errors import FamilyGuardError
from familyguard.family import Person

WAIT_SECONDS = 24 * 3600.0
"""A day: longer than this fraud has patience, and everyone looks at their telephone once."""

REST_SECONDS = 3600.0
"""After a freeze, what it held up waits once more: who slept through it must be able to look."""

FREEZE_SECONDS = 24 * 3600.0
"""How long nothing may be changed after «Not me», or after a member's own command."""


class Kind(StrEnum):
    """What is to be changed."""

    CALL_BACK_NUMBER = "call_back_number"
    CODE_WORD = "code_word"
    VOICE = "voice"  # an enrolled voice is replaced
    SECOND_ACCOUNT = "second_account"  # another account may speak for somebody
    PIN = "pin"  # a forgotten one is taken away
    NEW_PIN = "new_pin"  # the first one, set when the family is no longer new
    ROLE = "role"  # somebody becomes keeper or adult, or is one no longer
    REMOVAL = "removal"  # of a keeper or an adult
    ERASE_FAMILY = "erase_family"  # everyone, with everything


ABOUT_SOMEBODY = frozenset({Kind.ROLE, Kind.REMOVAL})
"""Changes in which the person whom they are about has no say as the second adult."""


class State(StrEnum):
    """How far a change has come; only a waiting one moves."""

    WAITING = "waiting"
    IN_FORCE = "in_force"
    STOPPED = "stopped"


class Refused(FamilyGuardError):
    """A step that is not allowed; `reason` is its code."""

    def __init__(self, reason: "Why") -> None:
        super().__init__(reason)
        self.reason = reason


class Why(StrEnum):
    """Why a step was refused."""

    FROZEN = "frozen"
    ENDED = "ended"  # stopped or in force already
    SAME_PERSON = "same_person"  # the one who asked cannot be the second one
    NOT_GROWN_UP = "not_grown_up"
    TOO_NEW = "too_new"  # grown up in this family for less than a day
    OTHER_FAMILY = "other_family"
    ASKER_SUSPENDED = "asker_suspended"  # the one who asked is to be removed


@dataclass(frozen=True, slots=True)
class Change:
    """A change that was asked for.  `asked_by` and `ended_by` are persons, not accounts.

    A person with two accounts, or two telephones stolen from one person, are one voice.
    """

    kind: Kind
    family_id: str
    asked_by: str
    asked_at: float
    due_at: float
    state: State = State.WAITING
    ended_by: str | None = None  # None too where time alone brought it into force
    ended_at: float | None = None
    about: str = ""  # the person; matters for ABOUT_SOMEBODY


def ask(
    kind: Kind, by: Person, now: float, frozen_until: float | None = None, *, first: bool = False
) -> Change:
    """Ask for a change.  The `first` number or word replaces nothing and holds at once.

    Raises Refused while the family is frozen.
    """
    _refuse_frozen(frozen_until, now)
    if first:
        return Change(kind, by.family_id, by.id, now, now, State.IN_FORCE, by.id, now)
    return Change(kind, by.family_id, by.id, now, now + WAIT_SECONDS)


def stop(change: Change, by: Person, now: float) -> Change:
    """Stop a waiting change: any member may, frozen or not.  Raises Refused."""
    _refuse_ended(change, by)
    return replace(change, state=State.STOPPED, ended_by=by.id, ended_at=now)


def confirm(
    change: Change,
    by: Person,
    now: float,
    frozen_until: float | None = None,
    appointed_at: float = 0.0,
) -> Change:
    """Bring a waiting change into force at once, as the second adult.  Raises Refused.

    `appointed_at` is when `by` was last given a role.  Whoever joined or was made an adult less
    than a day ago does not count: a thief of the keeper's account would bring their own second one.
    """
    _refuse_ended(change, by)
    if by.id == change.asked_by or (change.kind in ABOUT_SOMEBODY and by.id == change.about):
        raise Refused(Why.SAME_PERSON)
    if not by.role.is_grown_up:
        raise Refused(Why.NOT_GROWN_UP)
    if now < max(by.joined_at, appointed_at) + WAIT_SECONDS:
        raise Refused(Why.TOO_NEW)
    _refuse_frozen(frozen_until, now)
    return replace(change, state=State.IN_FORCE, ended_by=by.id, ended_at=now)


def mature(change: Change, now: float, frozen_until: float | None = None) -> Change:
    """The change as it is at `now`: in force when its day is over, and an hour after a freeze."""
    if change.state is not State.WAITING or now < change.due_at:
        return change
    if is_held(change, frozen_until) and now < (frozen_until or 0.0) + REST_SECONDS:
        return change
    return replace(change, state=State.IN_FORCE, ended_at=now)


def is_held(change: Change, frozen_until: float | None) -> bool:
    """Whether a freeze that lasts or lasted until then keeps the change from its time."""
    return frozen_until is not None and change.due_at < frozen_until + REST_SECONDS


def freeze(frozen_until: float | None, now: float) -> float:
    """Until when a family is frozen if somebody freezes it at `now`: never sooner than it was."""
    return max(frozen_until or now, now + FREEZE_SECONDS)


def _refuse_frozen(frozen_until: float | None, now: float) -> None:
    if frozen_until is not None and now < frozen_until:
        raise Refused(Why.FROZEN)


def _refuse_ended(change: Change, by: Person) -> None:
    if by.family_id != change.family_id:
        raise Refused(Why.OTHER_FAMILY)
    if change.state is not State.WAITING:
        raise Refused(Why.ENDED)
