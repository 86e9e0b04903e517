"""What the relative says of a case afterwards: whom it is from, and that it is another story."""

from dataclasses import replace

from bot import listening
from bot.case import cases
from bot.case.cases import Open
from bot.context import House, Shown
from bot.judgement import Judgement, sound_evidence
from familyguard.family import Account
from familyguard.model import Sign
from voice.comparison import compared_with

FAILED = frozenset({Sign.CODE_WORD_WRONG, Sign.CHALLENGE_FAILED})
"""What an answer to a challenge is evidence of where it was not the right one."""


def can_part(opened: Open) -> bool:
    """Whether the latest thing in an open case may belong to another story.

    A sender's own messages are one story, but a relative was only asked about one of them, and a
    memo that came while an answer was waited for need not be that answer.
    """
    file = opened.file
    if opened.stored.closed_at is not None or not file.details:
        return False
    disputed = any(piece.sign is Sign.NOT_ME for piece in file.case.evidence())
    return len(file.marks) > 1 and (file.uploaded or disputed or file.case.ends_in_answer)


def apart(house: House, account: Account, opened: Open, shown: Shown) -> Open:
    """Give what was shown a case of its own: the upload had nothing to do with the one before.

    The former case is closed as it is, so that nothing in it is taken back.  What failed in an
    answer goes along: alone it would show no warning sign.
    """
    assert shown.arrival is not None
    now, arrival = house.now(), shown.arrival
    case = opened.file.case
    if case.ends_in_answer:
        failed = [piece for piece in case.evidence() if piece.sign in FAILED]
        judged = arrival.judgement
        evidence = (*judged.evidence, *failed)
        arrival = replace(arrival, judgement=replace(judged, evidence=evidence))
    with house.store.together():
        house.store.cases.close(account.family_id, opened.id, now)
        fresh = cases.take_in(house, account, arrival, now)
        return cases.change(house, fresh, lambda file: replace(file, details=opened.file.details))


def supposed(house: House, opened: Open, person: str) -> Open:
    """The relative says whom it is supposed to be from; nobody listens again for that."""
    shown = house.shown.get(opened.file.details)
    analysis = shown.judgement.analysis if shown else None
    sound = []
    if analysis is not None:
        compared = compared_with(analysis, listening.labels_of(analysis, person))
        sound = sound_evidence(compared)
    return cases.change(
        house, opened, lambda file: cases.with_person(file, person, house.now(), sound)
    )


def compared_now(
    house: House, account: Account, shown: Shown
) -> tuple[Judgement, str, Open | None]:
    """What was shown, with the voice of whom its case is supposed to be from by now; their name.

    And that case as it is now, if there still is one.
    """
    opened = cases.counting(house, account, shown.arrival.mark) if shown.arrival else None
    person = cases.about(house, opened) if opened else None
    analysis = shown.judgement.analysis
    if analysis is None or person is None:
        return shown.judgement, "", opened
    compared = compared_with(analysis, listening.labels_of(analysis, person.id))
    return replace(shown.judgement, analysis=compared), person.name, opened
