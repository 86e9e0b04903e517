"""What somebody types to the bot in a fright."""

import pytest

from familyguard.plea import LONGEST, Plea, plea_in, table

ROWS = table()["plea"]
FITS = [(text, row["kind"]) for row in ROWS for text in row["fits"]]
FITS_NOT = [(text, row["kind"]) for row in ROWS for text in row["fits_not"]]


@pytest.mark.parametrize(("text", "kind"), FITS)
def test_whoever_is_in_trouble_is_understood(text, kind):
    """In both languages, and as what it is: each has an answer of its own."""
    assert plea_in(text) is Plea(kind)


@pytest.mark.parametrize(("text", "kind"), FITS_NOT)
def test_other_words_are_no_such_plea(text, kind):
    """«Not», ordinary talk, and what a scammer writes to somebody."""
    assert plea_in(text) is not Plea(kind)


@pytest.mark.parametrize("kind", Plea)
def test_each_kind_has_patterns_examples_and_counter_examples(kind):
    """Whoever adds one sees in the file what it is for and what it must leave alone."""
    (row,) = [row for row in ROWS if row["kind"] == kind]
    assert row["nl"]
    assert row["en"]
    assert row["fits"]
    assert row["fits_not"]


@pytest.mark.parametrize(
    "text",
    [
        "Mevrouw, een collega komt uw sieraden en bankpas ophalen",
        "Hoi mam, ik ben mijn telefoon kwijt. Ik moet vandaag 900 euro overmaken.",
        "Dear customer, someone is at your door for your card",
        "I already paid " + "x" * LONGEST,
    ],
)
def test_a_message_of_somebody_else_is_no_plea(text):
    """It was copied, and is judged as the message that it is."""
    assert plea_in(text) is None
