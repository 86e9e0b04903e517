"""What a memo is worth for a voiceprint."""

import numpy as np
import pytest

from voice.enrolment import QUIET_SNR_DB, enrolment_memo
from voice.results import Analysis, Container, Problem, Quality, Segment
from voice.speaker import HeardVoice


def heard(snr_db: float, problems: tuple[Problem, ...] = ()) -> Analysis:
    """A memo of nine seconds with so much speech over its noise."""
    return Analysis(
        audio=Container("0" * 64, 9000, "ogg", "opus", 48_000, 1, 16_000, 9.5),
        speech=(Segment(0.0, 9.0),),
        quality=Quality(level_dbfs=-20.0, clipped_share=0.0, snr_db=snr_db, bandwidth_hz=8000.0),
        problems=problems,
    )


def voice() -> HeardVoice:
    """An embedding of some model."""
    whole = np.full(4, 0.5, np.float32)
    return HeardVoice("m", whole, whole[np.newaxis], (((0.0, 9.0),),), 9.0)


def test_a_quiet_memo_gives_a_voiceprint():
    """Nine seconds without noise."""
    found = enrolment_memo(heard(30.0), voice())
    assert found.voiceprint is not None
    assert found.problems == ()


@pytest.mark.parametrize("snr_db", [QUIET_SNR_DB - 0.5, 8.0])
def test_attack_11_a_clone_is_not_enrolled_behind_noise(snr_db: float):
    """Row 11: where the countermeasure is deaf nobody becomes the relative's voice for years."""
    found = enrolment_memo(heard(snr_db), voice())
    assert found.voiceprint is None
    assert found.problems == (Problem.TOO_NOISY,)


def test_noise_is_said_once():
    """A memo that is too noisy for anything has that reason already."""
    found = enrolment_memo(heard(3.0, (Problem.TOO_NOISY,)), voice())
    assert found.problems == (Problem.TOO_NOISY,)
