"""What is counted: how much was listened to, how long that took, what went wrong.

Labels are words of this program alone.  No figure carries a name, a number of Telegram's, or
anything else that came from outside, so that whoever may see the figures learns about nobody.
"""

import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from bot.analysis import Analyst, CodeWordMemos, Finding, Memo, PromptMemo, Tell
from bot.errors import CannotListen, QueueFull, Stopping
from bot.protocol import CRASHED
from voice.errors import Undecodable
from voice.results import Analysis, EnrolmentMemo, Rehearing

STEPS = frozenset({
    "activity", "decode", "fingerprint", "load", "provenance", "quality", "synthetic", "voice",
    "words",
})  # fmt: skip
"""The steps of `voice.pipeline`; what a worker calls otherwise is counted as «other»."""

SECONDS = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0)

Result = TypeVar("Result")

LEVELS = {logging.WARNING: "warning", logging.ERROR: "error", logging.CRITICAL: "critical"}


@dataclass
class Figures:
    """The figures of one bot.  `now` is the time of day."""

    now: Callable[[], float] = time.time
    started_at: float = field(init=False)
    in_hand: int = 0  # jobs that wait or are listened to
    registry: CollectorRegistry = field(init=False)

    def __post_init__(self) -> None:
        self.started_at = self.now()
        self.registry = registry = CollectorRegistry()
        info = Gauge("familyguard_info", "1, with the version", ["version"], registry=registry)
        info.labels(version("familyguard")).set(1)
        started = Gauge("familyguard_start_time_seconds", "When it began", registry=registry)
        started.set(self.started_at)
        waiting = Gauge("familyguard_jobs_in_hand", "Jobs that wait or run", registry=registry)
        waiting.set_function(lambda: self.in_hand)
        memory = Gauge(
            "familyguard_memory_bytes", "Resident memory", ["process"], registry=registry
        )
        memory.labels("bot").set_function(lambda: resident("self"))
        memory.labels("children").set_function(lambda: sum(map(resident, children())))
        self.jobs = Counter(
            "familyguard_jobs", "Jobs that ended", ["kind", "outcome"], registry=registry
        )
        self.took = Histogram(
            "familyguard_job_seconds",
            "From its arrival to its result",
            ["kind"],
            buckets=SECONDS,
            registry=registry,
        )
        self.steps = Histogram(
            "familyguard_step_seconds",
            "One step of listening",
            ["step"],
            buckets=SECONDS,
            registry=registry,
        )
        self.lines = Counter(
            "familyguard_log_lines", "Lines in the log by level", ["level"], registry=registry
        )
        for level in LEVELS.values():
            self.lines.labels(level)  # shown as 0 from the start

    def counting(self) -> logging.Handler:
        """A handler for the root logger that counts what goes wrong."""
        return _Counting(self)


class _Counting(logging.Handler):
    def __init__(self, figures: Figures) -> None:
        super().__init__(logging.WARNING)
        self._figures = figures

    def emit(self, record: logging.LogRecord) -> None:
        """Count a record; nothing of what it says is kept."""
        self._figures.lines.labels(LEVELS.get(record.levelno, "warning")).inc()


class CountedAnalyst:
    """Hands every job to `analyst`, and counts."""

    def __init__(self, analyst: Analyst, figures: Figures) -> None:
        self._analyst = analyst
        self._figures = figures

    async def listen(self, memo: Memo, tell: Tell) -> Finding:
        """See `Analyst.listen`."""
        finding = await self._counted("check", self._analyst.listen(memo, tell))
        if isinstance(finding.heard, Analysis):
            for step, seconds in finding.heard.timing.items():
                if step == "total":
                    continue
                self._figures.steps.labels(step if step in STEPS else "other").observe(seconds)
        return finding

    async def rehear(self, memos: CodeWordMemos, tell: Tell) -> Rehearing | Undecodable | str:
        """See `Analyst.rehear`."""
        return await self._counted("rehear", self._analyst.rehear(memos, tell))

    async def enrol(self, memo: PromptMemo, tell: Tell) -> EnrolmentMemo | Undecodable | str:
        """See `Analyst.enrol`."""
        return await self._counted("enrol", self._analyst.enrol(memo, tell))

    async def _counted(self, kind: str, job: Awaitable[Result]) -> Result:
        figures, begun = self._figures, time.monotonic()
        figures.in_hand += 1
        outcome = "broke"
        try:
            result = await job
            outcome = _outcome(result)
            figures.took.labels(kind).observe(time.monotonic() - begun)
        except (QueueFull, CannotListen, Stopping) as refusal:
            outcome = {QueueFull: "full", CannotListen: "unable", Stopping: "stopping"}[
                type(refusal)
            ]
            raise
        finally:
            figures.in_hand -= 1
            figures.jobs.labels(kind, outcome).inc()
        return result


def _outcome(result: object) -> str:
    heard = result.heard if isinstance(result, Finding) else result
    if heard == CRASHED:
        return "crashed"
    # Reasons are text too; why a file could not be judged is nobody's business here.
    return "undecodable" if isinstance(heard, str) else "heard"


def resident(process: int | str) -> int:
    """Bytes of memory that a process holds; 0 where that cannot be read."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) * 1024
    except (OSError, StopIteration, ValueError, IndexError):
        return 0


def children() -> list[int]:
    """The processes that this one started: the worker, a decoder for a moment."""
    found: list[int] = []
    try:
        for file in Path("/proc/self/task").glob("*/children"):
            found += map(int, file.read_text().split())
    except (OSError, ValueError):
        pass
    return found
