"""Foreign words in a message: shown, and nothing more."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.markup import GAP, MAX_LINE, MAX_MESSAGE, card, details, escape, untappable
from bot.texts import Texts
from bot.wording import Wording
from familyguard.model import Level

ADDRESS = re.compile(rf"[.．。｡@/:#$][^\s{GAP}]")


@given(st.text())
def test_nothing_is_mark_up_any_more(text):
    """No tag opens, and unescaping gives the words back."""
    line = escape(text)
    assert not re.search(r"<|>|&(?!(amp|lt|gt);)", line)
    if 4 * len(text) <= MAX_LINE:  # a gap behind every sign, and signs of two units
        assert html.unescape(line).replace(GAP, "") == text.replace(GAP, "")


@pytest.mark.parametrize(
    "words",
    [
        "www.bank.example/pay?x=1",
        "https://bank.example",
        "t.me/helper",
        "@helper",
        "mail me at a.b@c.example",
        "/start abc",
        "#win",
        "i❤.ws",
        "www.rabobanḱ.com",
        "evil‐bank.nl.",
        "evil。com",
        "evil．com",
        "evil｡com",
        "१.२",
        "a@b❤.nl",
        "mailto:a@b.nl",
        "tg://resolve?domain=x",
        "”https://evil.example“",
        "$USD",
    ],
)
def test_no_link_name_or_command_can_be_tapped(words):
    """Telegram finds no address where an invisible gap stands in it."""
    assert not ADDRESS.search(untappable(words))
    assert untappable(words).replace(GAP, "") == words


@pytest.mark.parametrize(
    "number",
    ["+31612345678", "06-12345678", "06 12 34 56 78", "(020) 1234567", "06·1234·5678",
     "06–1234–5678", "06 – 12 – 34 – 56 – 78", "0 6 1 2 3 4 5 6 7 8", "☎06/12/34/56/78",
     "0_6_1_2_3_4_5_6_7_8", "06\u200b12345678", "٠٦١٢٣٤٥٦٧٨", "0800-2222", "14020"],
)  # fmt: skip
def test_no_number_can_be_tapped(number):
    """The criminal's number is not one tap away under «call back»."""
    bare = untappable(f"bel {number}!")
    assert not re.search(r"\d{2}", bare)
    assert not re.search(rf"\d[^{GAP}]*\d", bare)
    assert untappable(number).replace(GAP, "") == number.replace(GAP, "")


def test_a_long_line_is_cut():
    """Only foreign text is ever that long."""
    assert len(html.unescape(escape("a" * 10_000))) == MAX_LINE


def test_a_card_of_long_foreign_lines_fits_into_a_message():
    """Three reasons and an endless list still arrive."""
    wording = Wording(
        Level.STRONG, "Do not pay yet", ("Call back.",) * 4, ("<&>" * 1000,) * 3, ("x" * 99,) * 99
    )
    text = card(wording, Texts("en"))
    assert len(html.unescape(re.sub(r"</?[bi]>", "", text))) <= MAX_MESSAGE


@pytest.mark.parametrize("foreign", ["1", "😀", "a.", "0 ", "é/"])
def test_a_flood_of_what_counts_double_still_fits_into_a_message(foreign):
    """Gaps and emoji count for Telegram; a verdict that it refuses would never arrive."""
    line = foreign * 5000
    wording = Wording(Level.STRONG, "Stop", ("Call back.",) * 6, (line,) * 3, (line,), line)
    table = tuple(("Name", line) for _ in range(9))
    for text in (card(wording, Texts("en")), details(table, Texts("en"))):
        shown = html.unescape(re.sub(r"</?[bi]>", "", text))
        assert len(shown.encode("utf-16-le")) // 2 <= 4096
        assert text.startswith("<b>")
        assert text.count("<b>") == text.count("</b>")
    assert text.endswith("…")


def test_the_headline_comes_first_and_bold():
    """Action first."""
    text = card(Wording(Level.NONE, "Stop", ("Call.",), (), ()), Texts("en"))
    assert text == "<b>Stop</b>\n\nCall."


def test_the_table_ends_with_what_it_is_not():
    """Pointers, not proof."""
    text = details((("Voice", "a <little>"),), Texts("en"))
    assert text.startswith("<b>Voice</b>\na &lt;little&gt;")
    assert "not proof" in text
