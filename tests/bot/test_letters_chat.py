"""Stories of the letters of `/deepfake`: what is asked, what is skipped, and what then stands
in them."""

import io

import pytest

from familyguard.letters import LINE, LetterKind
from tests.bot.test_case import at_home
from tests.bot.test_deepfake_chat import PUBLIC, answer
from tests.bot.thumbs import Thumb

LABELS = {
    LetterKind.ERASURE_MAKER: "Letter to the maker",
    LetterKind.ERASURE_PLATFORM: "Letter to the platform",
    LetterKind.DSA_NOTICE: "Report to the platform",
    LetterKind.COMPLAINT: "Complaint to the authority",
}


def words_of(paper):
    """The text of a PDF."""
    pdfium = pytest.importorskip("pypdfium2", reason="reads papers; comes with the test extra")
    document = pdfium.PdfDocument(io.BytesIO(paper))
    pages = (document[number].get_textpage().get_text_bounded() for number in range(len(document)))
    return " ".join(" ".join(pages).split())


async def papers(telegram, person, count=2):
    """Wait for that many files; the latest two by their ending."""
    found = await telegram.until(
        lambda: (
            (all_ := [one.document for one in person.screen if one.document])[count - 1 :] and all_
        ),
        f"{count} documents",
    )
    return {name.rpartition(".")[2]: content for name, content in found[-2:]}


async def planned(telegram, person, labels=PUBLIC):
    """A thumb that has answered the questions, in the Netherlands."""
    family = telegram.people["Anna"].family_id
    telegram.house.store.families.live_in(family, "NL")
    thumb = Thumb(telegram, person)
    await thumb.command("/deepfake")
    await thumb.tap(*labels)
    return thumb


@pytest.mark.parametrize("kind", LetterKind)
async def test_from_deepfake_to_a_letter_in_ten_taps_without_answering_anything(tmp_path, kind):
    """The longest way to each letter, command counted, all of its questions left out."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        thumb = await planned(telegram, anna)
        await anna.sees("This is information, not legal advice.")
        await thumb.tap(LABELS[kind], "Make the letter now")
        assert thumb.taps <= 10
        files = await papers(telegram, anna)
        assert "Anna" in words_of(files["pdf"])
        assert LINE in files["txt"].decode()


TYPED = (
    "Jan Łoś-Großmann, @jan_99",
    "https://www.example.org/clip?id=1\nInstagram, account nep_anna",
    "Een stem als de mijne vraagt om geld",
    "3 november",
    "Anna Zoë van Nieuwenhuijzen-Đorđević anna@example.org",
)


async def test_a_letter_that_was_answered_has_no_line_left_to_fill_in(tmp_path):
    """Nine taps and five typed answers; nothing is asked twice for the second letter."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        thumb = await planned(telegram, anna)
        await thumb.tap("Letter to the maker")
        await thumb.types(*TYPED)
        assert thumb.taps == 9
        files = await papers(telegram, anna)
        text, paper = files["txt"].decode(), words_of(files["pdf"])
        assert LINE not in text
        for words in (
            "Dear Jan Łoś-Großmann,",
            "@jan_99",
            "- https://www.example.org/clip?id=1\n- Instagram, account nep_anna",
            "Een stem als de mijne vraagt om geld",
            "I first saw it on 3 November 2026.",
            "Anna Zoë van Nieuwenhuijzen-Đorđević\nanna@example.org",
        ):
            assert words in text
        for words in ("Jan Łoś-Großmann", "Zoë van Nieuwenhuijzen-Đorđević", "@jan_99"):
            assert words in paper
        await thumb.tap("Letter to the platform")
        files = await papers(telegram, anna, 4)
        assert "\nexample.org\n" in files["txt"].decode()
        assert LINE not in files["txt"].decode()


async def test_a_question_that_was_answered_has_no_buttons_any_more(tmp_path):
    """So that nobody skips by mistake what is answered already."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        thumb = await planned(telegram, anna)
        await thumb.tap("Letter to the maker")
        await thumb.types(*TYPED)
        await papers(telegram, anna)
        asked = [one for one in anna.screen if one.text.startswith("Letter to the maker\n")]
        assert len(asked) == 5
        assert not any(one.buttons for one in asked)


async def test_each_question_can_be_skipped_and_taken_back(tmp_path):
    """A wrong answer is typed anew; what was skipped is a line, or left out where it may lack."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        thumb = await planned(telegram, anna)
        await thumb.tap("Letter to the maker")
        await thumb.types("Wrong name")
        await thumb.tap("Back")
        assert "Who made or posted it?" in anna.last.text
        await thumb.types("Kim")
        await thumb.tap(*("Skip",) * 4)
        files = await papers(telegram, anna)
        text = files["txt"].decode()
        assert "Wrong" not in text
        assert "Dear Kim," in text
        assert f"{LINE} (web address of the recording)" in text
        assert "I first saw it" not in text


async def test_a_day_that_is_not_understood_is_asked_again_and_can_be_tapped(tmp_path):
    """«Soon» is no day; «Yesterday» is one tap."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        thumb = await planned(telegram, anna)
        await thumb.tap("Letter to the maker")
        await thumb.types(*TYPED[:3], "soon")
        await anna.sees("I do not understand that day.")
        await thumb.tap("Yesterday")
        await thumb.types(TYPED[4])
        files = await papers(telegram, anna)
        assert "I first saw it on 17 November 2026." in files["txt"].decode()


async def test_a_complaint_says_whom_you_asked_when_and_what_came_of_it(tmp_path):
    """In the words of the authority's form, with the tapped «no answer»."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        thumb = await planned(telegram, anna)
        await thumb.tap("Complaint to the authority")
        await thumb.types("Voorbeeld BV", "1 October")
        await thumb.tap("There was no answer")
        await thumb.types("https://example.org/a", "my face", "1 september", "Anna Bos a@b.nl")
        files = await papers(telegram, anna)
        text = files["txt"].decode()
        assert "I complain about: Voorbeeld BV. On 1 October 2026 I asked" in text
        assert "The outcome: there was no answer." in text
        assert text.count("Autoriteit Persoonsgegevens") == 1
        assert LINE not in text


async def test_who_writes_for_a_relative_is_asked_for_their_name(tmp_path):
    """The letter is about them, signed by the writer, and says so."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        thumb = await planned(telegram, anna, ("Someone in my family", *PUBLIC[1:]))
        await thumb.tap("Letter to the maker")
        assert "Who is the person in it?" in anna.last.text
        await thumb.types("Sam ’t Hooft")
        await thumb.tap("Make the letter now")
        files = await papers(telegram, anna)
        text = files["txt"].decode()
        assert "on behalf of Sam ’t Hooft" in text
        assert text.splitlines()[0] == "Anna"
        assert "You write for someone else." in words_of(files["pdf"])


async def test_what_is_typed_before_a_letter_stands_in_it(tmp_path):
    """Web addresses by themselves, the rest as the description; neither is asked again."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        thumb = await planned(telegram, anna)
        await thumb.types("https://example.org/clip a voice like mine asks for money")
        await anna.sees("Web addresses so far: 1.")
        await thumb.tap("Letter to the platform")
        assert "On which day" in anna.last.text
        await thumb.tap("Make the letter now")
        text = (await papers(telegram, anna))["txt"].decode()
        assert "https://example.org/clip" in text
        assert "a voice like mine asks for money" in text


async def test_no_image_is_ever_asked_for(tmp_path):
    """Not by the questions for a letter either, and one that comes is refused where it may harm."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        await answer(telegram, anna, ("Me", "Yes", *PUBLIC[2:]))
        await anna.taps("Letter to the maker")
        await telegram.quiet()
        await anna.forwards("video")
        await anna.sees("have not kept this one")
        assert telegram.count("getFile") == 0


async def test_after_the_letter_typed_words_answer_nothing(tmp_path):
    """They are noted, as before it."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        thumb = await planned(telegram, anna)
        await thumb.tap("Letter to the maker", "Make the letter now")
        await papers(telegram, anna)
        await thumb.types("https://example.org/late")
        await anna.sees("Web addresses so far: 1.")
