"""The one-time phrase: two words and two digits that nobody can have recorded beforehand.

    challenge = issue("nl", now, SystemRandom(), asked_by=7)
    challenge, outcome = answer(challenge, alternatives, now, word=Word.RIGHT)
    judge([*case_evidence, *outcome.evidence])

The phrase is no secret: it is told to the very person whose memo is doubted.  It shows that what
comes back was spoken now, and nothing about who spoke; so a right phrase, like a right code word,
is recorded and takes no warning away.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from random import Random

from familyguard.codeword.wordlists import familiar
from familyguard.model import Evidence, Sign
from familyguard.phrase import Part, Phrase, draw, parts_heard

VALID_SECONDS = 600.0
"""Ten minutes: time to pass the phrase on and record it, too little to have it built by hand."""

CLOCK_SLACK_SECONDS = 60.0
"""How much earlier than the phrase an answer may be dated: clocks of others are believed so far."""


class Word(StrEnum):
    """What came of looking for the family's code word in the same memo."""

    RIGHT = "right"
    DURESS = "duress"  # the word for «I am being forced»
    WRONG = "wrong"  # wrong or missing
    LOCKED = "locked"  # too many wrong ones lately: not looked at
    NONE_SET = "none_set"


class Said(StrEnum):
    """What became of the one-time phrase.  The values are the details of the evidence."""

    RIGHT = "right"  # both words and both digits
    PARTLY = "partly"  # enough of it that a recogniser may have missed the rest
    WRONG = "wrong"  # some of it, too little
    MISSING = "missing"  # nothing of it
    LATE = "late"  # sent after the ten minutes
    STALE = "stale"  # sent before the phrase existed
    USED = "used"  # the phrase was answered already
    UNHEARD = "unheard"  # the memo could not be understood at all


FAILED = frozenset({Said.WRONG, Said.MISSING, Said.LATE, Said.STALE, Said.USED})

PARTLY_HEARD = "phrase_partly"
UNHEARD = "answer_unheard"
"""Details of «cannot be judged»."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """A phrase that waits for its answer.  Times are seconds since 1970.

    `about` is the person whom the sender claims to be, `asked_by` the account that asked, and `id`
    whatever the challenge is stored as.  It stays open until it is answered rightly or too late:
    tries are not counted, since the other side was told the phrase anyway.
    """

    phrase: Phrase = field(repr=False)
    created_at: float
    expires_at: float
    asked_by: int
    about: str | None = None
    answered_at: float | None = None
    id: str = ""

    def is_open(self, now: float) -> bool:
        """Whether an answer may still be spoken; one that was sent in time may come here later."""
        return self.answered_at is None and now <= self.expires_at


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an answer came to.

    `silent_alarm` is for the caller alone: the word for «I am being forced» was said.  Everything
    that the asker gets to see is the same as after the right word.
    """

    said: Said
    evidence: tuple[Evidence, ...]
    silent_alarm: bool = field(default=False, repr=False)


def issue(
    language: str,
    now: float,
    rng: Random,
    *,
    asked_by: int,
    about: str | None = None,
    beside: Iterable[Challenge] = (),
    words: Sequence[str] = (),
) -> Challenge:
    """A new challenge, in the words of `language` unless others are given.

    `rng` is a `SystemRandom` outside tests.  `beside` are open challenges of the same family: the
    new phrase sounds like none of them, so that an answer fits one phrase only.  Raises ValueError
    where the words are too few or too alike.
    """
    taken = [word for other in beside for word in other.phrase.words]
    return Challenge(
        phrase=draw(words or familiar(language), rng, taken),
        created_at=now,
        expires_at=now + VALID_SECONDS,
        asked_by=asked_by,
        about=about,
    )


def answer(
    challenge: Challenge,
    alternatives: Iterable[str],
    now: float,
    *,
    word: Word = Word.NONE_SET,
    sent_at: float | None = None,
) -> tuple[Challenge, Outcome]:
    """Hold a memo against `challenge`: the challenge afterwards, and what came of it.

    `alternatives` are the texts that the recogniser can imagine the memo to say; `sent_at` is when
    the memo was sent, where the forward tells (else `now` counts).
    """
    said = _said(challenge, list(alternatives), now if sent_at is None else sent_at)
    over = said in (Said.RIGHT, Said.LATE)
    after = replace(challenge, answered_at=now) if over else challenge
    pieces = [_phrase_evidence(said)]
    if said is not Said.UNHEARD:
        pieces += _word_evidence(word)
    return after, Outcome(said, tuple(pieces), silent_alarm=word is Word.DURESS)


def refused(challenge: Challenge, now: float) -> tuple[Challenge, Outcome]:
    """The relative says that the other side did not want to speak the phrase.

    Only they can say so: that time ran out is no evidence, the phrase may never have been told.
    """
    after = replace(challenge, answered_at=challenge.answered_at or now)
    return after, Outcome(Said.MISSING, (_phrase_evidence(Said.MISSING),))


def best_fit(
    challenges: Iterable[Challenge],
    alternatives: Iterable[str],
    now: float,
    sent_at: float | None = None,
) -> Challenge | None:
    """The challenge that a memo answers: whose phrase is heard in it most, else the latest.

    A memo that was not sent while a phrase was open answers it only if half of the phrase is in it.
    """
    texts = list(alternatives)
    sent = now if sent_at is None else sent_at
    best: tuple[int, float] = (-1, 0.0)
    found = None
    for challenge in challenges:
        if challenge.answered_at is not None:
            continue
        parts = len(parts_heard(challenge.phrase, texts))
        in_time = challenge.created_at - CLOCK_SLACK_SECONDS <= sent <= challenge.expires_at
        if (in_time or parts >= 2) and (parts, challenge.created_at) > best:
            best, found = (parts, challenge.created_at), challenge
    return found


def _said(challenge: Challenge, texts: list[str], sent_at: float) -> Said:
    if challenge.answered_at is not None:
        return Said.USED
    if sent_at < challenge.created_at - CLOCK_SLACK_SECONDS:
        return Said.STALE
    if sent_at > challenge.expires_at:
        return Said.LATE
    if not any(text.strip() for text in texts):
        return Said.UNHEARD
    heard = parts_heard(challenge.phrase, texts)
    if heard == set(Part):
        return Said.RIGHT
    # Digits alone are in many a memo; a word of the phrase beside them, or both words, are not.
    if len(heard) == 2:
        return Said.PARTLY
    return Said.WRONG if heard else Said.MISSING


def _phrase_evidence(said: Said) -> Evidence:
    if said in FAILED:
        return Evidence(Sign.CHALLENGE_FAILED, said)
    if said is Said.RIGHT:
        return Evidence(Sign.PHRASE_RIGHT)
    return Evidence(Sign.UNJUDGEABLE, PARTLY_HEARD if said is Said.PARTLY else UNHEARD)


def _word_evidence(word: Word) -> list[Evidence]:
    """Where no word is set there is nothing to find; a locked one must not be a way round it."""
    if word in (Word.RIGHT, Word.DURESS):
        return [Evidence(Sign.CODE_WORD_RIGHT)]
    if word in (Word.WRONG, Word.LOCKED):
        return [Evidence(Sign.CODE_WORD_WRONG)]
    return []
