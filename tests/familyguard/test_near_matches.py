"""Security row 18: whoever tunes a clone against the bot is noticed by the keeper."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from familyguard.model import Sign
from familyguard.near_matches import (
    TELL_FROM,
    WITHIN_SECONDS,
    Near,
    NearMatches,
    near_match,
)


def told(times: list[float]) -> list[float]:
    """When the keeper is told, for near matches at these times."""
    state, when = NearMatches(), []
    for time in times:
        state, tell = state.add(time)
        when += [time] * tell
    return when


def test_attack_18_what_almost_passes_is_a_near_match():
    """The right word in a wrong voice, or the right voice from a machine."""
    assert near_match({Sign.CODE_WORD_RIGHT, Sign.VOICE_DIFFERS}) is Near.WORD_BUT_OTHER_VOICE
    assert near_match({Sign.VOICE_SIMILAR, Sign.SYNTHETIC}) is Near.VOICE_BUT_MADE
    assert near_match({Sign.VOICE_SIMILAR, Sign.WATERMARK}) is Near.VOICE_BUT_MADE
    assert near_match({Sign.VOICE_SIMILAR, Sign.CODE_WORD_RIGHT}) is None
    assert near_match({Sign.VOICE_DIFFERS, Sign.SYNTHETIC}) is None
    assert near_match([]) is None


def test_attack_18_the_keeper_is_told_of_the_third_within_three_days_and_then_left_alone():
    """Two are bad luck; ten in a row are one message."""
    assert told([0, 1]) == []
    assert told([0, 1, 2]) == [2]
    assert told([float(second) for second in range(10)]) == [2]
    assert told([0, WITHIN_SECONDS, 2 * WITHIN_SECONDS]) == []


@given(st.lists(st.floats(0, 1e6), max_size=30).map(sorted))
def test_the_keeper_is_told_at_most_once_in_three_days(times):
    """And never of fewer than three."""
    when = told(times)
    assert all(b - a >= WITHIN_SECONDS for a, b in itertools.pairwise(when))
    assert len(when) <= len(times) // TELL_FROM + (len(times) > 0)
    for moment in when:
        recent = [time for time in times if moment - WITHIN_SECONDS < time <= moment]
        assert len(recent) >= TELL_FROM
