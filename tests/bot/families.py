"""A family with names, numbers, voices and a code word, as a set-up would leave it."""

from bot.context import House
from familyguard.codeword import keys_of
from familyguard.family import Person
from familyguard.store.codewords import StoredCodeWord
from familyguard.store.voices import StoredVoice
from tests.bot import scripts

WORD = "purple elephant"
DURESS = "yellow submarine"
NUMBERS = {"Tom": "+31612345678"}
STORED_ON = 1_790_000_000.0


def name_them(house: House, **names: int) -> dict[str, Person]:
    """Give the persons of these accounts their names, and the numbers that belong to those."""
    people = {}
    for name, user_id in names.items():
        account = house.store.accounts.get(user_id)
        assert account is not None
        family, person = account.family_id, account.person_id
        house.store.people.rename(family, person, name)
        if name in NUMBERS:
            house.store.people.call_on(family, person, NUMBERS[name], STORED_ON)
        found = house.store.people.get(family, person)
        assert found is not None
        people[name] = found
    return people


def set_word(house: House, family: str, *, duress: bool = False, at: float = 1.0) -> None:
    """The family agreed on WORD, and perhaps on DURESS."""
    tags = house.hasher.tags(keys_of(WORD, "en"), family, 1)
    if duress:
        tags = house.hasher.with_duress(tags, keys_of(DURESS, "en"), family)
    house.store.codewords.put(family, StoredCodeWord(tags, "en", set_by=1, set_at=at))


def enrol(house: House, person: Person, voice: str) -> None:
    """Somebody's voice is known: that of the scripts' `voice`."""
    family, now = person.family_id, house.now()
    house.store.voices.consent(family, person.id, "voice", 1, "test", now)
    embedding = scripts.voiceprint(voice).embedding
    house.store.voices.put(family, StoredVoice(person.id, scripts.MODEL, embedding, 30.0, now))
