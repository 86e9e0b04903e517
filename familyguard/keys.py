"""The key file: what a thief of the database does not have.

`keys.json` lies beside the database and holds the sealing keys, of which the newest seals, and the
pepper of the code word's tags.  It never goes into a back-up in the clear.  Losing it means losing
what is sealed; it cannot be made again.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from familyguard.errors import KeyFault, UnusableKeys
from familyguard.private_file import write_private

KEY_BYTES = 32
"""AES-256, and the block of SHA-256 that the pepper keys."""

FILE_NAME = "keys.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Keys:
    """Sealing keys by number, the newest last, and the pepper.  Nothing of it shows in a repr."""

    sealing: dict[int, bytes] = field(repr=False)
    pepper: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not self.sealing or any(len(key) != KEY_BYTES for key in self.sealing.values()):
            raise ValueError("sealing keys have 32 bytes, and there is at least one")
        if len(self.pepper) != KEY_BYTES:
            raise ValueError("the pepper has 32 bytes")

    @classmethod
    def fresh(cls) -> Self:
        """New random keys."""
        return cls({1: secrets.token_bytes(KEY_BYTES)}, secrets.token_bytes(KEY_BYTES))

    @property
    def newest(self) -> int:
        """The number of the key that seals."""
        return max(self.sealing)

    def rotated(self) -> "Keys":
        """The same keys and a new one that seals from now on."""
        new = {self.newest + 1: secrets.token_bytes(KEY_BYTES)}
        return Keys({**self.sealing, **new}, self.pepper)

    def only_newest(self) -> "Keys":
        """Without the keys that seal nothing any more."""
        return Keys({self.newest: self.sealing[self.newest]}, self.pepper)

    def derived(self, purpose: str) -> bytes:
        """32 bytes for `purpose`, from which neither the pepper nor another key follows."""
        return hmac.digest(self.pepper, purpose.encode(), hashlib.sha256)


def key_from_text(text: str) -> bytes:
    """A key that stands alone, as base64 in a setting.  Raises ValueError."""
    key = _bytes(text)
    if len(key) != KEY_BYTES:
        raise ValueError(f"a key has {KEY_BYTES} bytes")
    return key


def fresh_key_text() -> str:
    """A new random key as text for a setting."""
    return _text(secrets.token_bytes(KEY_BYTES))


def load_keys(path: Path) -> Keys:
    """The keys in the file at `path`.

    Raises:
        UnusableKeys: it is not there, others can read it, or it is damaged.
    """
    try:
        # Opened first and asked afterwards, so that what is read is what was looked at.
        with path.open("rb") as file:
            facts = os.fstat(file.fileno())
            content = file.read()
    except FileNotFoundError:
        raise UnusableKeys(path, KeyFault.MISSING) from None
    except OSError as error:
        raise UnusableKeys(path, KeyFault.UNREADABLE, error.strerror or "") from None
    if facts.st_uid not in (os.geteuid(), 0):
        raise UnusableKeys(path, KeyFault.FOREIGN)
    if facts.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise UnusableKeys(path, KeyFault.OPEN)
    try:
        found = json.loads(content)
        sealing = {int(number): _bytes(key) for number, key in found["sealing"].items()}
        return Keys(sealing, _bytes(found["pepper"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        # Without the cause: a parser's error may show what it stumbled over.
        raise UnusableKeys(path, KeyFault.DAMAGED) from None


def save_keys(path: Path, keys: Keys) -> None:
    """Write the keys so that a crash leaves either the old file or the new one, whole."""
    content = {
        "format": FORMAT,
        "sealing": {str(number): _text(key) for number, key in sorted(keys.sealing.items())},
        "pepper": _text(keys.pepper),
    }
    write_private(path, json.dumps(content).encode())


def _text(key: bytes) -> str:
    return base64.b64encode(key).decode("ascii")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
