"""From a manifest of clips to the countermeasure's weights, in one command:

    python -m voice.training MANIFEST --root DIR [--cache DIR] [--out FILE] [--scores FILE]

The first run takes half an hour of processor time, as every clip goes through both networks; later
runs take the features from the cache and last minutes.  Printed at the end: the weights' hash, the
calibration that belongs to them, and the error rates on held-out sources.
"""

import argparse
import hashlib
import sys
from pathlib import Path

import safetensors.numpy
from platformdirs import user_cache_path
from rich.progress import Progress

from voice.countermeasure import WEIGHTS
from voice.training.calibrate import calibrated, report
from voice.training.collection import gather, read_rows
from voice.training.head import BLOCKS, train
from voice.training.scores import write_scores

NOTE = "FamilyGuard countermeasure, see docs/models/countermeasure.md"


def main(arguments: list[str]) -> int:
    """Train, write and report."""
    parser = argparse.ArgumentParser(prog="python -m voice.training")
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--root", type=Path, required=True, help="folder of the clips")
    parser.add_argument("--cache", type=Path, default=user_cache_path("familyguard-training"))
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--scores", type=Path, help="write held-out scores of the clips as stored")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args(arguments)
    with Progress() as progress:
        rows = read_rows(options.manifest)
        features, facts = gather(rows, options.root, options.cache, options.jobs, progress)
        task = progress.add_task("head", total=BLOCKS)
        # Copies of a clip belong to the clip's source, so they are left out together.
        trained = train(
            features,
            facts.made,
            facts.source,
            lambda number: progress.update(task, completed=number + 1),
        )
    data = safetensors.numpy.save(dict(trained.tensors), {"note": NOTE})
    options.out.write_bytes(data)
    print(f"{options.out}: {len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")
    if options.scores is not None:
        write_scores(options.scores, [row["clip"] for row in rows], trained, facts)
    line = calibrated(trained, facts)
    print(
        f"calibration: slope {line.slope:.2f}, offset {line.offset:.2f}, damping {line.damping:.2f}"
    )
    print(report(trained, facts))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
