"""Figures from a file of scores, and the file itself."""

import csv
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from voice.audio import SAMPLE_RATE, Waveform
from voice.calibration import SYNTHETIC_LLR
from voice.evaluation.channels import CHANNELS, through
from voice.evaluation.report import (
    ScoredClip,
    draw,
    eer_interval,
    figures,
    per_source,
    read_scores,
    speaker_of,
    to_markdown,
    trial_cost,
)
from voice.evaluation.score import COLUMNS, own_references, score_manifest


def clip(made: bool, score: float | None, source: str = "a", judged: bool = True) -> ScoredClip:
    """A scored clip whose ratio is its score."""
    return ScoredClip(
        made=made,
        score=score,
        llr=score if judged else None,
        judged=judged and score is not None,
        seconds=4.0,
        kind="clone" if made else "human",
        family="vits" if made else "human",
        language="en",
        source=source,
        channel="stored",
    )


def corpus_of_scores() -> list[ScoredClip]:
    """Two sources with overlapping scores."""
    random = np.random.default_rng(1)
    clips = []
    for source in ("a", "b"):
        clips += [clip(True, float(x), source) for x in random.normal(1, 1, 30)]
        clips += [clip(False, float(x), source) for x in random.normal(-1, 1, 30)]
    return clips


def test_the_threshold_is_the_shipped_one() -> None:
    """Misses and false alarms are counted at SYNTHETIC_LLR."""
    above, below = SYNTHETIC_LLR + 0.1, SYNTHETIC_LLR - 0.1
    found = figures([clip(True, above), clip(True, below), clip(False, below), clip(False, above)])
    assert (found.miss, found.false_alarm) == (0.5, 0.5)


def test_clips_that_were_not_judged_count_in_the_error_rate_only() -> None:
    """The equal error rate is the detector's, the other figures are the product's."""
    found = figures([clip(True, 2.0), clip(True, -3.0, judged=False), clip(False, -2.0)])
    assert found.judged == pytest.approx(2 / 3)
    assert found.miss == 0.0
    assert found.eer > 0


def test_a_part_without_one_kind_has_no_rate() -> None:
    """Nothing is made up where nothing can be measured."""
    found = figures([clip(True, 1.0)])
    assert math.isnan(found.eer)
    assert math.isnan(found.false_alarm)


def test_the_interval_holds_the_rate() -> None:
    """Drawing other sources moves the rate around what was measured."""
    clips = corpus_of_scores()
    for by in (lambda clip: clip.source, speaker_of):
        interval = eer_interval(clips, by)
        assert interval.low <= figures(clips).eer <= interval.high
    assert per_source(clips).keys() == {"a", "b"}


def test_the_joint_cost_needs_people_and_machines_with_both_ratios() -> None:
    """A clone whose voice matches is caught by its sound, and one without ratios does not count."""
    person, clone = clip(False, -2.0), clip(True, 2.0)
    assert trial_cost([person, clone]) is None
    both = [replace(person, voice_llr=4.0), replace(clone, voice_llr=4.0)]
    assert trial_cost(both) == 0.0


def test_the_tables_name_every_part() -> None:
    """Kinds are set against all human clips; sources stand alone."""
    text = to_markdown(corpus_of_scores())
    for name in ("| clone | 60 | 60 |", "| a | 30 | 30 |", "| vits | 60 |", "3 to 5 s"):
        assert name in text


def test_the_picture_is_drawn(tmp_path: Path) -> None:
    """A file comes out."""
    draw(corpus_of_scores(), tmp_path / "det.png")
    assert (tmp_path / "det.png").stat().st_size > 1000


def test_scores_are_joined_with_the_manifest(tmp_path: Path) -> None:
    """Empty cells are no scores."""
    scores, manifest = tmp_path / "scores.csv", tmp_path / "manifest.csv"
    scores.write_text(f"{','.join(COLUMNS)}\nx.ogg,,,0,,,1.20,stored\n")
    manifest.write_text(
        "clip,label,kind,system_family,language,source_repo\nx.ogg,synthetic,tts,vits,nl,s\n"
    )
    (found,) = read_scores(scores, manifest)
    assert found.made
    assert found.score is None
    assert not found.judged
    assert found.seconds == 1.2


@pytest.mark.models
@pytest.mark.corpus
def test_a_few_clips_are_scored(models_folder: Path, corpus: Path, tmp_path: Path) -> None:
    """Every clip gets a row, and a clip with a reference a voice score."""
    with (corpus / "manifest.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    long = {row["clip"]: row for row in rows if float(row["seconds"]) > 5}
    some = [row for row in long.values() if row["reference_clip"] in long][:2] + rows[:1]
    manifest = tmp_path / "manifest.csv"
    with manifest.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0].keys())
        writer.writeheader()
        writer.writerows(some)
    out = tmp_path / "scores.csv"
    done: list[int] = []
    assert (
        score_manifest(manifest, corpus, out, "opus-16k", on_clip=lambda n, _: done.append(n)) == 0
    )
    assert done == [1, 2, 3]
    with out.open(newline="") as stream:
        found = list(csv.DictReader(stream))
    assert [row["clip"] for row in found] == [row["clip"] for row in some]
    assert all(row["cm_score"] and row["channel"] == "opus-16k" for row in found)
    assert found[0]["sv_score"]


def test_a_named_person_is_compared_with_herself() -> None:
    """Human clips come without a reference, and without trials of relatives there is no a-DCF."""
    columns = ("clip", "label", "speaker_from", "source_repo", "speaker")
    cells = (
        ("a", "bonafide", "named", "s", "ann"),
        ("b", "bonafide", "named", "s", "ann"),
        ("c", "bonafide", "named", "s", "bob"),
        ("d", "bonafide", "item", "s", "ann"),
        ("e", "synthetic", "named", "s", "ann"),
    )
    rows = [dict(zip(columns, row, strict=True)) for row in cells]
    assert own_references(rows) == {"a": "b", "b": "a"}


def test_an_unknown_channel_is_refused(tmp_path: Path) -> None:
    """Before anything is scored."""
    (tmp_path / "m.csv").write_text("clip\n")
    with pytest.raises(KeyError):
        score_manifest(tmp_path / "m.csv", tmp_path, tmp_path / "out.csv", "string telephone")


@pytest.mark.parametrize("name", CHANNELS)
def test_every_channel_keeps_the_length(name: str) -> None:
    """Clips come out as long as they went in, unclipped, and the same every time."""
    random = np.random.default_rng(2)
    time = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    voice = np.sin(2 * np.pi * 400 * time) * (1 + np.sin(2 * np.pi * 3 * time)) * 0.2
    waveform = Waveform((voice + 0.001 * random.standard_normal(SAMPLE_RATE)).astype(np.float32))
    passed = through(name, waveform, seed=3)
    assert len(passed.samples) == len(waveform.samples)
    assert np.max(np.abs(passed.samples)) < 1.0
    assert np.array_equal(passed.samples, through(name, waveform, seed=3).samples)
