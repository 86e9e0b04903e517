"""The drill: once a month the bot plays the scammer, in text, to a member who asked for it.

What keeps it decent is in the code, not in good intentions: no voice; no relative's name without
that relative's consent; a button that ends it at any moment; unmasked when it is over and in any
case within the hour; and the result belongs to the member alone.  Pure: time is an argument, the
sentences are in the locale files.
"""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self

UNMASK_AFTER: Final = timedelta(minutes=45)
"""The promise is an hour; this leaves time for a server that was busy or restarted."""

BEATS: Final = 3
"""Messages that the scammer sends at the most: a way in, a reason not to call, the money."""

HOURS: Final = range(9, 20)
"""Hours of the day that a member can choose: nobody is frightened in bed."""

LAST_DAY: Final = 28
"""Every month has it."""


class Scenario(StrEnum):
    """A story.  Own inventions in the manner of what is going round."""

    NEW_PHONE = "new_phone"
    ACCIDENT = "accident"
    BANK = "bank"
    SIGN_IN_CODE = "sign_in_code"
    COLLECTOR = "collector"


RELATIVE: Final = frozenset({Scenario.NEW_PHONE, Scenario.ACCIDENT, Scenario.SIGN_IN_CODE})
"""Stories in which somebody of the family is played."""


class Choice(StrEnum):
    """What the member taps."""

    ASK = "ask"  # keep talking, ask who it is
    GO_ALONG = "go_along"
    CALL = "call"  # «I will call you back on your own number»
    CODE_WORD = "code_word"  # «what is our code word?»
    SCAM = "scam"  # «this is a scam»
    STOP = "stop"  # end the drill


class Outcome(StrEnum):
    """How it ended.  Two are praised, none is blamed."""

    CALLED = "called"
    ASKED_WORD = "asked_word"
    SAW_THROUGH = "saw_through"
    WENT_ALONG = "went_along"
    TALKED_ON = "talked_on"  # to the end of the story, without agreeing
    STOPPED = "stopped"
    NO_ANSWER = "no_answer"


PRAISED: Final = frozenset({Outcome.CALLED, Outcome.ASKED_WORD, Outcome.SAW_THROUGH})

_ENDS: Final = {
    Choice.CALL: Outcome.CALLED,
    Choice.CODE_WORD: Outcome.ASKED_WORD,
    Choice.SCAM: Outcome.SAW_THROUGH,
    Choice.STOP: Outcome.STOPPED,
}


class NotAllowed(Exception):
    """A drill that may not be, or a tap on one that is over."""


@dataclass(frozen=True, slots=True)
class Drill:
    """A drill under way or over; `beat` counts from 1, `name` is that of a relative who agreed."""

    scenario: Scenario
    started_at: datetime
    beat: int = 1
    went_along: bool = False
    outcome: Outcome | None = None
    name: str = ""

    @property
    def message(self) -> str:
        """Key of the message that the scammer says now."""
        return f"drill.{self.scenario}.{self.beat}"

    @property
    def unmask_by(self) -> datetime:
        """When it must be over and told, whatever happens."""
        return self.started_at + UNMASK_AFTER

    @property
    def praised(self) -> bool:
        """Whether the end is one to be proud of."""
        return self.outcome in PRAISED

    def choose(self, choice: Choice, now: datetime) -> Self:
        """After a tap.  At the time of unmasking or later the drill is over instead.

        Raises:
            NotAllowed: it is over already.
        """
        if self.outcome is not None:
            raise NotAllowed("the drill is over")
        if now >= self.unmask_by:
            return self.expire(now)
        if choice in _ENDS:
            return replace(self, outcome=_ENDS[choice])
        went_along = self.went_along or choice is Choice.GO_ALONG
        if self.beat < BEATS:
            return replace(self, beat=self.beat + 1, went_along=went_along)
        end = Outcome.WENT_ALONG if went_along else Outcome.TALKED_ON
        return replace(self, went_along=went_along, outcome=end)

    def expire(self, now: datetime) -> Self:
        """Ended by the clock, if it is time; else unchanged."""
        if self.outcome is not None or now < self.unmask_by:
            return self
        silent = self.beat == 1
        return replace(self, outcome=Outcome.NO_ANSWER if silent else Outcome.TALKED_ON)

    def to_json(self) -> str:
        """A text that `resume` reads."""
        return json.dumps(
            {
                "scenario": self.scenario,
                "started_at": self.started_at.isoformat(),
                "beat": self.beat,
                "went_along": self.went_along,
                "outcome": self.outcome,
                "name": self.name,
            },
            separators=(",", ":"),
        )


def start(
    scenario: Scenario, now: datetime, *, name: str = "", name_consents: bool = False
) -> Drill:
    """Begin a drill; `name` is a relative's whose part is played.

    Raises:
        NotAllowed: a name without that person's consent, or in a story without a relative, or a
            time that does not know its zone.
    """
    if now.tzinfo is None:
        raise NotAllowed("a drill needs a time with its zone")
    if name and not (name_consents and scenario in RELATIVE):
        raise NotAllowed("nobody is played by name without their consent")
    return Drill(scenario, now, name=name)


def resume(text: str) -> Drill:
    """The drill that `to_json` wrote.  Raises ValueError for anything else."""
    stored = json.loads(text)
    if not isinstance(stored, dict):
        raise ValueError("not a drill")
    try:
        drill = Drill(
            scenario=Scenario(stored["scenario"]),
            started_at=datetime.fromisoformat(stored["started_at"]),
            beat=int(stored["beat"]),
            went_along=bool(stored["went_along"]),
            outcome=Outcome(stored["outcome"]) if stored["outcome"] else None,
            name=str(stored["name"]),
        )
    except (KeyError, TypeError) as error:
        raise ValueError("not a drill") from error
    if not 1 <= drill.beat <= BEATS or drill.started_at.tzinfo is None:
        raise ValueError("not a drill")
    return drill


def next_start(after: datetime, day: int, hour: int) -> datetime:
    """The first chosen moment later than `after`, in the zone of `after` (a `ZoneInfo`).

    `day` is 1 to 28, `hour` one of HOURS.  Raises ValueError for another wish.
    """
    if not 1 <= day <= LAST_DAY or hour not in HOURS:
        raise ValueError("a drill can be on days 1 to 28, from 9 to 19 hours")
    moment = after.replace(day=day, hour=hour, minute=0, second=0, microsecond=0)
    if moment <= after:
        year, month = divmod(12 * after.year + after.month, 12)
        moment = moment.replace(year=year, month=month + 1)
    return moment


def scenario_of_month(member: int, year: int, month: int) -> Scenario:
    """Another story each month, and not the same one for all members at once."""
    stories = tuple(Scenario)
    return stories[(member + 12 * year + month - 1) % len(stories)]
