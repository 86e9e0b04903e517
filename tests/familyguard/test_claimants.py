"""Whom a message says to come from, by names alone."""

import pytest

from familyguard.claimants import claimants
from familyguard.family import Person, Role

TOM = Person("t", "f", "Tom", Role.ADULT, 1.0)
ANNA = Person("a", "f", "Anna de Vries", Role.KEEPER, 1.0)
MUM = Person("m", "f", "Mum", Role.ADULT, 1.0)
NAMELESS = Person("n", "f", "", Role.MEMBER, 1.0)
FAMILY = (TOM, ANNA, MUM, NAMELESS)


@pytest.mark.parametrize(
    "message",
    [
        "Hi mum, it's Tom, new number",
        "hoi mam dit is Tom, ik heb een nieuw nummer",
        "Hallo, met Tom! Kun je iets betalen?",
        "hoi oma, hier je kleinzoon Tom",
        "This is your son TOM",
        "Can you pay this? xx Tom",
        "Kun je dit betalen? Groetjes Tom",
    ],
)
def test_an_introduction_names_the_sender(message):
    """In both languages, at the beginning or as a closing."""
    assert claimants(FAMILY, messages=[message]) == [TOM]


@pytest.mark.parametrize(
    "message",
    [
        "I will go to the market tomorrow, and afterwards I go with Tom to the zoo",
        "Morgen ga ik naar de markt en daarna naar de film met Tom",
        "Tom is ill",
        "Say hello to Tom",
        "",
    ],
)
def test_talk_about_a_person_is_not_by_that_person(message):
    """Else the voice of whoever speaks would be compared with somebody else's."""
    assert claimants(FAMILY, messages=[message]) == []


def test_the_name_in_the_messenger_counts_and_so_does_its_first_word():
    """«Tom (new)» says to be Tom; anybody can choose that name, so it is a claim."""
    assert claimants(FAMILY, ["Tom (new)"]) == [TOM]
    assert claimants(FAMILY, ["Anna"]) == [ANNA]
    assert claimants(FAMILY, ["mum"]) == [MUM]
    assert claimants(FAMILY, ["Unknown"]) == []


def test_two_names_are_two_persons():
    """Then it is not clear, and the relative is asked."""
    assert claimants(FAMILY, ["Anna"], ["it's Tom"]) == [TOM, ANNA]
