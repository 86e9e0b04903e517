"""Simple detectors are judged on sources that they never met."""

import csv
from pathlib import Path

import numpy as np
import pytest

from tests.voice.sounds import float_wav
from tests.voice.synthetic import music, pink_noise, silence, white_noise
from voice.audio import Waveform
from voice.evaluation.baselines import held_out, learnable, logistic, score_baselines
from voice.evaluation.metrics import equal_error_rate
from voice.evaluation.plain_features import spectral_statistics

STRENGTH = 0.03


def learned_from(
    n_sources: int = 5, shift: float = 1.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Features of twenty clips a source, made ones moved by `shift` in two of them."""
    random = np.random.default_rng(4)
    source = np.repeat(np.arange(n_sources), 20)
    made = np.tile(np.array([0, 1]), 10 * n_sources)
    features = random.standard_normal((len(made), 6)).astype(np.float32)
    features[:, :2] += shift * made[:, None]
    return features, made, source


def test_a_clip_is_judged_without_the_labels_of_its_source() -> None:
    """Turning the labels of a source round changes no score of that source."""
    features, made, source = learned_from()
    turned = np.where(source == 2, 1 - made, made)
    before = held_out(features, made, source, STRENGTH)
    after = held_out(features, turned, source, STRENGTH)
    assert np.array_equal(before[source == 2], after[source == 2])
    assert not np.allclose(before[source != 2], after[source != 2])


def test_what_can_be_learned_is_learned() -> None:
    """High scores for made clips where they differ, a coin's where they do not."""
    features, made, source = learned_from(shift=2.0)
    scores = held_out(features, made, source, 1.0)
    assert equal_error_rate(scores[made == 1], scores[made == 0]).rate < 0.15
    features, made, source = learned_from(n_sources=20, shift=0.0)
    scores = held_out(features, made, source, 1.0)
    assert 0.4 < equal_error_rate(scores[made == 1], scores[made == 0]).rate < 0.65


def test_the_regression_finds_the_ratio_of_two_bell_curves() -> None:
    """For unit normals one below and one above zero the log likelihood ratio is twice the value."""
    random = np.random.default_rng(5)
    made = np.tile(np.array([0, 1]), 5_000)
    features = (random.standard_normal((10_000, 1)) + (2 * made - 1)[:, None]).astype(np.float32)
    slope, bias = logistic(features, made, np.ones(10_000))
    assert slope == pytest.approx(2.0, abs=0.1)
    assert bias == pytest.approx(0.0, abs=0.1)


@pytest.mark.parametrize(
    ("made", "sources", "sentence"),
    [
        ([0, 1, 0, 1], "aaaa", "without the source a there is no human clip left"),
        ([0, 0, 1, 1], "aabb", "without the source a there is no human clip left"),
        ([1, 1, 1, 1], "aabb", "no human clip left"),
        ([0, 1, 0, 0], "aabb", "without the source a there is no synthetic clip left"),
        ([], "", "no clip to learn from"),
    ],
)
def test_a_manifest_without_both_kinds_elsewhere_is_refused(
    made: list[int], sources: str, sentence: str
) -> None:
    """One source, one kind, or each kind from one source: nothing can be told about new sources."""
    with pytest.raises(ValueError, match=sentence):
        learnable(np.array(made, dtype=np.int64), list(sources))


def test_level_says_nothing_about_who_made_a_clip() -> None:
    """The same sound ten times as quiet has the same statistics."""
    loud = music(2.0)
    quiet = Waveform(loud.samples * np.float32(0.1))
    found = spectral_statistics(loud)
    assert np.allclose(found, spectral_statistics(quiet), rtol=1e-3, atol=1e-2)
    assert not np.allclose(found, spectral_statistics(pink_noise(2.0)), rtol=1e-3, atol=1e-2)


@pytest.mark.parametrize("sound", [silence(1.0), white_noise(0.5), Waveform(np.ones(9_000, "f4"))])
def test_statistics_of_any_sound_are_numbers(sound: Waveform) -> None:
    """Also of silence, of hiss and of a constant."""
    assert np.isfinite(spectral_statistics(sound)).all()


@pytest.mark.models
def test_a_small_manifest_is_scored(models_folder: Path, tmp_path: Path) -> None:
    """Every clip gets a row, in order; what cannot be heard has no score and is counted."""
    rows = []
    for source in ("first", "second"):
        for number in range(3):
            for label, sound in (
                ("bonafide", music(1.0, number)),
                ("synthetic", white_noise(1.0, seed=number)),
            ):
                name = f"{source}-{label}-{number}.wav"
                (tmp_path / name).write_bytes(float_wav(sound.samples))
                rows.append((name, label, source))
    (tmp_path / "broken.wav").write_bytes(b"RIFF")
    (tmp_path / "short.wav").write_bytes(float_wav(music(0.2).samples))
    rows += [("broken.wav", "bonafide", "first"), ("short.wav", "bonafide", "second")]
    manifest, out = tmp_path / "manifest.csv", tmp_path / "baselines.csv"
    with manifest.open("w", newline="") as stream:
        csv.writer(stream).writerows([("clip", "label", "source_repo"), *rows])
    told: list[tuple[int, int]] = []
    failed = score_baselines(
        manifest, tmp_path, out, on_source=lambda done, total: told.append((done, total))
    )
    assert failed == 2
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
    with out.open(newline="") as stream:
        found = list(csv.DictReader(stream))
    assert [row["clip"] for row in found] == [name for name, _, _ in rows]
    assert {row["channel"] for row in found} == {"stored"}
    for name in ("layers", "spectral"):
        assert [row[name] for row in found[-2:]] == ["", ""]
        scores = {label: [] for label in ("bonafide", "synthetic")}
        for row, (_, label, _) in zip(found[:-2], rows, strict=False):
            scores[label].append(float(row[name]))
        assert min(scores["synthetic"]) > max(scores["bonafide"])
