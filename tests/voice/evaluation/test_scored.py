"""Files of scores, and what is said when one is not what it should be."""

from pathlib import Path

import pytest

from voice.evaluation.score import COLUMNS
from voice.evaluation.scored import read_scores, with_baselines
from voice.manifest import rows_of

MANIFEST = """clip,label,kind,system_family,language,source_repo
x.ogg,synthetic,tts,vits,nl,s
y.ogg,bonafide,human,,nl,s
"""
SCORES = f"""{",".join(COLUMNS)}
x.ogg,,,0,,,1.20,stored
y.ogg,-0.5,-1.0,1,,2.5,4.00,stored
"""
BASELINES = """clip,channel,layers,spectral
x.ogg,stored,1.5,
y.ogg,stored,-1.5,0.2
"""


def files(folder: Path, **contents: str) -> list[Path]:
    """CSV files of these names and contents."""
    paths = []
    for name, content in contents.items():
        path = folder / f"{name}.csv"
        path.write_text(content)
        paths.append(path)
    return paths


def test_scores_are_joined_with_the_manifest(tmp_path: Path) -> None:
    """Empty cells are no scores, and a family that nobody gave is not known."""
    scores, manifest = files(tmp_path, scores=SCORES, manifest=MANIFEST)
    made, human = read_scores(scores, manifest)
    assert made.made
    assert made.score is None
    assert not made.judged
    assert made.seconds == 1.2
    assert not human.made
    assert (human.score, human.llr, human.judged, human.voice_llr) == (-0.5, -1.0, True, 2.5)
    assert human.family == "not known"


def test_baselines_are_joined_by_clip_and_channel(tmp_path: Path) -> None:
    """Whatever the order of the rows."""
    scores, manifest, baselines = files(
        tmp_path, scores=SCORES, manifest=MANIFEST, baselines=BASELINES
    )
    made, human = with_baselines(read_scores(scores, manifest), baselines)
    assert made.baselines == {"layers": 1.5, "spectral": None}
    assert human.baselines == {"layers": -1.5, "spectral": 0.2}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "t.csv is empty"),
        ("a,b\n", "t.csv has no column clip, label"),
        ("clip,label\n", "t.csv has a first line and no rows"),
        ("clip,label\nx.ogg\n", "row 1 of t.csv has too few cells"),
        (
            f"clip,label\n{'x' * 200_000},synthetic\n",
            "t.csv is not a table of comma-separated values",
        ),
    ],
)
def test_what_is_no_table_is_refused_in_a_sentence(
    tmp_path: Path, content: str, sentence: str
) -> None:
    """Which names the file."""
    (path,) = files(tmp_path, t=content)
    with pytest.raises(ValueError) as error:
        rows_of(path, ("clip", "label"))
    assert str(error.value) == sentence


def test_a_picture_is_no_table(tmp_path: Path) -> None:
    """Bytes that are no text are refused like other rubbish."""
    path = tmp_path / "t.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\xff\xfe")
    with pytest.raises(ValueError, match=r"t\.csv is not a table"):
        rows_of(path, ("clip",))


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("x.ogg,,", "z.ogg,,", "scores.csv has z.ogg, which is not in manifest.csv"),
        ("x.ogg,,", "x.ogg,nan,", "cm_score of x.ogg in scores.csv is “nan”, which is no number"),
        ("x.ogg,,", "x.ogg,inf,", "cm_score of x.ogg in scores.csv is “inf”, which is no number"),
        ("1.20", "long", "speech_seconds of x.ogg in scores.csv is “long”, which is no number"),
        ("-1.0,1", "-1.0,yes", "cm_judged of y.ogg in scores.csv is “yes”, not 0 or 1"),
        ("-1.0,1", ",1", "y.ogg in scores.csv is judged, but has no cm_score or no cm_llr"),
        (
            "y.ogg,-0.5,-1.0,1",
            "x.ogg,,,0",
            "scores.csv has x.ogg (channel stored) more than once",
        ),
    ],
)
def test_scores_that_cannot_be_are_refused_in_a_sentence(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    """Which names file, clip and cell; nothing is counted as something else."""
    assert old in SCORES
    scores, manifest = files(tmp_path, scores=SCORES.replace(old, new), manifest=MANIFEST)
    with pytest.raises(ValueError) as error:
        read_scores(scores, manifest)
    assert str(error.value) == sentence


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("synthetic", "fake", "the label of x.ogg is “fake”, not synthetic or bonafide"),
        ("y.ogg", "x.ogg", "manifest.csv has x.ogg more than once"),
        ("source_repo", "from", "manifest.csv has no column source_repo"),
    ],
)
def test_a_manifest_that_misleads_is_refused_in_a_sentence(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    """A mistyped label would count a made clip among the human ones."""
    scores, manifest = files(tmp_path, scores=SCORES, manifest=MANIFEST.replace(old, new))
    with pytest.raises(ValueError) as error:
        read_scores(scores, manifest)
    assert str(error.value) == sentence


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "y.ogg,stored",
            "y.ogg,opus-16k",
            "baselines.csv has no row of y.ogg through the channel stored",
        ),
        ("1.5,\n", "nan,\n", "layers of x.ogg in baselines.csv is “nan”, which is no number"),
        ("y.ogg", "x.ogg", "baselines.csv has x.ogg (channel stored) more than once"),
        ("spectral", "cm_score", "baselines.csv has no column spectral"),
    ],
)
def test_baselines_of_other_clips_are_refused_in_a_sentence(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    """Detectors are compared on the same clips through the same channel, or not at all."""
    scores, manifest, baselines = files(
        tmp_path, scores=SCORES, manifest=MANIFEST, baselines=BASELINES.replace(old, new)
    )
    with pytest.raises(ValueError) as error:
        with_baselines(read_scores(scores, manifest), baselines)
    assert str(error.value) == sentence
