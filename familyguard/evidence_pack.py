"""A case as one ZIP for the police: originals untouched, a signed list of everything in it.

The ZIP is made so that it can be checked to the last byte: nothing is compressed, names are plain,
order, times and modes are fixed.  `familyguard.evidence_check` builds it again from its contents
and compares.  A hash says that a file is the one that was packed here, at a time that this
server's clock gave; it says nothing about who made the sound in it.
"""

import hashlib
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from familyguard.keys import Keys

FORMAT: Final = "familyguard-evidence"
PURPOSE: Final = "evidence signature"
VERSION: Final = 1

MAX_PACK_BYTES: Final = 50_000_000
"""What a bot may send through Telegram in one file."""
MAX_FILES: Final = 200
MAX_NAME: Final = 100

MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.sig"
PUBLIC_KEY: Final = "public_key.pem"
SUMS: Final = "SHA256SUMS"
ABOUT: Final = (SUMS, MANIFEST, SIGNATURE, PUBLIC_KEY)
"""Files that the manifest does not list, because they are made from it."""

NAME: Final = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9_-]*/)?[A-Za-z0-9][A-Za-z0-9_.-]*")
"""One folder deep at the most, and no name that any system reads as something else."""

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The first moment that a ZIP can hold; the times that count are in the manifest."""


class CannotPack(Exception):
    """The case does not fit a pack; the message says what is too much."""


class TimeOrigin(StrEnum):
    """Whose clock a time comes from."""

    TELEGRAM = "telegram"  # when Telegram received the message for the bot
    FORWARD = "forward"  # when the original was sent, as Telegram passes on
    SERVER = "server"  # this server's clock
    FILE = "file"  # written in the file itself, by whoever made it


@dataclass(frozen=True, slots=True)
class Moment:
    """A time and whose clock it comes from; `at` must know its time zone."""

    at: datetime
    origin: TimeOrigin

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("a time without its zone is no evidence")


@dataclass(frozen=True, slots=True)
class Original:
    """A file as it came in.  `name` is what the sender called it, `origin` where it was from."""

    content: bytes = field(repr=False)
    name: str
    media_type: str
    moments: tuple[Moment, ...]
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Custody:
    """One entry of the chain of custody: who did what to the material, and when."""

    at: datetime
    who: str
    what: str


@dataclass(frozen=True, slots=True)
class Pack:
    """What goes into the ZIP.  `documents` are the files that were made here, by their names."""

    case: str
    made_at: datetime
    language: str
    software: str
    originals: tuple[Original, ...]
    documents: Mapping[str, bytes]
    custody: tuple[Custody, ...] = ()


def build(pack: Pack, key: Ed25519PrivateKey) -> bytes:
    """The ZIP, signed with `key`.

    Deterministic: the same pack and key give the same bytes.

    Raises:
        CannotPack: more than MAX_FILES files or MAX_PACK_BYTES bytes, or a document's name that is
            taken or not plain.
    """
    stored = {name_of(original, n): original for n, original in enumerate(pack.originals, 1)}
    files = {name: original.content for name, original in stored.items()}
    for name, content in pack.documents.items():
        if not is_plain(name) or name in files or name in ABOUT:
            raise CannotPack(f"{name!r} cannot be the name of a document")
        files[name] = content
    public = key.public_key()
    manifest = encode(
        {
            "format": FORMAT,
            "version": VERSION,
            "case": pack.case,
            "made_at": rfc3339(pack.made_at),
            "language": pack.language,
            "software": pack.software,
            "public_key_ed25519": raw(public).hex(),
            "originals": [_described(name, original) for name, original in stored.items()],
            "files": [
                {"name": name, "size": len(content), "sha256": sha256(content)}
                for name, content in files.items()
            ],
            "custody": [
                {"at": rfc3339(entry.at), "who": entry.who, "what": entry.what}
                for entry in pack.custody
            ],
        }
    )
    files |= about(manifest, key.sign(manifest), public)
    if len(files) > MAX_FILES:
        raise CannotPack(f"{len(files)} files, and at most {MAX_FILES} fit")
    packed = archive(files)
    if len(packed) > MAX_PACK_BYTES:
        raise CannotPack(f"{len(packed)} bytes, and at most {MAX_PACK_BYTES} fit")
    return packed


def about(manifest: bytes, signature: bytes, public: Ed25519PublicKey) -> dict[str, bytes]:
    """The files that follow from the manifest, by name, in their order."""
    listed: Iterable[Mapping[str, Any]] = json.loads(manifest)["files"]
    sums = "".join(f"{entry['sha256']}  {entry['name']}\n" for entry in listed)
    return {
        SUMS: sums.encode(),
        MANIFEST: manifest,
        SIGNATURE: signature,
        PUBLIC_KEY: public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    }


def archive(files: Mapping[str, bytes]) -> bytes:
    """The one ZIP that holds `files` in this order: stored as they are, all else fixed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as packed:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = 3  # Unix, on whatever system it is made
            entry.external_attr = 0o644 << 16
            packed.writestr(entry, content)
    return buffer.getvalue()


def encode(value: object) -> bytes:
    """JSON in the one form that is signed: sorted keys, two spaces, UTF-8, a last line break."""
    text = json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False)
    return f"{text}\n".encode("utf-8", "replace")


def rfc3339(moment: datetime) -> str:
    """A time as RFC 3339 in UTC.  Raises ValueError for one without a zone."""
    if moment.tzinfo is None:
        raise ValueError("a time without its zone is no evidence")
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def fingerprint(public: Ed25519PublicKey) -> str:
    """SHA-256 of the raw public key in groups of four, to be compared by eye."""
    digits = sha256(raw(public))
    return " ".join(digits[place : place + 4] for place in range(0, len(digits), 4))


def raw(public: Ed25519PublicKey) -> bytes:
    """The 32 bytes of the key."""
    return public.public_bytes(Encoding.Raw, PublicFormat.Raw)


def sha256(content: bytes) -> str:
    """The hash in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def is_plain(name: str) -> bool:
    """Whether a name may stand in a pack."""
    return len(name) <= MAX_NAME and bool(NAME.fullmatch(name))


def name_of(original: Original, number: int) -> str:
    """The name of the `number`th original in the pack: its own, as far as that is plain."""
    latin = unicodedata.normalize("NFKD", original.name).encode("ascii", "ignore").decode()
    stem, dot, ending = latin.rpartition(".")
    if not dot:
        stem, ending = latin, ""
    stem, ending = (re.sub(r"[^A-Za-z0-9_-]+", "-", part).strip("-") for part in (stem, ending))
    name = f"{number:02}-{stem[:60] or 'file'}"
    return f"originals/{name}.{ending[:10]}" if ending else f"originals/{name}"


def _described(name: str, original: Original) -> dict[str, Any]:
    return {
        "name": name,
        "sent_as": original.name,
        "media_type": original.media_type,
        "origin": original.origin,
        "times": [
            {"at": rfc3339(moment.at), "origin": moment.origin.value} for moment in original.moments
        ],
    }


def signing_key(keys: Keys) -> Ed25519PrivateKey:
    """The server's key for evidence: always the same one for the same key file, stored nowhere."""
    return Ed25519PrivateKey.from_private_bytes(keys.derived(PURPOSE))
