"""The pack of evidence: nothing in it can be changed unnoticed, and nothing in it can harm."""

import io
import json
import subprocess
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from shutil import which

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from familyguard.evidence_check import Checked, Fault, check
from familyguard.evidence_pack import (
    MAX_FILES,
    MAX_PACK_BYTES,
    CannotPack,
    Custody,
    Moment,
    Original,
    Pack,
    TimeOrigin,
    archive,
    build,
    encode,
    fingerprint,
    rfc3339,
    signing_key,
)
from familyguard.keys import Keys

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MEMO = Original(
    content=b"OggS" + bytes(range(256)),
    name="voice memo (1).ogg",
    media_type="audio/ogg",
    moments=(
        Moment(NOON, TimeOrigin.TELEGRAM),
        Moment(NOON - timedelta(hours=1), TimeOrigin.FORWARD),
        Moment(NOON, TimeOrigin.SERVER),
    ),
    origin="forwarded, sender hidden: Sophie",
)
PACK = Pack(
    case="7",
    made_at=NOON,
    language="nl",
    software="FamilyGuard 0.1.0",
    originals=(MEMO, replace(MEMO, name="../../etc/passwd")),
    documents={"report.pdf": b"%PDF", "HOW-TO-CHECK.txt": b"how"},
    custody=(Custody(NOON, "Anna", "forwarded"), Custody(NOON, "FamilyGuard", "packed")),
)
ZIP = build(PACK, KEY)


def faults(checked: Checked) -> set[Fault]:
    """The kinds of faults."""
    return {finding.fault for finding in checked.findings}


def contents(packed: bytes = ZIP) -> dict[str, bytes]:
    """All files of a pack, in order."""
    with zipfile.ZipFile(io.BytesIO(packed)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def test_a_pack_as_it_was_made_holds():
    """No findings, and what it is about."""
    checked = check(ZIP)
    assert checked.intact
    assert checked.case == "7"
    assert checked.made_at == "2026-11-22T12:00:00Z"
    assert checked.fingerprint == fingerprint(KEY.public_key())


def test_the_same_case_gives_the_same_bytes():
    """Deterministic, so that two copies can be compared by one hash."""
    assert build(PACK, KEY) == ZIP


def test_originals_are_untouched():
    """Byte for byte what came in, under a harmless name; its own name is in the manifest."""
    files = contents()
    assert files["originals/01-voice-memo-1.ogg"] == MEMO.content
    manifest = json.loads(files["manifest.json"])
    assert manifest["originals"][0]["sent_as"] == "voice memo (1).ogg"


def test_every_time_says_whose_clock_it_is():
    """RFC 3339 in UTC, with the origin."""
    times = json.loads(contents()["manifest.json"])["originals"][0]["times"]
    assert times[1] == {"at": "2026-11-22T11:00:00Z", "origin": "forward"}
    assert {time["origin"] for time in times} == {"telegram", "forward", "server"}
    summer = datetime(2026, 7, 1, 14, 0, tzinfo=timezone(timedelta(hours=2)))
    assert rfc3339(summer) == "2026-07-01T12:00:00Z"


def test_a_time_without_a_zone_is_refused():
    """It would be somebody's guess."""
    naive = datetime(2026, 11, 22)  # noqa: DTZ001
    with pytest.raises(ValueError):
        Moment(naive, TimeOrigin.SERVER)
    with pytest.raises(ValueError):
        rfc3339(naive)


@settings(deadline=None)
@given(place=st.integers(0, len(ZIP) - 1), flip=st.integers(1, 255))
def test_any_single_changed_byte_is_found(place, flip):
    """Wherever it is: in a file, in the list, in the signature, or in the ZIP's own records."""
    changed = bytearray(ZIP)
    changed[place] ^= flip
    assert not check(bytes(changed)).intact


@settings(deadline=None)
@given(st.integers(0, len(ZIP) - 1), st.binary(min_size=1, max_size=40))
def test_nothing_can_be_put_in(place, extra):
    """Bytes before, between and behind are found."""
    assert not check(ZIP[:place] + extra + ZIP[place:]).intact
    assert not check(ZIP + extra).intact


@settings(deadline=None)
@given(st.integers(0, len(ZIP) - 1))
def test_a_pack_that_was_cut_off_is_found(place):
    """Half a download."""
    assert not check(ZIP[:place]).intact


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_whatever_comes_in_is_answered(content):
    """Garbage gets findings, never an error."""
    assert not check(content).intact


def test_a_changed_file_is_named():
    """Who reads the finding knows where to look."""
    files = contents() | {"report.pdf": b"%PDX"}
    findings = check(archive(files)).findings
    assert [(finding.fault, finding.detail) for finding in findings] == [
        (Fault.CHANGED, "report.pdf")
    ]


def test_a_missing_and_an_extra_file_are_named():
    """Nothing less and nothing more than was signed."""
    files = contents()
    del files["report.pdf"]
    assert faults(check(archive(files | {"new.txt": b""}))) == {Fault.MISSING, Fault.EXTRA}


def test_a_list_that_fits_the_changes_has_no_signature():
    """Who changes a file and its hash cannot sign it."""
    files = contents()
    manifest = json.loads(files["manifest.json"]) | {"case": "8"}
    assert faults(check(archive(files | {"manifest.json": encode(manifest)}))) == {
        Fault.BAD_SIGNATURE
    }


def test_signing_anew_takes_another_key_and_that_shows():
    """A forger can sign with a key of their own; its fingerprint is not the family's."""
    forged = build(PACK, OTHER)
    assert check(forged).intact
    assert check(forged).fingerprint != check(ZIP).fingerprint
    assert faults(check(forged, fingerprint(KEY.public_key()))) == {Fault.OTHER_KEY}
    assert check(ZIP, fingerprint(KEY.public_key()).replace(" ", "").upper()).intact


def test_another_public_key_in_the_text_file_is_found():
    """The file that people check with openssl is the key that signed."""
    files = contents() | {"public_key.pem": contents(build(PACK, OTHER))["public_key.pem"]}
    assert [finding.detail for finding in check(archive(files)).findings] == ["public_key.pem"]


def test_a_server_signs_with_one_key_for_ever():
    """The fingerprint stays when sealing keys are changed, and another server has another one."""
    keys = Keys.fresh()
    mark = fingerprint(signing_key(keys).public_key())
    assert fingerprint(signing_key(keys.rotated()).public_key()) == mark
    assert fingerprint(signing_key(Keys.fresh()).public_key()) != mark
    assert check(build(PACK, signing_key(keys)), mark).intact


def test_a_pack_that_was_zipped_again_is_told_apart():
    """The contents hold, the ZIP is another."""
    files = contents()
    backwards = dict(reversed(files.items()))
    assert faults(check(archive(backwards))) == {Fault.REPACKED}


def zipped(*entries: tuple[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    """A ZIP of somebody else."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as packed:
        for name, content in entries:
            packed.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "name",
    ["../evil", "/etc/passwd", "a/../b", "a/b/c", "C:evil", ".hidden", "a\\b", "é", "x" * 101],
)
def test_names_that_lead_elsewhere_are_refused(name):
    """Nothing is unpacked anyway; such a name alone is a finding."""
    assert faults(check(zipped((name, b"x")))) == {Fault.BAD_NAME}


def test_a_bomb_is_refused_unread():
    """Compressed entries never occur in a pack, so none is ever inflated."""
    bomb = zipped(("a", bytes(30_000_000)), method=zipfile.ZIP_DEFLATED)
    assert len(bomb) < 100_000
    assert faults(check(bomb)) == {Fault.COMPRESSED}


def test_too_many_files_are_refused_unread():
    """The number stands at the end of the file and is looked at first."""
    many = zipped(*((f"f{number}", b"") for number in range(MAX_FILES + 1)))
    assert faults(check(many)) == {Fault.TOO_LARGE}


def test_a_name_that_is_there_twice_is_refused():
    """Which of the two was signed?"""
    with pytest.warns(UserWarning, match="Duplicate"):
        twice = zipped(("a", b"1"), ("a", b"2"))
    assert faults(check(twice)) == {Fault.NOT_A_PACK}


def test_a_file_that_is_too_large_is_refused_unread():
    """More than a bot can send cannot be ours."""
    assert faults(check(bytes(MAX_PACK_BYTES + 1))) == {Fault.TOO_LARGE}


@pytest.mark.parametrize(
    "manifest",
    [b"[]", b"{}", b"[" * 100_000, b'{"files": 3}', b"\xff", b'{"format":"x","version":1}'],
)
def test_a_list_of_another_shape_is_refused(manifest):
    """Whatever stands there, it is one finding."""
    assert faults(check(archive(contents() | {"manifest.json": manifest}))) == {Fault.BAD_MANIFEST}


@pytest.mark.parametrize("name", ["manifest.json", "../x", "", "originals/01-voice-memo-1.ogg"])
def test_a_document_cannot_take_the_place_of_something_else(name):
    """Names of our own files are ours."""
    with pytest.raises(CannotPack):
        build(replace(PACK, documents={name: b""}), KEY)


def test_a_case_that_cannot_be_sent_is_refused():
    """Telegram takes 50 MB; more is said before it is tried."""
    large = replace(MEMO, content=bytes(MAX_PACK_BYTES))
    with pytest.raises(CannotPack, match="at most"):
        build(replace(PACK, originals=(large,)), KEY)


@settings(deadline=None)
@given(st.text(max_size=80))
def test_any_name_of_an_original_can_be_packed(name):
    """Senders call files what they like."""
    packed = build(replace(PACK, originals=(replace(MEMO, name=name),) * 2), KEY)
    assert check(packed).intact


@pytest.mark.skipif(which("openssl") is None, reason="needs the openssl command")
def test_the_police_can_check_it_without_us(tmp_path):
    """The signature and the hashes hold for openssl and sha256sum, as the text file explains."""
    for name, content in contents().items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    signed = "openssl pkeyutl -verify -pubin -inkey public_key.pem -rawin -in manifest.json"
    command = [*signed.split(), "-sigfile", "manifest.sig"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0
    if which("sha256sum"):
        sums = ["sha256sum", "-c", "SHA256SUMS"]
        assert subprocess.run(sums, cwd=tmp_path, capture_output=True, check=False).returncode == 0
