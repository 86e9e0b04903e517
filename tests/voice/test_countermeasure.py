"""The synthetic-speech score: what it says, when it keeps silent, and what it refuses to load."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest
import torch

from voice.activity import find_speech
from voice.audio import SAMPLE_RATE, Waveform
from voice.calibration import SYNTHETIC_LLR, SYNTHETIC_LLR_LIMIT, synthetic_llr
from voice.campplus import CamPlusPlus, CampplusEncoder
from voice.cm_features import N_FEATURES, WIDTHS, SpeechFeatures, Track, chunks, statistics
from voice.cm_fine import N_HARMONY, N_LINES
from voice.cm_head import SIZE, Head, load_head, random_features
from voice.countermeasure import (
    WEIGHTS,
    WEIGHTS_SHA256,
    Countermeasure,
    load_countermeasure,
    windows_of,
)
from voice.errors import ModelMismatch
from voice.evaluation.clips import read_clip
from voice.results import Segment
from voice.whisper_encoder import WhisperEncoder


@pytest.fixture(scope="module")
def countermeasure(models_folder: Path) -> Countermeasure:
    """The one that comes with the package."""
    found = load_countermeasure(models_folder)
    assert found is not None
    return found


def noise(seconds: float) -> Waveform:
    """Hiss."""
    random = np.random.default_rng(1)
    return Waveform((0.05 * random.standard_normal(round(seconds * SAMPLE_RATE))).astype("f4"))


def untrained_voice(folder: Path) -> CampplusEncoder:
    """CAM++ before it learned anything."""
    torch.save(CamPlusPlus().state_dict(), folder / "weights.pt")
    return CampplusEncoder(folder / "weights.pt")


def test_the_weights_are_the_pinned_ones() -> None:
    """The file in the package loads under its hash."""
    (opinion,) = load_head(WEIGHTS, WEIGHTS_SHA256).opinions(torch.zeros(1, N_FEATURES))
    assert math.isfinite(opinion.score)


def test_other_weights_are_refused(tmp_path: Path) -> None:
    """A file that is not the pinned one is never opened as tensors."""
    other = tmp_path / "countermeasure.safetensors"
    other.write_bytes(b"\0" * 64)
    with pytest.raises(ModelMismatch, match="has hash"):
        load_head(other, WEIGHTS_SHA256)


def test_weights_for_other_features_are_refused() -> None:
    """A head of another shape cannot be used by mistake."""
    tensors = {
        "center": torch.zeros(3),
        "scale": torch.ones(3),
        "gain": torch.ones(3),
        "signs": torch.ones(1, 3, SIZE),
        "weights": torch.zeros(2 * SIZE),
        "basis": torch.zeros(3, 1),
        "spread": torch.ones(1),
        "settings": torch.tensor([0.5, 1.0]),
    }
    with pytest.raises(ModelMismatch, match="other features"):
        Head(tensors)
    del tensors["weights"]
    with pytest.raises(ModelMismatch, match="missing"):
        Head(tensors)


def test_random_features_stand_in_for_the_gaussian_kernel() -> None:
    """Dot products of enough of them come near to the kernel."""
    random = torch.Generator().manual_seed(1)
    rows = torch.randn(6, 300, generator=random) / 20
    signs = torch.randint(0, 2, (4, 3, SIZE), generator=random) * 2.0 - 1.0
    found = torch.zeros(6, 6)
    for some in signs:
        block = random_features(rows, some)
        found += block @ block.T / (len(signs) * SIZE)
    expected = torch.exp(-torch.cdist(rows, rows).square() / 2)
    assert torch.allclose(found, expected, atol=0.02)


@pytest.mark.models
def test_without_the_voice_network_there_is_no_countermeasure(
    models_folder: Path, tmp_path: Path
) -> None:
    """Half of the features would be missing, so nothing is said."""
    (tmp_path / "whisper-base").symlink_to(models_folder / "whisper-base")
    assert load_countermeasure(tmp_path) is None


@pytest.mark.models
def test_what_the_voice_comparison_heard_is_used(models_folder: Path) -> None:
    """The first stage is the same whether it was kept or is worked out again."""
    encoder = CampplusEncoder(models_folder / "campplus" / "campplus_cn_en_common.pt")
    speech = noise(3.0)
    encoder.embed_all([speech, speech.cut(0.0, 2.0)])
    kept, _ = encoder.first_stage(speech)
    front, tdnn = encoder.first_stage(speech)
    assert torch.allclose(kept, front, atol=1e-4)
    assert (front.shape[1], tdnn.shape[1]) == WIDTHS[-2:]
    with pytest.raises(ValueError, match="too short"):
        encoder.first_stage(noise(0.05))


def test_without_the_recogniser_there_is_no_countermeasure(tmp_path: Path) -> None:
    """An empty models folder is no error: the analysis says what was not checked."""
    assert load_countermeasure(tmp_path) is None


@pytest.mark.models
def test_too_little_speech_gets_no_score(countermeasure: Countermeasure) -> None:
    """Under two seconds nothing is said."""
    assert countermeasure.score(noise(5.0), [Segment(0.0, 1.5)]) is None


@pytest.mark.models
def test_every_window_is_scored(countermeasure: Countermeasure) -> None:
    """The windows are those of `windows_of`, also where speech fills several chunks."""
    segments = [Segment(0.5, 9.0), Segment(9.5, 16.0)]
    score = countermeasure.score(noise(17.0), segments)
    assert score is not None
    expected = [(pieces[0].start, pieces[-1].end) for pieces in windows_of(segments)]
    assert [(window.start, window.end) for window in score.windows] == expected


@pytest.mark.models
def test_a_long_memo_is_judged_by_its_first_minute(countermeasure: Countermeasure) -> None:
    """The time it takes is bounded."""
    score = countermeasure.score(noise(80.0), [Segment(0.0, 80.0)])
    assert score is not None
    assert max(window.end for window in score.windows) <= 60.0


@pytest.mark.models
def test_steady_noise_is_not_judged(countermeasure: Countermeasure) -> None:
    """Sound unlike anything in the training data gets a score without a likelihood ratio."""
    score = countermeasure.score(noise(6.0), [Segment(0.0, 6.0)])
    assert score is not None
    assert score.llr is None


@pytest.mark.models
@pytest.mark.corpus
def test_loudness_does_not_change_the_score(countermeasure: Countermeasure, corpus: Path) -> None:
    """The same memo, softer, is the same memo."""
    waveform = read_clip(_first_clip(corpus, "bonafide"))
    segments = find_speech(waveform)
    loud = countermeasure.score(waveform, segments)
    soft = countermeasure.score(Waveform(waveform.samples * np.float32(0.25)), segments)
    assert loud is not None
    assert soft is not None
    assert soft.score == pytest.approx(loud.score, abs=0.02)


@pytest.mark.models
@pytest.mark.corpus
def test_made_speech_scores_higher_than_human_speech(
    countermeasure: Countermeasure, corpus: Path
) -> None:
    """On clips that it was trained on, the order must hold; how well it does is in the docs."""
    scores: dict[str, list[float]] = {"bonafide": [], "synthetic": []}
    with (corpus / "manifest.csv").open(newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if 3 < float(row["seconds"]) < 6]
    for row in rows[::150]:
        waveform = read_clip(corpus / row["clip"])
        score = countermeasure.score(waveform, find_speech(waveform))
        if score is not None:
            scores[row["label"]].append(score.score)
    assert np.median(scores["synthetic"]) > np.median(scores["bonafide"])


def llr_of(score: float, snr_db: float) -> float:
    """The ratio of a memo of which there is one."""
    llr = synthetic_llr(score, snr_db)
    assert llr is not None
    return llr


def test_the_ratio_is_capped_and_rises_with_the_score() -> None:
    """Weak evidence stays weak, in both directions."""
    ratios = [llr_of(score, 30.0) for score in (-9.0, -0.5, 0.0, 0.5, 9.0)]
    assert ratios == sorted(ratios)
    assert ratios[0] == -SYNTHETIC_LLR_LIMIT
    assert ratios[-1] == SYNTHETIC_LLR_LIMIT
    assert 0 < SYNTHETIC_LLR < SYNTHETIC_LLR_LIMIT


def test_in_noise_the_same_score_means_less() -> None:
    """The ratio sinks as the noise rises, and never changes sides."""
    ratios = [llr_of(0.5, snr_db) for snr_db in (60.0, 20.0, 15.0, 12.0)]
    assert ratios == sorted(ratios, reverse=True)
    assert ratios[0] == ratios[1] >= SYNTHETIC_LLR * 0.9
    assert 0.0 < ratios[3] < SYNTHETIC_LLR / 1.5


@pytest.mark.parametrize("snr_db", [11.9, 10.0, 7.0])
@pytest.mark.parametrize("score", [-2.0, -0.5, 0.0, 0.5])
def test_noise_added_to_a_clone_never_makes_it_look_like_a_person(
    score: float, snr_db: float
) -> None:
    """Attack 10, noise that hides traces: the answer is that it could not be judged."""
    assert synthetic_llr(score, snr_db) is None


def test_a_machine_that_is_heard_through_noise_is_still_named() -> None:
    """Saying that noise hides machines takes nothing away from what was found in it."""
    assert llr_of(9.0, 8.0) == SYNTHETIC_LLR_LIMIT
    assert llr_of(1.5, 10.0) >= SYNTHETIC_LLR


def ramps(n_frames: int) -> list[Track]:
    """Tracks that rise by one with every frame, at the rates of the real ones."""
    rise = torch.arange(float(n_frames))[:, None]
    rates = (50, 50, 50, 100, 50)
    heard = [
        Track(rise.expand(n_frames, width), rate) for width, rate in zip(WIDTHS, rates, strict=True)
    ]
    spectra = Track(torch.zeros(n_frames, N_LINES), 31.25)
    return [*heard, spectra, Track(rise.expand(n_frames, N_HARMONY), 62.5)]


def test_statistics_are_mean_deviation_and_movement() -> None:
    """A ramp has a known mean, deviation and step, whatever the number of frames a second."""
    (found,) = statistics(ramps(20))
    assert found.shape == (N_FEATURES,)
    width = WIDTHS[0]
    assert found[: 4 * width : width].tolist() == pytest.approx([9.5, math.sqrt(33.25), 1.0, 4.0])
    first, width = 4 * sum(WIDTHS[:3]), WIDTHS[3]
    fast = found[first : first + 4 * width : width].tolist()
    assert fast == pytest.approx([9.5, math.sqrt(33.25), 2.0, 8.0])
    assert found[-3 * N_HARMONY :: N_HARMONY].tolist() == pytest.approx([9.5, math.sqrt(35), 1.0])


def test_statistics_of_a_span_are_those_of_its_frames() -> None:
    """Windows are worked out together, and come to what each would give alone."""
    whole = ramps(400)
    spans = [(0.0, 3.0), (1.0, 2.5)]
    for span, found in zip(spans, statistics(whole, spans), strict=True):
        cut = [
            Track(track.values[slice(*track.frames([span])[0])], track.frames_per_second)
            for track in whole
        ]
        assert torch.allclose(statistics(cut)[0], found, rtol=1e-4, atol=1e-3)


def test_the_loudest_point_of_the_spectrogram_is_fixed(tmp_path: Path) -> None:
    """Level is taken out before the encoder sees anything."""
    front = SpeechFeatures(WhisperEncoder(0), untrained_voice(tmp_path))
    one, other = front.mel(noise(1.0).samples), front.mel(noise(1.0).samples * np.float32(0.1))
    assert one.shape == (80, 100)
    assert torch.allclose(one, other, atol=1e-3)


def test_chunks_cover_everything_once() -> None:
    """Equal pieces, none longer than allowed."""
    pieces = chunks(25, 10)
    assert pieces == [(0, 8), (8, 16), (16, 25)]
    assert chunks(10, 10) == [(0, 10)]


def _first_clip(corpus: Path, label: str) -> Path:
    with (corpus / "manifest.csv").open(newline="") as stream:
        for row in csv.DictReader(stream):
            if row["label"] == label and float(row["seconds"]) > 4:
                return corpus / row["clip"]
    raise AssertionError("no such clip")


def test_it_cuts_speech_into_windows_of_four_seconds_every_two() -> None:
    """Windows count speech only; the last ends where the speech ends."""
    windows = windows_of([Segment(1.0, 4.0), Segment(10.0, 15.0)])
    lengths = [sum(piece.seconds for piece in window) for window in windows]
    assert lengths == pytest.approx([4.0, 4.0, 4.0])
    assert [window[0].start for window in windows] == pytest.approx([1.0, 3.0, 11.0])
    assert windows[-1][-1].end == pytest.approx(15.0)


def test_it_gives_no_window_below_two_seconds_of_speech() -> None:
    """Too little speech has no window, so no score can be given for it."""
    assert windows_of([Segment(0.0, 1.5)]) == []
