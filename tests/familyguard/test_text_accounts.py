"""Account numbers, links and wallets: what they are signs of."""

import pytest

from familyguard.requests.accounts import (
    accounts_in,
    check_digits_fit,
    host_of,
    imitated_brand,
    signals_in,
)
from familyguard.requests.payees import KnownPayees
from familyguard.scamtext import Reader, evidence

NL_EXAMPLE = "NL91 ABNA 0417 1643 00"  # the example of the IBAN registry
BE_EXAMPLE = "BE68 5390 0754 7034"  # likewise


@pytest.mark.parametrize("number", ["NL91ABNA0417164300", "BE68539007547034"])
def test_the_registry_examples_pass_the_check(number: str) -> None:
    """The published examples have fitting check digits; with one digit changed they do not."""
    assert check_digits_fit(number)
    assert not check_digits_fit(number[:-1] + str((int(number[-1]) + 1) % 10))


@pytest.mark.parametrize("number", ["", "NL91", "XX91ABNA0417164300", "NL91ABNA04171643001"])
def test_a_wrong_length_or_country_never_fits(number: str) -> None:
    """Unknown countries and wrong lengths are refused."""
    assert not check_digits_fit(number)


@pytest.mark.parametrize("written", [NL_EXAMPLE, NL_EXAMPLE.replace(" ", ""), "nl91abna0417164300"])
def test_it_finds_an_account_however_it_is_spaced(written: str) -> None:
    """Spaces and capitals do not matter; the place is exact."""
    message = f"maak het over op {written} graag"
    (account,) = accounts_in(message)
    assert account.number == "NL91ABNA0417164300"
    assert account.valid
    assert message[account.start : account.end] == written


def test_a_foreign_account_is_a_sign_only_where_it_is_foreign() -> None:
    """A Belgian account is nothing special to a Belgian family."""
    kinds = {signal.kind for signal in signals_in(BE_EXAMPLE)}
    assert "foreign_iban" in kinds
    at_home = {signal.kind for signal in signals_in(BE_EXAMPLE, frozenset({"BE"}))}
    assert "foreign_iban" not in at_home


@pytest.mark.parametrize(
    ("host", "brand"),
    [
        ("tlkkie.me", "tikkie"),
        ("tikkie-betalen.nl", "tikkie"),
        ("tikkie.me.betaal.info", "tikkie"),
        ("rab0bank.nl", "rabobank"),
        ("rabo-pas.info", "rabo"),
        ("post-nl.info", "postnl"),
        ("paypal-secure.com", "paypal"),
        ("barc1ays.co.uk", "barclays"),
        ("mijn.ing.veilig-inloggen.com", "ing"),
    ],
)
def test_it_sees_through_look_alike_hosts(host: str, brand: str) -> None:
    """Borrowed names, changed letters and names put in front of another domain."""
    assert imitated_brand(host) == brand


@pytest.mark.parametrize(
    "host",
    [
        "tikkie.me",
        "www.rabobank.nl",
        "betaalverzoek.rabobank.nl",
        "paypal.me",
        "nos.nl",
        "bbc.co.uk",
    ],
)
def test_it_leaves_their_own_hosts_alone(host: str) -> None:
    """A host that belongs to the bank, or to nobody's look-alike, is no imitation."""
    assert imitated_brand(host) is None


@pytest.mark.parametrize(
    ("link", "host"),
    [
        ("https://user@tlkkie.me:8080/pay?x=1", "tlkkie.me"),
        ("WWW.Tikkie.me/pay", "tikkie.me"),
        ("https://tikkie.me@evil.com/pay", "evil.com"),
    ],
)
def test_it_reads_the_host_that_the_browser_would(link: str, host: str) -> None:
    """What stands before an @ is not the host."""
    assert host_of(link) == host


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("betaal via https://tlkkie.me/pay/abc", "look_alike_link"),
        ("https://tikkie.me/pay/abc", "payment_link"),
        ("klik op bit.ly/3abc", "short_link"),
        ("https://xn--tikki-9ra.me/x", "punycode_link"),
        ("stuur naar bc1qxy2kgdygjrsqtzq2n0yrf2493p83kkfjhx0wlh", "crypto_address"),
        ("NL00 BANK 0000 0000 00", "broken_iban"),
    ],
)
def test_it_names_what_a_link_or_number_is(text: str, kind: str) -> None:
    """Each has its own kind of signal, with an exact quote."""
    found = {signal.kind: signal for signal in signals_in(text)}
    assert kind in found
    assert text[found[kind].start : found[kind].end] == found[kind].quote


def test_a_known_account_lowers_the_text_score_and_removes_no_other_evidence() -> None:
    """The memory takes off the score; a new number beside the account is still evidence."""
    known = KnownPayees(b"k" * 16)
    known.add(NL_EXAMPLE)
    message = f"Mam dit is mijn nieuwe nummer, kun je 900 euro overmaken op {NL_EXAMPLE}, nu meteen"
    plain, calmed = Reader().read(message), Reader(payees=known).read(message)
    assert plain is not None
    assert calmed is not None
    assert calmed.llr < plain.llr
    assert evidence(calmed) == evidence(plain)


def test_the_memory_of_payees_keeps_no_account_number() -> None:
    """What is stored are keyed hashes; they can be loaded and forgotten."""
    known = KnownPayees(b"k" * 16)
    known.add(NL_EXAMPLE)
    assert all(b"0417164300" not in mark for mark in known.marks())
    again = KnownPayees.load(b"k" * 16, known.marks())
    assert NL_EXAMPLE in again
    assert NL_EXAMPLE not in KnownPayees.load(b"x" * 16, known.marks())
    again.forget(NL_EXAMPLE)
    assert NL_EXAMPLE not in again


def test_the_memory_refuses_what_is_no_account_and_a_short_key() -> None:
    """Check digits must fit, and the key must be long enough."""
    with pytest.raises(ValueError, match="check digits"):
        KnownPayees(b"k" * 16).add("NL00 BANK 0000 0000 00")
    with pytest.raises(ValueError, match="16 bytes"):
        KnownPayees(b"short")
