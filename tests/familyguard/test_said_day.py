"""Days as people type them."""

from datetime import date

import pytest

from familyguard.said_day import day_said

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("vandaag", date(2026, 11, 22)),
        ("Gisteren, rond tien uur", date(2026, 11, 21)),
        ("eergisteren", date(2026, 11, 20)),
        ("yesterday", date(2026, 11, 21)),
        ("3 november", date(2026, 11, 3)),
        ("op 3 nov. om 10 uur", date(2026, 11, 3)),
        ("24 december", date(2025, 12, 24)),
        ("1 maart 2025", date(2025, 3, 1)),
        ("mei 5", date(2026, 5, 5)),
        ("3rd of October", date(2026, 10, 3)),
        ("October 3, 2025", date(2025, 10, 3)),
        ("3-11", date(2026, 11, 3)),
        ("3/11/25", date(2025, 11, 3)),
        ("03.11.2026", date(2026, 11, 3)),
        ("2026-11-03", date(2026, 11, 3)),
        ("29 februari", date(2024, 2, 29)),
    ],
)
def test_a_day_is_read_as_it_is_typed(words, day):
    """In words or figures, in both languages, with or without a year."""
    assert day_said(words, TODAY) == day


@pytest.mark.parametrize(
    "words", ["", "ik weet het niet", "31-2-2026", "3 december 2026", "40 mei", "99-99", "10:30"]
)
def test_it_does_not_guess(words):
    """No day, a day that does not exist, or one still to come."""
    assert day_said(words, TODAY) is None
