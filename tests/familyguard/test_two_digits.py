"""Two digits are found however a recogniser writes them, in both languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from familyguard.sounding import sound
from familyguard.two_digits import DIGITS, find, is_number_word, sounds_like

UNITS = {
    "en": ["two", "three", "four", "five", "six", "seven", "eight", "nine"],
    "nl": ["twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen"],
}
TENS = {
    "en": ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"],
    "nl": ["twintig", "dertig", "veertig", "vijftig", "zestig", "zeventig", "tachtig", "negentig"],
}
pairs = st.tuples(st.sampled_from(DIGITS), st.sampled_from(DIGITS))


@pytest.mark.parametrize(
    "heard",
    [
        "47", "4 7", "4-7", "4, 7.", "4.7", "407", "40 7", "four seven", "Forty-seven.",
        "forty seven", "fortyseven", "for seven", "four, 7", "4 and 7", "forty sevn",
        "vier zeven", "zevenenveertig", "Zeven en veertig", "7 en 40", "zevenen veertig",
        "Zevenenveertich", "740", "fier zeven", "sefen en feertig", "vier en zeven", "7 and 40",
    ],
)  # fmt: skip
def test_it_reads_every_way_of_saying_a_number(heard):
    """Numerals, words, words run together or cut, either order of Dutch, small slips."""
    assert find([heard]) == {"47"}


@given(pairs, st.sampled_from(["en", "nl"]))
def test_it_reads_both_digits_said_apart_and_said_as_a_number(pair, language):
    """Every pair of digits in both languages gives itself and nothing else."""
    tens, units = (DIGITS.index(digit) for digit in pair)
    apart = f"{UNITS[language][tens]} {UNITS[language][units]}"
    together = (
        f"{TENS['en'][tens]} {UNITS['en'][units]}"
        if language == "en"
        else f"{UNITS['nl'][units]}en{TENS['nl'][tens]}"
    )
    for text in (apart, together, "".join(pair), " ".join(pair)):
        assert find([text]) == {"".join(pair)}, text


@pytest.mark.parametrize(
    "heard",
    [
        "",
        "forty",
        "40",
        "veertig",
        "zeven",
        "the harbour",
        "2047",
        "lemon seven harbour four",
        "14",
    ],
)
def test_it_reads_no_pair_where_none_was_said(heard):
    """One digit, a mere ten, a year, digits with words between them."""
    assert find([heard]) == set()


def test_it_reads_all_pairs_of_a_long_number():
    """A telephone number holds every pair of neighbours: the words of a phrase must hold it."""
    assert find(["6 4 7 3"]) == {"64", "47", "73"}


@given(st.lists(st.text(max_size=60), max_size=3))
def test_whatever_it_reads_is_two_digits(texts):
    """No text breaks it, and nothing but pairs of digits comes out."""
    assert all(len(pair) == 2 and set(pair) <= set(DIGITS) for pair in find(texts))


def test_it_knows_number_words_from_others():
    """Words of a phrase must not be taken for its digits."""
    assert all(is_number_word(word) for word in (*UNITS["en"], *TENS["nl"], "for", "zevenen"))
    assert not any(is_number_word(word) for word in ("harbour", "molen", "lemon", "kasteel"))


@pytest.mark.parametrize(
    ("digits", "heard"),
    [
        ("57", "zeven en weftar"),
        ("87", "zeven en tarte"),
        ("34", "drivier"),
        ("92", "neemtwee"),
        ("46", "zes en vuurta"),
        ("49", "virnechen"),
        ("34", "free four"),
    ],
)
def test_it_knows_misheard_numbers_by_their_sound(digits, heard):
    """What a recogniser really wrote of spoken digits."""
    assert sounds_like(digits, [sound(heard)], 0.3)


@pytest.mark.parametrize("heard", ["harbour", "ik ben er zo", "een nieuwe telefoon", "", "call me"])
def test_other_words_sound_like_no_number(heard):
    """Of any two digits."""
    pairs = (a + b for a in DIGITS for b in DIGITS)
    assert not any(sounds_like(pair, [sound(heard)], 0.3) for pair in pairs)


@given(pairs, pairs)
def test_a_number_clearly_said_sounds_like_no_other(one, other):
    """The nearest number counts, not each that is near."""
    if one != other:
        dutch = [UNITS["nl"][DIGITS.index(digit)] for digit in one]
        assert not sounds_like("".join(other), [sound("".join(dutch))], 0.3)
