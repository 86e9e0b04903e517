"""The administrative PIN: hashed like the code word, and as hard to guess as few digits allow.

A PIN of four digits would fall in minutes to whoever may try freely, so each account has three
tries and then waits that double, up to a day; the family together has ten.
"""

import hashlib
import hmac
import secrets
import unicodedata
from enum import StrEnum
from itertools import pairwise

from argon2.low_level import Type, hash_secret_raw

from familyguard.codeword import COST, Attempts, Cost
from familyguard.codeword.attempts import DAY, MINUTE, Limits
from familyguard.errors import FamilyGuardError

MIN_DIGITS, MAX_DIGITS = 4, 8
SALT_BYTES = 16
TAG_BYTES = 32

NEVER = 1_000_000
"""Wrong answers after which the PIN would lock for good: waits of a day do, and a lock would let a
thief shut the keeper out."""

ACCOUNT = Limits(3, MINUTE, DAY, NEVER, 7 * DAY)
FAMILY = Limits(10, MINUTE, DAY, NEVER, 7 * DAY)


class Unfit(StrEnum):
    """Why a PIN is not taken."""

    FORM = "form"  # not four to eight digits
    EASY = "easy"  # one digit only, or a row such as 2345


class UnfitPin(FamilyGuardError):
    """The PIN that somebody wants to set is not taken; it is not in the message."""

    def __init__(self, reason: Unfit) -> None:
        super().__init__(reason)
        self.reason = reason


def digits(text: str) -> str | None:
    """The digits of what somebody typed as a PIN; None when it holds anything else."""
    typed = "".join(text.split())
    if not MIN_DIGITS <= len(typed) <= MAX_DIGITS:
        return None
    values = [unicodedata.decimal(letter, None) for letter in typed]
    return None if None in values else "".join(map(str, values))


def new(text: str) -> str:
    """The digits of a PIN that may be set.  Raises UnfitPin."""
    found = digits(text)
    if found is None:
        raise UnfitPin(Unfit.FORM)
    steps = {int(two) - int(one) for one, two in pairwise(found)}
    if len(steps) == 1 and steps <= {-1, 0, 1}:
        raise UnfitPin(Unfit.EASY)
    return found


def make(pin: str, key: bytes, family: str, cost: Cost = COST) -> tuple[bytes, bytes]:
    """Salt and slow hash of a PIN, to store.  `key` is kept outside the database."""
    salt = secrets.token_bytes(SALT_BYTES)
    return salt, _hash(pin, salt, key, family, cost)


def matches(pin: str, salt: bytes, tag: bytes, key: bytes, family: str, cost: Cost = COST) -> bool:
    """Whether this is the PIN that was stored; takes the same time either way."""
    return hmac.compare_digest(_hash(pin, salt, key, family, cost), tag)


def wait(account: Attempts, family: Attempts, now: float) -> float:
    """Seconds until the next answer counts; 0 if it does now."""
    return max(0.0, account.wait_until - now, family.wait_until - now)


def _hash(pin: str, salt: bytes, key: bytes, family: str, cost: Cost) -> bytes:
    """Argon2id (RFC 9106) over HMAC-SHA256."""
    keyed = hmac.digest(key, f"{len(family)}:{family}:{pin}".encode(), hashlib.sha256)
    return hash_secret_raw(
        keyed,
        salt,
        time_cost=cost.passes,
        memory_cost=cost.memory_kib,
        parallelism=cost.lanes,
        hash_len=TAG_BYTES,
        type=Type.ID,
    )
