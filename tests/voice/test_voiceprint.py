"""Voiceprints without a network: stored, put together, and held against each other."""

import numpy as np
import pytest

from voice.calibration import VOICE_DIFFERENT_LLR, VOICE_SIMILAR_LLR
from voice.voiceprint import (
    Voiceprint,
    combined,
    consistency,
    consistent,
    from_bytes,
    likeness,
    to_bytes,
)


def voice(seed: int, spread: float = 0.0, memo: int = 0, seconds: float = 8.0) -> Voiceprint:
    """A print of a voice; `spread` is how far this memo is from the middle of the voice."""
    middle = np.random.default_rng(seed).standard_normal(192)
    odd = np.random.default_rng([seed, memo, 1]).standard_normal(192)
    numbers = middle / np.linalg.norm(middle) + spread * odd / np.linalg.norm(odd)
    return Voiceprint("campplus", tuple(map(float, numbers / np.linalg.norm(numbers))), seconds)


def test_memos_of_one_voice_agree() -> None:
    """Three memos that differ as those of one person do."""
    memos = [voice(1, 0.5, memo) for memo in range(3)]
    assert all(llr is not None and llr > VOICE_SIMILAR_LLR for llr in consistency(memos))
    assert consistent(memos)


def test_one_memo_of_another_voice_spoils_an_enrolment() -> None:
    """Attack 11: a memo of somebody else, or of a clone that is not good, shows."""
    memos = [voice(1, 0.5, 0), voice(1, 0.5, 1), voice(2, 0.5, 2)]
    llrs = consistency(memos)
    assert llrs[2] is not None
    assert llrs[2] < VOICE_DIFFERENT_LLR
    assert not consistent(memos)


def test_prints_of_a_model_that_was_not_calibrated_agree_with_nothing() -> None:
    """Without calibration nobody can say that they are alike."""
    memos = [Voiceprint("other", (1.0, 0.0), 5.0)] * 3
    assert consistency(memos) == (None, None, None)
    assert not consistent(memos)


def test_one_memo_alone_cannot_agree() -> None:
    """There is nothing to compare it with."""
    with pytest.raises(ValueError, match="one memo"):
        consistency([voice(1)])


def test_models_are_not_mixed() -> None:
    """Numbers of two networks have nothing to do with each other."""
    strange = Voiceprint("other", (1.0,) * 192, 5.0)
    with pytest.raises(ValueError, match="one model"):
        combined([voice(1), strange])
    with pytest.raises(ValueError, match="cannot be compared"):
        likeness(voice(1), strange)


def test_memos_count_by_their_speech() -> None:
    """A long memo says more about a voice than a short one."""
    both = combined([voice(1, seconds=9.0), voice(2, seconds=1.0)])
    assert both.speech_seconds == 10.0
    assert np.linalg.norm(both.embedding) == pytest.approx(1.0, abs=1e-5)
    assert np.dot(both.embedding, voice(1).embedding) > 0.9


def test_a_print_is_the_same_after_it_was_stored() -> None:
    """Through bytes and back."""
    print_ = voice(3)
    again = from_bytes(to_bytes(print_))
    assert (again.model, again.speech_seconds) == (print_.model, print_.speech_seconds)
    assert again.embedding == pytest.approx(print_.embedding, abs=1e-7)


@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b"[]", b'{"model": 1, "embedding": "AAAA", "speech_seconds": 1.0}', b"\xff"],
)
def test_what_is_no_print_is_refused(data: bytes) -> None:
    """A cell of the database that was exchanged does not become a voice."""
    with pytest.raises(ValueError):
        from_bytes(data)


def test_a_print_does_not_show_the_voice_where_it_is_printed() -> None:
    """Biometric data stays out of logs."""
    assert str(voice(1).embedding[0])[:6] not in repr(voice(1))
