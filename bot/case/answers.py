"""The answer to a challenge: which memo it is, and what of code word and phrase is in it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from bot.case import cases
from bot.case.cases import Open
from bot.case.files import Arrival, with_arrival
from bot.case.origin import Origin
from bot.context import House
from bot.words.codewords import Look, language_of, look
from familyguard import challenge, expected
from familyguard.challenge import Challenge, Outcome, Said, Word
from familyguard.codeword import Rotation, familiar
from familyguard.family import Account
from familyguard.near_matches import near_match
from familyguard.phrase import Phrase, parts_heard
from familyguard.store.asked import StoredChallenge
from voice.results import Transcript

WAIT_SECONDS = 24 * 3600.0
"""A late answer is named as late for a day; after that nobody remembers the phrase."""

DURESS, ROTATE, LOCKED, NEAR = "duress", "rotate", "locked", "near"
"""What others must be told of an answer."""

MANY = "many"
"""Due where somebody sends so many memos that their words are not looked through any more."""

REFUSED = "refused"
"""Outcome of a challenge that the other side did not want to answer."""

HALF = 2
"""Parts of a phrase that make a memo of another sender an answer all the same."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A memo that answers `asked`; `after` is the challenge from now on."""

    asked: StoredChallenge
    after: Challenge
    outcome: Outcome
    look: Look


def readings(transcript: Transcript | None) -> tuple[str, ...]:
    """What a memo may say, the likeliest first."""
    if transcript is None:
        return ()
    return transcript.alternatives or ((transcript.text,) if transcript.text else ())


def waiting(house: House, account: Account, now: float) -> list[StoredChallenge]:
    """The account's challenges that a memo may answer, late or not."""
    unanswered = house.store.challenges.unanswered(account.family_id, account.user_id)
    return [one for one in unanswered if now - one.created_at < WAIT_SECONDS]


def in_time(
    asked: Sequence[StoredChallenge], now: float, sent_at: float | None = None
) -> list[StoredChallenge]:
    """The challenges that a memo may answer in time, the latest first.

    One that was sent in time may be forwarded later.
    """
    open_ones = (
        one
        for one in asked
        if now <= one.expires_at
        or (sent_at is not None and one.created_at <= sent_at <= one.expires_at)
    )
    return sorted(open_ones, key=lambda one: one.created_at, reverse=True)


def contexts(house: House, account: Account, asked: Sequence[StoredChallenge]) -> tuple[str, ...]:
    """What the recogniser is told to expect, for each of the challenges."""
    words = _words(house, account)
    return tuple(expected.context(opened(one).phrase, words) for one in asked)


def said(
    house: House,
    account: Account,
    asked: Sequence[StoredChallenge],
    transcript: Transcript | None,
) -> tuple[str, ...]:
    """What a memo may say of the phrases: its readings, and what can be trusted of those that were
    made with an eye to the phrases.  A code word is never looked for in the latter."""
    plain = readings(transcript)
    if transcript is None or not transcript.expected:
        return plain
    words = _words(house, account)
    more = [
        reading
        for one in asked
        for reading in expected.trusted(opened(one).phrase, words, transcript.expected)
    ]
    return tuple(dict.fromkeys((*plain, *more)))


def opened(stored: StoredChallenge) -> Challenge:
    """The challenge as the rules know it."""
    return Challenge(
        phrase=Phrase.parse(stored.phrase),
        created_at=stored.created_at,
        expires_at=stored.expires_at,
        asked_by=stored.asked_by,
        about=stored.person_id,
        answered_at=stored.answered_at,
        id=stored.id,
    )


async def answered(
    house: House,
    account: Account,
    origin: Origin,
    asked: Sequence[StoredChallenge],
    texts: Sequence[str],
    said: Sequence[str],
    now: float,
) -> Answer | None:
    """The challenge that a memo answers and what comes of it; None when it answers none.

    The code word is looked for in `texts`, the phrase in what is `said`.  A memo of another sender
    than the one who was challenged is an answer only if it says half of the phrase.
    """
    known = {one.id: one for one in asked}
    fitting = [
        one
        for one in map(opened, asked)
        if _same_sender(house, account, origin, known[one.id])
        or len(parts_heard(one.phrase, said)) >= HALF
    ]
    found = challenge.best_fit(fitting, said, now, origin.sent_at)
    if found is None:
        return None
    # Where nothing was understood, nothing was tried.
    looked = await look(house, account, texts, now) if any(texts) else Look(Word.NONE_SET)
    after, outcome = challenge.answer(found, said, now, word=looked.word, sent_at=origin.sent_at)
    return Answer(known[found.id], after, outcome, looked)


def is_plain(answer: Answer, texts: Sequence[str]) -> bool:
    """Whether an answer that was understood held neither the code word nor any of the phrase."""
    looked = answer.look
    return (
        any(texts)
        and answer.outcome.said is Said.MISSING
        and looked.word in (Word.WRONG, Word.NONE_SET)
        and not (looked.locks or looked.forced or looked.match)
    )


def take_in(house: House, account: Account, answer: Answer, arrival: Arrival, now: float) -> Open:
    """Add an answer to the case that was challenged; its words are neither kept nor quoted."""
    family, store = account.family_id, house.store
    with store.together():
        case = cases.case_of(house, account, answer.asked.case_id or "")
        case = case or cases.fresh(house, account, arrival.origin, now)
        judgement = arrival.judgement
        after = case.file.case.with_answer(
            answer.outcome, now, judgement.evidence, judgement.verdict.not_checked
        )
        after = replace(after, about=after.about or answer.asked.person_id or arrival.about)
        if answer.after.answered_at is not None:
            store.challenges.settle(family, answer.asked.id, answer.outcome.said, now)
        due = _due(answer, arrival)
        heard_word(house, family, due, after.about, now)
        file = with_arrival(replace(case.file, case=after), arrival)
        return cases.keep(house, case, replace(file, due=(*file.due, *due)), now)


def heard_word(
    house: House, family: str, due: Collection[str], about: str | None, now: float
) -> None:
    """Note that the code word or the duress word was spoken: it is due for another."""
    if ROTATE in due or DURESS in due:
        house.store.codewords.used(family, now)
        house.store.codewords.ask_to_rotate(family, Rotation.USED)
    if DURESS in due:
        house.store.audit.note(family, "duress", now, person=about)


def refuse(house: House, account: Account, asked: StoredChallenge, now: float) -> Open | None:
    """The other side does not want to say it; None when the challenge is over already."""
    _, outcome = challenge.refused(opened(asked), now)
    with house.store.together():
        if not house.store.challenges.settle(account.family_id, asked.id, REFUSED, now):
            return None
        case = cases.case_of(house, account, asked.case_id or "")
        if case is None:
            return None
        after = case.file.case.with_answer(outcome, now)
        return cases.keep(house, case, replace(case.file, case=after), now)


def _words(house: House, account: Account) -> tuple[str, ...]:
    """Those that phrases are drawn from."""
    return familiar(language_of(house, account.family_id))


def _same_sender(house: House, account: Account, origin: Origin, asked: StoredChallenge) -> bool:
    """Whether a memo may come from the one who was challenged, as far as Telegram tells."""
    case = house.store.cases.get(account.family_id, asked.case_id or "")
    if case is None or origin.uploaded or case.sender == origin.key:
        return True
    return cases.opened_of(house, case).file.uploaded


def _due(answer: Answer, arrival: Arrival) -> list[str]:
    signs = {piece.sign for piece in (*answer.outcome.evidence, *arrival.judgement.evidence)}
    due = []
    if answer.outcome.silent_alarm or answer.look.forced:
        due.append(DURESS)
    elif answer.look.word is Word.RIGHT:
        due.append(ROTATE)
    if answer.look.locks:
        due.append(LOCKED)
    if near_match(signs):
        due.append(NEAR)
    return due
