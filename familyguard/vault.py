"""Seals single fields of the database: AES-256-GCM, bound to the cell in which they lie.

Table, column, row and family are associated data, so that a sealed cell that was copied to another
row, or to another family, does not open there.
"""

import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from familyguard.errors import SealBroken
from familyguard.keys import Keys

NONCE_BYTES = 12
"""What GCM takes.  Random: with 2³² seals under one key a repetition is still unlikely (NIST
SP 800-38D, section 8.3), and a family never comes near."""

KEY_NUMBER_BYTES = 4


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a sealed value lies.  `family` is empty for what belongs to no family."""

    table: str
    column: str
    row: str
    family: str = ""

    def associated(self) -> bytes:
        """The four names, each with its length, so that no two cells read alike."""
        names = (self.table, self.column, self.row, self.family)
        return b"".join(len(raw).to_bytes(4) + raw for raw in (name.encode() for name in names))


class Vault:
    """Seals with the newest key and opens with the one that sealed."""

    def __init__(self, keys: Keys) -> None:
        self._newest = keys.newest
        self._ciphers = {number: AESGCM(key) for number, key in keys.sealing.items()}

    def seal(self, value: str | bytes, cell: Cell) -> bytes:
        """`value` as it may be stored in `cell`: key number, nonce, ciphertext and tag."""
        plain = value.encode() if isinstance(value, str) else value
        nonce = secrets.token_bytes(NONCE_BYTES)
        coded = self._ciphers[self._newest].encrypt(nonce, plain, cell.associated())
        return self._newest.to_bytes(KEY_NUMBER_BYTES) + nonce + coded

    def open(self, sealed: bytes, cell: Cell) -> bytes:
        """What was sealed for `cell`.  Raises SealBroken."""
        number = int.from_bytes(sealed[:KEY_NUMBER_BYTES])
        nonce = sealed[KEY_NUMBER_BYTES : KEY_NUMBER_BYTES + NONCE_BYTES]
        coded = sealed[KEY_NUMBER_BYTES + NONCE_BYTES :]
        cipher = self._ciphers.get(number)
        if cipher is None or len(nonce) < NONCE_BYTES:
            raise SealBroken(cell.table, cell.column)
        try:
            return cipher.decrypt(nonce, coded, cell.associated())
        except InvalidTag:
            raise SealBroken(cell.table, cell.column) from None

    def open_text(self, sealed: bytes, cell: Cell) -> str:
        """Like `open`, for text."""
        return self.open(sealed, cell).decode()
