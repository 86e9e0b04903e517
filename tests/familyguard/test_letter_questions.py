"""What a letter asks for, and where the answers go."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from familyguard.letter_questions import DAYS, Ask, NotUnderstood, leave_out, questions, take
from familyguard.letters import LetterKind, Noted, write

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize("kind", LetterKind)
def test_who_answers_everything_has_nothing_left_to_fill_in(kind):
    """The questions of each letter are exactly what it needs."""
    noted = Noted(on_behalf=True, written_on=TODAY, authority="AP")
    while asked := questions(kind, noted):
        said = "3 november" if asked[0] in DAYS else "Kim kim@example.org"
        noted = take(asked[0], said, noted, TODAY)
    letter = write(kind, noted, "nl")
    assert letter.missing == ()
    assert letter.text.startswith("Kim\nkim@example.org\n\n")


@pytest.mark.parametrize(
    ("words", "name", "account"),
    [
        ("Jan de Vries", "Jan de Vries", ""),
        ("Jan de Vries, @jan99", "Jan de Vries", "@jan99"),
        ("Jan (jan@example.org)", "Jan", "jan@example.org"),
        ("Jan – https://example.org/jan", "Jan", "https://example.org/jan"),
        ("@pestkop", "@pestkop", ""),
    ],
)
def test_a_maker_is_a_name_and_perhaps_an_account(words, name, account):
    """In one line, as people type it; an account alone is the name."""
    noted = take(Ask.MAKER, words, Noted(), TODAY)
    assert (noted.maker, noted.maker_address) == (name, account)


def test_a_web_address_tells_the_site():
    """It is not asked for then; a site that was typed stays."""
    noted = take(Ask.PLACES, "www.example.org/a", Noted(), TODAY)
    assert noted.platform == "example.org"
    assert Ask.PLATFORM not in questions(LetterKind.DSA_NOTICE, noted)
    kept = take(Ask.PLACES, "https://example.org/a", Noted(platform="Voorbeeld BV"), TODAY)
    assert kept.platform == "Voorbeeld BV"
    assert take(Ask.PLACES, "https://[", Noted(), TODAY).platform == ""


def test_a_place_can_be_an_account():
    """Each line that is no web address stands as it was typed, and the site is asked for."""
    noted = take(Ask.PLACES, "Instagram: nep_anna\n\nTikTok: nep", Noted(), TODAY)
    assert noted.addresses == ("Instagram: nep_anna", "TikTok: nep")
    assert Ask.PLATFORM in questions(LetterKind.DSA_NOTICE, noted)


def test_a_day_is_a_day_or_asked_again():
    """Nothing that is no day gets into a letter as one."""
    assert take(Ask.FIRST_SEEN, "gisteren", Noted(), TODAY).first_seen == date(2026, 11, 21)
    with pytest.raises(NotUnderstood):
        take(Ask.ASKED_ON, "ik denk in de zomer", Noted(), TODAY)


def test_a_signer_keeps_the_known_name_where_only_a_mail_address_was_typed():
    """And the other way about."""
    known = Noted(name="Anna")
    assert take(Ask.WRITER, "a@b.nl", known, TODAY) == Noted(name="Anna", email="a@b.nl")
    assert take(Ask.WRITER, "Anna Bos", known, TODAY) == Noted(name="Anna Bos")


@pytest.mark.parametrize("ask", Ask)
def test_what_is_taken_back_is_asked_again(ask):
    """Whatever was answered."""
    words = "3 november" if ask in DAYS else "x y@example.org"
    noted = leave_out(ask, take(ask, words, Noted(on_behalf=True), TODAY))
    assert noted == Noted(on_behalf=True)


@given(st.sampled_from(sorted(set(Ask) - DAYS)), st.text(max_size=200))
def test_whatever_is_typed_becomes_a_letter(ask, words):
    """No answer is too strange to be written down."""
    noted = take(ask, words, Noted(on_behalf=True), TODAY)
    for kind in LetterKind:
        assert "{" not in write(kind, noted, "nl").text.replace("{", "", words.count("{") * 9)
