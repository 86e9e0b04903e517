"""Held-out scores are what they claim to be, and training gives weights that load."""

import numpy as np
import pytest
import torch

from voice.audio import SAMPLE_RATE, Waveform
from voice.cm_features import N_FEATURES
from voice.cm_head import Head, as_tensor
from voice.training.calibrate import Facts, calibrated, held_out_llrs, report
from voice.training.head import BLOCKS, Trained, train
from voice.training.mixture import MIXED, SECONDS, passed
from voice.training.ridge import balanced, fit, linear_kernel

RANDOM = np.random.default_rng(3)
SOURCES = np.repeat(np.arange(6), 12)
MADE = np.tile(np.array([0, 1]), 36)


def features(width: int) -> np.ndarray:
    """Made speech is shifted in the first eight features, and every source in all of them."""
    values = RANDOM.standard_normal((len(MADE), width))
    values += RANDOM.standard_normal((6, width))[SOURCES] * 0.5
    values[:, :8] += 1.5 * MADE[:, None]
    return values.astype(np.float32)


def test_a_held_out_score_is_that_of_a_model_without_the_source() -> None:
    """The shortcut gives what an honest fit on the other sources gives."""
    rows = features(20)
    kernel, _ = linear_kernel(rows)
    found = fit(kernel, MADE, SOURCES, np.ones(len(MADE), dtype=np.bool_), 0.6)
    weights = balanced(MADE, SOURCES)
    rest = SOURCES != 2
    system = kernel[rest][:, rest] + 1.0 + torch.diag(torch.from_numpy(0.6 / weights[rest]))
    target = torch.from_numpy((2.0 * MADE[rest] - 1).astype(np.float32))
    expected = (kernel[~rest][:, rest] + 1.0) @ torch.linalg.solve(system, target)
    assert np.allclose(found.held_out[~rest], expected.numpy(), atol=1e-3)


def test_sources_that_were_not_heard_have_no_part() -> None:
    """Their weight in the solution is zero, and they are scored like strangers."""
    kernel, _ = linear_kernel(features(20))
    found = fit(kernel, MADE, SOURCES, SOURCES != 4, 0.6)
    assert not found.dual[SOURCES == 4].any()
    assert found.held_out[(SOURCES == 4) & (MADE == 1)].mean() > 0


def test_weights_balance_classes_and_sources() -> None:
    """A source with many clips has no more say than one with few."""
    made = np.array([0, 0, 0, 1, 1, 0])
    source = np.array([0, 0, 0, 0, 1, 1])
    weights = balanced(made, source)
    assert weights.mean() == pytest.approx(1.0)
    assert weights[made == 0].sum() == pytest.approx(weights[made == 1].sum())
    assert weights[:3].sum() == pytest.approx(weights[5])


def test_the_trained_head_tells_the_kinds_apart() -> None:
    """The tensors load into a head whose opinions follow the labels of unseen sources."""
    rows = features(N_FEATURES)
    rows[:, :400] += 1.5 * MADE[:, None]
    done: list[int] = []
    trained = train(rows, MADE.astype(np.int64), SOURCES, done.append)
    assert done == list(range(BLOCKS))
    head = Head({name: as_tensor(value) for name, value in trained.tensors.items()})
    scores = np.array([opinion.score for opinion in head.opinions(torch.from_numpy(rows))])
    assert scores[MADE == 1].mean() > scores[MADE == 0].mean()
    assert trained.score[MADE == 1].mean() > trained.score[MADE == 0].mean()
    facts = Facts(
        made=MADE,
        source=SOURCES,
        kind=np.where(MADE == 1, "clone", "human"),
        channel=np.full(len(MADE), "stored"),
        seconds=np.full(len(MADE), 5.0, dtype=np.float32),
        snr_db=np.full(len(MADE), 30.0, dtype=np.float32),
        judgeable=np.ones(len(MADE), dtype=np.bool_),
    )
    assert calibrated(trained, facts).slope > 0
    llrs = held_out_llrs(trained, facts)
    assert llrs[MADE == 1].mean() > llrs[MADE == 0].mean()
    text = report(trained, facts)
    assert text.startswith("stored: EER pooled")
    assert "clones missed" in text


def test_the_line_learns_how_little_scores_mean_in_noise() -> None:
    """Where noisy scores tell nothing, what is taken off the slope is about the whole slope."""
    made = np.tile(np.array([0, 1]), 400)
    noisy = np.repeat(np.array([False, True]), 400)
    score = RANDOM.standard_normal(800) + np.where(noisy, 0, 2 * made - 1)
    facts = Facts(
        made=made,
        source=np.zeros(800, dtype=np.int64),
        kind=np.where(made == 1, "clone", "human"),
        channel=np.full(800, "stored"),
        seconds=np.full(800, 5.0, dtype=np.float32),
        snr_db=np.where(noisy, 10.0, 30.0).astype(np.float32),
        judgeable=np.ones(800, dtype=np.bool_),
    )
    trained = Trained({}, score.astype(np.float32), np.zeros(800, dtype=np.float32))
    line = calibrated(trained, facts)
    assert line.slope > 1
    assert line.damping == pytest.approx(line.slope, rel=0.3)


def test_the_mixed_channel_follows_from_the_seed() -> None:
    """Every clip gets a piece and a chain of its own, and the same again the next time."""
    sound = RANDOM.standard_normal(10 * SAMPLE_RATE).astype(np.float32) * np.float32(0.05)
    one, again = (passed(MIXED, Waveform(sound), 7) for _ in range(2))
    assert np.array_equal(one.samples, again.samples)
    assert SECONDS[0] <= one.seconds <= SECONDS[1]
    assert not np.array_equal(passed(MIXED, Waveform(sound), 8).samples, one.samples)
