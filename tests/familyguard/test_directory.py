"""The list of reporting bodies: dated, complete, and silent about what nobody looked up."""

import warnings
from datetime import UTC, date, datetime, timedelta

import pytest

from familyguard.directory import (
    EEA,
    STALE_AFTER,
    Directory,
    InvalidDirectory,
    Purpose,
    directory,
    read,
)

ROW = """
[[bodies]]
code = "nl-x"
country = "NL"
name = "X"
purposes = ["police"]
phone = "+31201234567"
shown = "020-123 45 67"
does = { en = "Helps.", nl = "Helpt." }
checked_on = 2026-01-31
source = "https://example.org"
verified = true
"""


def test_the_five_countries_have_police_or_fraud_desk():
    """Every country of the list has somebody to report a loss to, or at least a fraud desk."""
    for country in ("NL", "BE", "GB", "US", "DE"):
        assert directory().find(country, Purpose.POLICE, Purpose.FRAUD_DESK), country


def test_unverified_rows_are_never_shown():
    """A row that nobody found at its source stays with those who keep the list."""
    hidden = [body for body in directory().bodies if not body.verified]
    assert hidden
    for body in hidden:
        assert body not in directory().find(body.country, *Purpose)


@pytest.mark.parametrize("purpose", Purpose)
def test_only_verified_rows_are_found(purpose):
    """Whatever is asked for, each row that comes back was read at its source."""
    for country in directory().countries:
        assert all(body.verified for body in directory().find(country, purpose))


def test_numbers_are_tap_to_call():
    """A number becomes a tel: address; a body without one has none."""
    bodies = {body.code: body for body in directory().bodies}
    assert bodies["nl-fraudehelpdesk"].tap_to_call == "tel:+31887867372"
    assert bodies["gb-159"].tap_to_call == "tel:159"
    assert bodies["us-ic3"].tap_to_call is None


def test_what_is_shown_is_the_number_that_is_dialled():
    """The digits of the shown form are those of the number, but for the country code."""
    for body in directory().bodies:
        if body.phone and body.shown:
            shown = "".join(filter(str.isdigit, body.shown)).lstrip("0")
            assert body.phone.endswith(shown), body.code


def test_another_european_country_gets_the_general_rows():
    """Where a country has no row of its own, the row for all of Europe helps; elsewhere nothing."""
    assert [body.code for body in directory().find("FR", Purpose.DATA_PROTECTION)] == ["eu-dpa"]
    assert [body.code for body in directory().find("NL", Purpose.DATA_PROTECTION)] == ["nl-ap"]
    assert directory().find("JP", Purpose.DATA_PROTECTION) == ()
    assert "GB" not in EEA


def test_the_account_check_is_a_link_where_there_is_one():
    """The Netherlands have a page to look an account up; the others have none that we know."""
    found = directory().account_check("NL")
    assert found is not None
    assert found.url is not None
    assert "politie.nl" in found.url
    assert directory().account_check("US") is None


def test_rows_older_than_a_year_are_stale():
    """A year after it was read, and not a day before, a row wants to be read again."""
    known = read(ROW)
    last_fresh = date(2026, 1, 31) + timedelta(days=365)
    assert known.stale(last_fresh) == ()
    assert [body.code for body in known.stale(last_fresh + timedelta(days=1))] == ["nl-x"]


def test_old_rows_are_named_in_a_warning():
    """Who runs the tests is told what to read again; the calendar alone breaks nothing."""
    today = datetime.now(UTC).date()
    stale = directory().stale(today)
    assert all(today - body.checked_on > STALE_AFTER for body in stale)
    if stale:
        again = ", ".join(f"{body.code} ({body.source})" for body in stale)
        warnings.warn(f"reporting bodies to read again at their source: {again}", stacklevel=1)


def test_stale_rows_come_oldest_first():
    """Who keeps the list begins with the oldest."""
    later = ROW.replace("nl-x", "nl-y").replace("2026-01-31", "2026-06-30")
    assert [b.code for b in read(later + ROW).stale(date(2030, 1, 1))] == ["nl-x", "nl-y"]


def test_no_row_was_read_in_the_future():
    """A date beyond the day on which this was written is a slip of the pen."""
    assert all(body.checked_on >= date(2026, 1, 1) for body in directory().bodies)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (('phone = "+31201234567"', 'phone = "020-1234567"'), "nl-x: phone"),
        (('shown = "020-123 45 67"\n', ""), "phone and shown belong together"),
        (('"police"', '"astrology"'), "nl-x: purposes"),
        (('["police"]', "[]"), "purposes is empty"),
        (('country = "NL"', 'country = "BE"'), "code must begin with be-"),
        (('nl = "Helpt."', 'fr = "Aide."'), "nl-x: does.nl"),
        (("verified = true", "verified = true\nrating = 5"), "nl-x: rating"),
        (('source = "https://example.org"', 'source = "hearsay"'), "nl-x: source"),
        (("checked_on = 2026-01-31", 'checked_on = "last year"'), "nl-x: checked_on"),
        (('code = "nl-x"\n', ""), "block 1: code"),
        (("[[bodies]]", "[[bodies]"), "not readable as TOML"),
    ],
)
def test_it_says_which_row_and_field_is_wrong(change, fault):
    """Who edits the list is told where the mistake is."""
    with pytest.raises(InvalidDirectory, match="directory:") as raised:
        read(ROW.replace(*change))
    assert fault in str(raised.value)


def test_it_refuses_a_code_that_is_used_twice():
    """A code names one row."""
    with pytest.raises(InvalidDirectory, match="nl-x is used twice"):
        read(ROW + ROW)


def test_an_empty_list_is_refused():
    """A list without rows is a broken package."""
    with pytest.raises(InvalidDirectory):
        read("")


def test_a_country_without_rows_gives_nothing():
    """No row is not an error."""
    assert Directory(()).find("NL", Purpose.POLICE) == ()
