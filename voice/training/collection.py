"""The clips that are learned from: which of them, through which channels."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from rich.progress import Progress

from voice.manifest import Row, is_made, rows_of
from voice.training.calibrate import Facts
from voice.training.features import Heard, extract
from voice.training.mixture import MIXED
from voice.training.ridge import Floats


@dataclass(frozen=True, slots=True)
class Copies:
    """The clips `first`, `first + step` … of the manifest, passed through `channel`."""

    channel: str
    first: int
    step: int

    @property
    def file_name(self) -> str:
        """Of their features in the cache."""
        return f"{self.channel}-{self.first}-{self.step}.npz"

    def of(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Their rows of the manifest."""
        return rows[self.first :: self.step]


COLUMNS = ("clip", "label", "kind", "source_repo", "speaker")
"""What training must know of a clip."""

COPIES = (Copies("stored", 0, 1), Copies(MIXED, 1, 4), Copies("opus-16k", 0, 6))
"""Every clip as stored; fewer through channels, because those take most of the time."""


def read_rows(manifest: Path) -> list[Row]:
    """The manifest's rows in its order.  Raises like `rows_of`."""
    return rows_of(manifest, COLUMNS)


def gather(
    rows: Sequence[Row],
    root: Path,
    cache: Path,
    jobs: int,
    progress: Progress,
    wanted: Sequence[Copies] = COPIES,
) -> tuple[Floats, Facts]:
    """Features of the wanted copies, shape = (n, N_FEATURES), and what is known of them.

    Raises UndecodableAudio and ModelUnavailable.
    """
    heard = []
    for copies in wanted:
        clips = [root / row["clip"] for row in copies.of(rows)]
        task = progress.add_task(copies.channel, total=len(clips))
        step = partial(progress.advance, task)
        heard.append(extract(clips, copies.channel, cache / copies.file_name, jobs, step))
        progress.update(task, completed=len(clips))
    return np.concatenate([part.features for part in heard]), _facts(rows, wanted, heard)


def _facts(rows: Sequence[Row], wanted: Sequence[Copies], heard: Sequence[Heard]) -> Facts:
    chosen = [(copies, row) for copies in wanted for row in copies.of(rows)]
    sources = sorted({row["source_repo"] for row in rows})
    return Facts(
        made=np.array([is_made(row) for _, row in chosen], dtype=np.int64),
        source=np.array([sources.index(row["source_repo"]) for _, row in chosen]),
        kind=np.array([row["kind"] for _, row in chosen]),
        channel=np.array([copies.channel for copies, _ in chosen]),
        seconds=np.concatenate([part.seconds for part in heard]),
        snr_db=np.concatenate([part.snr_db for part in heard]),
        judgeable=np.concatenate([part.judgeable for part in heard]),
    )
