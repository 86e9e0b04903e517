"""Held-out scores of the training clips, for the tables of `familyguard evaluate report`.

What `familyguard evaluate score` says of clips that the shipped head was trained on flatters.
"""

import csv
from collections.abc import Sequence
from pathlib import Path

from voice.evaluation.score import COLUMNS, DIGITS
from voice.training.calibrate import Facts, held_out_llrs, judged
from voice.training.head import Trained

CHANNEL = "stored"
"""The copies that are written: the clips as they are."""


def write_scores(out: Path, clips: Sequence[str], trained: Trained, facts: Facts) -> None:
    """Write a row for each of `clips` as stored, which are the first of them all.

    Score and ratio are those of a head and a line that met no clip of its source.  There are no
    voice comparisons.  Raises OSError.
    """
    llrs, decided = held_out_llrs(trained, facts), judged(trained, facts)
    with out.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, COLUMNS, restval="")
        writer.writeheader()
        for index, clip in enumerate(clips):
            assert facts.channel[index] == CHANNEL
            writer.writerow(
                {
                    "clip": clip,
                    "cm_score": f"{trained.score[index]:.{DIGITS}f}",
                    "cm_llr": f"{llrs[index]:.{DIGITS}f}",
                    "cm_judged": f"{decided[index]:d}",
                    "speech_seconds": f"{facts.seconds[index]:.2f}",
                    "channel": CHANNEL,
                }
            )
