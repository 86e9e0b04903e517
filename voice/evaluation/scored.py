"""Scored clips: the rows of a file of scores, joined with what the manifest knows of the clips.

The files are written by hand as often as by a program, so whatever is wrong with one is a
ValueError of one sentence that names the file and the row.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from voice.calibration import SYNTHETIC_LLR_LIMIT
from voice.manifest import Row, clips_of, is_made, repeated, rows_of

BASELINES: Mapping[str, str] = {
    "layers": "encoder layers + logistic regression",
    "spectral": "spectral statistics + logistic regression",
}
"""Column of a file of baselines → name in the tables."""

DETECTOR = "detector"
"""Name in the tables of what the file of scores holds."""

_MANIFEST = ("clip", "label", "kind", "system_family", "language", "source_repo")
_SCORES = ("clip", "cm_score", "cm_llr", "cm_judged", "speech_seconds")
_UNKNOWN = "not known"
"""Stands for an empty cell in the tables."""


@dataclass(frozen=True, slots=True)
class ScoredClip:
    """A row of the scores with what the manifest knows about it; None where there is no score.

    `baselines` has the scores of other detectors, which are natural-log likelihood ratios.
    """

    made: bool
    score: float | None
    llr: float | None
    judged: bool
    seconds: float
    kind: str
    family: str
    language: str
    source: str
    channel: str
    speaker: str = ""
    voice_llr: float | None = None
    clip: str = ""
    baselines: Mapping[str, float | None] = field(default_factory=dict)

    def by(self, baseline: str) -> "ScoredClip":
        """The clip as that baseline judges it: all that it has a score for, capped as ours are."""
        score = self.baselines[baseline]
        limit = SYNTHETIC_LLR_LIMIT
        llr = None if score is None else min(max(score, -limit), limit)
        return replace(self, score=score, llr=llr, judged=llr is not None, baselines={})


def read_scores(scores: Path, manifest: Path) -> list[ScoredClip]:
    """The rows of `scores`, joined with those of `manifest` by clip.

    Raises ValueError for a file that is not what it should be, and OSError.
    """
    known = clips_of(manifest, _MANIFEST)
    clips = []
    for row in rows_of(scores, _SCORES):
        if row["clip"] not in known:
            raise ValueError(f"{scores.name} has {row['clip']}, which is not in {manifest.name}")
        clips.append(_joined(row, known[row["clip"]], scores.name))
    twice = repeated([f"{clip.clip} (channel {clip.channel})" for clip in clips])
    if twice:
        raise ValueError(f"{scores.name} has {twice} more than once")
    return clips


def with_baselines(clips: Sequence[ScoredClip], baselines: Path) -> list[ScoredClip]:
    """The clips with the scores of the file `baselines`, joined by clip and channel.

    Raises ValueError for a file that is not what it should be, or that lacks one of the clips, and
    OSError.
    """
    rows = rows_of(baselines, ("clip", "channel", *BASELINES))
    found = {(row["clip"], row["channel"]): row for row in rows}
    if len(found) < len(rows):
        twice = repeated([f"{row['clip']} (channel {row['channel']})" for row in rows])
        raise ValueError(f"{baselines.name} has {twice} more than once")
    joined = []
    for clip in clips:
        row = found.get((clip.clip, clip.channel))
        if row is None:
            raise ValueError(
                f"{baselines.name} has no row of {clip.clip} through the channel {clip.channel}"
            )
        scores = {name: _number(row, name, baselines.name) for name in BASELINES}
        joined.append(replace(clip, baselines=scores))
    return joined


def _joined(row: Row, known: Row, file: str) -> ScoredClip:
    if row["cm_judged"] not in {"0", "1"}:
        raise ValueError(
            f"cm_judged of {row['clip']} in {file} is “{row['cm_judged']}”, not 0 or 1"
        )
    judged = row["cm_judged"] == "1"
    score, llr = (_number(row, name, file) for name in ("cm_score", "cm_llr"))
    if judged and (score is None or llr is None):
        raise ValueError(f"{row['clip']} in {file} is judged, but has no cm_score or no cm_llr")
    return ScoredClip(
        made=is_made(known),
        score=score,
        llr=llr,
        judged=judged,
        seconds=max(0.0, _number(row, "speech_seconds", file) or 0.0),
        kind=known["kind"] or _UNKNOWN,
        family=known["system_family"] or _UNKNOWN,
        language=known["language"] or _UNKNOWN,
        source=known["source_repo"] or _UNKNOWN,
        channel=row.get("channel") or "stored",
        speaker=known.get("speaker") or "",
        voice_llr=_number(row, "sv_llr", file),
        clip=row["clip"],
    )


def _number(row: Row, column: str, file: str) -> float | None:
    """A cell's finite number, or None for an empty or absent one."""
    cell = row.get(column) or ""
    if not cell:
        return None
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"{column} of {row['clip']} in {file} is “{cell}”, which is no number")
    return value
