"""Check a pack of evidence that comes from anywhere: every byte, and nothing is ever unpacked.

The file is untrusted.  Its size and the number of its entries are looked at before anything is
read; compressed entries are refused, so nothing can blow up; names that are not plain are refused,
and nothing is written anywhere.  At the end the pack is built again from what was read: whatever
differs from the file was changed.
"""

import hmac
import json
import struct
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from familyguard.evidence_pack import (
    ABOUT,
    FORMAT,
    MANIFEST,
    MAX_FILES,
    MAX_PACK_BYTES,
    SIGNATURE,
    VERSION,
    about,
    archive,
    encode,
    fingerprint,
    is_plain,
    sha256,
)

_END: Final = struct.Struct("<4s4H2LH")
"""The last record of a ZIP without a comment."""


class Fault(StrEnum):
    """What is wrong with a pack."""

    TOO_LARGE = "too_large"
    NOT_A_PACK = "not_a_pack"  # no ZIP, or not one that we would write
    BAD_NAME = "bad_name"
    COMPRESSED = "compressed"
    MISSING = "missing"
    EXTRA = "extra"
    CHANGED = "changed"
    BAD_MANIFEST = "bad_manifest"
    BAD_SIGNATURE = "bad_signature"
    OTHER_KEY = "other_key"  # signed, but not with the key that was asked for
    REPACKED = "repacked"  # the contents hold, the ZIP around them is not the one that was made


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault; `detail` is the name of a file, if it is about one."""

    fault: Fault
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """What the check found.  Without findings nothing was changed since the key signed it."""

    findings: tuple[Finding, ...]
    case: str = ""
    made_at: str = ""
    fingerprint: str = ""
    files: tuple[str, ...] = ()

    @property
    def intact(self) -> bool:
        """Whether every byte is as it was signed."""
        return not self.findings


class _Refused(Exception):
    def __init__(self, fault: Fault, detail: str = "") -> None:
        super().__init__(fault)
        self.finding = Finding(fault, detail)


def check(content: bytes, key: str | None = None) -> Checked:
    """Check the bytes of a pack; `key` is the fingerprint that its key should have, spaces or not.

    Without `key` a pack that somebody else signed holds too: compare the fingerprint that comes
    back with the one that the family's bot shows.  Never raises for what is in the file.
    """
    try:
        files = _read(content)
        manifest = _manifest(files)
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(manifest["public_key_ed25519"]))
    except _Refused as refused:
        return Checked((refused.finding,))
    except (KeyError, TypeError, ValueError):
        return Checked((Finding(Fault.BAD_MANIFEST, MANIFEST),))
    findings = [*_signature(files, public), *_contents(files, manifest)]
    if key is not None and not _same(fingerprint(public), key):
        findings.append(Finding(Fault.OTHER_KEY))
    if not findings:
        findings += _rebuilt(content, files, manifest, public)
    return Checked(
        findings=tuple(findings),
        case=manifest["case"],
        made_at=manifest["made_at"],
        fingerprint=fingerprint(public),
        files=tuple(entry["name"] for entry in manifest["files"]),
    )


def _read(content: bytes) -> dict[str, bytes]:
    """The entries of the ZIP.  Raises _Refused before anything large is read."""
    if len(content) > MAX_PACK_BYTES:
        raise _Refused(Fault.TOO_LARGE)
    if len(content) < _END.size:
        raise _Refused(Fault.NOT_A_PACK)
    mark, disk, start, here, total, _, _, comment = _END.unpack(content[-_END.size :])
    if mark != b"PK\x05\x06" or (disk, start, comment) != (0, 0, 0) or here != total:
        raise _Refused(Fault.NOT_A_PACK)
    if total > MAX_FILES:
        raise _Refused(Fault.TOO_LARGE)
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            entries = packed.infolist()
            _refuse_strange(entries, len(content))
            return {entry.filename: packed.read(entry) for entry in entries}
    except _Refused:
        raise
    # What zipfile raises for damaged headers: unknown methods and versions are RuntimeErrors.
    except (zipfile.BadZipFile, RuntimeError, OSError, EOFError, ValueError, struct.error) as error:
        raise _Refused(Fault.NOT_A_PACK) from error


def _refuse_strange(entries: list[zipfile.ZipInfo], limit: int) -> None:
    names = [entry.filename for entry in entries]
    if len(names) > MAX_FILES or len(set(names)) != len(names):
        raise _Refused(Fault.NOT_A_PACK)
    for entry in entries:
        if not is_plain(entry.filename):
            raise _Refused(Fault.BAD_NAME, entry.filename[:80])
        if entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits:
            raise _Refused(Fault.COMPRESSED, entry.filename)
    # Stored entries are no larger than the file that holds them, or they overlap.
    if sum(entry.file_size for entry in entries) > limit:
        raise _Refused(Fault.NOT_A_PACK)


def _manifest(files: Mapping[str, bytes]) -> dict[str, Any]:
    """The manifest, of the shape that `build` writes.  Raises _Refused."""
    for name in ABOUT:
        if name not in files:
            raise _Refused(Fault.MISSING, name)
    try:
        manifest = json.loads(files[MANIFEST])
    except (ValueError, RecursionError) as error:
        raise _Refused(Fault.BAD_MANIFEST, MANIFEST) from error
    good = (
        isinstance(manifest, dict)
        and (manifest.get("format"), manifest.get("version")) == (FORMAT, VERSION)
        and isinstance(manifest.get("case"), str)
        and isinstance(manifest.get("made_at"), str)
        and isinstance(manifest.get("files"), list)
        and all(_is_entry(entry) for entry in manifest["files"])
        and encode(manifest) == files[MANIFEST]
    )
    if not good:
        raise _Refused(Fault.BAD_MANIFEST, MANIFEST)
    return dict(manifest)


def _is_entry(entry: object) -> bool:
    return (
        isinstance(entry, dict)
        and isinstance(entry.get("name"), str)
        and isinstance(entry.get("sha256"), str)
        and type(entry.get("size")) is int
    )


def _signature(files: Mapping[str, bytes], public: Ed25519PublicKey) -> list[Finding]:
    try:
        public.verify(files[SIGNATURE], files[MANIFEST])
    except InvalidSignature:
        return [Finding(Fault.BAD_SIGNATURE, SIGNATURE)]
    return []


def _contents(files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> list[Finding]:
    findings, listed = [], set(ABOUT)
    for entry in manifest["files"]:
        name = entry["name"]
        listed.add(name)
        if name not in files:
            findings.append(Finding(Fault.MISSING, name))
        elif (len(files[name]), sha256(files[name])) != (entry["size"], entry["sha256"]):
            findings.append(Finding(Fault.CHANGED, name))
    findings += [Finding(Fault.EXTRA, name) for name in files if name not in listed]
    return findings


def _rebuilt(
    content: bytes,
    files: Mapping[str, bytes],
    manifest: Mapping[str, Any],
    public: Ed25519PublicKey,
) -> list[Finding]:
    """What differs from the pack that these contents make."""
    made = about(files[MANIFEST], files[SIGNATURE], public)
    changed = [Finding(Fault.CHANGED, name) for name in ABOUT if files[name] != made[name]]
    if changed:
        return changed
    names = [entry["name"] for entry in manifest["files"]]
    again = archive({name: files[name] for name in names} | made)
    return [] if again == content else [Finding(Fault.REPACKED)]


def _same(found: str, wanted: str) -> bool:
    plain = "".join(wanted.split()).lower().encode("utf-8", "replace")
    return hmac.compare_digest("".join(found.split()).encode(), plain)
