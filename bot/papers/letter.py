"""A letter as PDF: the pages to send, and a last page for the writer alone."""

from datetime import datetime
from typing import Final

from bot.papers.sheet import Sheet
from familyguard.letters import Letter

TEXT_SIZE: Final = 10.5
MARGIN_MM: Final = 18.0
SIGNATURE_MM: Final = 42.0
"""What a closing, a farewell and a signature need: they stay on one page."""


def draw(letter: Letter, written_at: datetime) -> bytes:
    """The letter as PDF/A; `written_at` must know its time zone."""
    sheet = Sheet(
        letter.subject, letter.language, written_at, margin=MARGIN_MM, text_size=TEXT_SIZE
    )
    for lines in (letter.sender, letter.recipient):
        for line in lines:
            sheet.write_text(line)
        sheet.gap(1)
    sheet.write_text(letter.place_and_date)
    sheet.gap(1)
    sheet.write_text(f"{letter.words['subject']}: {letter.subject}", bold=True)
    sheet.gap(1)
    for text in (letter.greeting, *letter.paragraphs):
        if text.startswith("- "):
            sheet.points([line.removeprefix("- ") for line in text.splitlines()])
        else:
            sheet.write_text(text)
        sheet.gap(0.5)
    sheet.points(letter.points, numbered=True)
    sheet.gap(0.4)
    sheet.write_text(letter.basis)
    sheet.gap(0.5)
    if sheet.will_page_break(SIGNATURE_MM + 6 * len(letter.enclosures)):
        sheet.add_page()
    sheet.write_text(letter.closing)
    sheet.gap(0.5)
    sheet.write_text(letter.farewell)
    sheet.gap(2.5)
    sheet.write_text(letter.signature)
    if letter.enclosures:
        sheet.gap(0.8)
        sheet.write_text(f"{letter.words['enclosed']}:")
        sheet.points(letter.enclosures)
    sheet.add_page()
    sheet.heading(letter.words["for_you"], size=14)
    sheet.points(letter.notes)
    return sheet.bytes()
