"""Who agreed to the enrolment of whose voice: their own account, for a child its guardian's."""

from telegram import InlineKeyboardButton

from bot import talk
from bot.context import House
from bot.handlers.withdrawal import VOICE as BACK
from bot.texts import Texts, pick_language
from familyguard.family import Account, Person, Role
from familyguard.privacy import VOICE
from familyguard.store.voices import Consent

WORDING = "voice-2"
"""Names the texts `enrol.consent` and `enrol.guardian.ask`.  Another text needs another name, so
that it can be shown later what somebody agreed to."""


def consent_of(house: House, person: Person, wording: str = "") -> Consent | None:
    """The consent that lets this person's voice be enrolled: their own, or a child's guardian's.

    With `wording`, only one to a text of that name counts, whatever its language.
    """
    consenting = person.guardian_id if person.role is Role.CHILD else person.id
    if consenting is None:
        return None
    accounts = house.store.accounts.of_person(person.family_id, consenting)
    theirs = {account.user_id for account in accounts}
    standing = (
        consent
        for consent in house.store.voices.consents(person.family_id, person.id)
        if consent.kind == VOICE
        and consent.withdrawn_at is None
        and consent.given_by in theirs
        and wording in ("", consent.wording.partition(".")[0])
    )
    return next(standing, None)


def record(house: House, by: Account, person: str) -> None:
    """Keep that `by` agreed for `person` to the text as it stands in their language, once."""
    store, family, now = house.store, by.family_id, house.now()
    whose = store.people.get(family, person)
    if whose is None or consent_of(house, whose, WORDING) is not None:
        return
    wording = f"{WORDING}.{pick_language(by.language)}"
    with store.together():
        store.voices.consent(family, person, VOICE, by.user_id, wording, now)
        store.audit.note(family, "voice_agreed", now, by.user_id, person=person)


def taking_back(texts: Texts, person: str, *, child: bool = False) -> InlineKeyboardButton:
    """The button that ends it all with one tap, for the person or a child's guardian."""
    label = "enrol.button.back.child" if child else "enrol.button.back"
    return talk.button(texts, label, BACK + person)
