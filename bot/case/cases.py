"""Cases as the chat keeps them: opened, continued, found again.  Nothing here talks to Telegram.

What is stored of a case is a `File`: the case itself and what its cards and questions need.  It is
sealed as a whole, and the store holds it by asker and sender.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from bot.case.files import Arrival, File, level_of, with_arrival
from bot.case.origin import Origin
from bot.case.readers import reader_of
from bot.context import House
from bot.inbox import in_hand
from bot.judgement import Judgement
from familyguard.case import OPEN_SECONDS, Case
from familyguard.claimants import claimants
from familyguard.family import Account, Person
from familyguard.model import Evidence, Level, Sign
from familyguard.store.cases import StoredCase
from familyguard.verdict import judge
from voice.calibration import VOICE_DIFFERENT_LLR, VOICE_SIMILAR_LLR

UPLOAD_SECONDS = 1800.0
"""Half an hour: what somebody types or shares from another app names no sender, so what comes close
together is taken for one story; later it is another one."""

ALONE = "alone"
"""Sender of an upload that could not be opened, or of words somebody typed about themselves: no
other message continues their case."""

OF_VOICE = frozenset({Sign.VOICE_DIFFERS, Sign.VOICE_SIMILAR, Sign.VOICE_CHANGES})
"""Signs that depend on whose voice it is supposed to be."""


@dataclass(frozen=True, slots=True)
class Open:
    """A stored case with its file.  `stored.state` is as it was read; the file is the truth."""

    stored: StoredCase
    file: File

    @property
    def id(self) -> str:
        """Under which the store knows it."""
        return self.stored.id


def known_already(house: House, account: Account, mark: str) -> Open | None:
    """The case that counted this message before a crash, if the bot is at it again."""
    hand = in_hand()
    return counting(house, account, mark) if hand is not None and hand.again else None


def counting(house: House, account: Account, mark: str) -> Open | None:
    """The account's latest case that counted the message of that mark."""
    for stored in house.store.cases.of_account(account.family_id, account.user_id):
        opened = opened_of(house, stored)
        if mark in opened.file.marks:
            return opened
    return None


def running(house: House, account: Account, origin: Origin, now: float) -> Open | None:
    """The case that a message from `origin` continues."""
    seconds = UPLOAD_SECONDS if origin.uploaded else OPEN_SECONDS
    stored = house.store.cases.running(
        account.family_id, account.user_id, origin.key, now - seconds
    )
    return opened_of(house, stored) if stored else None


def opened_of(house: House, stored: StoredCase) -> Open:
    """A stored case with its file opened."""
    return Open(stored, File.from_json(stored.state, reader_of(house, stored.family_id)))


def case_of(house: House, account: Account, case: str) -> Open | None:
    """The case of that name, if this account asked."""
    stored = house.store.cases.get(account.family_id, case)
    if stored is None or stored.opened_by != account.user_id:
        return None
    return opened_of(house, stored)


def again(house: House, opened: Open) -> Open:
    """The case as it is stored by now, or as it was where it is gone."""
    stored = house.store.cases.get(opened.stored.family_id, opened.id)
    return opened_of(house, stored) if stored else opened


def fresh(house: House, account: Account, origin: Origin, now: float) -> Open:
    """A new case without anything in it."""
    reader = reader_of(house, account.family_id)
    file = File(Case.opened(now, reader=reader), uploaded=origin.uploaded)
    stored = house.store.cases.open(
        account.family_id, account.user_id, origin.key, file.to_json(), now
    )
    return Open(stored, file)


def keep(house: House, opened: Open, file: File, now: float) -> Open:
    """Store what became of a case."""
    house.store.cases.update(opened.stored.family_id, opened.id, file.to_json(), now)
    return replace(opened, file=file)


def change(house: House, opened: Open, edit: Callable[[File], File]) -> Open:
    """Change the file as it is now: while something was sent, somebody may have tapped."""
    now = again(house, opened)
    return keep(house, now, edit(now.file), house.now())


def take_in(
    house: House, account: Account, arrival: Arrival, now: float, due: Iterable[str] = ()
) -> Open:
    """Let what arrived open a case or continue one."""
    origin = arrival.origin
    if origin.uploaded and _says_nothing(arrival):
        # It names no sender and holds no word: in another story it would only hide that it must
        # be sent again.
        origin = replace(origin, key=ALONE)
    opened = running(house, account, origin, now) if origin.key != ALONE else None
    with house.store.together():
        opened = opened or fresh(house, account, origin, now)
        case, judgement = opened.file.case, arrival.judgement
        case = case.with_message(
            judgement.evidence,
            judgement.verdict.not_checked,
            now,
            text=arrival.words,
            language=arrival.language,
            quotes=not arrival.no_words,
        )
        case = replace(case, about=case.about or arrival.about)
        file = with_arrival(replace(opened.file, case=case), arrival)
        return keep(house, opened, replace(file, due=(*file.due, *due)), now)


def _says_nothing(arrival: Arrival) -> bool:
    """Whether it is a file that could not be opened, with nothing beside it."""
    judgement = arrival.judgement
    signs = {piece.sign for piece in judgement.evidence}
    return judgement.analysis is None and signs == {Sign.UNJUDGEABLE} and not arrival.words.strip()


def about(house: House, opened: Open) -> Person | None:
    """Whom the case is supposed to be from, if that is clear."""
    person = opened.file.case.about
    return house.store.people.get(opened.stored.family_id, person) if person else None


def supposed(
    house: House, account: Account, origin: Origin, judgement: Judgement, words: str
) -> str | None:
    """The one person whom a message names as its sender; None when it is nobody, or not clear."""
    if origin.user_id is not None:
        sender = house.store.accounts.get(origin.user_id)
        if sender is not None and sender.family_id == account.family_id:
            return sender.person_id
    request = judgement.request
    names = [
        name
        for name in (origin.name, judgement.sender, request.claims_to_be if request else None)
        if name
    ]
    people = house.store.people.of_family(account.family_id)
    found = claimants(people, names, [words])
    return found[0].id if len(found) == 1 else None


def with_person(file: File, person: str, now: float, sound: Iterable[Evidence] = ()) -> File:
    """The file once it is known whom it is supposed to be from: voices are compared anew.

    `sound` is what the latest memo is evidence of beside that person's voice, where it is still at
    hand; of the others only how alike the whole memo is.  Nothing is taken back: somebody who is
    talked into naming another person must not calm a case.
    """
    case = replace(file.case, about=person)
    scores = [voices[person] for voices in file.voices if person in voices]
    found = [*of_voice(sound, person), *_alike(scores, person)]
    if file.case.about == person or not found:
        return replace(file, case=case)
    codes = [code for code in case.not_checked() if not (scores and code.startswith("voice_"))]
    return replace(file, case=case.with_message(found, codes, now))


def of_voice(evidence: Iterable[Evidence], person: str | None) -> list[Evidence]:
    """What among `evidence` is about whose voice it is, with the person it was compared with."""
    return [Evidence(piece.sign, person or "") for piece in evidence if piece.sign in OF_VOICE]


def _alike(scores: Iterable[float], person: str) -> list[Evidence]:
    """What log-likelihood ratios for one person's voice are evidence of."""
    found = []
    for llr in scores:
        if llr <= VOICE_DIFFERENT_LLR:
            found.append(Evidence(Sign.VOICE_DIFFERS, person))
        elif llr >= VOICE_SIMILAR_LLR:
            found.append(Evidence(Sign.VOICE_SIMILAR, person))
    return found


@dataclass(frozen=True, slots=True)
class News:
    """What the latest thing in a case changed, for the card of a case that goes on."""

    signs: frozenset[Sign] = frozenset()
    rose: bool = False
    first: bool = True


def news_of(case: Case) -> News:
    """What the latest thing in `case` changed."""
    if case.count <= 1:
        return News()
    before = {piece.evidence for piece in case.pieces if piece.number < case.count}
    known = {piece.sign for piece in before}
    signs = frozenset(piece.sign for piece in case.evidence()) - known
    return News(signs, judge(case.evidence()).level > judge(before).level, first=False)


def warned(house: House, account: Account, now: float) -> Level | None:
    """The gravest strong warning or alarm of the account's cases that are still open."""
    found = [
        level_of(File.from_json(stored.state).case)
        for stored in house.store.cases.of_account(account.family_id, account.user_id)
        if stored.closed_at is None and now - stored.touched_at < OPEN_SECONDS
    ]
    return max((level for level in found if level >= Level.STRONG), default=None)
