"""What a detector's score is worth is measured on labelled recordings, or it is not used."""

import csv
import hashlib
import math
import os
import wave
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.voice import tiny_onnx
from voice.calibration import SYNTHETIC_LLR, SYNTHETIC_LLR_LIMIT, synthetic_llr
from voice.detectors import DetectorUnusable, Fault, fitted, fitting
from voice.detectors.fitting import Heard, calibrate, fit
from voice.detectors.raw import Raw
from voice.detectors.ready import model_of
from voice.evaluation.clips import read_clip
from voice.models import Model, ModelFile
from voice.models.keeper import write_record

SAMPLE = Path(__file__).resolve().parents[2] / "docs/samples/birthday-en.ogg"
FILE = ModelFile("model.onnx", "a" * 64, 10, ())
MODEL = Model("spectra-0", "testing", "MIT", "https://example.org", (FILE,))


def clips(apart: float, n_sources: int = 8, each: int = 10, shift: float = 0.0) -> list[Heard]:
    """Scores of people about 0 and of machines about `apart`; source 0 lies `shift` higher."""
    random = np.random.default_rng(5)
    return [
        Heard(
            made=made,
            source=f"source {source}",
            kind="clone" if made else "human",
            channel=fitting.CHANNELS[index % 3],
            score=float(random.normal(apart * made + shift * (source == 0), 1.0)),
            seconds=5.0,
            snr_db=10.0 if index % 3 == 2 else 40.0,
        )
        for source in range(n_sources)
        for made in (0, 1)
        for index in range(each)
    ]


def fault_of(heard: list[Heard]) -> DetectorUnusable:
    """Why no line comes of these clips."""
    with pytest.raises(DetectorUnusable) as caught:
        fit(MODEL, heard, "m.csv", "0" * 64)
    return caught.value


def test_the_line_is_that_of_the_scores() -> None:
    """For two normal distributions of one width the right slope is their distance."""
    found = fit(MODEL, clips(3.0, each=60), "m.csv", "0" * 64)
    assert found.slope == pytest.approx(3.0, abs=0.6)
    assert found.offset == pytest.approx(-4.5, abs=1.0)
    assert found.damping >= 0.0
    assert (found.human, found.made, found.sources) == (480, 480, 8)
    assert found.human_called_made < 0.05
    assert (found.detector, found.sha256) == ("spectra-0", "a" * 64)


def test_what_it_says_is_capped_whatever_the_recordings_said() -> None:
    """Scores that never overlap give a line as steep as a wall."""
    found = fit(MODEL, clips(40.0), "m.csv", "0" * 64)
    for score in (-1e6, 1e6):
        llr = synthetic_llr(score, 40.0, found.line)
        assert llr == pytest.approx(math.copysign(SYNTHETIC_LLR_LIMIT, score))


def test_noise_never_turns_a_score_round() -> None:
    """In the worst noise that is judged a high score still does not speak for a person."""
    steep = replace(fit(MODEL, clips(3.0), "m.csv", "0" * 64), slope=1.0, damping=9.0, offset=3.0)
    llr = synthetic_llr(100.0, 7.0, steep.line)
    assert llr is not None
    assert llr >= SYNTHETIC_LLR


def test_a_detector_that_ranks_the_wrong_way_round_is_refused() -> None:
    """Whoever mixed up its two outputs finds out here, and not from an innocent memo."""
    assert fault_of(clips(-3.0)).fault is Fault.BACKWARDS


def test_a_detector_that_accuses_people_elsewhere_is_refused() -> None:
    """Judged by lines that never saw the source: one loud room makes many machines."""
    error = fault_of(clips(6.0, n_sources=6, each=20, shift=12.0))
    assert error.fault is Fault.ACCUSES
    assert isinstance(error.values["share"], int)
    assert error.values["share"] > 5


def test_a_detector_that_hears_nothing_does_not_take_the_place_of_one_that_does() -> None:
    """It would accuse nobody, and find nothing either."""
    assert fault_of(clips(0.3, each=40)).fault is Fault.DEAF


@pytest.mark.parametrize("heard", [[], clips(3.0, each=2), clips(3.0, n_sources=4, each=20)])
def test_too_few_recordings_give_no_line(heard: list[Heard]) -> None:
    """Nor do many of too few sources, nor those of one kind alone."""
    assert fault_of(heard).fault is Fault.FEW
    assert fault_of([one for one in clips(3.0) if one.made]).fault is Fault.FEW


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    """Three sources with a soft "person" and a loud "machine" each, and a file that is no sound."""
    sound = read_clip(SAMPLE).samples[: 5 * 16_000]
    rows = []
    for source in "abc":
        for label, level in (("bonafide", 0.1), ("synthetic", 0.9)):
            name = f"{source}-{label}.wav"
            scaled = np.clip(sound / np.abs(sound).max() * level, -1, 1)
            with wave.open(str(tmp_path / name), "wb") as file:
                file.setparams((1, 2, 16_000, 0, "NONE", ""))
                file.writeframes((scaled * 32767).astype("<i2").tobytes())
            rows.append({"clip": name, "label": label, "kind": "clone", "source_repo": source})
    (tmp_path / "broken.wav").write_bytes(b"no sound")
    rows.append({"clip": "broken.wav", "label": "bonafide", "kind": "human", "source_repo": "a"})
    manifest = tmp_path / "manifest.csv"
    with manifest.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, ["clip", "label", "kind", "source_repo"])
        writer.writeheader()
        writer.writerows(rows)
    return manifest


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A folder of models with a tiny spectra-0, for which what is loud is made."""
    folder = tmp_path / "models"
    home = folder / "spectra-0"
    home.mkdir(parents=True)
    content = tiny_onnx.LOUDNESS
    (home / "model.onnx").write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    pin = {"revision": "0" * 40, "sha256": digest, "size_bytes": len(content)}
    write_record(home / ".pin.json", pin)
    return folder


def test_a_manifest_becomes_a_calibration_of_the_file_that_was_heard(
    recordings: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From recordings to the line that is loaded at the next start, with what it was made from."""
    monkeypatch.setattr(fitting, "MIN_CLIPS", 1)
    monkeypatch.setattr(fitting, "MIN_SOURCES", 1)
    monkeypatch.setattr(fitting, "CHANNELS", ("stored",))
    seen: list[tuple[int, int]] = []
    found = calibrate(
        "spectra-0", recordings, recordings.parent, tiny, 1, on_clip=lambda *at: seen.append(at)
    )
    assert seen[-1] == (7, 7)
    assert (found.human, found.made, found.sources) == (3, 3, 3)
    assert found.manifest_sha256 == hashlib.sha256(recordings.read_bytes()).hexdigest()
    found.save(tiny)
    digest = model_of("spectra-0", tiny).files[0].sha256
    assert fitted("spectra-0", digest, tiny) == found


def test_an_interrupted_calibration_goes_on_where_it_stopped(
    recordings: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes hours: what was heard is not heard again, and a half written line is."""
    monkeypatch.setattr(fitting, "MIN_CLIPS", 1)
    monkeypatch.setattr(fitting, "MIN_SOURCES", 1)
    monkeypatch.setattr(fitting, "CHANNELS", ("stored",))
    heard: list[str] = []

    def hear(raw: Raw, root: Path, row: dict[str, str], channel: str) -> Heard | None:
        heard.append(row["clip"])
        if len(heard) == 4:
            raise KeyboardInterrupt
        return real(raw, root, row, channel)

    real = fitting.hear
    monkeypatch.setattr(fitting, "hear", hear)
    with pytest.raises(KeyboardInterrupt):
        calibrate("spectra-0", recordings, recordings.parent, tiny, 1)
    [notes] = (tiny / "spectra-0").glob(".heard-*")
    assert notes.stat().st_mode & 0o777 == 0o600
    notes.write_text(notes.read_text().rstrip()[:-5])
    found = calibrate("spectra-0", recordings, recordings.parent, tiny, 1)
    assert heard[4:] == [heard[2], heard[3], *heard[6:]]
    assert len(heard) == 4 + 7 - 2
    assert (found.human, found.made) == (3, 3)
    assert not notes.exists()


def test_notes_that_others_may_write_are_not_believed(recordings: Path, tiny: Path) -> None:
    """They would become the calibration."""
    digest = hashlib.sha256(recordings.read_bytes()).hexdigest()
    notes = fitting._notes_of(model_of("spectra-0", tiny), digest, 1, tiny)
    notes.touch()
    notes.chmod(0o666)
    with pytest.raises(ValueError, match="others can write it"):
        calibrate("spectra-0", recordings, recordings.parent, tiny, 1)


def test_a_label_that_nobody_knows_stops_it(recordings: Path, tiny: Path) -> None:
    """Nothing is guessed about a manifest."""
    recordings.write_text(recordings.read_text().replace("bonafide", "real"))
    with pytest.raises(ValueError, match="“real”, not synthetic or bonafide"):
        calibrate("spectra-0", recordings, recordings.parent, tiny, 1)


@pytest.mark.parametrize("clip", ["../outside.wav", "/dev/zero", "a/../../outside.wav"])
def test_attack_16_a_list_of_recordings_opens_no_file_outside_its_folder(
    recordings: Path, tiny: Path, clip: str
) -> None:
    """Row 16: whoever offers recordings for download would choose what is read here."""
    recordings.write_text(recordings.read_text().replace("broken.wav", clip))
    with pytest.raises(ValueError, match="is not below"):
        calibrate("spectra-0", recordings, recordings.parent, tiny, 1)


def test_attack_16_recordings_that_never_end_hold_up_no_calibration(tmp_path: Path) -> None:
    """Row 16: they are handed to the limited child, which gets bytes of ordinary files alone."""
    os.mkfifo(tmp_path / "pipe.wav")
    (tmp_path / "zero.wav").symlink_to("/dev/zero")
    for clip in ("pipe.wav", "zero.wav"):
        assert fitting._sound(tmp_path, clip) is None
    with pytest.raises(FileNotFoundError):
        fitting._sound(tmp_path, "absent.wav")


def test_both_kinds_of_a_source_go_through_the_same_channels() -> None:
    """Else the channel would give the label away."""
    rows = [
        {"label": label, "source_repo": source}
        for source in "ab"
        for label in ("bonafide", "synthetic")
        for _ in range(4)
    ]
    passed = list(fitting._with_channels(rows))
    assert [channel for _, channel in passed[:4]] == [*fitting.CHANNELS, fitting.CHANNELS[0]]
    assert [channel for _, channel in passed[4:8]] == [channel for _, channel in passed[:4]]
