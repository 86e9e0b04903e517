"""From a cosine to the weight of evidence."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.calibration import (
    VOICE_DIFFERENT_LLR,
    VOICE_LLR_LIMIT,
    VOICE_SIMILAR_LLR,
    voice_llr,
)

cosines = st.floats(-1.0, 1.0)
lengths = st.floats(2.0, 900.0)


@given(cosines, cosines, lengths)
def test_more_alike_is_never_more_different(one: float, other: float, seconds: float) -> None:
    """At one length of speech the ratio rises with the cosine."""
    lower, higher = sorted((one, other))
    first, second = voice_llr("campplus", lower, seconds), voice_llr("campplus", higher, seconds)
    assert first is not None
    assert second is not None
    assert first <= second


@given(cosines, lengths)
def test_the_voice_alone_never_weighs_more_than_a_hundred_to_one(
    cosine: float, seconds: float
) -> None:
    """The ratio is capped on both sides."""
    llr = voice_llr("campplus", cosine, seconds)
    assert llr is not None
    assert abs(llr) <= VOICE_LLR_LIMIT == pytest.approx(2 * math.log(10))


def test_the_bounds_leave_room_for_not_knowing() -> None:
    """Between clearly different and similar lies a stretch without an answer."""
    assert -VOICE_LLR_LIMIT <= VOICE_DIFFERENT_LLR < 0 < VOICE_SIMILAR_LLR <= VOICE_LLR_LIMIT


def test_a_typical_stranger_and_a_typical_relative_are_told_apart() -> None:
    """The mean cosines of the corpus lie well beyond the bounds, even for two seconds of speech."""
    for seconds in (2.0, 5.0, 60.0):
        stranger, relative = (
            voice_llr("campplus", 0.05, seconds),
            voice_llr("campplus", 0.8, seconds),
        )
        assert stranger is not None
        assert relative is not None
        assert stranger < VOICE_DIFFERENT_LLR
        assert relative > VOICE_SIMILAR_LLR


def test_an_uncalibrated_model_has_no_ratio() -> None:
    """Nothing is made up for a model that was not measured."""
    assert voice_llr("ecapa", 0.9, 10.0) is None
    assert voice_llr("ge2e", 0.9, 10.0) is None
