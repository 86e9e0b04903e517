"""What the doctor finds: fine, wrong, or could not be looked at."""

import time
from dataclasses import dataclass, field
from enum import StrEnum


class State(StrEnum):
    """How it is with one thing."""

    FINE = "fine"
    WRONG = "wrong"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """`subject` is what was looked at; `key` the sentence about it, where it is not fine."""

    subject: str
    key: str = ""
    values: dict[str, object] = field(default_factory=dict)
    state: State = State.FINE


def wrong(subject: str, problem: str, **values: object) -> Finding:
    """Something that somebody has to do something about."""
    return Finding(subject, f"doctor.{subject}.{problem}", values, State.WRONG)


def unknown(subject: str, problem: str, **values: object) -> Finding:
    """Something that cannot be looked at now, or is nobody's fault."""
    return Finding(subject, f"doctor.{subject}.{problem}", values, State.UNKNOWN)


def day(moment: float) -> str:
    """A date, for a sentence."""
    return time.strftime("%Y-%m-%d", time.localtime(moment))
