"""What is stored about a person, and how they get it, or get rid of it.

Only ever their own: nobody finds anything here about another member, except a guardian about the
child for whom they may consent.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from familyguard.admission import remove
from familyguard.family import Account, Person, Role
from familyguard.model import Sign
from familyguard.store import Store
from familyguard.store.records import Entry
from familyguard.store.reminders import Reminder
from familyguard.store.voices import Consent, StoredVoice

VOICE = "voice"

DURESS = "duress"
"""A line of the log that whoever is forced must not be seen to have caused: their telephone is in
the hands of the one who forces them, and so is everything that it can ask for."""


@dataclass(frozen=True, slots=True)
class OwnCase:
    """A case that the person opened; `state` is its content as stored."""

    opened_at: float
    kept: bool
    state: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class About:
    """Everything that is stored about one person."""

    person: Person
    accounts: tuple[Account, ...]
    voices: tuple[StoredVoice, ...]
    consents: tuple[Consent, ...]
    cases: tuple[OwnCase, ...]
    challenges: tuple[tuple[float, str | None], ...]
    questions: tuple[tuple[float, str | None], ...]
    log: tuple[Entry, ...]
    family_recordings: int
    children: tuple[Person, ...]
    kept: int = 0  # originals, in files
    reminders: tuple[Reminder, ...] = ()

    @property
    def voice_consent(self) -> Consent | None:
        """The consent for the voiceprint that stands, if any."""
        standing = (one for one in self.consents if one.kind == VOICE and not one.withdrawn_at)
        return next(standing, None)


def about(store: Store, family: str, person: str) -> About:
    """Everything about a person of that family.  Raises KeyError if there is none."""
    found = store.people.get(family, person)
    if found is None:
        raise KeyError(person)
    accounts = tuple(store.accounts.of_person(family, person))
    theirs = [account.user_id for account in accounts]
    cases = store.privacy.cases(family, theirs)
    return About(
        person=found,
        accounts=accounts,
        voices=tuple(one for one in store.voices.of_family(family) if one.person_id == person),
        consents=tuple(store.voices.consents(family, person)),
        cases=tuple(OwnCase(opened_at, kept, state) for _, opened_at, kept, state in cases),
        challenges=tuple(store.privacy.challenges(family, theirs)),
        questions=tuple(store.privacy.questions(family, person)),
        log=tuple(
            line
            for line in store.audit.lines(family)
            if line.act != DURESS and (line.actor in theirs or line.detail.get("person") == person)
        ),
        family_recordings=store.privacy.recordings(family),
        children=tuple(
            one
            for one in store.people.of_family(family)
            if one.guardian_id == person and one.role is Role.CHILD
        ),
        kept=sum(len(store.evidence.of_case(family, case)) for case, *_ in cases),
        reminders=tuple(one for user in theirs for one in store.reminders.of_account(user)),
    )


def export(known: About) -> str:
    """`known` as JSON for the person themselves.

    Of the log they get what they did and what was done about them, without who did it.  The numbers
    of a voiceprint stay here: a file travels, and with them somebody could try out imitations.  So
    does whether a code word was right, for all but a keeper: their screens do not tell it either.
    """
    person = known.person
    theirs = {account.user_id for account in known.accounts}
    document: dict[str, Any] = {
        "name": person.name,
        "role": person.role,
        "in_the_family_since": _time(person.joined_at),
        "call_back_number": person.phone or None,
        "call_back_number_stored_at": _time(person.phone_set_at),
        "telegram_accounts": [
            {
                "user_id": account.user_id,
                "name_in_telegram": account.display,
                "language": account.language,
                "since": _time(account.joined_at),
            }
            for account in known.accounts
        ],
        "voiceprints": [
            {
                "model": voice.model,
                "made_at": _time(voice.made_at),
                "seconds_of_speech": voice.speech_seconds,
                "numbers": len(voice.embedding),
            }
            for voice in known.voices
        ],
        "consents": [
            {
                "for": consent.kind,
                "given_at": _time(consent.given_at),
                "given_by_yourself": consent.given_by in theirs,
                "wording": consent.wording,
                "withdrawn_at": _time(consent.withdrawn_at),
            }
            for consent in known.consents
        ],
        "checks": [
            {
                "opened_at": _time(case.opened_at),
                "kept": case.kept,
                "content": _content(case.state, person.role),
            }
            for case in known.cases
        ],
        "originals_kept": known.kept,
        "asked_to_get": [
            {"what": one.kind, "at": _time(one.due_at), "how": one.data} for one in known.reminders
        ],
        "one_time_phrases_asked_for": [
            {"at": _time(at), "outcome": outcome} for at, outcome in known.challenges
        ],
        "questions_to_you": [{"at": _time(at), "answer": answer} for at, answer in known.questions],
        "log": [
            {"at": _time(line.at), "act": line.act, "you": line.actor in theirs}
            for line in known.log
        ],
        "children_for_whom_you_consent": len(known.children),
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def may_withdraw(by: Account, whose: Person) -> bool:
    """Whether the voice of `whose` is for `by` to take back: their own, or their ward's."""
    # Whoever has grown up has no guardian any more.
    guardian = whose.guardian_id if whose.role is Role.CHILD else None
    return by.family_id == whose.family_id and by.person_id in (whose.id, guardian)


def withdraw_voice(store: Store, by: Account, person: str, now: float) -> bool:
    """Destroy the voiceprints of `person`, at the wish of themselves or of their guardian.

    False when it is not theirs to decide.
    """
    found = store.people.get(by.family_id, person)
    if found is None or not may_withdraw(by, found):
        return False
    with store.together():
        store.voices.withdraw(by.family_id, person, now)
        store.privacy.unvoice(by.family_id, person)
        store.audit.note(by.family_id, "voice_withdrawn", now, actor=by.user_id, person=person)
    store.clean()
    return True


def is_last_keeper(store: Store, account: Account) -> bool:
    """Whether nobody else could decide for the family if this person left, though others stay."""
    people = store.people.of_family(account.family_id)
    others = [one for one in people if one.id != account.person_id]
    keepers = [one for one in others if one.role is Role.KEEPER]
    return account.role is Role.KEEPER and bool(others) and not keepers


def is_alone(store: Store, account: Account) -> bool:
    """Whether the family is this person."""
    return all(one.id == account.person_id for one in store.people.of_family(account.family_id))


def forget(store: Store, account: Account, now: float) -> list[Person]:
    """Delete a person at their own wish; whoever is alone takes the family with them.

    The children whose voices go too, since this was their guardian.

    Raises PermissionError for a last keeper on whom others depend.
    """
    if is_last_keeper(store, account):
        raise PermissionError("the last keeper of a family")
    if is_alone(store, account):
        forget_family(store, account.family_id)
        return []
    return remove(store, account.family_id, account.person_id, now, actor=account.user_id)


def forget_family(store: Store, family: str) -> None:
    """Delete a family with everyone and everything in it."""
    with store.together():
        for person in store.people.of_family(family):
            theirs = [one.user_id for one in store.accounts.of_person(family, person.id)]
            store.privacy.erase(family, person.id, theirs)
        store.families.erase(family)
    store.clean()


def _time(at: float | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")


def _content(state: str, role: Role) -> Any:
    """What is stored of a case, without what is still to be told to others."""
    content = _read(state)
    if not isinstance(content, dict):
        return content
    content.pop("due", None)
    case = _read(content.get("case") or "{}")
    if not isinstance(case, dict) or not case:
        return content
    if role is not Role.KEEPER:
        case["pieces"] = [
            piece
            for piece in case.get("pieces", ())
            if piece["evidence"]["sign"] != Sign.CODE_WORD_RIGHT
        ]
    return {**content, "case": case}


def _read(state: str) -> Any:
    """The stored content, opened up if it is JSON."""
    try:
        return json.loads(state)
    except ValueError:
        return state
