"""Which office a message says to come from, and who is called then."""

import pytest

from familyguard.model import Evidence, Sign
from familyguard.offices import BOTH, OFFICE, Office, offices, to_call
from familyguard.scamtext import evidence, read_message


def found_in(message: str) -> frozenset[Office]:
    """The offices in a message that is judged by its words."""
    request = read_message(message)
    claim = request.claims_to_be if request else None
    return offices(evidence(request), messages=[message], claims=[claim] if claim else [])


@pytest.mark.parametrize(
    ("message", "office"),
    [
        ("U spreekt met Jansen van de ING. Geef de code door.", Office.BANK),
        ("This is your bank's fraud team. Move your money to a safe account.", Office.BANK),
        ("ING: Uw pas verloopt. Vraag een nieuwe aan via https://ing-pas.nl", Office.BANK),
        ("Dit is agent Bakker. Uw dochter zit vast, u moet nu borg betalen.", Office.POLICE),
        ("Dit is het ziekenhuis. U moet direct 5000 euro betalen.", Office.HOSPITAL),
        ("I am your grandson's lawyer. He needs bail of 9000 dollars today.", Office.LAWYER),
        ("Dit is de deurwaarder. U moet vandaag 800 euro betalen.", Office.OTHER),
    ],
)
def test_an_office_is_known_by_its_introduction(message, office):
    """In both languages, spoken or as the beginning of a text message."""
    assert found_in(message) == {office}


@pytest.mark.parametrize(
    "message",
    [
        "Oma, met Tom. Mijn bank app is geblokkeerd, kun je 900 euro overmaken?",
        "Hi grandma, I was arrested. My lawyer will call you. Please pay him the bail.",
        "Mam, ik ben de bank aan het opruimen",
    ],
)
def test_a_relative_who_speaks_of_a_bank_or_a_lawyer_is_no_office(message):
    """Then it is the relative who must be called."""
    assert found_in(message) == frozenset()


@pytest.mark.parametrize(
    "message",
    [
        "Hoi mam, ik ben het, de politie zegt dat je nu 3000 euro borg moet betalen",
        "Mam, ik ben het, mijn bank blokkeert alles, maak jij 2000 euro over, nu meteen",
        "Oma met de politie hier, ik heb iemand aangereden, 5000 euro nu",
        "Mum, it's the police, they arrested me, please pay 2000 pounds bail",
        "Politie: mam ik ben het, ik zit vast. 2000 euro nu.",
    ],
)
def test_attack_3_a_cloned_relative_who_names_an_office_is_still_called_themselves(message):
    """Row 3: with «the police» in their mouth the card would send nobody to the relative."""
    assert found_in(message) == frozenset()


def test_attack_3_the_name_of_an_account_does_not_make_a_relative_an_office():
    """Row 3: a stranger's account is called what the stranger likes."""
    money = [Evidence(Sign.MONEY_REQUEST, "2000 euro")]
    assert not offices(money, ["Rabobank"], ["Mam ik ben het, 2000 euro graag"])
    assert not offices(money, ["Politie"], ["Dit is je dochter, 2000 euro graag"], ["je dochter"])


def test_the_name_at_the_top_counts():
    """Of an account or a screenshot: a claim like any other."""
    assert offices((), names=["Klantenservice Rabobank"]) == {Office.BANK}


def test_one_office_is_called_and_of_several_none_is_named():
    """The safest single sentence: nobody is sent to the bank about a court."""
    assert to_call([Office.BANK], []) == Office.BANK
    assert to_call([Office.BANK, Office.POLICE], []) == OFFICE
    assert to_call([], [Sign.AUTHORITY]) == OFFICE
    assert to_call([Office.BANK], [Sign.NEW_IDENTITY]) == BOTH
    assert to_call([], [Sign.MONEY_REQUEST]) == ""


def test_an_authority_without_a_word_that_we_know_names_nothing():
    """«Are you a relative of Jan?» is an office of some kind."""
    assert offices([Evidence(Sign.AUTHORITY, "bent u familie van")]) == frozenset()
