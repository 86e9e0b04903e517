"""The pages after a verdict: the first thing first, numbers to tap, and short enough to send."""

import re
from datetime import UTC, datetime

import pytest

from bot.aftercare.guidance import (
    account_check,
    authority,
    contact,
    deepfake_page,
    drill_message,
    drill_page,
    messages,
    scam_page,
    video_page,
)
from bot.markup import MAX_MESSAGE
from bot.playground.entities import format_text
from bot.texts import LANGUAGES, Texts
from familyguard.aftercare import Happened
from familyguard.deepfake import plan
from familyguard.directory import directory
from familyguard.drill import BEATS, Choice, Drill, Scenario, start
from familyguard.video_checklist import CHECKLIST, Seen, conclude
from tests.familyguard.test_deepfake import WALKS, answered

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
COUNTRIES = ("NL", "BE", "GB", "US", "DE", "FR", "JP")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("country", COUNTRIES)
def test_who_paid_reads_the_bank_first(country, language):
    """The first numbered line is the bank, in every country and both languages."""
    page = scam_page({Happened.MONEY_SENT}, country, directory(), Texts(language))
    assert "bank" in page.sections[0].heading.lower()
    assert messages(page)[0].index("<b>1.") < 400


@pytest.mark.parametrize("country", COUNTRIES)
def test_all_that_can_have_happened_fits_in_two_messages(country):
    """A frightened person does not scroll through ten."""
    for language in LANGUAGES:
        sent = messages(scam_page(set(Happened), country, directory(), Texts(language)))
        assert len(sent) <= 2
        assert all(len(part) <= MAX_MESSAGE for part in sent)


def test_numbers_are_read_as_people_write_them_and_can_be_tapped():
    """As it stands on the helpline's own page, and once more with its country, in groups: Telegram
    finds that one as a number to call, and the local Telegram does so too."""
    sent = "\n".join(messages(scam_page({Happened.MONEY_SENT}, "NL", directory(), Texts("nl"))))
    assert "Fraudehelpdesk\n088-786 73 72\nTik om te bellen: +31 88 786 7372\n" in sent
    assert "0900-8844" in sent
    assert "\u200b" not in sent
    assert re.search(r"opgezocht op \d+ \w+ 2026", sent)
    text, entities = format_text(sent, "HTML", None)
    number = next(one for one in entities if one["type"] == "phone_number")
    assert text[number["offset"] :].startswith("+31 88 786 7372")
    assert number["length"] == len("+31 88 786 7372")


def test_no_number_is_shown_as_a_row_of_digits():
    """Nobody reads or dials eleven digits in one go."""
    for body in directory().bodies:
        for language in LANGUAGES:
            assert not re.search(r"\+?\d{8,}", contact(body, Texts(language))), body.code


def test_a_number_stands_there_once():
    """A body that helps with two steps is not repeated."""
    sent = "\n".join(messages(scam_page(set(Happened), "NL", directory(), Texts("nl"))))
    assert sent.count("+31 88 786 7372") == 1


def test_a_country_that_we_do_not_know_is_told_so():
    """The steps remain; instead of a date stands whom to look for."""
    texts = Texts("en")
    page = scam_page({Happened.MONEY_SENT}, "JP", directory(), texts)
    assert page.closing == texts.get("aftercare.no_country")


def test_a_deepfake_page_says_that_it_is_no_legal_advice():
    """Above the steps, and the letters to offer come along."""
    for walk in WALKS[::7]:
        this = plan(walk, "NL", directory())
        page = deepfake_page(this, Texts("en"))
        assert "not legal advice" in page.intro
        assert page.letters == this.letters
        assert all(len(part) <= MAX_MESSAGE for part in messages(page))


def test_the_helpline_stands_first_with_its_number():
    """For sexual images the first section is help, with the number of the Dutch helpline."""
    page = deepfake_page(plan(answered(sexual="yes"), "NL", directory()), Texts("nl"))
    assert "+31 20 261 5275" in page.sections[0].contacts[0]


def test_outside_europe_the_page_says_why_there_are_no_letters():
    """No promise of a law that does not hold."""
    page = deepfake_page(plan(answered(), "US", directory()), Texts("en"))
    assert page.letters == ()
    assert "European law" in page.closing


def test_a_video_page_always_says_to_call_back():
    """Also where nothing odd was seen."""
    answers = CHECKLIST.start()
    while question := answers.next:
        answers = answers.answer(question.code, Seen.FINE)
    page = video_page(conclude(answers), Texts("en"))
    assert "no proof" in page.intro
    assert "call back" in page.closing


def test_a_video_page_lists_what_was_odd():
    """By the question that was asked."""
    page = video_page(conclude(CHECKLIST.start().answer("origin", Seen.ODD)), Texts("en"))
    (section,) = page.sections
    assert section.heading == "What looked odd to you"
    assert section.text == "– Where does the video come from?"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_drill_speaks_and_unmasks_itself(language):
    """Three messages without gaps, and at the end first of all that nothing is wrong."""
    texts = Texts(language)
    for scenario in Scenario:
        for beat in range(1, BEATS + 1):
            assert "{" not in drill_message(Drill(scenario, NOON, beat), texts)
    over = start(Scenario.BANK, NOON).choose(Choice.SCAM, NOON)
    assert messages(drill_page(over, texts))[0].startswith(texts.get("drill.unmasked"))


def test_a_named_drill_uses_the_name_of_who_agreed():
    """«It's Sophie» and «met Sophie»."""
    named = start(Scenario.NEW_PHONE, NOON, name="Sophie", name_consents=True)
    assert "it's Sophie." in drill_message(named, Texts("en"))
    assert "met Sophie." in drill_message(named, Texts("nl"))
    assert "it's me." in drill_message(start(Scenario.NEW_PHONE, NOON), Texts("en"))


def test_the_account_check_is_a_link_and_no_statement():
    """Where to look, and that no hit says nothing good."""
    said = account_check("NL", directory(), Texts("en"))
    assert said is not None
    assert said.splitlines()[-1].startswith("https://www.politie.nl/")
    assert account_check("DE", directory(), Texts("en")) is None


def test_a_complaint_is_addressed_where_the_authority_is_known():
    """Dutch and Belgian letters bear its name; elsewhere it is a line to fill in."""
    assert authority("NL", directory()) == "Autoriteit Persoonsgegevens"
    assert authority("BE", directory()) == "Gegevensbeschermingsautoriteit"
    assert authority("FR", directory()) == authority("US", directory()) == ""


def test_a_contact_says_when_it_can_be_reached():
    """Name, number, hours, what it is for."""
    desk = next(body for body in directory().bodies if body.code == "nl-fraudehelpdesk")
    lines = contact(desk, Texts("nl")).splitlines()
    assert lines[0] == "Fraudehelpdesk"
    assert "Bereikbaar: werkdagen, 9 tot 17 uur" in lines


def test_markup_is_escaped():
    """What stands on a page is text, whatever it holds."""
    from bot.aftercare.guidance import Page, Section

    sent = messages(Page("a < b", (Section("<i>x</i>", "1 & 2"),)))
    assert sent == ("a &lt; b\n\n<b>1. &lt;i&gt;x&lt;/i&gt;</b>\n1 &amp; 2",)
