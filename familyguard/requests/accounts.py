"""Where the money is to go: account numbers, links and wallet addresses, found and looked at."""

import re
from dataclasses import dataclass
from functools import cache

from familyguard.model import Signal

HOME_COUNTRIES = frozenset({"NL"})
"""Countries whose accounts are nothing special, unless the family says otherwise."""

_IBAN = re.compile(r"\b[A-Z]{2}[ .-]?\d{2}(?:[ .-]?[A-Z0-9]{4}){2,7}(?:[ .-]?[A-Z0-9]{1,4})?\b")
_LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>\"']{3,300}"
    r"|\b(?:[a-z0-9-]{1,40}\.){1,4}(?:com|nl|be|de|fr|net|org|info|me|ly|link|eu|app|xyz|top|online|"
    r"site|shop|club|vip|icu|cc|co|uk|io|live|pay)\b(?:/[^\s<>\"']{0,200})?",
    re.IGNORECASE,
)
_BITCOIN = re.compile(
    r"\b(?:bc1[a-z0-9]{25,60}|[13][a-km-zA-HJ-NP-Z1-9]{25,34}|0x[0-9a-fA-F]{40})\b"
)

MIN_DIGITS = 8
"""Fewer digits than any account number has: what looks like one but is words."""

_LENGTHS = {
    "NL": 18, "BE": 16, "DE": 22, "FR": 27, "LU": 20, "GB": 22, "IE": 22, "ES": 24, "IT": 27,
    "PT": 25, "AT": 20, "CH": 21, "LT": 20, "LV": 21, "EE": 20, "PL": 28, "BG": 22, "RO": 24,
    "HU": 28, "CZ": 24, "SK": 24, "SI": 19, "HR": 21, "GR": 27, "CY": 28, "MT": 31, "DK": 18,
    "SE": 24, "NO": 15, "FI": 18, "IS": 26, "TR": 26, "UA": 29, "MC": 27, "AE": 23,
}  # fmt: skip
"""Length of an account number by country, from the SWIFT IBAN registry."""

SHORTENERS = frozenset({
    "bit.ly", "tinyurl.com", "t.co", "is.gd", "ow.ly", "cutt.ly", "rb.gy", "goo.gl", "tiny.cc",
    "shorturl.at", "rebrand.ly", "t.ly", "v.gd", "lnkd.in",
})  # fmt: skip
"""Services that hide where a link goes."""

BRANDS: dict[str, frozenset[str]] = {
    "tikkie": frozenset({"tikkie.me"}),
    "ideal": frozenset({"ideal.nl"}),
    "rabobank": frozenset({"rabobank.nl", "rabobank.com", "betaalverzoek.rabobank.nl"}),
    "rabo": frozenset({"rabo.nl", "rabobank.nl"}),
    "ing": frozenset({"ing.nl", "ing.be", "ing.com", "ing.de"}),
    "abnamro": frozenset({"abnamro.nl", "abnamro.com"}),
    "bunq": frozenset({"bunq.com", "bunq.me"}),
    "knab": frozenset({"knab.nl"}),
    "asnbank": frozenset({"asnbank.nl"}),
    "snsbank": frozenset({"snsbank.nl"}),
    "kbc": frozenset({"kbc.be", "kbc.com"}),
    "belfius": frozenset({"belfius.be"}),
    "argenta": frozenset({"argenta.be"}),
    "payconiq": frozenset({"payconiq.com", "payconiq.be"}),
    "bancontact": frozenset({"bancontact.com"}),
    "paypal": frozenset({"paypal.com", "paypal.me"}),
    "revolut": frozenset({"revolut.com", "revolut.me"}),
    "wise": frozenset({"wise.com"}),
    "barclays": frozenset({"barclays.co.uk", "barclays.com"}),
    "hsbc": frozenset({"hsbc.co.uk", "hsbc.com"}),
    "lloyds": frozenset({"lloydsbank.com", "lloydsbank.co.uk"}),
    "natwest": frozenset({"natwest.com"}),
    "monzo": frozenset({"monzo.com", "monzo.me"}),
    "venmo": frozenset({"venmo.com"}),
    "zelle": frozenset({"zellepay.com", "zelle.com"}),
    "sparkasse": frozenset({"sparkasse.de"}),
    "klarna": frozenset({"klarna.com"}),
    "digid": frozenset({"digid.nl"}),
    "postnl": frozenset({"postnl.nl"}),
}  # fmt: skip
"""Names that look-alike hosts borrow, and the hosts that are theirs."""

PAYMENT_HOSTS = frozenset(host for hosts in BRANDS.values() for host in hosts)
_SKELETON = str.maketrans("1l|0357", "iiioest")
SHORTEST_FUZZY_BRAND = 5
"""A shorter name is within one letter of too many others."""


@dataclass(frozen=True, slots=True)
class Account:
    """One account number: where it stands, its country, whether its check digits fit."""

    number: str
    country: str
    valid: bool
    start: int
    end: int


def check_digits_fit(number: str) -> bool:
    """The ISO 13616 check of an account number without spaces: modulo 97 is 1."""
    if len(number) != _LENGTHS.get(number[:2]):
        return False
    turned = number[4:] + number[:4]
    return int("".join(str(int(character, 36)) for character in turned)) % 97 == 1


def accounts_in(message: str) -> list[Account]:
    """Every account number in `message`, cut to its country's length where it runs on."""
    found = []
    for hit in _IBAN.finditer(message.upper() if message.isascii() else message):
        bare = re.sub(r"[ .-]", "", hit[0])
        country = bare[:2]
        if country not in _LENGTHS or sum(map(str.isdecimal, bare)) < MIN_DIGITS:
            continue
        end = hit.end()
        length = _LENGTHS[country]
        if len(bare) > length:
            end = hit.start() + _reach(hit[0], length)
            bare = bare[:length]
        found.append(Account(bare, country, check_digits_fit(bare), hit.start(), end))
    return found


def _reach(written: str, length: int) -> int:
    seen = 0
    for place, character in enumerate(written):
        seen += character not in " .-"
        if seen == length:
            return place + 1
    return len(written)


def host_of(link: str) -> str:
    """The host of a link as it is written, lower-case, without «www.» and port."""
    bare = re.sub(r"^[a-z]+://", "", link.lower())
    host = re.split(r"[/?#]", bare, maxsplit=1)[0].rsplit("@", 1)[-1].split(":", 1)[0]
    return host.removeprefix("www.").strip(".")


def _belongs_to(host: str, owners: frozenset[str]) -> bool:
    return any(host == owner or host.endswith("." + owner) for owner in owners)


@cache
def _skeletons() -> dict[str, str]:
    return {brand.translate(_SKELETON): brand for brand in BRANDS}


def imitated_brand(host: str) -> str | None:
    """The bank or payment service whose name `host` borrows without being its own, or None."""
    if _belongs_to(host, PAYMENT_HOSTS):
        return None
    for part in _parts(host.rsplit(".", 1)[0] if "." in host else host):
        skeleton = part.translate(_SKELETON)
        for known, brand in _skeletons().items():
            if skeleton == known:
                return brand
            if len(brand) >= SHORTEST_FUZZY_BRAND and (
                known in skeleton or _one_letter_off(skeleton, known)
            ):
                return brand
    return None


def _parts(name: str) -> list[str]:
    """What stands between dots and hyphens, and between dots alone: «post-nl» is read as one."""
    return [
        *re.split(r"[.-]", name),
        *(one.replace("-", "") for one in name.split(".") if "-" in one),
    ]


def _one_letter_off(a: str, b: str) -> bool:
    if len(a) == len(b):
        return sum(x != y for x, y in zip(a, b, strict=True)) == 1
    short, long = sorted((a, b), key=len)
    return len(long) - len(short) == 1 and any(
        long[:i] + long[i + 1 :] == short for i in range(len(long))
    )


def signals_in(message: str, home_countries: frozenset[str] = HOME_COUNTRIES) -> list[Signal]:
    """What the account numbers, links and addresses in `message` are signs of."""
    found = []

    def add(kind: str, start: int, end: int) -> None:
        found.append(Signal(kind, message[start:end], start, end))

    for account in accounts_in(message):
        add("iban", account.start, account.end)
        if account.country not in home_countries:
            add("foreign_iban", account.start, account.end)
        if not account.valid:
            add("broken_iban", account.start, account.end)
    for hit in _LINK.finditer(message):
        host = host_of(hit[0])
        if imitated_brand(host):
            add("look_alike_link", *hit.span())
        elif _belongs_to(host, PAYMENT_HOSTS):
            add("payment_link", *hit.span())
        if not host.isascii() or any(part.startswith("xn--") for part in host.split(".")):
            add("punycode_link", *hit.span())
        if _belongs_to(host, SHORTENERS):
            add("short_link", *hit.span())
    for hit in _BITCOIN.finditer(message):
        add("crypto_address", *hit.span())
    return found
