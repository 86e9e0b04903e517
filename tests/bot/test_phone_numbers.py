"""Telephone numbers as they come, are stored and are read."""

import pytest

from bot.phone_numbers import dialable, is_number, same_number, spaced


@pytest.mark.parametrize("sent", ["31201234567", "+31201234567", " +31 20 123 4567 "])
def test_a_contact_is_stored_in_one_form_however_it_was_sent(sent: str):
    """Telegram leaves the plus sign out on some telephones."""
    assert dialable(sent) == "+31201234567"


@pytest.mark.parametrize("sent", ["", "+", "12", "0612345678", "0" * 40, "mum"])
def test_a_number_on_which_nobody_can_be_called_is_none(sent: str):
    """A call-back number that leads nowhere is worse than none."""
    assert dialable(sent) is None


def test_people_read_a_number_with_gaps_and_its_country():
    """Sixteen figures in a row are misread aloud."""
    assert spaced("+31201234567") == "+31 20 123 4567"


def test_what_is_no_number_is_shown_as_it_is():
    """A damaged row must not stop a card that somebody waits for."""
    assert spaced("unknown") == "unknown"


OURS = "+31612345678"


@pytest.mark.parametrize(
    "shown",
    ["06 12345678", "+31 6-1234 5678", "0031612345678", "+31 (0)6 12345678", "06 12345678 ~Sophie"],
)
def test_the_family_knows_its_number_however_a_telephone_writes_it(shown: str):
    """Nobody is told not to call the daughter."""
    assert is_number(shown)
    assert same_number(shown, OURS)


@pytest.mark.parametrize("shown", ["+44 12 12345678", "+32612345678", "0712345678", "99912345678"])
def test_attack_a_number_that_ends_like_the_daughters_is_not_hers(shown: str):
    """A criminal who knows her number rents one that ends alike, in another country."""
    assert is_number(shown)
    assert not same_number(shown, OURS)
