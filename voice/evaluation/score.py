"""Scores of every clip of a manifest, in a file from which all figures follow.

The columns are `clip, cm_score, cm_llr, cm_judged, sv_score, sv_llr, speech_seconds` and `channel`;
an empty cell means that there is none.  A clip is *judged* where the product would say something
about it: enough speech, sound that can be judged, and a likelihood ratio.
"""

import csv
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch

from voice import models, quality
from voice.activity import find_speech
from voice.audio import MIN_SPEECH_SECONDS, Waveform
from voice.countermeasure import Countermeasure, load_countermeasure
from voice.errors import ModelUnavailable, UndecodableAudio
from voice.evaluation.channels import CHANNELS, through
from voice.evaluation.clips import read_clip
from voice.manifest import Row, clips_of
from voice.results import Segment
from voice.speaker import SpeakerEncoder, UnusableReferenceError, enrol, hear, load_encoder, score

COLUMNS = (
    *("clip", "cm_score", "cm_llr", "cm_judged", "sv_score", "sv_llr"),
    *("speech_seconds", "channel"),
)
DIGITS = 5
"""After the point, in the file."""

_MODELS = ("whisper-base", "campplus")
"""Without them there would be no score, only empty cells after a long wait."""


@dataclass(frozen=True, slots=True)
class Job:
    """One clip to score."""

    root: Path
    clip: str
    reference: str  # path of the recording to compare the voice with, or empty
    channel: str


def score_manifest(
    manifest: Path,
    root: Path,
    out: Path,
    channel: str = "stored",
    jobs: int = 1,
    on_clip: Callable[[int, int], None] | None = None,
) -> int:
    """Score the clips of `manifest`, whose paths are below `root`, through `channel` into `out`.

    Needs the columns `clip` and, for voice comparison, `reference_clip`; a human clip without one
    is compared with the next of its named speaker.  `on_clip` is told how many are done of how
    many.  Returns the number of clips that could not be decoded; their rows are empty.  Raises
    KeyError for an unknown channel, ValueError for a manifest that is not what it should be,
    OSError and ModelUnavailable.
    """
    CHANNELS[channel]
    rows = list(clips_of(manifest, ("clip",)).values())
    own = own_references(rows)
    work = [
        Job(root, row["clip"], row.get("reference_clip") or own.get(row["clip"], ""), channel)
        for row in rows
    ]
    must_be_there(root, [name for job in work for name in (job.clip, job.reference) if name])
    for name in _MODELS:
        models.locate(name, models.models_folder())
    failed = 0
    with out.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, COLUMNS)
        writer.writeheader()
        for done, row in enumerate(_rows(work, jobs), start=1):
            failed += row["speech_seconds"] == ""
            writer.writerow(row)
            if on_clip is not None:
                on_clip(done, len(work))
    return failed


def must_be_there(root: Path, clips: Iterable[str]) -> None:
    """Raise ValueError unless all `clips` are files below `root`."""
    names = list(dict.fromkeys(clips))
    missing = [name for name in names if not (root / name).is_file()]
    if missing:
        raise ValueError(
            f"{len(missing)} of {len(names)} clips are not below {root}; the first is {missing[0]}"
        )


def own_references(rows: Sequence[Row]) -> dict[str, str]:
    """For every human clip of a named speaker who has several, the next of them."""
    clips: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        if row.get("label") == "bonafide" and row.get("speaker_from") == "named":
            clips.setdefault((row["source_repo"], row["speaker"]), []).append(row["clip"])
    return {
        clip: following
        for some in clips.values()
        for clip, following in zip(some, some[1:] + some[:1], strict=True)
        if clip != following
    }


def _rows(work: Sequence[Job], jobs: int) -> Iterator[dict[str, str]]:
    """The rows in the order of `work`; models are loaded once a process."""
    if jobs == 1:
        yield from map(score_clip, work)
        return
    with ProcessPoolExecutor(jobs, initializer=one_thread) as pool:
        yield from pool.map(score_clip, work, chunksize=4)


def score_clip(job: Job) -> dict[str, str]:
    """The row of one clip."""
    row = dict.fromkeys(COLUMNS, "") | {"clip": job.clip, "channel": job.channel, "cm_judged": "0"}
    try:
        waveform = read_clip(job.root / job.clip)
    except UndecodableAudio:
        return row
    # The seed is the clip's name, so that noise and room do not depend on the order of work.
    waveform = through(job.channel, waveform, zlib.crc32(job.clip.encode()))
    segments = find_speech(waveform)
    row["speech_seconds"] = f"{sum(segment.seconds for segment in segments):.2f}"
    usable = not quality.judge(quality.measure(waveform, segments), segments)
    _machine(row, waveform, segments, usable)
    if job.reference and sum(part.seconds for part in segments) >= MIN_SPEECH_SECONDS:
        _voice(row, waveform, segments, job.root / job.reference)
    return row


def _machine(
    row: dict[str, str], waveform: Waveform, segments: tuple[Segment, ...], usable: bool
) -> None:
    countermeasure = _countermeasure()
    found = countermeasure.score(waveform, segments) if countermeasure else None
    if found is None:
        return
    row["cm_score"] = f"{found.score:.{DIGITS}f}"
    if found.llr is not None:
        row["cm_llr"] = f"{found.llr:.{DIGITS}f}"
        row["cm_judged"] = "1" if usable else "0"


def _voice(
    row: dict[str, str], waveform: Waveform, segments: tuple[Segment, ...], reference: Path
) -> None:
    encoder = _encoder()
    if encoder is None:
        return
    try:
        enrolled = read_clip(reference)
        print_ = enrol(encoder, [(enrolled, find_speech(enrolled))])
    except (UndecodableAudio, UnusableReferenceError):
        return
    found = score(hear(encoder, waveform, segments), print_)
    row["sv_score"] = f"{found.score:.{DIGITS}f}"
    if found.llr is not None:
        row["sv_llr"] = f"{found.llr:.{DIGITS}f}"


def one_thread() -> None:
    """Processes that share the cores must not each start as many threads."""
    torch.set_num_threads(1)


@cache
def _countermeasure() -> Countermeasure | None:
    return load_countermeasure(models.models_folder())


@cache
def _encoder() -> SpeakerEncoder | None:
    try:
        return load_encoder("campplus", models.models_folder())
    except ModelUnavailable:
        return None
