"""The letters: the law named, every gap visible, nothing foreign that changes the letter."""

import json
import re
from dataclasses import fields, replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from familyguard.letters import (
    LINE,
    MAX_FIELD,
    MAY_LACK,
    LetterKind,
    Noted,
    noted_from_json,
    noted_to_json,
    write,
)

LANGUAGES = ("en", "nl")
FULL = Noted(
    name="Zoë Großmann-Łukasiewicz",
    address="Dorpsstraat 1, 1234 AB Ons Dorp",
    email="zoe@example.org",
    place="Ons Dorp",
    written_on=date(2026, 11, 22),
    shown="Zoë",
    description="Zoë asks for money.",
    addresses=("https://example.org/a", "https://example.org/b"),
    first_seen=date(2026, 11, 20),
    maker="M. Aker",
    maker_address="@maker",
    platform="Voorbeeld BV",
    platform_address="Straat 2",
    authority="Autoriteit Persoonsgegevens",
    asked_whom="Voorbeeld BV",
    asked_on=date(2026, 10, 1),
    answer="none",
)
LAW = {
    LetterKind.ERASURE_MAKER: ("17", "19", "12"),
    LetterKind.ERASURE_PLATFORM: ("17", "19", "21"),
    LetterKind.COMPLAINT: ("77", "58", "78"),
    LetterKind.DSA_NOTICE: ("2022/2065", "16"),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", LetterKind)
def test_each_letter_names_its_legal_basis(kind, language):
    """The articles stand in the letter itself."""
    letter = write(kind, FULL, language)
    assert all(article in letter.basis for article in LAW[kind])
    assert letter.basis in letter.text


def test_the_platform_is_asked_to_pass_the_request_on():
    """Article 17(2): search engines and other sites are to be told."""
    assert "search engines" in write(LetterKind.ERASURE_PLATFORM, FULL, "en").text
    assert "zoekmachines" in write(LetterKind.ERASURE_PLATFORM, FULL, "nl").text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", LetterKind)
def test_a_full_letter_has_no_gaps(kind, language):
    """Where everything was noted nothing is left to fill in."""
    letter = write(kind, FULL, language)
    assert letter.missing == ()
    assert LINE not in letter.text
    assert "Zoë Großmann-Łukasiewicz" in letter.text
    assert "https://example.org/b" in letter.text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", LetterKind)
def test_what_is_missing_becomes_a_line_with_a_label(kind, language):
    """An empty letter is a form: each gap has a line, and says what belongs there."""
    letter = write(kind, Noted(), language)
    assert {"name", "written_on", "addresses"} <= set(letter.missing)
    assert letter.text.count(LINE) >= len(letter.missing)
    assert re.search(LINE + r" \(\w[^)]+\)", letter.text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", LetterKind)
def test_what_may_lack_leaves_no_trace(kind, language):
    """A letter without an address, a place or a day has no line for it, and no half sentence."""
    lacking = replace(FULL, **{field: getattr(Noted(), field) for field in MAY_LACK})
    letter = write(kind, lacking, language)
    assert letter.missing == ()
    assert LINE not in letter.text
    assert not re.search(r" ,|,,| \.|\.\.|\bop \.|  ", letter.text)
    assert letter.sender == ("Zoë Großmann-Łukasiewicz",)
    assert letter.place_and_date[0].isdigit()


@pytest.mark.parametrize("field", [one.name for one in fields(Noted) if one.name != "on_behalf"])
def test_every_gap_has_a_label_in_both_languages(field):
    """Whatever field a letter needs, its line can be labelled."""
    for language in LANGUAGES:
        for kind in LetterKind:
            assert (
                "{"
                not in write(kind, replace(FULL, **{field: getattr(Noted(), field)}), language).text
            )


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_information_and_not_legal_advice(language):
    """Said to the writer with every letter, and not to the one who gets it."""
    for kind in LetterKind:
        letter = write(kind, FULL, language)
        advice = {"en": "not legal advice", "nl": "geen juridisch advies"}[language]
        assert any(advice in note for note in letter.notes)
        assert advice not in letter.text


def test_a_parent_writes_for_a_child():
    """Who writes for somebody else says so; who writes for themselves does not."""
    child = replace(FULL, shown="Sam", on_behalf=True)
    assert "on behalf of Sam" in write(LetterKind.DSA_NOTICE, child, "en").text
    assert "Have an adult sign too" in write(LetterKind.DSA_NOTICE, child, "en").notes[0]
    assert "on behalf" not in write(LetterKind.DSA_NOTICE, FULL, "en").text


def test_who_notes_no_name_of_the_shown_person_means_themselves():
    """The writer is the one who is shown, unless they say otherwise."""
    assert "Zoë Großmann" in write(LetterKind.COMPLAINT, replace(FULL, shown=""), "nl").subject


def test_dates_are_written_as_people_write_them():
    """Day, month as a word, year."""
    assert "22 november 2026" in write(LetterKind.COMPLAINT, FULL, "nl").text
    assert "22 November 2026" in write(LetterKind.COMPLAINT, FULL, "en").text


@settings(deadline=None)
@given(st.text(max_size=60), st.sampled_from(LetterKind), st.sampled_from(LANGUAGES))
def test_foreign_text_stays_one_line_and_changes_nothing_else(foreign, kind, language):
    """Braces, line breaks and control characters in a name fill a gap and do no more."""
    plain = write(kind, replace(FULL, shown="QQQ"), language)
    letter = write(kind, replace(FULL, shown=f"Q{foreign}Q"), language)
    assert letter.text.count("\n") == plain.text.count("\n")
    assert letter.points[0].startswith(plain.points[0].split("QQQ")[0])


def test_a_field_is_never_longer_than_a_page():
    """Somebody who pastes a book gets a letter of a few pages."""
    letter = write(LetterKind.DSA_NOTICE, replace(FULL, description="word " * 10_000), "en")
    assert len(letter.text) < 3 * MAX_FIELD


def test_notes_survive_storage():
    """What was noted can be kept between two taps."""
    assert noted_from_json(json.loads(json.dumps(noted_to_json(FULL)))) == FULL
    assert noted_from_json(json.loads(json.dumps(noted_to_json(Noted())))) == Noted()


@pytest.mark.parametrize(
    "stored", [{"shoe": "x"}, {"name": 3}, {"addresses": "x"}, {"written_on": "soon"}]
)
def test_it_refuses_notes_of_another_shape(stored):
    """Stored values of another version are refused rather than half read."""
    with pytest.raises(ValueError):
        noted_from_json(stored)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_letters_clear_nothing_and_keep_sentences_short(language):
    """The words that no output uses, and at most 30 words a sentence but for the legal basis."""
    forbidden = {
        "en": r"\b(real|genuine|authentic|verified|safe|proven)\b|100 ?%",
        "nl": r"\b(echt|echte|veilig|veilige|authentiek|geverifieerd|betrouwbaar|bewezen)\b|100 ?%",
    }[language]
    for kind in LetterKind:
        letter = write(kind, FULL, language)
        everything = "\n".join((letter.title, letter.text, *letter.notes))
        assert not re.search(forbidden, everything, re.IGNORECASE), kind
        for text in (*letter.paragraphs, *letter.points, letter.closing, *letter.notes):
            for sentence in re.split(r"[.!?:]\s", text):
                assert len(sentence.split()) <= 30, sentence
