"""A recording that came by before, or that fits any story, is named as one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from familyguard.freshness import (
    DAY_SECONDS,
    MOST_GREETING_WORDS,
    SAME_MESSAGE_SECONDS,
    Sighting,
    greeting_only,
    heard_before,
    old_recording,
)
from familyguard.model import Evidence, Level, Sign
from familyguard.verdict import judge

NOW = 1_000_000.0
FIRST = Sighting(NOW, 7, unique_id="u", sha256="s", sound="f", origin="x", sent_at=NOW - 60)


@pytest.mark.parametrize(
    "again",
    [
        Sighting(NOW + 9e4, 7, unique_id="u", origin="x", sent_at=NOW + 8e4),
        Sighting(NOW + 9e4, 8, sha256="s", origin="y", sent_at=NOW - 60),
        Sighting(NOW + 9e4, 7, unique_id="other", sha256="other", sound="f", sent_at=NOW + 8e4),
        Sighting(NOW + 9e4, 7, sha256="s"),
        Sighting(NOW + 60, 8, sha256="s"),
    ],
)
def test_attack_1_the_same_recording_as_another_message_was_heard_before(again):
    """Security row 1: by its Telegram file, its bytes, or its sound after re-encoding."""
    assert heard_before(again, [FIRST]) == (Evidence(Sign.HEARD_BEFORE),)


@pytest.mark.parametrize(
    "again",
    [
        Sighting(NOW + 9e4, 8, unique_id="u", sha256="s", origin="x", sent_at=NOW - 60),
        Sighting(NOW + SAME_MESSAGE_SECONDS, 7, sha256="s"),
        Sighting(NOW + 9e4, 7, unique_id="other", sha256="other", sound="other"),
        Sighting(NOW + 9e4, 7),
    ],
)
def test_the_same_message_forwarded_again_is_not(again):
    """By another relative, or twice in a row by one; nor is what has nothing in common."""
    assert heard_before(again, [FIRST]) == ()
    assert heard_before(again, []) == ()


def test_attack_8_an_old_memo_is_called_old():
    """Security row 8: with the days that it is old, from two on."""
    assert old_recording(NOW - 2 * DAY_SECONDS + 1, NOW) == ()
    assert old_recording(NOW - 2 * DAY_SECONDS, NOW) == (Evidence(Sign.OLD_RECORDING, "2"),)
    assert old_recording(NOW - 400.5 * DAY_SECONDS, NOW) == (Evidence(Sign.OLD_RECORDING, "400"),)
    assert old_recording(None, NOW) == ()
    assert old_recording(NOW + 60, NOW) == ()


@pytest.mark.parametrize(
    "said",
    [
        "Hello? I can't hear you.",
        "Hallo? Hoor je me?",
        "Hello? Hello? Who is this?",
        "Mam? Ben je daar? Ik hoor je niet.",
        "Hi mum, it's me.",
        "Wacht, slechte verbinding. Hallo?",
    ],
)
def test_attack_8_a_mere_greeting_is_called_so(said):
    """Security row 8: what anybody's voice was once recorded to say proves nothing."""
    assert greeting_only(said) == (Evidence(Sign.GREETING_ONLY),)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "…",
        "Hello, can you help me?",
        "Hallo, kun je me geld lenen?",
        "Hi mum, I am at the station.",
        "Ik ben er over tien minuten",
        "hello " * (MOST_GREETING_WORDS + 1),
    ],
)
def test_what_says_anything_is_no_mere_greeting(said):
    """One word about anything is enough."""
    assert greeting_only(said) == ()


@given(st.text(max_size=80))
def test_no_text_breaks_it(said):
    """Whatever a recogniser writes."""
    assert len(greeting_only(said)) <= 1


def test_attack_8_an_old_greeting_with_a_request_beside_it_is_a_strong_warning():
    """The real voice in an old memo, and the request as a text."""
    greeting = Evidence(Sign.GREETING_ONLY)
    old = Evidence(Sign.OLD_RECORDING, "9")
    assert judge([greeting]).level == Level.CAUTION
    assert judge([old]).level == Level.CAUTION
    assert judge([greeting, old]).level == Level.STRONG
    assert judge([greeting, Evidence(Sign.MONEY_REQUEST)]).level == Level.STRONG
    assert judge([old, Evidence(Sign.MONEY_REQUEST)]).level == Level.CAUTION
