"""What must not come back with a back-up is taken out of it before it is put in place.

A back-up is a family as it was.  Since then people left, voices were taken back and code words were
replaced, the family was frozen and the code word locked; the list of `familyguard.erased`, where
this machine has it, says which.  Whatever was open then (codes that let somebody in, changes that
waited, one-time phrases, conversations) is ended in any case: nobody remembers it, except whoever
it was meant to stop.  Only the removal of somebody waits anew, for a whole day.
"""

from dataclasses import dataclass

from familyguard.admission import remove
from familyguard.changes import WAIT_SECONDS, Kind
from familyguard.codeword import Rotation
from familyguard.erased import Condition, Erased, What, condition
from familyguard.family import Role
from familyguard.privacy import forget_family
from familyguard.store import Store
from familyguard.store.codewords import SHARED

RESTORED, RESTORED_TOLD = "restored", "restored_told"
"""Lines of the audit log: a family came back from a back-up; its keepers were told."""

OUTCOME = "restored"
"""Of a one-time phrase that was open when the back-up was made."""


@dataclass(frozen=True, slots=True)
class Resettled:
    """How many of what had come back and went again; `due` are code words to be renewed."""

    people: int = 0
    voices: int = 0
    words: int = 0
    due: int = 0
    listed: Condition = Condition.WHOLE  # how far the list of what was erased could be relied on

    @property
    def gone(self) -> int:
        """Everything that was erased once more."""
        return self.people + self.voices + self.words


def resettle(store: Store, erased: Erased, made_at: float, now: float) -> Resettled:
    """Erase again what `erased` lists, and end what was open at `made_at`, the back-up's time.

    `store` is the database that was in the back-up, before it is put in place.
    """
    people = voices = words = due = 0
    for family in store.families.all():
        if (What.FAMILY, family.id) in erased:
            people += len(store.people.of_family(family.id))
            forget_family(store, family.id)
            continue
        for person in store.people.of_family(family.id):
            if (What.PERSON, family.id, person.id) in erased:
                remove(store, family.id, person.id, now, actor=None)
                people += 1
            else:
                voices += _without_voice(store, erased, family.id, person.id, now)
        if not _has_keeper(store, family.id):
            continue
        removed, renew = _code_word(store, erased, family.id)
        words += removed
        due += renew
        _close_again(store, erased, family.id, made_at, now)
        store.restoring.end_open(family.id, OUTCOME, now, but=Kind.REMOVAL)
        _wait_anew(store, family.id, now)
        store.audit.note(family.id, RESTORED, now, made_at=made_at)
    store.restoring.end_codes(now)
    store.clean()
    return Resettled(people, voices, words, due, condition(erased.path))


def _has_keeper(store: Store, family: str) -> bool:
    """Whether anybody is left who decides; a family without people goes too.

    Whoever became keeper after the back-up is an adult in it: the first who joined decides again.
    """
    people = store.people.of_family(family)
    if not people:
        forget_family(store, family)
        return False
    if all(one.role is not Role.KEEPER for one in people):
        first = next((one for one in people if one.role.is_grown_up), people[0])
        store.people.appoint(family, first.id, Role.KEEPER)
    return True


def _without_voice(store: Store, erased: Erased, family: str, person: str, now: float) -> bool:
    """Whether the person's voice was taken back since: consents of before that end again."""
    at = erased.at(What.VOICE, family, person)
    if at is None:
        return False
    standing = [one for one in store.voices.consents(family, person) if one.withdrawn_at is None]
    if not standing or any(one.given_at > at for one in standing):
        return False
    store.voices.withdraw(family, person, now)
    return True


def _close_again(store: Store, erased: Erased, family: str, made_at: float, now: float) -> None:
    """Whatever was closed since the back-up stays closed: a freeze, and the code word's lock.

    A lock that a keeper has opened since is closed too; they open it again.
    """
    until = erased.at(What.FROZEN, family)
    if until is not None and until > now:
        store.families.freeze(family, until)
    if store.codewords.get(family) is None:
        return
    accounts = [str(one.user_id) for one in store.accounts.of_family(family)]
    for subject in (*SHARED, *accounts):
        at = erased.at(What.LOCKED, family, subject)
        if at is not None and at >= made_at:
            store.codewords.lock(family, subject)


def _wait_anew(store: Store, family: str, now: float) -> None:
    """Whoever was suspended still is, and everybody has a day again to stop the removal.

    It may have been stopped since the back-up; and its day is over, so it would be made at once.
    """
    for change in store.changes.waiting(family):
        if store.people.get(family, str(change.data.get("person"))) is None:
            store.changes.end(family, change.id, now)
        else:
            store.changes.postpone(family, change.id, now + WAIT_SECONDS)


def _code_word(store: Store, erased: Erased, family: str) -> tuple[bool, bool]:
    """Whether the code word went, and whether it is due for another."""
    stored = store.codewords.get(family)
    if stored is None:
        return False, False
    version = (family, stored.tags.salt.hex())
    if (What.WORD_REMOVED, *version) in erased:
        store.codewords.remove(family)
        return True, False
    if (What.WORD_REPLACED, *version) in erased or (What.WORD_DUE, *version) in erased:
        store.codewords.ask_to_rotate(family, Rotation.RESTORED)
        return False, True
    return False, False
