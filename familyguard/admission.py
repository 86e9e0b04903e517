"""Who comes in and who goes: claims, invitations, the keeper's approval, removal.

An invitation alone lets nobody in: whoever uses it waits until the keeper has seen who came.
"""

from dataclasses import dataclass
from enum import Enum, auto

from familyguard.codeword import Rotation
from familyguard.family import Account, Person, Role
from familyguard.setup import STEPS
from familyguard.store import Store


class Knock(Enum):
    """What came of a code."""

    FOUNDED = auto()  # a new family, whose keeper they are now
    WAITING = auto()  # the keeper will be asked
    REFUSED = auto()  # no such code, or none that is open


@dataclass(frozen=True, slots=True)
class Home:
    """What a new family starts with: its language, and its country as ISO 3166-1 alpha-2."""

    language: str = "en"
    country: str | None = None


def knock(
    store: Store,
    code: str,
    user_id: int,
    display: str,
    language: str | None,
    now: float,
    home: Home = Home(),
) -> Knock:
    """Someone without an account brings a code.  `display` is their name in Telegram.

    `language` is that of their telephone, None when the bot does not speak it: then they are
    spoken to in that of the family.  `home` is for a family that this founds.
    """
    with store.together():
        opened = store.invitations.redeem(code, user_id, now)
        if opened is None:
            return Knock.REFUSED
        if opened.family_id is not None:
            store.accounts.turn_away(user_id)  # the newest invitation counts
            spoken = language or store.families.get(opened.family_id).language
            store.accounts.apply(user_id, opened.family_id, display, spoken, now)
            store.audit.note(opened.family_id, "knocked", now, actor=user_id)
            return Knock.WAITING
        spoken = language or home.language
        family = store.families.found(spoken, now, home.country)
        store.families.come_to(family.id, STEPS[0])
        keeper = store.people.add(family.id, Role.KEEPER, now, name=display)
        store.accounts.add(user_id, keeper, spoken, now, display)
        store.audit.note(family.id, "founded", now, actor=user_id)
    return Knock.FOUNDED


def approve(
    store: Store,
    family: str,
    user_id: int,
    role: Role,
    now: float,
    person: Person | None = None,
    guardian: str | None = None,
) -> Account | None:
    """The keeper lets an applicant in: as somebody new, or as another account of `person`.

    `guardian` is the person who may consent for a child.  None when nobody of that family waits
    under that id.
    """
    applicant = store.accounts.applicant(user_id)
    if applicant is None or applicant.family_id != family:
        return None
    with store.together():
        if person is None:
            minder = guardian if role is Role.CHILD else None
            person = store.people.add(family, role, now, applicant.display, minder)
        account = store.accounts.add(user_id, person, applicant.language, now, applicant.display)
        store.audit.note(family, "approved", now, actor=user_id, person=person.id)
    return account


def remove(store: Store, family: str, person: str, now: float, actor: int | None) -> list[Person]:
    """Somebody leaves, or is made to: everything about them goes with them.

    Open invitations are void and the code word is due for rotation, since they know it.  The voices
    of children whose guardian this was are destroyed: nobody is left who could take them back.
    Those children.
    """
    wards = [
        one
        for one in store.people.of_family(family)
        if one.guardian_id == person and one.role is Role.CHILD
    ]
    enrolled = {voice.person_id for voice in store.voices.of_family(family)}
    wards = [one for one in wards if one.id in enrolled]
    with store.together():
        theirs = [account.user_id for account in store.accounts.of_person(family, person)]
        for ward in wards:
            store.voices.withdraw(family, ward.id, now)
            store.privacy.unvoice(family, ward.id)
        store.people.remove(family, person)
        store.privacy.erase(family, person, theirs)
        store.invitations.revoke(family, now)
        store.codewords.ask_to_rotate(family, Rotation.MEMBER_REMOVED)
        who = None if actor in theirs else actor  # whoever left by themselves has no name any more
        store.audit.note(family, "removed", now, actor=who, person=person)
    store.clean()
    return wards
