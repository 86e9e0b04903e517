"""The PIN: which ones are taken, and how long a guesser needs."""

import pytest

from familyguard import pin
from familyguard.codeword import CHEAP_COST_FOR_TESTS, Attempts
from familyguard.pin import ACCOUNT, FAMILY, Unfit, UnfitPin

KEY = bytes(range(32))
YEAR = 365 * 24 * 3600.0


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("123", Unfit.FORM),
        ("123456789", Unfit.FORM),
        ("12a4", Unfit.FORM),
        ("four", Unfit.FORM),
        ("", Unfit.FORM),
        ("1111", Unfit.EASY),
        ("2345", Unfit.EASY),
        ("9876543", Unfit.EASY),
    ],
)
def test_an_unfit_pin_is_refused_with_its_reason(typed, reason):
    """Four to eight digits, and none that everyone tries first."""
    with pytest.raises(UnfitPin) as refused:
        pin.new(typed)
    assert refused.value.reason is reason
    assert typed not in str(refused.value) or not typed


@pytest.mark.parametrize("typed", ["2580", " 25 80 ", "٢٥٨٠"])
def test_a_pin_may_be_typed_with_spaces_and_in_other_digits(typed):
    """What counts are the digits."""
    assert pin.new(typed) == "2580"


def test_only_the_right_pin_of_the_right_family_matches():
    """Attack 4: without the key, or in another family, the same digits do not fit."""
    salt, tag = pin.make("2580", KEY, "one", CHEAP_COST_FOR_TESTS)

    def fits(digits, key=KEY, family="one"):
        return pin.matches(digits, salt, tag, key, family, CHEAP_COST_FOR_TESTS)

    assert fits("2580")
    assert not fits("2581")
    assert not fits("2580", family="two")
    assert not fits("2580", key=bytes(32))
    assert b"2580" not in salt + tag
    assert pin.make("2580", KEY, "one", CHEAP_COST_FOR_TESTS)[1] != tag


def test_a_year_of_guessing_finds_few_pins():
    """Attack 7: whoever waits as long as is asked tries less than one in twenty of 10,000 PINs."""
    now, tries = 0.0, 0
    own, whole = Attempts(), Attempts()
    while now < YEAR:
        tries += 1
        own, whole = own.after_wrong(ACCOUNT, now), whole.after_wrong(FAMILY, now)
        now += max(1.0, pin.wait(own, whole, now))
        assert not own.locked
    assert tries < 500


def test_three_mistakes_cost_no_wait():
    """A keeper who mistypes is not punished."""
    own = Attempts()
    for _ in range(3):
        own = own.after_wrong(ACCOUNT, 5.0)
    assert pin.wait(own, Attempts(), 5.0) == 0
    assert pin.wait(own.after_wrong(ACCOUNT, 5.0), Attempts(), 5.0) == 60
