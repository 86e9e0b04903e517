"""What the walls stand on changes slowly, in the open, and never while the family is frozen."""

from dataclasses import replace

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from familyguard.changes import (
    FREEZE_SECONDS,
    REST_SECONDS,
    WAIT_SECONDS,
    Change,
    Kind,
    Refused,
    State,
    Why,
    ask,
    confirm,
    freeze,
    mature,
    stop,
)
from familyguard.family import Person, Role

NOW = 1_000_000.0
KEEPER = Person("k", "f", "Kees", Role.KEEPER, 0.0)
ADULT = Person("a", "f", "Anna", Role.ADULT, 0.0)
MEMBER = Person("m", "f", "Mila", Role.MEMBER, 0.0)
CHILD = Person("c", "f", "Cas", Role.CHILD, 0.0)
STRANGER = Person("s", "other", "Sam", Role.KEEPER, 0.0)
FAMILY = (KEEPER, ADULT, MEMBER, CHILD)


def asked() -> Change:
    """The keeper wants another call-back number."""
    return ask(Kind.CALL_BACK_NUMBER, KEEPER, NOW)


def test_attack_6_a_keeper_talked_round_changes_nothing_for_a_day():
    """Security row 6: time in which everyone can look."""
    change = asked()
    assert mature(change, NOW + WAIT_SECONDS - 1).state is State.WAITING
    assert mature(change, NOW + WAIT_SECONDS).state is State.IN_FORCE


@pytest.mark.parametrize("person", FAMILY)
def test_attack_6_every_member_can_stop_it(person):
    """Children and the one who asked as well; then no day brings it back."""
    stopped = stop(asked(), person, NOW + 60)
    assert stopped.state is State.STOPPED
    assert mature(stopped, NOW + 9 * WAIT_SECONDS) == stopped
    with pytest.raises(Refused) as refused:
        confirm(stopped, ADULT, NOW + 90)
    assert refused.value.reason is Why.ENDED


def test_a_second_adult_brings_it_into_force_at_once():
    """Two people of full age who agree need not wait."""
    assert confirm(asked(), ADULT, NOW + 60).state is State.IN_FORCE


@pytest.mark.parametrize(("joined_at", "appointed_at"), [(NOW, 0.0), (0.0, NOW)])
def test_attack_6_an_adult_of_today_is_no_second_one(joined_at, appointed_at):
    """Security row 6: a thief of the keeper's account would bring their own."""
    adult = Person("n", "f", "New", Role.ADULT, joined_at)
    with pytest.raises(Refused) as refused:
        confirm(asked(), adult, NOW + 60, None, appointed_at)
    assert refused.value.reason is Why.TOO_NEW
    later = NOW + WAIT_SECONDS
    assert confirm(asked(), adult, later, None, appointed_at).state is State.IN_FORCE


@pytest.mark.parametrize(
    ("person", "reason"),
    [
        (KEEPER, Why.SAME_PERSON),
        (MEMBER, Why.NOT_GROWN_UP),
        (CHILD, Why.NOT_GROWN_UP),
        (STRANGER, Why.OTHER_FAMILY),
    ],
)
def test_nobody_else_can(person, reason):
    """Security row 7: two accounts of one person are one voice; other families have none."""
    with pytest.raises(Refused) as refused:
        confirm(asked(), person, NOW + 60)
    assert refused.value.reason is reason


def test_another_family_cannot_stop_it():
    """Not even to be helpful."""
    with pytest.raises(Refused):
        stop(asked(), STRANGER, NOW + 60)


def test_the_first_number_holds_at_once():
    """It replaces nothing."""
    assert ask(Kind.CALL_BACK_NUMBER, KEEPER, NOW, first=True).state is State.IN_FORCE


def test_a_frozen_family_changes_nothing():
    """Neither asked for, nor confirmed, nor by time alone; stopping is always possible."""
    change, until = asked(), freeze(None, NOW + 10)
    for attempt in (
        lambda: ask(Kind.CODE_WORD, KEEPER, until - 1, until),
        lambda: ask(Kind.CODE_WORD, KEEPER, until - 1, until, first=True),
        lambda: confirm(change, ADULT, until - 1, until),
    ):
        with pytest.raises(Refused) as refused:
            attempt()
        assert refused.value.reason is Why.FROZEN
    assert mature(change, until - 1, until).state is State.WAITING
    assert mature(change, until + REST_SECONDS - 1, until).state is State.WAITING
    assert mature(change, until + REST_SECONDS, until).state is State.IN_FORCE
    assert stop(change, CHILD, until - 1).state is State.STOPPED


@pytest.mark.parametrize("kind", [Kind.ROLE, Kind.REMOVAL])
def test_attack_6_nobody_is_the_second_adult_in_their_own_case(kind):
    """Security row 6: an accomplice does not confirm that they become keeper."""
    change = replace(ask(kind, KEEPER, NOW), about=ADULT.id)
    with pytest.raises(Refused) as refused:
        confirm(change, ADULT, NOW + 60)
    assert refused.value.reason is Why.SAME_PERSON
    other = Person("b", "f", "Bea", Role.ADULT, 0.0)
    assert confirm(change, other, NOW + 60).state is State.IN_FORCE


def test_a_freeze_that_ended_long_before_holds_nothing_up():
    """Only what would have come into force during it, or just after, waits anew."""
    change = asked()
    assert mature(change, change.due_at, change.due_at - REST_SECONDS).state is State.IN_FORCE


class Changes(RuleBasedStateMachine):
    """Random people do random things at random times to one change and one freeze."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.frozen_until: float | None = None
        self.change: Change | None = None

    def is_frozen(self) -> bool:
        """Whether it is frozen now."""
        return self.frozen_until is not None and self.now < self.frozen_until

    @rule(seconds=st.floats(0, WAIT_SECONDS))
    def wait(self, seconds):
        """Time passes."""
        self.now += seconds

    @rule()
    def freezes(self):
        """Somebody freezes: it never ends sooner than it would have."""
        before = self.frozen_until
        self.frozen_until = freeze(before, self.now)
        assert self.frozen_until >= self.now + FREEZE_SECONDS
        assert before is None or self.frozen_until >= before

    @rule(person=st.sampled_from(FAMILY), kind=st.sampled_from(Kind))
    def asks(self, person, kind):
        """Somebody asks for a change in place of the former."""
        try:
            self.change = ask(kind, person, self.now, self.frozen_until)
        except Refused:
            assert self.is_frozen()
        else:
            assert self.change.state is State.WAITING

    @precondition(lambda self: self.change is not None)
    @rule(person=st.sampled_from(FAMILY))
    def stops(self, person):
        """Somebody stops it: works whenever it still waits."""
        before = self.change
        assert before is not None
        try:
            self.change = stop(before, person, self.now)
        except Refused:
            assert before.state is not State.WAITING

    @precondition(lambda self: self.change is not None)
    @rule(person=st.sampled_from((*FAMILY, STRANGER)))
    def confirms(self, person):
        """Somebody confirms it: only another adult of the family, and not while frozen."""
        before = self.change
        assert before is not None
        try:
            self.change = confirm(before, person, self.now, self.frozen_until)
        except Refused:
            return
        assert before.state is State.WAITING
        assert person.role.is_grown_up
        assert person.id != before.asked_by
        assert person is not STRANGER
        assert not self.is_frozen()

    @precondition(lambda self: self.change is not None)
    @rule()
    def matures(self):
        """The clock is looked at."""
        before = self.change
        assert before is not None
        self.change = mature(before, self.now, self.frozen_until)
        if self.change != before:
            assert before.state is State.WAITING
            assert self.now >= before.asked_at + WAIT_SECONDS
            assert not self.is_frozen()
            # Whoever was kept from looking by a freeze has an hour for it.
            assert self.now >= (self.frozen_until or 0.0) + REST_SECONDS

    @invariant()
    def what_ended_has_a_time(self):
        """A waiting change has no end, any other has one."""
        if self.change is not None:
            assert (self.change.ended_at is None) == (self.change.state is State.WAITING)


TestChanges = Changes.TestCase
