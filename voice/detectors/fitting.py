"""Calibrating a detector: its scores of labelled recordings, and the line that they give.

The recordings are those of any manifest with the columns of the corpus.  Every clip is heard
through one of three channels, both classes alike, because memos come through messengers and with
noise; the line is the one that the built-in countermeasure has, fitted the same way.
"""

import hashlib
import math
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from voice import quality
from voice.activity import find_speech
from voice.audio import Waveform
from voice.calibration import SYNTHETIC_LLR
from voice.detectors.countermeasure import raw_score, windows_of
from voice.detectors.kinds import DetectorUnusable, Fault
from voice.detectors.line import FORM, Fitted
from voice.detectors.notes import Heard, Notes
from voice.detectors.raw import Raw, load_raw
from voice.detectors.ready import check_memory, model_of
from voice.errors import UndecodableAudio
from voice.evaluation.channels import through
from voice.isolation import decode_file
from voice.manifest import Row, is_made, rows_of
from voice.models import Model, models_folder
from voice.training.calibrate import Facts, calibrated, held_out_llrs
from voice.training.head import Trained

CHANNELS = ("stored", "opus-16k", "noise-10")
"""Of a source's clips, every third goes through each: as recorded, as WhatsApp sends it, noisy."""

MIN_CLIPS = 50
"""Judged ones of either kind, from MIN_SOURCES at least: fewer fit nothing but their own rooms."""
MIN_SOURCES = 5

MOST_ACCUSED = 0.05
"""Of the people who may be called machines on sources that the line was not fitted on: above it the
sign would do families more harm than good (the built-in detector has 0.012 as stored)."""

LEAST_FOUND = 0.2
"""Of the made recordings, judged the same way: the built-in detector finds about one in three of
them through these channels, and one that is nearly deaf would only take its place."""

COLUMNS = ("clip", "label", "kind", "source_repo")


def calibrate(
    name: str,
    manifest: Path,
    root: Path,
    folder: Path | None = None,
    threads: int = 2,
    every: int = 1,
    on_clip: Callable[[int, int], None] | None = None,
) -> Fitted:
    """Score one in `every` clips of `manifest`, whose paths are below `root`, and fit the line.

    Needs the columns `clip`, `label`, `kind` and `source_repo`.  The result is not saved yet.  An
    interrupted run is taken up where it stopped.  Raises DetectorUnusable, ValueError for a list
    that is none, and OSError.
    """
    model = model_of(name, folder)
    check_memory(name)
    data = manifest.read_bytes()
    rows = rows_of(manifest, COLUMNS)[::every]
    work = list(_with_channels(rows))
    raw = load_raw(model, folder, threads)
    manifest_sha256 = hashlib.sha256(data).hexdigest()
    with Notes(_notes_of(model, manifest_sha256, every, folder)) as notes:
        for done, (row, channel) in enumerate(work, start=1):
            if row["clip"] not in notes.known:
                notes.add(row["clip"], hear(raw, root, row, channel))
            if on_clip is not None:
                on_clip(done, len(work))
        heard = [one for one in notes.known.values() if one is not None]
        found = fit(model, heard, manifest.name, manifest_sha256, every)
        notes.forget()
    return found


def hear(raw: Raw, root: Path, row: Mapping[str, str], channel: str) -> Heard | None:
    """A clip's score, or None where the product would not judge it either.

    Raises DetectorUnusable where the detector gives no number, ValueError for a clip that is not
    below `root`, and OSError for one that is not there.
    """
    waveform = _sound(root, row["clip"])
    if waveform is None:
        return None
    waveform = through(channel, waveform, zlib.crc32(row["clip"].encode()))
    segments = find_speech(waveform)
    measured = quality.measure(waveform, segments)
    pieces = windows_of(segments, raw.window)
    if not pieces or quality.judge(measured, segments):
        return None
    scores = [raw_score(raw, waveform, part) for part in pieces]
    return Heard(
        made=int(is_made(row)),
        source=row["source_repo"],
        kind=row["kind"],
        channel=channel,
        score=sum(scores) / len(scores),
        seconds=sum(segment.seconds for segment in segments),
        snr_db=measured.snr_db,
    )


def _sound(root: Path, clip: str) -> Waveform | None:
    """In the limited child: unlike the corpus of this project these are files of anybody."""
    if Path(clip).is_absolute() or ".." in Path(clip).parts:
        raise ValueError(f"{clip!r} is not below {root}")
    path = root / clip
    path.stat()  # a list of files that are not there is a mistake, and not a list of bad ones
    try:
        return decode_file(path)[0]
    except UndecodableAudio:
        return None


def fit(
    model: Model, heard: Sequence[Heard], manifest: str, manifest_sha256: str, every: int = 1
) -> Fitted:
    """The line of clips that were heard.

    Raises DetectorUnusable where there are too few, where the score ranks them the wrong way round,
    where too many people would be called machines, or where hardly a machine is found.
    """
    facts, trained = _tabled(heard)
    made = int(facts.made.sum())
    human = len(heard) - made
    sources = min(len(set(facts.source[facts.made == kind].tolist())) for kind in (0, 1))
    if min(made, human) < MIN_CLIPS or sources < MIN_SOURCES:
        found = {"human": human, "made": made, "sources": sources}
        needed = {"clips": MIN_CLIPS, "least": MIN_SOURCES}
        raise DetectorUnusable(model.name, Fault.FEW, **found, **needed)
    line = calibrated(trained, facts)
    if not line.slope > 0:
        raise DetectorUnusable(model.name, Fault.BACKWARDS)
    called = held_out_llrs(trained, facts) >= SYNTHETIC_LLR
    accused = float(np.mean(called[facts.made == 0]))
    if accused > MOST_ACCUSED:
        raise DetectorUnusable(model.name, Fault.ACCUSES, share=_percent(accused))
    discovered = float(np.mean(called[facts.made == 1]))
    if discovered < LEAST_FOUND:
        raise DetectorUnusable(model.name, Fault.DEAF, share=_percent(discovered))
    return Fitted(
        detector=model.name,
        sha256=model.files[0].sha256,
        slope=line.slope,
        offset=line.offset,
        # Recordings without noise may give any figure here; more belief in noise is none.
        damping=max(0.0, line.damping),
        manifest=manifest,
        manifest_sha256=manifest_sha256,
        every=every,
        channels=", ".join(CHANNELS),
        human=human,
        made=made,
        sources=sources,
        human_called_made=accused,
        made_missed=1.0 - discovered,
        date=datetime.now(UTC).date().isoformat(),
    )


def _notes_of(model: Model, manifest_sha256: str, every: int, folder: Path | None) -> Path:
    """Where the notes of this very calibration lie."""
    of = (str(FORM), model.files[0].sha256, manifest_sha256, str(every), *CHANNELS)
    code = hashlib.sha256(" ".join(of).encode()).hexdigest()[:16]
    return (folder or models_folder()) / model.name / f".heard-{code}.jsonl"


def _percent(share: float) -> int:
    """Whole, and never rounded to less than it is: these shares are limits."""
    return math.ceil(100 * share)


def _with_channels(rows: Sequence[Row]) -> Iterator[tuple[Row, str]]:
    """Each row with its channel, in turn for either class of a source, so that none tells them."""
    counts: dict[tuple[str, str], int] = {}
    for row in rows:
        is_made(row)  # a label of another kind is refused before hours of hearing
        key = (row["source_repo"], row["label"])
        counts[key] = counts.get(key, -1) + 1
        yield row, CHANNELS[counts[key] % len(CHANNELS)]


def _tabled(heard: Sequence[Heard]) -> tuple[Facts, Trained]:
    """As the training of the built-in detector has them."""
    names = {source: number for number, source in enumerate(sorted({one.source for one in heard}))}
    facts = Facts(
        made=np.array([one.made for one in heard], dtype=np.int64),
        source=np.array([names[one.source] for one in heard], dtype=np.int64),
        kind=np.array([one.kind for one in heard], dtype=np.str_),
        channel=np.array([one.channel for one in heard], dtype=np.str_),
        seconds=np.array([one.seconds for one in heard], dtype=np.float32),
        snr_db=np.array([one.snr_db for one in heard], dtype=np.float32),
        judgeable=np.ones(len(heard), dtype=np.bool_),
    )
    scores = np.array([one.score for one in heard], dtype=np.float32)
    return facts, Trained(tensors={}, score=scores, distance=np.zeros_like(scores))
