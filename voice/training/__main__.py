"""From a manifest of clips to the countermeasure's weights, in one command:

    python -m voice.training MANIFEST --root DIR [--cache DIR] [--channel NAME ...] [--out FILE]

The first run takes about an hour on two cores, as every clip goes through the encoder; later runs
take the features from the cache and last minutes.  Printed at the end: the weights' hash, the
calibration that belongs to them, and the error rates on held-out sources.
"""

import argparse
import csv
import hashlib
import sys
from functools import partial
from pathlib import Path

import numpy as np
import safetensors.numpy
from platformdirs import user_cache_path
from rich.progress import Progress

from voice.countermeasure import WEIGHTS
from voice.training.calibrate import calibrated, summary
from voice.training.committee import HEADS, train
from voice.training.features import extract

CHANNELS = ("stored", "opus-16k")
"""Clips are learned from as stored and as a messenger passes them on."""

NOTE = "FamilyGuard countermeasure, see docs/models/countermeasure.md"


def main(arguments: list[str]) -> int:
    """Train, write and report."""
    parser = argparse.ArgumentParser(prog="python -m voice.training")
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--root", type=Path, required=True, help="folder of the clips")
    parser.add_argument("--cache", type=Path, default=user_cache_path("familyguard-training"))
    parser.add_argument("--channel", action="append", help="instead of the usual two; repeatable")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args(arguments)
    with options.manifest.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    channels = tuple(options.channel or CHANNELS)
    clips = [options.root / row["clip"] for row in rows]
    made = np.array([row["label"] == "synthetic" for row in rows], dtype=np.int64)
    _, source = np.unique([row["source_repo"] for row in rows], return_inverse=True)
    features, seconds = [], []
    with Progress() as progress:
        for channel in channels:
            task = progress.add_task(channel, total=len(clips))
            cached = options.cache / f"{channel}.npz"
            step = partial(progress.advance, task)
            heard = extract(clips, channel, cached, options.jobs, step)
            progress.update(task, completed=len(clips))
            features.append(heard.features)
            seconds.append(heard.seconds)
        task = progress.add_task("heads", total=HEADS)
        # Copies of a clip belong to the clip's source, so they are left out together.
        trained = train(
            np.concatenate(features),
            np.tile(made, len(channels)),
            np.tile(source, len(channels)),
            lambda _: progress.advance(task),
        )
    data = safetensors.numpy.save(dict(trained.tensors), {"note": NOTE})
    options.out.write_bytes(data)
    print(f"{options.out}: {len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")
    kinds = np.tile([row["kind"] for row in rows], len(channels))
    line = calibrated(trained, np.tile(made, len(channels)), np.concatenate(seconds))
    print(f"calibration: slope {line.slope:.2f}, offset {line.offset:.2f}")
    for index, channel in enumerate(channels):
        some = slice(index * len(rows), (index + 1) * len(rows))
        print(channel)
        print(summary(trained.score[some], made, source, kinds[some]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
