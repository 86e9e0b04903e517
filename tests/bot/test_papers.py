"""The papers: nothing runs over the edge, no letter is missing, nothing depends on the hour."""

import io
import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.papers import letter as letter_paper
from bot.papers.card import Contact, draw_agreement, draw_card
from bot.papers.sheet import MISSING, Sheet
from bot.texts import LANGUAGES, Texts
from familyguard.letters import LINE, LetterKind, Noted, write

pdfium = pytest.importorskip("pypdfium2", reason="renders papers; comes with the test extra")

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LONG = "Zoë Großmann-Łukasiewicz van Nieuwenhuijzen-Đorđević"
NOTED = Noted(
    name=LONG,
    place="’s-Gravenhage",
    written_on=date(2026, 11, 22),
    description="Een stem die op mij lijkt vraagt om geld. " * 12,
    addresses=("https://example.org/" + "a" * 400, "https://example.org/b"),
    platform="Voorbeeld Őű Ș BV",
)
CONTACTS = [Contact(LONG, "+31 6 12 34 56 78"), Contact("Bas", "06 87 65 43 21")]


def text_of(paper: bytes) -> str:
    """All words of a PDF, with the line breaks as spaces."""
    document = pdfium.PdfDocument(paper)
    pages = [document[number].get_textpage().get_text_bounded() for number in range(len(document))]
    return " ".join(" ".join(pages).split())


def lines_of(paper: bytes) -> list[list[str]]:
    """The lines of each page, from top to bottom."""
    document = pdfium.PdfDocument(paper)
    pages = [document[number].get_textpage().get_text_bounded() for number in range(len(document))]
    return [page.splitlines() for page in pages]


def ink_near_the_edge(paper: bytes, millimetres: float) -> int:
    """How many pixels are not white within that distance of an edge, over all pages."""
    import numpy as np

    count, document = 0, pdfium.PdfDocument(paper)
    for number in range(len(document)):
        grey = np.asarray(document[number].render(scale=1, grayscale=True).to_pil().convert("L"))
        edge = int(millimetres / 25.4 * 72)
        dark = grey < 250
        dark[edge:-edge, edge:-edge] = False
        count += int(dark.sum())
    return count


def every_paper() -> dict[str, bytes]:
    """One of each, with names that are long and letters that are rare."""
    papers = {}
    for language in LANGUAGES:
        texts = Texts(language)
        for kind in LetterKind:
            for name, noted in (("full", NOTED), ("empty", Noted())):
                filled = write(kind, noted, language)
                papers[f"{kind}-{name}-{language}"] = letter_paper.draw(filled, NOW)
        papers[f"card-{language}"] = draw_card(texts, CONTACTS * 5, "JansenBot", LONG, NOW)
        papers[f"agreement-{language}"] = draw_agreement(texts, LONG, CONTACTS, "JansenBot", NOW)
    return papers


@pytest.fixture(scope="module")
def papers() -> dict[str, bytes]:
    """Drawn once."""
    return every_paper()


def test_nothing_runs_over_the_edge(papers):
    """Five millimetres of every edge stay white, on every page of every paper."""
    assert {
        name: ink for name, paper in papers.items() if (ink := ink_near_the_edge(paper, 5))
    } == {}


def test_no_letter_is_missing(papers):
    """Names with ë, ß, ł, ő, đ and ș come back from the PDF as they went in."""
    text = text_of(papers["erasure_platform-full-nl"])
    assert "Zoë Großmann-Łukasiewicz" in text
    assert "Đorđević" in text
    assert "Voorbeeld Őű Ș BV" in text
    assert MISSING not in text


def test_a_letter_that_the_font_lacks_is_a_box():
    """Seen to be missing; and control characters, which draw nothing, are gone."""
    sheet = Sheet("x", "en", NOW)
    assert sheet.drawable("a\u4e16b\x00c\u202ed") == f"a{MISSING}bcd"
    assert sheet.drawable("e\u0308") == "ë"


def test_the_pages_to_send_do_not_say_what_is_for_the_writer(papers):
    """«For you» begins a page of its own, the last."""
    document = pdfium.PdfDocument(papers["dsa_notice-full-en"])
    texts = [document[number].get_textpage().get_text_bounded() for number in range(len(document))]
    assert "do not send this page" in texts[-1]
    assert all("do not send this page" not in text for text in texts[:-1])
    assert all("not legal advice" not in text for text in texts[:-1])


def test_an_ordinary_letter_is_one_page_and_the_notes():
    """Short facts need no second page."""
    noted = Noted(name="Bas Jansen", description="a call", addresses=("https://example.org/a",))
    for language in LANGUAGES:
        for kind in (LetterKind.DSA_NOTICE, LetterKind.COMPLAINT):
            paper = letter_paper.draw(write(kind, noted, language), NOW)
            assert len(pdfium.PdfDocument(paper)) == 2, (kind, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_card_fits_on_one_side_of_a6(language):
    """Three steps, the family's numbers, the bot's exact name and its greeting."""
    card = draw_card(Texts(language), CONTACTS, "FamilieJansenBewakerBot", "Thee met melk", NOW)
    document = pdfium.PdfDocument(card)
    assert len(document) == 1
    width, height = (round(points / 72 * 25.4) for points in document[0].get_size())
    assert (width, height) == (105, 148)
    text = text_of(card)
    for part in (
        "1.",
        "2.",
        "3.",
        "+31 6 12 34 56 78",
        "@FamilieJansenBewakerBot",
        "Thee met melk",
    ):
        assert part in text


def test_a_card_without_numbers_has_lines_to_write_on():
    """Who prints before anyone stored a number can fill it in."""
    assert len(pdfium.PdfDocument(draw_card(Texts("nl"), [], "B", "x", NOW))) == 1


def test_the_agreement_is_one_page(papers):
    """Also with a long name."""
    assert len(pdfium.PdfDocument(papers["agreement-nl"])) == 1


def test_the_same_input_gives_the_same_bytes(papers):
    """A hash of a paper says something about its content."""
    again = letter_paper.draw(write(LetterKind.COMPLAINT, NOTED, "nl"), NOW)
    assert again == papers["complaint-full-nl"]


def archive_faults(paper: bytes) -> list[str]:
    """What of PDF/A-2u a paper visibly breaks.  No validator: the structure alone, read as bytes.

    ISO 19005-2: identification in XMP that is not compressed (6.6), output intent (6.2.3), every
    font embedded and mapped to Unicode (6.2.11), no transparency without a colour space (6.2.10),
    no encryption (6.1.3), an identifier in the trailer, nothing that runs or leads out (6.5, 6.6).
    """
    faults = []
    if not paper.startswith(b"%PDF-1.7"):
        faults.append("version")
    if not re.search(rb'pdfaid:part="2" pdfaid:conformance="U"', paper):
        faults.append("identification")
    if not (b"/GTS_PDFA1" in paper and b"/DestOutputProfile" in paper):
        faults.append("output intent")
    if not re.search(rb"/ID ?\[", paper):
        faults.append("identifier")
    fonts = len(re.findall(rb"/Type /FontDescriptor\b", paper))
    if not fonts or fonts != len(re.findall(rb"/FontFile2\b", paper)):
        faults.append("embedded fonts")
    if fonts != len(re.findall(rb"/ToUnicode\b", paper)):
        faults.append("letters without Unicode")
    forbidden = rb"/(JavaScript|JS|Launch|EmbeddedFile|Encrypt|URI|SMask|AA|XFA|Movie)\b"
    faults += [found.decode() for found in re.findall(forbidden, paper)]
    return faults


def test_papers_are_made_for_archives(papers):
    """PDF/A-2u by its own declaration and by its structure; a change of either shows."""
    assert {
        name: faults for name, paper in papers.items() if (faults := archive_faults(paper))
    } == {}
    letter = papers["dsa_notice-full-en"]
    assert archive_faults(letter.replace(b"/FontFile2", b"/FontFile9")) == ["embedded fonts"]
    assert archive_faults(letter.replace(b"/ToUnicode", b"/ToUnicorn")) != []
    assert archive_faults(letter + b"/JavaScript") == ["JavaScript"]


def test_a_double_name_is_not_broken_within_a_word():
    """On the small card the letters of a long name get smaller instead."""
    card = draw_card(Texts("nl"), CONTACTS, "JansenBot", "Thee", NOW)
    words = {word for lines in lines_of(card) for line in lines for word in line.split()}
    assert "Nieuwenhuijzen-Đorđević" in words


def test_a_letter_that_was_asked_for_has_no_empty_lines(papers):
    """The writer's own facts, long ones, are all there; blanks are only in the empty one."""
    noted = replace(NOTED, maker=LONG, first_seen=date(2026, 11, 3), email="zoë@example.org")
    for language in LANGUAGES:
        filled = write(LetterKind.ERASURE_MAKER, noted, language)
        text = text_of(letter_paper.draw(filled, NOW))
        assert LINE not in text
        assert text.count("Großmann-Łukasiewicz") >= 5
        assert "zoë@example.org" in text


def test_a_picture_keeps_its_shape_and_loses_its_alpha():
    """Drawn within the margins, without transparency, which archives do not want."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGBA", (1080, 3000), (200, 30, 30, 128)).save(buffer, "PNG")
    sheet = Sheet("x", "en", NOW)
    sheet.picture(buffer.getvalue())
    assert b"/SMask" not in sheet.bytes()
    assert ink_near_the_edge(sheet.bytes(), 5) == 0
