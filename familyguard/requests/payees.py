"""Which accounts and payees a family has paid for years: a memory that calms the text score alone.

It never touches other evidence: a voice that differs or a new number stays what it is, also where
the account is known.  What is kept are keyed hashes, so the memory itself tells nobody whom a
family pays.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from familyguard.requests import accounts

CALMS_BY = 2.0
"""Natural-log odds that a known account takes off.  Less than any one sign of a new identity
brings, so that «my new number» beside a known account still counts."""


@dataclass(slots=True)
class KnownPayees:
    """The accounts and hosts of one family.  `key` (at least 16 bytes) is that family's secret."""

    key: bytes = field(repr=False)
    _known: set[bytes] = field(default_factory=set, repr=False)

    def __post_init__(self) -> None:
        if len(self.key) < 16:
            raise ValueError("a family's key has at least 16 bytes")

    def _mark(self, payee: str) -> bytes:
        plain = re.sub(r"[^A-Z0-9]", "", payee.upper())
        return hmac.digest(self.key, plain.encode(), hashlib.sha256)

    def add(self, account: str) -> None:
        """Remember one account number.  Raises `ValueError` when its check digits do not fit."""
        plain = re.sub(r"[^A-Z0-9]", "", account.upper())
        if not accounts.check_digits_fit(plain):
            raise ValueError("not an account number: the check digits do not fit")
        self._known.add(self._mark(plain))

    def forget(self, account: str) -> None:
        """Forget one account number; nothing happens when it was not known."""
        self._known.discard(self._mark(account))

    def marks(self) -> frozenset[bytes]:
        """What to store: the keyed hashes."""
        return frozenset(self._known)

    @classmethod
    def load(cls, key: bytes, marks: Iterable[bytes]) -> "KnownPayees":
        """The memory as it was stored."""
        return cls(key, set(marks))

    def __contains__(self, account: str) -> bool:
        return self._mark(account) in self._known

    def covers(self, message: str) -> bool:
        """Whether `message` names accounts and the family knows every one of them."""
        named = accounts.accounts_in(message)
        return bool(named) and all(account.number in self for account in named)
