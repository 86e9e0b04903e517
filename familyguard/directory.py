"""Whom to turn to: the reporting bodies of each country, dated, with the page where they were read.

The data is `directory.toml`.  A number that nobody looked up is worse than none, so rows that are
not verified exist only for those who keep the list.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError, model_validator

STALE_AFTER: Final = timedelta(days=365)
"""Numbers of helplines change; a row older than a year wants to be read again at its source."""

_EEA = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"
EEA: Final = frozenset(_EEA.split())
"""Countries in which the GDPR and the Digital Services Act hold (ISO 3166)."""

ELSEWHERE: Final = "EU"
"""The rows that help in every country of the EEA that has no row of its own for a purpose."""

Language = Literal["en", "nl"]
Said = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Address = Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$")]
Mail = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[a-z]+$")]
Number = Annotated[str, StringConstraints(pattern=r"^(\+[1-9]\d{6,14}|\d{3,10})$")]
"""E.164, or digits that only work inside the country (112, 159, 0900-8844)."""


class Purpose(StrEnum):
    """What a body is for."""

    EMERGENCY = "emergency"
    BANK = "bank"
    BLOCK_CARDS = "block_cards"
    POLICE = "police"
    FRAUD_DESK = "fraud_desk"
    SUSPICIOUS_MESSAGE = "suspicious_message"
    ACCOUNT_CHECK = "account_check"
    SEXUAL_IMAGES = "sexual_images"
    DATA_PROTECTION = "data_protection"
    SUPPORT = "support"


class InvalidDirectory(Exception):
    """The data file does not hold together; the message names the row, the field and the fault."""


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Both(_Row):
    """The same thing in both languages."""

    en: Said
    nl: Said

    def of(self, language: Language) -> str:
        """What it is in `language`."""
        return self.nl if language == "nl" else self.en


class Body(_Row):
    """One reporting body."""

    code: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}-[a-z0-9-]+$")]
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    name: Said
    purposes: Annotated[tuple[Purpose, ...], "at least one"]
    does: Both
    checked_on: date
    source: Address
    verified: bool
    phone: Number | None = None
    shown: Said | None = None
    url: Address | None = None
    email: Both | None = None
    hours: Both | None = None

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if not self.code.startswith(f"{self.country.lower()}-"):
            raise ValueError(f"code must begin with {self.country.lower()}-")
        if not self.purposes:
            raise ValueError("purposes is empty")
        if (self.phone is None) != (self.shown is None):
            raise ValueError("phone and shown belong together")
        if self.phone is None and self.url is None and self.email is None:
            raise ValueError("there is no way to reach it")
        return self

    @property
    def tap_to_call(self) -> str | None:
        """A `tel:` address."""
        return f"tel:{self.phone}" if self.phone else None


@dataclass(frozen=True, slots=True)
class Directory:
    """All rows, in the order of the file."""

    bodies: tuple[Body, ...]

    def find(self, country: str, *purposes: Purpose) -> tuple[Body, ...]:
        """The verified bodies of `country` for any of `purposes`, in the order of the file.

        A country of the EEA without a row of its own gets those that help everywhere in it.
        """
        wanted = frozenset(purposes)
        for place in (country, ELSEWHERE) if country in EEA else (country,):
            found = tuple(
                body
                for body in self.bodies
                if body.verified and body.country == place and wanted & set(body.purposes)
            )
            if found:
                return found
        return ()

    def account_check(self, country: str) -> Body | None:
        """Where a person can look up an account number themselves, if their country has that.

        A link and nothing more: that an account is unknown there says nothing good about it.
        """
        return next(iter(self.find(country, Purpose.ACCOUNT_CHECK)), None)

    def stale(self, today: date, after: timedelta = STALE_AFTER) -> tuple[Body, ...]:
        """The rows that were last read longer than `after` ago, the oldest first."""
        old = (body for body in self.bodies if today - body.checked_on > after)
        return tuple(sorted(old, key=lambda body: (body.checked_on, body.code)))

    @property
    def countries(self) -> tuple[str, ...]:
        """The countries that have rows, in the order of the file."""
        return tuple(dict.fromkeys(body.country for body in self.bodies))


@cache
def directory() -> Directory:
    """The list that comes with the package.  Raises InvalidDirectory."""
    return read((files("familyguard") / "directory.toml").read_text("utf-8"))


def read(text: str) -> Directory:
    """The rows of a TOML text.

    Raises:
        InvalidDirectory: it is not TOML, a row lacks something or has too much, or a code is twice.
    """
    try:
        rows = tomllib.loads(text).get("bodies", [])
    except tomllib.TOMLDecodeError as error:
        raise InvalidDirectory(f"directory: not readable as TOML: {error}") from error
    if not rows:
        raise InvalidDirectory("directory: there is no [[bodies]] block")
    bodies = tuple(_body(row, number) for number, row in enumerate(rows, 1))
    if twice := _twice(body.code for body in bodies):
        raise InvalidDirectory(f"directory: the code {twice} is used twice")
    return Directory(bodies)


def _body(row: Mapping[str, object], number: int) -> Body:
    try:
        return Body.model_validate(row)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"])) or "row"
        name = row.get("code", f"block {number}")
        raise InvalidDirectory(f"directory: {name}: {field}: {first['msg']}") from error


def _twice(codes: Iterable[str]) -> str | None:
    seen: set[str] = set()
    for code in codes:
        if code in seen:
            return code
        seen.add(code)
    return None
