"""How often somebody may be wrong.  The clock is an argument, so that tests own the time.

One memo is one attempt, however many candidates it holds.  A right answer clears the member's own
count but not the family's: else ordinary use would keep giving a guesser new tries.
"""

from dataclasses import dataclass, field, replace

from familyguard.codeword.candidates import Candidates
from familyguard.codeword.errors import Locked, MustWait, NoCodeWord, NoMatch, WrongCodeWord
from familyguard.codeword.tags import Hasher, Match, Tags, Which

MINUTE = 60.0
DAY = 24 * 60 * MINUTE


@dataclass(frozen=True, slots=True)
class Limits:
    """`free` wrong answers cost no wait; each further one doubles it, from `first_wait` seconds.

    After `lock_after` wrong ones the lock closes.  One is forgotten for each `forget_after`
    seconds, so that a recogniser which mishears now and then locks nobody out.
    """

    free: int
    first_wait: float
    longest_wait: float
    lock_after: int
    forget_after: float


MEMBER = Limits(2, MINUTE, DAY, 10, 7 * DAY)
"""For one account: two mishearings are common, ten in a week are not."""

FAMILY = Limits(5, MINUTE, DAY, 30, 7 * DAY)
"""For all accounts of a family together: several members may ask at once."""


@dataclass(frozen=True, slots=True)
class Attempts:
    """Wrong answers so far, not yet forgotten; times are seconds since 1970."""

    wrong: int = 0
    counted_at: float = 0.0  # when the last one was counted or forgotten
    wait_until: float = 0.0
    locked: bool = False

    def check(self, now: float) -> None:
        """Raises Locked or MustWait when no answer counts at `now`."""
        if self.locked:
            raise Locked
        if now < self.wait_until:
            raise MustWait(self.wait_until)

    def after_wrong(self, limits: Limits, now: float) -> "Attempts":
        """One more wrong answer at `now`."""
        state = self.forgotten(limits, now)
        wrong = state.wrong + 1
        over = wrong - limits.free
        wait = min(limits.longest_wait, limits.first_wait * 2 ** (over - 1)) if over > 0 else 0.0
        return Attempts(
            wrong,
            max(now, state.counted_at),
            max(state.wait_until, now + wait),
            state.locked or wrong >= limits.lock_after,
        )

    def forgotten(self, limits: Limits, now: float) -> "Attempts":
        """The state at `now`: what is long past is forgotten, but a lock never opens by itself."""
        # A clock that went back must neither forget nor remember anything.
        n_past = min(self.wrong, int(max(0.0, now - self.counted_at) // limits.forget_after))
        if not n_past:
            return self
        counted_at = self.counted_at + n_past * limits.forget_after
        return replace(self, wrong=self.wrong - n_past, counted_at=counted_at)

    def after_right(self) -> "Attempts":
        """No wrong answers any more; a lock stays."""
        return replace(Attempts(), locked=self.locked)


@dataclass(frozen=True, slots=True)
class Answer:
    """How an attempt ended, and the counts to store.  `match` raises unless it was right.

    `forced` says that the duress word was heard though no answer counts now: whoever is forced
    cannot wait until a lock opens.
    """

    member: Attempts
    family: Attempts
    outcome: Match | NoMatch
    forced: bool = field(default=False, repr=False)

    def match(self) -> Match:
        """The match.  Raises WrongCodeWord, NoCodeWord, MustWait or Locked (all NoMatch)."""
        if isinstance(self.outcome, NoMatch):
            raise self.outcome
        return self.outcome


def attempt(
    candidates: Candidates,
    tags: Tags | None,
    member: Attempts,
    family: Attempts,
    now: float,
    hasher: Hasher,
    family_id: str,
) -> Answer:
    """Try the candidates of one memo, or only seem to.

    Whether the word is right, wrong, not set, or nobody may try now: the same hashes are made, so
    that all of it takes the same time.  A refused attempt is not counted.
    """
    outcome: Match | NoMatch
    try:
        outcome = hasher.verify(candidates, tags, family_id)
    except WrongCodeWord as wrong:
        outcome = wrong
    try:
        family.check(now)
        member.check(now)
    except NoMatch as refused:
        forced = isinstance(outcome, Match) and outcome.which is Which.DURESS
        return Answer(member, family, refused, forced)
    if tags is None:
        return Answer(member, family, NoCodeWord())
    if isinstance(outcome, Match):
        return Answer(member.after_right(), family, outcome)
    return Answer(member.after_wrong(MEMBER, now), family.after_wrong(FAMILY, now), outcome)
