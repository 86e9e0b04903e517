"""Content Credentials (C2PA): what a file's signed manifest says about who or what made it.

Reading them runs a large native library on foreign bytes, so it happens like decoding: in a child
process that can only compute.  This module is both sides; the child is started by `read`.  Most
files have no manifest, and the library takes longer to load than the rest of the check, so the
bytes are first searched for the two words that every manifest holds.  Messengers' Ogg cannot carry
one, and messengers strip it from what they convert: that none is there means nothing.
"""

import io
import json
import os
import sys
from pathlib import Path
from typing import Any

from voice import child
from voice.audio import MAX_FILE_BYTES
from voice.confinement import confine
from voice.results import Container, Credentials

MIME_TYPES = {"wav": "audio/wav", "mp3": "audio/mpeg", "mov": "video/mp4", "flac": "audio/flac"}
"""Demuxer's name → the type by which the library knows the containers that can carry a manifest."""

MARKERS = (b"jumb", b"c2pa")
"""Box type and label of every manifest store (ISO 19566-5 and the C2PA specification)."""

MACHINE_MADE = (
    "trainedAlgorithmicMedia",
    "compositeWithTrainedAlgorithmicMedia",
    "compositeSynthetic",
    "trainedAlgorithmicData",
)
"""Values of `digitalSourceType` (IPTC, C2PA) that say that a trained model made the sound."""

WALL_SECONDS = 10.0
CPU_SECONDS = 8
MEMORY_BYTES = 1024 * 1024 * 1024
MAX_ANSWER_BYTES = 4096
MAX_NAME = 100

_SETTINGS = {
    # Nothing is fetched, whatever address the file names; the child has no network anyway.
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}
}
_BOOT = (
    "import sys; sys.path.append(sys.argv[1]); "
    "from voice.credentials import main; main(sys.argv[2])"
)


def read(path: Path, container: Container) -> Credentials | None:
    """The file's Content Credentials, or None when it has none that can be read.

    Raises nothing for a bad file: a manifest that cannot be read is no evidence.
    """
    mime_type = MIME_TYPES.get(container.format)
    if mime_type is None:
        return None
    try:
        data = child.contents(path, MAX_FILE_BYTES)
    except child.ChildError:
        return None
    if not all(marker in data for marker in MARKERS):
        return None
    try:
        answer = json.loads(_ask_child(data, mime_type))
        return Credentials(
            generator=child.plain(answer["generator"], MAX_NAME),
            says_ai=answer["says_ai"] is True,
            signature_valid=answer["signature_valid"] is True,
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        # What a subverted child may say; also its «null», for a manifest that cannot be read.
        return None


def _ask_child(data: bytes, mime_type: str) -> bytes:
    """What the child says, at most MAX_ANSWER_BYTES; nothing when it failed or took too long."""
    try:
        answer = child.answer_of(
            child.python(_BOOT, mime_type), data, MAX_ANSWER_BYTES, WALL_SECONDS
        )
    except child.ChildError:
        return b""
    return bytes(answer)


def understand(manifests: dict[str, Any], state: str) -> dict[str, Any] | None:
    """Of a manifest store in C2PA's JSON and its validation state, what we want to know."""
    active = manifests.get("manifests", {}).get(manifests.get("active_manifest"))
    if active is None:
        return None
    makers = active.get("claim_generator_info") or [{}]
    generator = makers[0].get("name") or active.get("claim_generator") or ""
    # What went into the file counts too: a clone that was cut and signed again stays a clone.
    sources = _values(manifests, "digitalSourceType")
    return {
        "generator": str(generator)[:MAX_NAME],
        "says_ai": any(source.rpartition("/")[2] in MACHINE_MADE for source in sources),
        # "Valid" is a sound signature of a signer who is on no list of trusted ones.
        "signature_valid": state in ("Valid", "Trusted"),
    }


def _values(tree: Any, key: str) -> set[str]:
    """All strings that stand under `key` anywhere in a JSON tree."""
    found: set[str] = set()
    branches = [tree]
    while branches:
        branch = branches.pop()
        if isinstance(branch, dict):
            if isinstance(branch.get(key), str):
                found.add(branch[key])
            branches += branch.values()
        elif isinstance(branch, list):
            branches += branch
    return found


def main(mime_type: str) -> None:
    """Be the child: the file on standard input, the answer as JSON on standard output."""
    import c2pa

    context = c2pa.Context(c2pa.Settings.from_dict(_SETTINGS))
    confine(MEMORY_BYTES, CPU_SECONDS)
    try:
        with c2pa.Reader(mime_type, io.BytesIO(sys.stdin.buffer.read()), context=context) as reader:
            state = reader.get_validation_state()
            answer = understand(json.loads(reader.json()), str(state))
    except Exception:
        answer = None
    os.write(1, json.dumps(answer).encode())
    os._exit(0)
