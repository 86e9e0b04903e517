"""A clock that jumps makes nothing due that was not, and delays nothing that was."""

import pytest

from familyguard.changes import WAIT_SECONDS
from familyguard.store import open_store
from tests.bot.houses import let_in

HOUR = 3600.0
NOW = 1_790_000_000.0


@pytest.fixture
def store(tmp_path):
    """A store of its own."""
    with open_store(tmp_path / "familyguard.db") as opened:
        yield opened


@pytest.mark.parametrize("jump", [5 * HOUR, -30 * HOUR, 400 * 24 * HOUR])
def test_everything_that_waits_waits_as_long_as_before(store, jump):
    """A change, a freeze, a question, a message that disappears, a link: forward and back."""
    family = let_in(store, 1, now=NOW - 10 * 24 * HOUR)
    change = store.changes.ask(family, "code_word", {}, 1, NOW, NOW + WAIT_SECONDS)
    store.families.freeze(family, NOW + HOUR)
    store.dialogues.begin(1, family, "name", NOW, 600.0)
    store.tidyings.plan(1, 7, NOW + 30.0)
    code = store.invitations.create(family, 1, NOW)
    store.deadlines.move(NOW, jump)
    later = NOW + jump
    assert store.changes.get(family, change.id).due_at == later + WAIT_SECONDS
    assert store.families.get(family).frozen_until == later + HOUR
    assert store.dialogues.of(1, later + 599.0) is not None
    assert store.dialogues.of(1, later + 601.0) is None
    assert store.tidyings.due(later + 29.0) == []
    assert store.tidyings.due(later + 31.0) == [(1, 7)]
    assert store.invitations.redeem(code, 99, later + 899.0) is not None


def test_what_is_over_stays_over(store):
    """A freeze that had ended does not come back, nor a question, when the clock is set back."""
    family = let_in(store, 1, now=NOW - 10 * 24 * HOUR)
    store.families.freeze(family, NOW - HOUR)
    store.dialogues.begin(1, family, "name", NOW - HOUR, 60.0)
    change = store.changes.ask(family, "code_word", {}, 1, NOW - 30 * HOUR, NOW - 6 * HOUR)
    store.deadlines.move(NOW, 5 * HOUR)
    assert store.families.get(family).frozen_until == NOW - HOUR
    assert store.dialogues.of(1, NOW) is None
    assert store.changes.get(family, change.id).due_at == NOW - 6 * HOUR


def test_nobody_grows_old_in_the_family_by_a_jump(store):
    """Whoever came an hour ago may still not confirm what the keeper's thief asks for."""
    old = let_in(store, 1, now=NOW - 10 * 24 * HOUR)
    new = let_in(store, 2, now=NOW - HOUR)
    store.deadlines.move(NOW, 48 * HOUR)
    assert store.people.of_family(old)[0].joined_at == NOW - 10 * 24 * HOUR
    assert store.people.of_family(new)[0].joined_at == NOW + 47 * HOUR
