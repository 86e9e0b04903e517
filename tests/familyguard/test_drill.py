"""The drill keeps its promises: no borrowed names, always a way out, unmasked within the hour."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from familyguard.drill import (
    BEATS,
    HOURS,
    PRAISED,
    RELATIVE,
    UNMASK_AFTER,
    Choice,
    Drill,
    NotAllowed,
    Outcome,
    Scenario,
    next_start,
    resume,
    scenario_of_month,
    start,
)
from familyguard.tips import Tip, tip_of_month

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOME = ZoneInfo("Europe/Amsterdam")
FIRST, LAST = datetime(2026, 1, 1), datetime(2030, 1, 1)  # noqa: DTZ001 – the zone is drawn too


@settings(deadline=None)
@given(
    st.sampled_from(Scenario),
    st.lists(st.tuples(st.sampled_from(Choice), st.integers(0, 30)), max_size=12),
)
def test_it_is_over_within_the_hour_whatever_is_tapped(scenario, taps):
    """No way of answering, or of not answering, keeps a drill going."""
    drill, now = start(scenario, NOON), NOON
    for choice, minutes in taps:
        now += timedelta(minutes=minutes)
        if drill.outcome is None:
            drill = drill.choose(choice, now)
        assert 1 <= drill.beat <= BEATS
    assert drill.expire(NOON + timedelta(minutes=59)).outcome is not None
    assert timedelta(hours=1) > UNMASK_AFTER


@pytest.mark.parametrize("beat", range(1, BEATS + 1))
def test_one_tap_ends_it_at_any_moment(beat):
    """The way out is always there."""
    stopped = Drill(Scenario.BANK, NOON, beat).choose(Choice.STOP, NOON)
    assert stopped.outcome is Outcome.STOPPED


def test_nobody_is_played_by_name_without_consent():
    """A name needs that relative's consent, and a story with a relative in it."""
    with pytest.raises(NotAllowed):
        start(Scenario.NEW_PHONE, NOON, name="Sophie")
    with pytest.raises(NotAllowed):
        start(Scenario.BANK, NOON, name="Sophie", name_consents=True)
    for scenario in RELATIVE:
        assert start(scenario, NOON, name="Sophie", name_consents=True).name == "Sophie"
        assert start(scenario, NOON, name_consents=True).name == ""


@pytest.mark.parametrize(
    ("choices", "outcome"),
    [
        ([Choice.CALL], Outcome.CALLED),
        ([Choice.ASK, Choice.CODE_WORD], Outcome.ASKED_WORD),
        ([Choice.ASK, Choice.ASK, Choice.SCAM], Outcome.SAW_THROUGH),
        ([Choice.ASK] * 3, Outcome.TALKED_ON),
        ([Choice.GO_ALONG, Choice.ASK, Choice.ASK], Outcome.WENT_ALONG),
        ([Choice.GO_ALONG, Choice.CALL], Outcome.CALLED),
    ],
)
def test_how_it_ends(choices, outcome):
    """What was tapped decides; who turns round in time is praised."""
    drill = start(Scenario.NEW_PHONE, NOON)
    for choice in choices:
        drill = drill.choose(choice, NOON)
    assert drill.outcome is outcome
    assert drill.praised is (outcome in PRAISED)


def test_who_does_not_answer_hears_it_in_the_end():
    """Unmasked by the clock."""
    drill = start(Scenario.BANK, NOON)
    assert drill.expire(drill.unmask_by - timedelta(seconds=1)) == drill
    assert drill.expire(drill.unmask_by).outcome is Outcome.NO_ANSWER
    assert drill.choose(Choice.GO_ALONG, drill.unmask_by).outcome is Outcome.NO_ANSWER


def test_a_tap_after_the_end_is_refused():
    """An old button does not start it again."""
    over = start(Scenario.BANK, NOON).choose(Choice.SCAM, NOON)
    with pytest.raises(NotAllowed):
        over.choose(Choice.ASK, NOON)
    assert over.expire(NOON + timedelta(days=1)) == over


@settings(deadline=None)
@given(st.sampled_from(Scenario), st.lists(st.sampled_from(Choice), max_size=4))
def test_a_drill_survives_a_restart(scenario, choices):
    """Stored and read back it is the same, so the unmasking is never lost."""
    drill = start(scenario, NOON)
    for choice in choices:
        if drill.outcome is None:
            drill = drill.choose(choice, NOON)
    assert resume(drill.to_json()) == drill


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"scenario":"bank","started_at":"x"}'])
def test_it_refuses_what_is_no_drill(text):
    """Stored text of another kind."""
    with pytest.raises(ValueError):
        resume(text)


@settings(deadline=None)
@given(
    st.datetimes(FIRST, LAST, timezones=st.just(HOME)),
    st.integers(1, 28),
    st.sampled_from(HOURS),
)
def test_the_next_drill_is_at_the_chosen_time_within_a_month(after, day, hour):
    """On the day and at the hour that the member chose, by their own clock, never twice a month."""
    moment = next_start(after, day, hour)
    assert (moment.day, moment.hour, moment.minute) == (day, hour, 0)
    assert timedelta(0) < moment - after <= timedelta(days=31, hours=2)
    again = next_start(moment, day, hour)
    assert (again.year * 12 + again.month) - (moment.year * 12 + moment.month) == 1


@pytest.mark.parametrize(("day", "hour"), [(0, 12), (29, 12), (1, 8), (1, 20), (1, 3)])
def test_nobody_is_drilled_at_night(day, hour):
    """Only daytime hours, and only days that every month has."""
    with pytest.raises(ValueError):
        next_start(NOON, day, hour)


def test_the_story_changes_each_month():
    """Five months, five stories; and so do the tips."""
    stories = [scenario_of_month(7, 2026, month) for month in range(1, 6)]
    assert len(set(stories)) == len(Scenario)
    assert scenario_of_month(7, 2026, 12) is not scenario_of_month(7, 2027, 1)
    assert {tip_of_month(2026, month) for month in range(1, 11)} == set(Tip)
    assert tip_of_month(2026, 12) is not tip_of_month(2027, 1)
