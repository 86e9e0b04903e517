"""The card for beside the telephone (A6), and the page «what we agreed» (A4).

The code word stands on neither: it is spoken, never written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.papers.sheet import Sheet
from bot.texts import Texts

STEPS: Final = ("stop", "call", "word")
AGREEMENTS: Final = ("word", "call", "pay", "ask", "bot", "shame", "again")
EMPTY_LINES: Final = 4
"""Lines to fill in by hand where no numbers are known."""
SIGNATURES: Final = 5


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to call back; `phone` as people write it."""

    name: str
    phone: str


def draw_card(
    texts: Texts, contacts: Sequence[Contact], bot_name: str, greeting: str, written_at: datetime
) -> bytes:
    """The A6 card in large type.

    `bot_name` is the exact name without @; `greeting` the phrase that stands on every verdict, so
    that a bot that looks like ours is seen through.  More numbers than fit go on a second page.
    """
    sheet = Sheet(
        texts.get("card_paper.title"),
        texts.language,
        written_at,
        size="A6",
        margin=7,
        text_size=12,
    )
    sheet.write_text(texts.get("card_paper.title"), size=18, bold=True)
    sheet.gap(0.3)
    for number, step in enumerate(STEPS, 1):
        sheet.write_text(f"{number}. {texts.get(f'card_paper.step.{step}')}", size=14.5, bold=True)
        sheet.write_text(texts.get(f"card_paper.how.{step}"), size=11.5, indent=6)
        sheet.gap(0.15)
    sheet.gap(0.2)
    _numbers(sheet, texts, contacts)
    if sheet.will_page_break(24):
        sheet.add_page()
    sheet.write_text(texts.get("card_paper.bot"), size=10)
    sheet.write_text(f"@{bot_name}", size=13, bold=True)
    sheet.write_text(texts.get("card_paper.greeting", greeting=greeting), size=10)
    return sheet.bytes()


def draw_agreement(
    texts: Texts, family: str, contacts: Sequence[Contact], bot_name: str, written_at: datetime
) -> bytes:
    """One A4 page for the family meeting: what was agreed, with room for signatures."""
    title = texts.get("agreement.title", family=family)
    sheet = Sheet(title, texts.language, written_at, text_size=12)
    sheet.write_text(title, size=20, bold=True)
    sheet.gap(0.5)
    sheet.write_text(texts.get("agreement.intro"))
    sheet.gap(0.5)
    agreed = [texts.get(f"agreement.{agreement}", bot=bot_name) for agreement in AGREEMENTS]
    sheet.points(agreed, bullet="☐")
    sheet.gap(0.4)
    _numbers(sheet, texts, contacts)
    sheet.gap(0.6)
    sheet.write_text(texts.get("agreement.signed"), size=11)
    # Lines stand between rows: one row more than there are lines.
    sheet.rows([("\u00a0", "\u00a0")] * (SIGNATURES + 1), widths=(1, 1), size=20)
    return sheet.bytes()


def _numbers(sheet: Sheet, texts: Texts, contacts: Sequence[Contact]) -> None:
    sheet.write_text(texts.get("card_paper.numbers"), size=12, bold=True)
    rows = [(contact.name, contact.phone) for contact in contacts]
    sheet.rows(
        rows or [("\u00a0", "\u00a0")] * (EMPTY_LINES + 1), widths=(1, 1), size=12.5, padding=0.8
    )
