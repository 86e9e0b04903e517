"""The watermark is found where it is, through a messenger's codec, and nowhere else."""

import csv
from pathlib import Path

import pytest
import torch

from tests.voice.perth_encoder import PerthEncoder
from tests.voice.synthetic import silence, white_noise
from voice import models
from voice.activity import find_speech
from voice.audio import Waveform
from voice.errors import ModelMismatch
from voice.evaluation.mediafiles import Kind, encode
from voice.isolation import decode_file
from voice.results import Segment
from voice.watermark import THRESHOLD, PerthDetector

SAMPLES = Path(__file__).resolve().parents[2] / "docs" / "samples"

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def weights(models_folder: Path) -> Path:
    """The published checkpoint."""
    return models.locate("perth", models_folder)["perth_net_250000.pth.tar"]


@pytest.fixture(scope="module")
def detector(weights: Path) -> PerthDetector:
    """The detector with its weights."""
    torch.set_num_threads(1)
    return PerthDetector(weights)


@pytest.fixture(scope="module")
def memo() -> Waveform:
    """One of the sample memos."""
    return decode_file(SAMPLES / "birthday-en.ogg")[0]


def test_it_finds_the_mark_in_every_window(
    weights: Path, detector: PerthDetector, memo: Waveform
) -> None:
    """Marked speech has the mark all through."""
    marked = PerthEncoder(weights).mark(memo)
    found = detector.find(marked, find_speech(marked))
    assert found is not None
    assert found.scheme == "perth"
    assert found.confidence >= THRESHOLD
    assert all(window.score >= THRESHOLD for window in found.windows)


def test_it_finds_the_mark_after_a_messengers_codec(
    weights: Path, detector: PerthDetector, memo: Waveform, tmp_path: Path
) -> None:
    """Opus at 16 kHz, as a voice memo has, leaves the mark in place."""
    path = tmp_path / "memo.ogg"
    marked = PerthEncoder(weights).mark(memo)
    path.write_bytes(encode(marked.samples, Kind("ogg", "libopus", 16_000)))
    heard = decode_file(path)[0]
    assert detector.find(heard, find_speech(heard)) is not None


def test_it_finds_nothing_in_speech_without_the_mark(
    detector: PerthDetector, memo: Waveform
) -> None:
    """Unmarked speech stays below the threshold, with a number that is not rounded."""
    segments = find_speech(memo)
    assert detector.find(memo, segments) is None
    score = detector.score(memo, segments)
    assert score is not None
    assert 0.0 <= score.score < THRESHOLD


@pytest.mark.parametrize("sound", [silence, white_noise])
def test_it_finds_nothing_in_what_is_not_speech(detector: PerthDetector, sound: object) -> None:
    """Silence and noise, taken for speech by mistake, bear no mark."""
    assert callable(sound)
    assert detector.find(sound(6.0), [Segment(0.0, 6.0)]) is None


def test_it_says_nothing_about_less_than_a_second(detector: PerthDetector, memo: Waveform) -> None:
    """Too little speech has no score."""
    assert detector.score(memo, [Segment(1.0, 1.5)]) is None
    assert detector.find(memo, []) is None


def test_a_mark_in_one_corner_is_no_mark(
    weights: Path, detector: PerthDetector, memo: Waveform
) -> None:
    """Fewer than half of the windows do not make the memo marked."""
    spliced = Waveform(memo.samples.copy())
    part = PerthEncoder(weights).mark(memo).samples[:32_000]
    spliced.samples[: len(part)] = part
    assert detector.find(spliced, find_speech(spliced)) is None


def test_it_refuses_a_file_that_is_no_checkpoint(tmp_path: Path) -> None:
    """Anything but the network's tensors is refused, and never run."""
    path = tmp_path / "weights.pth"
    path.write_bytes(b"not a checkpoint")
    with pytest.raises(ModelMismatch):
        PerthDetector(path)
    torch.save({"model": {"decoder.x": torch.zeros(1)}}, path)
    with pytest.raises(ModelMismatch):
        PerthDetector(path)


@pytest.mark.corpus
def test_it_accuses_no_recorded_person(detector: PerthDetector, corpus: Path) -> None:
    """No recording of a person bears the mark."""
    with (corpus / "manifest.csv").open(newline="") as table:
        rows = [row for row in csv.DictReader(table) if row["label"] == "bonafide"]
    for row in rows[::140]:
        waveform, _ = decode_file(corpus / row["clip"])
        assert detector.find(waveform, find_speech(waveform)) is None, row["clip"]
