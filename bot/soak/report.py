"""What came of the day."""

from collections import Counter
from dataclasses import dataclass, field
from statistics import linear_regression

FLAT_MB = 1.0
"""Growth per 1,000 updates that is still called flat: the allocator's own ups and downs."""

ENOUGH = 500
"""Updates over which memory must have been measured for its growth to say anything."""


@dataclass
class Memory:
    """Samples of (updates so far, megabytes), one list for each life of the bot."""

    lives: list[list[tuple[int, float]]] = field(default_factory=list)

    @property
    def late(self) -> list[tuple[int, float]]:
        """The last half of the longest life: before it shelves, caches and the allocator fill."""
        life = max(self.lives, key=_length, default=[])
        return [one for one in life if one[0] >= life[0][0] + _length(life) / 2]

    def slope(self) -> float | None:
        """Megabytes per 1,000 updates in `late`, by least squares; None if that is too short."""
        late = self.late
        if _length(late) < ENOUGH:
            return None
        return 1000 * linear_regression(*zip(*late, strict=True)).slope

    @property
    def most(self) -> float:
        """The most that was ever used, in megabytes."""
        return max((size for life in self.lives for _, size in life), default=0.0)


@dataclass
class Report:
    """The figures.  Whatever `fails` must be 0, or the day was not survived."""

    families: int
    people: int
    seed: int
    asked: Counter[str] = field(default_factory=Counter)
    presses: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    minutes: float = 0.0
    lost: int = 0
    doubled: int = 0
    excused: int = 0
    told: Counter[str] = field(default_factory=Counter)
    leaks: int = 0
    marks_seen: int = 0
    waits: list[float] = field(default_factory=list)  # seconds of the machine until the last edit
    memory: Memory = field(default_factory=Memory)
    integrity: str = ""
    seals: str = ""
    unfinished: int = 0
    left_behind: int = 0
    handler_failures: Counter[str] = field(default_factory=Counter)
    bad_exits: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def fails(self) -> list[str]:
        """What was not as it must be."""
        slope = self.memory.slope()
        checks = {
            "answers lost": self.lost,
            "answers given twice": self.doubled,
            "words of another family": self.leaks,
            "nothing of one's own family on the screens": not self.marks_seen,
            "updates unfinished": self.unfinished,
            "files of memos left behind": self.left_behind,
            "database damaged": self.integrity != "ok",
            "a sealed cell does not open": self.seals != "all open",
            "memory grows": slope is not None and slope > FLAT_MB,
            "handlers failed": self.handler_failures.total(),
            "did not end with 0 on SIGTERM": self.bad_exits,
        }
        return [name for name, found in checks.items() if found]

    @property
    def passed(self) -> bool:
        """Whether everything was as it must be."""
        return not self.fails

    def _from_to(self) -> str:
        first, last = self.memory.late[0], self.memory.late[-1]
        return f"update {first[0]} to {last[0]}: {first[1]:.0f} to {last[1]:.0f} MB"

    def to_markdown(self) -> str:
        """The figures as a table."""
        slope = self.memory.slope()
        waits = sorted(self.waits)
        rows: dict[str, object] = {
            "families, people": f"{self.families}, {self.people}",
            "seed": self.seed,
            "memos, forwarded and typed messages": _listed(self.asked),
            "buttons pressed": self.presses,
            "went wrong on purpose": _listed(self.faults),
            "minutes that the day took": f"{self.minutes:.1f}",
            "answers lost": self.lost,
            "answers given twice": self.doubled,
            "answers given twice because nobody could know that Telegram had the first": (
                self.excused
            ),
            "answered with something else than a verdict": _listed(self.told) or 0,
            "words of one family on another's screens": self.leaks,
            "words of their own family on the screens": self.marks_seen,
            "seconds until the answer stood, median / 95 % / longest": " / ".join(
                f"{_at(waits, share):.1f}" for share in (0.5, 0.95, 1.0)
            ),
            "memory of the bot, most": f"{self.memory.most:.0f} MB",
            "its growth per 1,000 updates, over the last half of the longest life": (
                "too short to tell" if slope is None else f"{slope:+.2f} MB ({self._from_to()})"
            ),
            "database (integrity and foreign keys)": self.integrity,
            "sealed cells": self.seals,
            "updates unfinished": self.unfinished,
            "files of memos left behind": self.left_behind,
            "handlers that failed": _listed(self.handler_failures) or 0,
            "result": ", ".join(self.fails) or "passed",
        }
        lines = [f"| {name} | {value} |" for name, value in rows.items()]
        return "\n".join(["| what | figure |", "|---|---|", *lines])


def _length(life: list[tuple[int, float]]) -> int:
    """Updates from the first sample to the last."""
    return life[-1][0] - life[0][0] if life else 0


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{name}: {count}" for name, count in sorted(counts.items()) if count)


def _at(values: list[float], share: float) -> float:
    """The quantile of sorted values; 0 of none."""
    return values[min(len(values) - 1, int(share * len(values)))] if values else 0.0
