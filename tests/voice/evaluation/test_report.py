"""Figures and tables of scored clips, and how the scores are made."""

import csv
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from voice.audio import SAMPLE_RATE, Waveform
from voice.calibration import SYNTHETIC_LLR, SYNTHETIC_LLR_LIMIT
from voice.evaluation.channels import CHANNELS, through
from voice.evaluation.curves import draw
from voice.evaluation.figures import (
    MIN_CLIPS,
    eer_difference,
    eer_interval,
    figures,
    per_source,
    speaker_of,
    trial_cost,
)
from voice.evaluation.report import systems, to_markdown
from voice.evaluation.score import own_references, score_manifest
from voice.evaluation.scored import BASELINES, ScoredClip


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


def with_weak_baseline(clips: list[ScoredClip]) -> list[ScoredClip]:
    """The clips as two other detectors see them: one as well, one not at all."""
    return [replace(one, baselines={"layers": one.score, "spectral": 0.0}) for one in clips]


def row(text: str, name: str, table: int = 0) -> list[str]:
    """The cells of the row `name`, the first one or a later one of that name."""
    lines = [line for line in text.splitlines() if line.startswith(f"| {name} ")]
    return [cell.strip() for cell in lines[table].strip("|").split("|")[1:]]


def test_the_tables_name_every_part() -> None:
    """Kinds are set against all human clips; sources stand alone; chance is always there."""
    text = to_markdown(corpus_of_scores())
    assert row(text, "clone")[:2] == row(text, "vits")[:2] == ["60", "60"]
    assert row(text, "a")[:2] == ["30", "30"]
    assert row(text, "3 to 5 s")[:2] == ["60", "60"]
    assert row(text, "chance")[2] == "50.0 %"
    assert row(text, "AASIST (0.3 M)")[:2] == ["In-the-Wild", "43.0 %"]


def test_baselines_stand_in_the_same_tables() -> None:
    """With the same figures and intervals, and by every part."""
    text = to_markdown(with_weak_baseline(corpus_of_scores()))
    layers, spectral = BASELINES["layers"], BASELINES["spectral"]
    assert row(text, layers) == row(text, "detector")
    assert row(text, layers, 1)[:3] == row(text, "detector", 1)[:3]
    assert row(text, spectral)[2:5] == ["50.0 %", "50.0 – 50.0 %", "50.0 – 50.0 %"]
    assert row(text, "clone")[-2:] == [row(text, "clone")[3], "50.0 %"]


def test_a_baseline_is_compared_on_the_same_speakers() -> None:
    """A detector is no better than itself, whoever is drawn, and surely better than a coin."""
    clips = with_weak_baseline(corpus_of_scores())
    itself, coin = (systems(clips)[BASELINES[name]] for name in ("layers", "spectral"))
    less, interval = eer_difference(clips, itself, speaker_of)
    assert (less, interval.low, interval.high) == (0.0, 0.0, 0.0)
    less, interval = eer_difference(clips, coin, speaker_of)
    assert interval.low <= less <= interval.high < 0


def test_the_ratios_of_a_baseline_are_capped_like_ours() -> None:
    """So that Cllr compares what detectors hear, and not how boldly they speak."""
    bold = replace(clip(True, 1.0), baselines={"layers": 40.0}).by("layers")
    assert bold.score == 40.0
    assert bold.llr == SYNTHETIC_LLR_LIMIT
    silent = replace(clip(True, 1.0), baselines={"layers": None}).by("layers")
    assert (silent.score, silent.judged) == (None, False)


def test_a_part_of_few_clips_has_no_rate() -> None:
    """Three clips say nothing about a language."""
    few = [replace(clip(made, 1.0), language="nl") for made in (True, False)] * (MIN_CLIPS - 1)
    cells = row(to_markdown([*corpus_of_scores(), *few]), "nl")
    assert cells[:2] == ["4", "4"]
    assert set(cells[3:]) == {"–"}


@pytest.mark.parametrize(("made", "missing"), [(True, "human"), (False, "synthetic")])
def test_one_kind_alone_is_refused_in_a_sentence(made: bool, missing: str) -> None:
    """Error rates need both, and the sentence says which one is missing."""
    with pytest.raises(ValueError, match=f"no {missing} clip with a score"):
        to_markdown([clip(made, 1.0)] * 9)


def test_the_picture_is_drawn(tmp_path: Path) -> None:
    """A file comes out, with baselines or without, even of two clips."""
    for name, clips in (
        ("many", with_weak_baseline(corpus_of_scores())),
        ("two", [clip(True, 1.0), clip(False, 0.0)]),
    ):
        picture = tmp_path / f"{name}.png"
        draw(systems(clips), picture)
        assert picture.stat().st_size > 1000


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


def test_clips_that_are_not_there_are_named_before_anything_is_scored(tmp_path: Path) -> None:
    """A wrong folder is found at once, and the file of scores is not touched."""
    (tmp_path / "m.csv").write_text("clip,reference_clip\nm.csv,\nx.ogg,y.ogg\n")
    with pytest.raises(ValueError, match=r"2 of 3 clips are not below .*; the first is x\.ogg"):
        score_manifest(tmp_path / "m.csv", tmp_path, tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()


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
