"""Simple detectors, trained and judged on a manifest's own clips, a source left out at a time.

An error rate means little by itself: clips can be easy or hard.  So the same clips are judged by
detectors that anybody could build in an afternoon, logistic regression on plain features.  Each
clip's score comes from a model that met no clip of its source.  That is a head start over the
shipped countermeasure on clips that are new to it, and a fair match on those it was trained on only
where its scores are held out too (`python -m voice.training --scores`).
"""

import csv
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, log_expit

from voice import models
from voice.activity import find_speech, speech_only
from voice.audio import SAMPLE_RATE
from voice.errors import UndecodableAudio
from voice.evaluation.channels import CHANNELS, through
from voice.evaluation.clips import read_clip
from voice.evaluation.metrics import Values
from voice.evaluation.plain_features import Features, layer_statistics, spectral_statistics
from voice.evaluation.score import DIGITS, must_be_there, one_thread
from voice.evaluation.scored import BASELINES
from voice.manifest import clips_of, is_made
from voice.training.ridge import Labels, balanced

MIN_SAMPLES = SAMPLE_RATE // 2
"""Where less speech is found than this, the whole clip is taken; a shorter clip has no score."""

STRENGTHS = {"spectral": 0.03, "layers": 0.003}
"""What a clip weighs against large weights (scikit-learn's C); the second is that of the earliest
measurements.  More features need a stronger hand."""

TOLERANCES = {"ftol": 1e-6, "gtol": 1e-3}
"""Where the optimiser stops: scores then lie within a hundredth of their spread of the end."""

MIN_DEVIATION = 1e-6
"""A feature that varies less is left as it is."""


def score_baselines(
    manifest: Path,
    root: Path,
    out: Path,
    channel: str = "stored",
    jobs: int = 1,
    on_clip: Callable[[int, int], None] | None = None,
    on_source: Callable[[int, int], None] | None = None,
) -> int:
    """Train and score the BASELINES on the clips of `manifest`, through `channel`, into `out`.

    Training and judged clips go through the same channel.  `on_clip` and `on_source` are told how
    many are done of how many.  Returns the number of clips without a score, which could not be
    decoded or last less than half a second.  Raises KeyError for an unknown channel, ValueError
    for a manifest on which nothing can be learned, OSError and ModelUnavailable.
    """
    CHANNELS[channel]
    rows = list(clips_of(manifest, ("clip", "label", "source_repo")).values())
    made = np.array([is_made(row) for row in rows], dtype=np.int64)
    names = [row["source_repo"] for row in rows]
    learnable(made, names)
    must_be_there(root, [row["clip"] for row in rows])
    if not out.parent.is_dir():
        raise ValueError(f"there is no folder {out.parent} to write to")
    models.locate("whisper-base", models.models_folder())
    work = [root / row["clip"] for row in rows]
    heard: list[tuple[Features, Features] | None] = []
    for found in _heard(work, [row["clip"] for row in rows], channel, jobs):
        heard.append(found)
        if on_clip is not None:
            on_clip(len(heard), len(work))
    kept = [index for index, found in enumerate(heard) if found is not None]
    some = [found for found in heard if found is not None]
    sources = [names[index] for index in kept]
    learnable(made[kept], sources)
    number = np.unique(sources, return_inverse=True)[1]
    scores: dict[str, list[str]] = {name: [""] * len(rows) for name in BASELINES}
    step = partial(_counted, on_source, [0], 2 * len(set(sources)))
    for name, features in zip(("spectral", "layers"), zip(*some, strict=True), strict=True):
        llrs = held_out(np.stack(features), made[kept], number, STRENGTHS[name], step)
        for index, value in zip(kept, llrs.tolist(), strict=True):
            scores[name][index] = f"{value:.{DIGITS}f}"
    with out.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(("clip", "channel", *BASELINES))
        for index, row in enumerate(rows):
            writer.writerow((row["clip"], channel, *(scores[name][index] for name in BASELINES)))
    return len(rows) - len(kept)


def learnable(made: Labels, sources: Sequence[str]) -> None:
    """Raise ValueError unless both kinds are left when any source is left out."""
    names = np.array(sources)
    for name in dict.fromkeys(sources):
        left = made[names != name]
        for label, kind in enumerate(("human", "synthetic")):
            if not np.any(left == label):
                raise ValueError(
                    f"without the source {name} there is no {kind} clip left to learn from: "
                    f"baselines need both kinds in at least two sources"
                )
    if not len(sources):
        raise ValueError("there is no clip to learn from")


def held_out(
    features: Features,
    made: Labels,
    source: Labels,
    strength: float,
    on_source: Callable[[], None] | None = None,
) -> Values:
    """Natural-log likelihood ratios by models that never saw the clip's source; shape = (n,).

    `features` has shape = (n, width), `made` is 1 for synthetic speech, `source` is a number.
    Both classes weigh the same in training, so that the log odds are ratios.
    """
    scores = np.zeros(len(made))
    for number in np.unique(source):
        left = source == number
        # Also the scaling is learned without the source.
        center = features[~left].mean(0)
        scale = np.maximum(features[~left].std(0), MIN_DEVIATION)
        known = (features[~left] - center) / scale
        weights = balanced(made[~left], source[~left])
        line = logistic(known, made[~left], weights.astype(np.float64) * strength)
        scores[left] = (features[left] - center) / scale @ line[:-1] + line[-1]
        if on_source is not None:
            on_source()
    return scores


def logistic(features: Features, made: Labels, weights: Values) -> Values:
    """Logistic regression with squared weights as the penalty; shape = (width + 1,), bias last.

    `weights` says what each clip's loss counts against half the sum of squares; the bias is free.
    """
    signs = 2.0 * made - 1.0

    def loss(line: Values) -> tuple[float, Values]:
        margins = signs * ((features @ line[:-1].astype(np.float32)) + line[-1])
        pulls = -weights * signs * expit(-margins)
        slopes = np.append(pulls.astype(np.float32) @ features + line[:-1], pulls.sum())
        value = -np.sum(weights * log_expit(margins)) + np.sum(line[:-1] ** 2) / 2
        return float(value), slopes

    start = np.zeros(features.shape[1] + 1)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options=TOLERANCES)
    return np.asarray(found.x)


def _heard(
    paths: Sequence[Path], names: Sequence[str], channel: str, jobs: int
) -> Iterator[tuple[Features, Features] | None]:
    """Features of the clips in their order; models are loaded once a process."""
    if jobs == 1:
        yield from map(_one, paths, names, [channel] * len(paths))
        return
    with ProcessPoolExecutor(jobs, initializer=one_thread) as pool:
        yield from pool.map(_one, paths, names, [channel] * len(paths), chunksize=4)


def _one(path: Path, name: str, channel: str) -> tuple[Features, Features] | None:
    """Both kinds of features of one clip's speech, or None where there is nothing to hear."""
    try:
        waveform = read_clip(path)
    except UndecodableAudio:
        return None
    # The seed is that of `score`, so that both hear the same noise and room.
    waveform = through(channel, waveform, zlib.crc32(name.encode()))
    speech = speech_only(waveform, find_speech(waveform))
    if len(speech.samples) < MIN_SAMPLES:
        speech = waveform
    if len(speech.samples) < MIN_SAMPLES:
        return None
    found = spectral_statistics(speech), _layers()(speech)
    return found if all(np.isfinite(part).all() for part in found) else None


@cache
def _layers() -> Callable[..., Features]:
    return layer_statistics()


def _counted(tell: Callable[[int, int], None] | None, done: list[int], total: int) -> None:
    done[0] += 1
    if tell is not None:
        tell(done[0], total)
