"""What was measured, as tables."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.load.arrivals import Throughput, Waits, percentiles
from bot.load.sites import Site


@dataclass(slots=True)
class Report:
    """The figures of one run."""

    what: str
    rates: dict[Site, Throughput] = field(default_factory=dict)
    waits: dict[Site, list[Waits]] = field(default_factory=dict)
    unloaded: dict[Site, float] = field(default_factory=dict)
    megabytes: float = 0.0
    writes: float = 0.0
    burden: tuple[float, float] = (0.0, 0.0)

    def to_markdown(self) -> str:
        """All tables."""
        first, last = self.burden
        busy = f"load of the machine {first:.1f} at the beginning and {last:.1f} at the end"
        parts = [f"{self.what} {os.cpu_count()} processors; {busy}."]
        if self.megabytes:
            parts.append(f"Memory of a process with the models: {self.megabytes:.0f} MB.")
        if self.writes:
            parts.append(f"Updates that the database takes a second: {self.writes:.0f}.")
        return "\n\n".join([*parts, self._rates(), *self._waits()])

    def _rates(self) -> str:
        rows = []
        for site, found in self.rates.items():
            first = self.rates.get(Site(1, over_redis=site.over_redis))
            share = found.per_second / (site.workers * first.per_second) if first else float("nan")
            rows.append((
                site.name, f"{60 * found.per_second:.1f}", f"{share:.0%}",
                f"{found.processor_seconds:.2f} s" if self.megabytes else "pretended",
            ))  # fmt: skip
        heads = ("workers", "memos a minute", "of the ideal line", "processor time of a memo")
        return table(heads, rows)

    def _waits(self) -> list[str]:
        tables = []
        for site, levels in self.waits.items():
            alone = self.unloaded[site]
            rows = []
            for one in levels:
                half, most, nearly_all = percentiles(one.memos)
                urgent_half, urgent_most, _ = percentiles(one.challenges)
                rows.append((
                    f"{one.load:.0%}", f"{half:.2f}", f"{most:.2f}", f"{nearly_all:.2f}",
                    str(len(one.challenges)), f"{urgent_half:.2f}", f"{urgent_most:.2f}",
                    f"{urgent_most / alone:.1f} ×",
                ))  # fmt: skip
            heads = (
                "load", "memos: p50", "p95", "p99", "challenges", "p50", "p95",
                "p95 beside unloaded",
            )  # fmt: skip
            lead = f"Seconds to the verdict, {site.name}; a challenge alone takes {alone:.2f} s:"
            tables += [lead, table(heads, rows)]
        return tables


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
