"""The calibration is fitted on the trials that it says, and the ratios mean what they say."""

import numpy as np
import pytest

from voice.evaluation.clips import Clip
from voice.evaluation.speaker_calibration import (
    CONDITIONS,
    Condition,
    Heard,
    Trials,
    fit,
    report,
    trials,
)

WHOLE = CONDITIONS[0]
SHORT = CONDITIONS[-1]


def clip(path: str, source: str, speaker: str) -> Clip:
    """A human recording."""
    return Clip(path, "human", "human", "human", source, speaker, True, "", "en", "dev")


def heard(axis: int, seconds: float) -> Heard:
    """A voice on one of four axes."""
    return Heard(np.eye(4, dtype=np.float32)[axis], seconds)


def gaussian(count: int = 4000, seconds: float = 5.0) -> Trials:
    """Cosines of two kinds that overlap: means 0.5 and 0.1, deviation 0.15."""
    random = np.random.default_rng(2)
    length = np.full(count, seconds)
    return Trials(random.normal(0.5, 0.15, count), length, random.normal(0.1, 0.15, count), length)


def test_the_second_recording_is_the_one_in_the_condition() -> None:
    """Pairs go both ways within a source, and a recording too short for a condition is no memo."""
    clips = [clip("a1", "one", "a"), clip("a2", "one", "a"), clip("b1", "one", "b")]
    clips.append(clip("c1", "two", "c"))
    recordings: dict[str, dict[Condition, Heard]] = {
        "a1": {WHOLE: heard(0, 5.0), SHORT: heard(0, 2.0)},
        "a2": {WHOLE: heard(0, 6.0)},
        "b1": {WHOLE: heard(1, 7.0), SHORT: heard(1, 2.0)},
        "c1": {WHOLE: heard(2, 7.0), SHORT: heard(2, 2.0)},
    }
    whole = trials(clips, recordings, WHOLE)
    assert (len(whole.same), len(whole.different)) == (2, 4)
    short = trials(clips, recordings, SHORT)
    assert (len(short.same), len(short.different)) == (1, 3)
    assert set(short.same_seconds) == {2.0}
    assert set(short.same) == {1.0}


def test_a_cosine_half_way_says_nothing() -> None:
    """Where both kinds are equally likely, the ratio is about one."""
    found = fit([gaussian()])
    middle = found.slope * 0.3 + found.offset + found.per_log_second * np.log(5.0)
    assert middle == pytest.approx(0.0, abs=0.3)


def test_the_ratios_are_milder_than_the_corpus_alone_would_make_them() -> None:
    """The theoretical slope of these two bell curves is 17.8; the fitted one stays below."""
    assert 5.0 < fit([gaussian()]).slope < 0.4 / 0.15**2


def test_the_report_has_a_row_for_each_condition() -> None:
    """Every way in which a memo may arrive is listed."""
    text = report({WHOLE: gaussian(50), SHORT: gaussian(60, 2.0)}, "campplus")
    assert "| whole, as stored | 50 / 50 |" in text
    assert "| 2 s, Opus 16 kbit/s | 60 / 60 |" in text
