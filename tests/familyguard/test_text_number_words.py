"""Amounts that are written out count like amounts in digits; other numbers stay words."""

import pytest

from familyguard.requests.fold import NUMBER, split
from familyguard.requests.number_words import run_at, value_of
from familyguard.requests.spelling import read


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("vijfhonderd", 500.0),
        ("negenhonderdtwintig", 920.0),
        ("vijfenzeventig", 75.0),
        ("tweeduizend", 2000.0),
        ("zweihundert", 200.0),
        ("funfundachtzig", 85.0),
        ("eighty", 80.0),
        ("soms", None),
        ("honderden", None),
    ],
)
def test_one_word_has_its_value(word: str, value: float | None) -> None:
    """Dutch and German write a number as one word."""
    assert value_of(word) == value


@pytest.mark.parametrize(
    ("message", "value"),
    [
        ("please send five hundred euros", 500.0),
        ("four thousand five hundred dollars", 4500.0),
        ("six hundred and forty pounds", 640.0),
        ("eighty-five pounds", 85.0),
        ("5 thousand", 5000.0),
        ("two grand", 2000.0),
        ("deux mille euros", 2000.0),
        ("maak vijfhonderd euro over", 500.0),
    ],
)
def test_an_amount_in_words_is_read_as_a_number(message: str, value: float) -> None:
    """However many words it takes."""
    assert [word.value for word in read(message).words if word.text == NUMBER] == [value]


@pytest.mark.parametrize("message", ["one of us", "zes uur", "mon grand frère", "een euro", "five"])
def test_other_numbers_stay_words(message: str) -> None:
    """Hours, people and articles are no amounts."""
    assert all(run_at(split(message), place) is None for place in range(len(split(message))))


def test_the_number_knows_where_it_stood() -> None:
    """The quote shows the words, not the digits."""
    message = "could you lend me six hundred and forty pounds"
    number = next(word for word in read(message).words if word.value)
    assert message[number.start : number.end] == "six hundred and forty"
