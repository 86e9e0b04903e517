"""Thousands of damaged media files through the real decoder: none may crash, hang or stay behind.

Every case is reproducible from the seed and its number alone, see `case`.
"""

import contextlib
import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from voice.audio import SAMPLE_RATE
from voice.errors import UndecodableAudio
from voice.evaluation.mediafiles import KINDS, encode, hum
from voice.evaluation.mutation import mutate
from voice.isolation import Limits, decode_file

SEED_SECONDS = 1.0
"""Of sound in each seed file; long enough for several pages, packets and boxes."""

GRACE_SECONDS = 1.0
"""How much longer than its wall-clock limit a call may take, for ending the child."""

FUZZ_LIMITS = Limits(seconds=60, wall_seconds=10.0, cpu_seconds=5)
"""A second of sound needs a tenth of one; a hang must show quickly."""

DECODED = "decoded"
"""The outcome of a file that still gave sound; the others are the values of `Undecodable`."""


@dataclass(frozen=True, slots=True)
class Case:
    """One damaged file and what became of it."""

    number: int
    mutation: str  # what was done to it
    outcome: str  # DECODED, a value of Undecodable, or "crash"
    seconds: float  # wall clock
    detail: str = ""


@dataclass(slots=True)
class FuzzReport:
    """What `count` cases came to; `passed` is the promise of the decoder."""

    count: int
    seed: int
    outcomes: Counter[str] = field(default_factory=Counter)
    decoder_deaths: int = 0  # children that ended by a signal; contained, but worth knowing
    slowest: Case | None = None
    over_limit: list[Case] = field(default_factory=list)
    crashes: list[Case] = field(default_factory=list)  # anything but UndecodableAudio
    left_behind: list[int] = field(default_factory=list)  # process ids
    seconds: float = 0.0  # wall clock of the whole run

    @property
    def passed(self) -> bool:
        """Whether nothing crashed, hung over its limit or stayed behind."""
        return not (self.crashes or self.over_limit or self.left_behind)


def fuzz(
    count: int,
    seed: int,
    on_case: Callable[[Case], None] | None = None,
    limits: Limits = FUZZ_LIMITS,
) -> FuzzReport:
    """Decode `count` damaged files; `on_case` is called after each, for a progress bar.

    Raises nothing because of a file: what should not have happened stands in the report.
    """
    report = FuzzReport(count, seed)
    seeds = seed_files()
    before = children_of(os.getpid())
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="familyguard-fuzz-") as folder:
        path = Path(folder) / "case"
        for number in range(count):
            mutation, data = case(seed, number, seeds)
            path.write_bytes(data)
            result = _run(path, number, mutation, limits)
            _enter(report, result, limits)
            for child in sorted(children_of(os.getpid()) - before):
                report.left_behind.append(child)
                before.add(child)
            if on_case is not None:
                on_case(result)
    report.seconds = time.monotonic() - began
    return report


def case(seed: int, number: int, seeds: Sequence[bytes] | None = None) -> tuple[str, bytes]:
    """What was done to case `number` of `seed`, and its bytes.

    The same on every run with the same PyAV, whose encoders make the seed files.
    """
    return mutate(random.Random(f"{seed}/{number}"), seeds or seed_files())  # noqa: S311


def seed_files() -> list[bytes]:
    """One small undamaged file of every kind."""
    return [encode(hum(SEED_SECONDS, kind.rate), kind) for kind in KINDS.values()]


def _run(path: Path, number: int, mutation: str, limits: Limits) -> Case:
    began = time.monotonic()
    detail = ""
    try:
        waveform, container = decode_file(path, limits)
    except UndecodableAudio as error:
        outcome, detail = error.reason.value, error.detail
    except Exception as error:
        outcome, detail = "crash", f"{type(error).__name__}: {error}"
    else:
        outcome = DECODED
        plausible = 0 < waveform.seconds <= limits.seconds + 1 and abs(waveform.samples).max() <= 1
        if not plausible or container.seconds != len(waveform.samples) / SAMPLE_RATE:
            outcome, detail = "crash", "the sound is not what was promised"
    return Case(number, mutation, outcome, time.monotonic() - began, detail)


def _enter(report: FuzzReport, result: Case, limits: Limits) -> None:
    report.outcomes[result.outcome] += 1
    if report.slowest is None or result.seconds > report.slowest.seconds:
        report.slowest = result
    if result.outcome == "crash":
        report.crashes.append(result)
    if "ended with -" in result.detail:
        report.decoder_deaths += 1
    if result.seconds > limits.wall_seconds + GRACE_SECONDS:
        report.over_limit.append(result)


def children_of(process: int) -> set[int]:
    """Process ids of the children of `process`, zombies included; empty where there is no /proc."""
    children = set()
    for entry in Path("/proc").glob("[0-9]*/stat"):
        # A process may end between the listing and the reading.
        with contextlib.suppress(OSError):
            # pid (name) state parent …; the name may contain spaces and brackets.
            parent = entry.read_text(errors="replace").rpartition(")")[2].split()[1]
            if int(parent) == process:
                children.add(int(entry.parent.name))
    return children
