"""Tags that tell nothing, and guesses that run out."""

import hmac
import time
from unittest import mock

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from familyguard.codeword import (
    CHEAP_COST_FOR_TESTS,
    COST,
    Attempts,
    Hasher,
    Locked,
    Match,
    MustWait,
    NoCodeWord,
    NoMatch,
    Which,
    WrongCodeWord,
    attempt,
    candidates,
    keys_of,
    tags,
)
from familyguard.codeword.attempts import FAMILY, MEMBER

ID = "f1"
RIGHT, WRONG, FORCED = "velvet kettle", "copper garden", "silver ladder"


@pytest.fixture(scope="module")
def hasher():
    """A hasher that protects nothing but is quick."""
    with Hasher(b"k" * 32, CHEAP_COST_FOR_TESTS) as hasher:
        yield hasher


def heard(text):
    """Candidates of a memo in which this was heard."""
    return candidates([f"hello, {text}"], "en")


def set_word(hasher, family=ID):
    """Tags of the word and the duress word."""
    word = hasher.tags(keys_of(RIGHT, "en"), family, 1)
    return hasher.with_duress(word, keys_of(FORCED, "en"), family)


def test_both_words_are_told_apart_and_share_a_salt(hasher):
    """The duress word is accepted, silently named (security.md, row 22)."""
    both = set_word(hasher)
    assert both.has(Which.WORD)
    assert both.has(Which.DURESS)
    assert hasher.verify(heard(RIGHT), both, ID).which is Which.WORD
    assert hasher.verify(heard(FORCED), both, ID).which is Which.DURESS
    assert hasher.verify(heard(f"{RIGHT} {FORCED}"), both, ID).which is Which.DURESS
    with pytest.raises(WrongCodeWord):
        hasher.verify(heard(FORCED), both.without(Which.DURESS), ID)


def test_the_duress_word_cannot_be_the_code_word(hasher):
    """They could not be told apart."""
    with pytest.raises(ValueError, match="duress"):
        hasher.with_duress(set_word(hasher), keys_of(RIGHT, "en"), ID)


def test_tags_of_another_family_key_or_version_do_not_match(hasher):
    """A stolen or copied row opens nothing elsewhere (security.md, row 4)."""
    mine = set_word(hasher)
    with pytest.raises(WrongCodeWord):
        hasher.verify(heard(RIGHT), mine, "f2")
    with Hasher(b"x" * 32, CHEAP_COST_FOR_TESTS) as thief, pytest.raises(WrongCodeWord):
        thief.verify(heard(RIGHT), mine, ID)
    again = set_word(hasher)
    assert again.salt != mine.salt
    assert not {tag.digest for tag in mine.tags} & {tag.digest for tag in again.tags}


def test_no_repr_shows_key_salt_or_hash(hasher):
    """What is logged by accident (security.md, row 2)."""
    both = set_word(hasher)
    shown = repr((hasher, both))
    assert repr(both.salt) not in shown
    assert repr(both.tags[0].digest) not in shown
    assert "kkkk" not in shown


def test_a_short_key_is_refused():
    """A key that can be guessed is none."""
    with pytest.raises(ValueError, match="32"):
        Hasher(b"short")


def test_every_candidate_is_hashed_and_compared_with_every_tag(hasher):
    """No early exit at the first match: the time tells nothing (security.md, row 5)."""
    both, memo = set_word(hasher), heard(RIGHT)
    with mock.patch.object(tags.hmac, "compare_digest", wraps=hmac.compare_digest) as compared:
        hasher.verify(memo, both, ID)
    assert compared.call_count == len(memo) * len(both.tags)


def test_right_wrong_unset_waiting_and_locked_cost_the_same_hashes(hasher):
    """Nobody can time which of them it was (security.md, row 5)."""
    both, fresh, memo = set_word(hasher), Attempts(), heard(RIGHT)
    another = hasher.tags(keys_of(WRONG, "en"), ID, 2)
    cases = {
        "right": (both, fresh, Match),
        "wrong": (another, fresh, WrongCodeWord),
        "unset": (None, fresh, NoCodeWord),
        "waiting": (both, Attempts(wait_until=99.0), MustWait),
        "locked": (both, Attempts(locked=True), Locked),
    }
    counts = {}
    for name, (stored, member, outcome) in cases.items():
        with mock.patch.object(tags, "hash_secret_raw", wraps=tags.hash_secret_raw) as hashed:
            answer = attempt(memo, stored, member, fresh, 1.0, hasher, ID)
        counts[name] = hashed.call_count
        assert isinstance(answer.outcome, outcome), name
        if outcome is Match:
            assert answer.match().which is Which.WORD
        else:
            with pytest.raises(outcome):
                answer.match()
    assert set(counts.values()) == {memo.work}


def test_a_refused_attempt_changes_nothing(hasher):
    """Who hammers on a closed door does not keep it closed for the family."""
    member = Attempts(wrong=3, wait_until=99.0)
    answer = attempt(heard(RIGHT), set_word(hasher), member, Attempts(), 1.0, hasher, ID)
    assert (answer.member, answer.family) == (member, Attempts())


class Guessing(RuleBasedStateMachine):
    """Any course of answers and pauses, by two members."""

    def __init__(self):
        super().__init__()
        self.hasher = Hasher(b"k" * 32, CHEAP_COST_FOR_TESTS)
        self.tags = self.hasher.tags(keys_of(RIGHT, "en"), ID, 1)
        self.now = 1_000_000.0
        self.members = [Attempts(), Attempts()]
        self.family = Attempts()
        self.wrong_times = []

    @rule(who=st.integers(0, 1), right=st.booleans())
    def answers(self, who, right):
        """One memo, right or wrong."""
        before = self.members[who], self.family
        barred = any(each.locked or self.now < each.wait_until for each in before)
        memo = heard(RIGHT if right else WRONG)
        found = attempt(memo, self.tags, *before, self.now, self.hasher, ID)
        assert isinstance(found.outcome, Match) == (right and not barred)
        if isinstance(found.outcome, WrongCodeWord):
            self.wrong_times.append(self.now)
            assert found.family.wrong >= 1
        elif barred:
            assert isinstance(found.outcome, NoMatch)
            assert (found.member, found.family) == before
        self.members[who], self.family = found.member, found.family

    @rule(seconds=st.one_of(st.floats(0, 120), st.floats(0, 9 * 24 * 3600)))
    def waits(self, seconds):
        """Time passes."""
        self.now += seconds

    @invariant()
    def guesses_run_out(self):
        """In any week no more than the limit and what was forgotten meanwhile."""
        week = [at for at in self.wrong_times if at > self.now - FAMILY.forget_after]
        assert len(week) <= FAMILY.lock_after + 1
        for each in (*self.members, self.family):
            assert 0 <= each.wrong <= FAMILY.lock_after

    @invariant()
    def a_lock_stays(self):
        """Time does not open it."""
        if self.family.locked:
            assert self.family.forgotten(FAMILY, self.now + 1e9).locked

    def teardown(self):
        """End the threads."""
        self.hasher.close()


Guessing.TestCase.settings = settings(max_examples=25, stateful_step_count=40, deadline=None)
TestGuessing = Guessing.TestCase


def test_waits_grow_and_then_the_lock_closes():
    """Two mishearings are free; each further one doubles the wait (security.md, row 5)."""
    state, waits = Attempts(), []
    now = 0.0
    while not state.locked:
        state = state.after_wrong(MEMBER, now)
        waits.append(state.wait_until - now)
        now = state.wait_until
    assert waits[:5] == [0.0, 0.0, 60.0, 120.0, 240.0]
    assert len(waits) == MEMBER.lock_after
    with pytest.raises(Locked):
        state.check(now + 1e9)


def test_wrong_answers_are_forgotten_in_time():
    """One a week; a clock that went back forgets nothing."""
    state = Attempts().after_wrong(MEMBER, 0.0).after_wrong(MEMBER, 0.0)
    assert state.forgotten(MEMBER, -1e9).wrong == 2
    assert state.forgotten(MEMBER, MEMBER.forget_after).wrong == 1
    assert state.forgotten(MEMBER, 9 * MEMBER.forget_after).wrong == 0


def test_the_shipped_cost_is_a_recommended_one():
    """OWASP's for Argon2id, and no test runs at it more often than once."""
    assert (COST.memory_kib, COST.passes) == (19 * 1024, 2)
    with Hasher(b"k" * 32) as hasher:
        began = time.perf_counter()
        made = hasher.tags(keys_of(RIGHT, "en"), ID, 1)
        assert time.perf_counter() - began > 0.005
    assert all(len(tag.digest) == 32 for tag in made.tags)
