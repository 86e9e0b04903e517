"""Spliced memos are what they claim to be, and are judged by a head that never met their source."""

import numpy as np
import pytest
import torch

from voice.audio import SAMPLE_RATE
from voice.cm_features import N_FEATURES
from voice.results import Score, Window
from voice.training.calibrate import Facts
from voice.training.collection import Copies
from voice.training.held_out import FOLDS, SpliceScore, fold_heads, judged_by, splice_report
from voice.training.splices import PAUSE_SECONDS, pairs, spliced

RANDOM = np.random.default_rng(4)


def hiss(seconds: float) -> np.ndarray:
    """Noise in place of speech."""
    return RANDOM.standard_normal(round(seconds * SAMPLE_RATE)).astype(np.float32)


def test_a_splice_has_its_share_and_its_boundary() -> None:
    """The request begins where it is said to begin, after a short pause."""
    found = spliced(hiss(6.0), hiss(6.0), 0.25, 8.0)
    assert found is not None
    assert found.boundary == pytest.approx(6.0)
    assert found.waveform.seconds == pytest.approx(8.0 + PAUSE_SECONDS)
    pause = found.waveform.cut(6.0, 6.0 + PAUSE_SECONDS)
    assert not pause.samples.any()


def test_a_memo_of_one_kind_has_no_pause() -> None:
    """It is as long as the others, and made of one clip."""
    found = spliced(hiss(9.0), hiss(9.0), 0.0, 8.0)
    assert found is not None
    assert found.waveform.seconds == pytest.approx(8.0)


def test_too_short_a_clip_makes_no_splice() -> None:
    """Nothing is repeated to fill a memo."""
    assert spliced(hiss(1.0), hiss(9.0), 0.2, 8.0) is None


def test_a_person_is_paired_with_her_own_clone() -> None:
    """With a stranger's only where she has none, and never with that of another source."""
    made = np.array([False, True, True, False, True, False])
    found = dict(pairs([0, 0, 0, 0, 1, 2], made, ["a", "b", "a", "c", "a", "a"], RANDOM))
    assert found[0] == 2
    assert found[3] in (1, 2)
    assert 5 not in found


def test_copies_are_taken_from_the_manifest_evenly() -> None:
    """Every so many rows, from a first one on."""
    rows = [{"clip": str(number)} for number in range(7)]
    assert [row["clip"] for row in Copies("mixed", 1, 3).of(rows)] == ["1", "4"]


def test_every_source_is_judged_by_a_head_that_never_met_it() -> None:
    """Its clips change nothing in the head of its fold."""
    made = np.tile(np.array([0, 1]), 30)
    source = np.repeat(np.arange(10), 6)
    rows = RANDOM.standard_normal((60, N_FEATURES)).astype(np.float32)
    rows[:, :400] += 1.5 * made[:, None]
    heads, fold = fold_heads(rows, made, source)
    assert len(heads) == FOLDS
    flipped = np.where(source == 0, 1 - made, made)
    others, _ = fold_heads(rows, flipped, source)
    probe = torch.from_numpy(rows[:4])
    assert heads[fold[0]].opinions(probe) == others[fold[0]].opinions(probe)
    facts = Facts(
        made=made,
        source=source,
        kind=np.where(made == 1, "clone", "human"),
        channel=np.full(60, "stored"),
        seconds=np.full(60, 5.0, dtype=np.float32),
        snr_db=np.full(60, 30.0, dtype=np.float32),
        judgeable=np.ones(60, dtype=np.bool_),
    )
    some = facts.some(source == 3)
    judged = judged_by(heads, fold, rows[source == 3], some)
    (expected,) = heads[fold[3]].opinions(torch.from_numpy(rows[source == 3][:1]))
    assert judged.score[0] == pytest.approx(expected.score, abs=1e-4)


def test_the_report_tells_where_the_worst_window_lies() -> None:
    """Per share of made speech, next to what chance would give."""
    human = Score("m", -1.0, -1.0, (Window(0.0, 4.0, -1.0), Window(2.0, 6.0, -1.0)))
    mixed = Score("m", 0.5, 2.0, (Window(0.0, 4.0, 0.0), Window(2.0, 6.0, 1.0)))
    found = [SpliceScore(0.0, 6.0, human)]
    found += [SpliceScore(share, 3.0, mixed) for share in (0.2, 0.4, 0.6, 0.8, 1.0)]
    text = splice_report(found)
    assert "40% made (1 memos): called made as a whole 100%, worst window mostly made 100%" in text
    assert "of all windows 50%" in text
