"""Held-out scores go into the same tables as any others."""

from pathlib import Path

import numpy as np

from voice.calibration import SYNTHETIC_LLR_LIMIT
from voice.evaluation.scored import read_scores
from voice.training.calibrate import Facts
from voice.training.head import Trained
from voice.training.scores import write_scores


def test_the_report_reads_what_training_writes(tmp_path: Path) -> None:
    """The clips as stored, not the copies behind them; what was not judged is said to be so."""
    random = np.random.default_rng(6)
    made = np.tile(np.array([0, 1]), 20)
    clips = [f"{index}.ogg" for index in range(30)]
    score = (random.standard_normal(40) + 2 * made - 1).astype(np.float32)
    distance = np.where(np.arange(40) == 3, 1.5, 0.5).astype(np.float32)
    facts = Facts(
        made=made,
        source=np.arange(40) // 10,
        kind=np.where(made == 1, "clone", "human"),
        channel=np.where(np.arange(40) < 30, "stored", "opus-16k"),
        seconds=np.full(40, 4.0, dtype=np.float32),
        snr_db=np.full(40, 30.0, dtype=np.float32),
        judgeable=np.ones(40, dtype=np.bool_),
    )
    scores, manifest = tmp_path / "scores.csv", tmp_path / "manifest.csv"
    write_scores(scores, clips, Trained({}, score, distance), facts)
    lines = ["clip,label,kind,system_family,language,source_repo"]
    labels = ("bonafide", "synthetic")
    lines += [f"{clip},{labels[index % 2]},k,f,nl,s" for index, clip in enumerate(clips)]
    manifest.write_text("\n".join(lines))
    found = read_scores(scores, manifest)
    assert [clip.clip for clip in found] == clips
    assert np.allclose([clip.score for clip in found], score[:30], atol=1e-5)
    assert [index for index, clip in enumerate(found) if not clip.judged] == [3]
    assert max(abs(clip.llr) for clip in found) <= SYNTHETIC_LLR_LIMIT + 1e-5
    assert {clip.channel for clip in found} == {"stored"}
