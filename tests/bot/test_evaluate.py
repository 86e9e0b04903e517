"""`familyguard evaluate`: tables come out, and rubbish is refused in a sentence."""

import pytest
from typer.testing import CliRunner

from bot.cli import app

run = CliRunner()

MANIFEST = "clip,label,kind,system_family,language,source_repo\n" + "".join(
    f"{label}{number}.ogg,{label},{kind},vits,nl,{source}\n"
    for label, kind in (("synthetic", "clone"), ("bonafide", "human"))
    for source in "ab"
    for number in range(10 * (source == "b"), 10 * (source == "b") + 10)
)
CLIPS = [line.split(",")[0] for line in MANIFEST.splitlines()[1:]]
SCORES = "clip,cm_score,cm_llr,cm_judged,sv_score,sv_llr,speech_seconds,channel\n" + "".join(
    f"{clip},{score},{score},1,,,4.0,stored\n"
    for number, clip in enumerate(CLIPS)
    for score in [(number % 7 - 2) / 2 if clip.startswith("s") else (number % 7 - 4) / 2]
)
BASELINES = "clip,channel,layers,spectral\n" + "".join(
    f"{clip},stored,{number % 3},{number % 2}\n" for number, clip in enumerate(CLIPS)
)


@pytest.fixture
def files(tmp_path):
    """A manifest, scores and baselines of forty clips."""
    for name, content in (("m", MANIFEST), ("s", SCORES), ("b", BASELINES)):
        (tmp_path / f"{name}.csv").write_text(content)
    return tmp_path


def report(files, *options):
    """Run the report on them."""
    command = ["evaluate", "report", str(files / "s.csv"), str(files / "m.csv"), *options]
    return run.invoke(app, command)


def test_the_report_sets_the_detector_beside_baselines_chance_and_literature(files):
    """In the same tables, and the picture is drawn."""
    picture = files / "p.png"
    result = report(files, "--baselines", str(files / "b.csv"), "--picture", str(picture))
    assert result.exit_code == 0, result.stderr
    for name in ("detector", "encoder layers + logistic", "spectral statistics", "chance"):
        assert f"| {name}" in result.stdout
    assert "AASIST" in result.stdout
    assert picture.stat().st_size > 1000


def test_without_baselines_the_report_still_names_chance(files):
    """They take long, and are not needed."""
    result = report(files)
    assert result.exit_code == 0, result.stderr
    assert "| chance" in result.stdout
    assert "spectral" not in result.stdout


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("s", ""),
        ("s", "clip\nx\n"),
        ("s", SCORES.splitlines()[0]),
        ("s", SCORES.replace("bonafide0", "nobody")),
        ("s", SCORES.replace(",1,,,", ",1,,x,")),
        ("s", "\n".join(SCORES.splitlines()[:11])),
        ("m", MANIFEST.replace("bonafide,human", "real,human")),
        ("m", MANIFEST + MANIFEST.splitlines()[1]),
        ("b", BASELINES.replace("stored", "opus-16k")),
        ("b", BASELINES.replace("layers", "layer")),
    ],
)
def test_files_that_make_no_sense_are_one_sentence(files, file, content):
    """Exit status 2, on standard error, whatever is wrong with whichever file."""
    (files / f"{file}.csv").write_text(content)
    result = report(files, "--baselines", str(files / "b.csv"))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert "Traceback" not in result.output


def test_a_picture_where_there_is_no_folder_is_one_sentence(files):
    """It names the file and what is wrong with it."""
    result = report(files, "--picture", str(files / "nowhere" / "p.png"))
    assert result.exit_code == 2
    assert result.stderr.strip().endswith("nowhere/p.png: No such file or directory")


@pytest.mark.parametrize("command", ["score", "baselines"])
def test_clips_in_another_folder_are_one_sentence(files, command):
    """The usual mistake is found before the first clip."""
    manifest, out = str(files / "m.csv"), str(files / "out.csv")
    result = run.invoke(app, ["evaluate", command, manifest, "--root", str(files), "--out", out])
    assert result.exit_code == 2
    assert "40 of 40 clips are not below" in result.stderr
    assert "Traceback" not in result.output
    assert not (files / "out.csv").exists()


@pytest.mark.parametrize("command", ["score", "baselines"])
def test_an_unknown_channel_is_refused_with_those_that_there_are(files, command):
    """Before anything else happens."""
    options = ["--root", str(files), "--out", str(files / "out.csv"), "--channel", "string"]
    result = run.invoke(app, ["evaluate", command, str(files / "m.csv"), *options])
    assert result.exit_code == 2
    assert "opus-16k" in result.stderr
