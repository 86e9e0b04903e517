"""Content Credentials are read in a child, without a network, and never invented."""

import datetime
import io
import json
from pathlib import Path

import c2pa
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.voice.sounds import media
from voice import credentials
from voice.isolation import decode_file
from voice.results import Credentials

AI = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
CAPTURE = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"


@pytest.fixture(scope="module")
def signer() -> c2pa.Signer:
    """A signer of nobody's trust list, with a certificate made for this run."""
    chain, key = _certificates()
    return c2pa.Signer.from_info(c2pa.C2paSignerInfo(b"es256", chain, key, None))


def _certificates() -> tuple[bytes, bytes]:
    """A chain of two certificates and the private key of the first, as PEM."""
    root_key, leaf_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root_name, leaf_name = (
        x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Test"),
                x509.NameAttribute(NameOID.COMMON_NAME, name),
            ]
        )
        for name in ("Root", "Signer")
    )

    def built(name: x509.Name, key: ec.EllipticCurvePrivateKey, is_root: bool) -> x509.Certificate:
        now = datetime.datetime.now(datetime.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(root_name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=2))
            .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
            .add_extension(
                x509.KeyUsage(not is_root, *[False] * 4, is_root, is_root, False, False),
                critical=True,
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), False
            )
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        )
        if not is_root:
            usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
            builder = builder.add_extension(usage, critical=False)
        return builder.sign(root_key, hashes.SHA256())

    pem = serialization.Encoding.PEM
    chain = [built(leaf_name, leaf_key, False), built(root_name, root_key, True)]
    private = leaf_key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return b"".join(certificate.public_bytes(pem) for certificate in chain), private


def signed(sound: bytes, mime_type: str, source: str, signer: c2pa.Signer) -> bytes:
    """The file with a manifest that says where its sound comes from."""
    manifest = {
        "claim_generator_info": [{"name": "Talking Machine", "version": "1"}],
        "assertions": [
            {
                "label": "c2pa.actions",
                "data": {"actions": [{"action": "c2pa.created", "digitalSourceType": source}]},
            }
        ],
    }
    result = io.BytesIO()
    c2pa.Builder.from_json(json.dumps(manifest)).sign(signer, mime_type, io.BytesIO(sound), result)
    return result.getvalue()


def found(path: Path) -> Credentials | None:
    """What `read` says of a file."""
    return credentials.read(path, decode_file(path)[1])


@pytest.mark.parametrize(
    ("kind", "mime_type"), [("pcm.wav", "audio/wav"), ("mp3.mp3", "audio/mpeg")]
)
def test_it_reads_that_a_machine_made_the_sound(
    tmp_path: Path, signer: c2pa.Signer, kind: str, mime_type: str
) -> None:
    """The signed statement of a generator comes out, with the generator's name."""
    path = tmp_path / kind
    path.write_bytes(signed(media(kind), mime_type, AI, signer))
    assert found(path) == Credentials("Talking Machine", says_ai=True, signature_valid=True)


def test_it_reads_that_a_microphone_made_the_sound(tmp_path: Path, signer: c2pa.Signer) -> None:
    """Credentials without a trained model are reported as such."""
    path = tmp_path / "memo.wav"
    path.write_bytes(signed(media("pcm.wav"), "audio/wav", CAPTURE, signer))
    assert found(path) == Credentials("Talking Machine", says_ai=False, signature_valid=True)


def test_it_notices_that_the_sound_was_changed_after_signing(
    tmp_path: Path, signer: c2pa.Signer
) -> None:
    """A manifest that does not fit the bytes has no sound signature."""
    data = bytearray(signed(media("pcm.wav"), "audio/wav", AI, signer))
    start = data.index(b"data") + 1000
    data[start : start + 100] = bytes(byte ^ 1 for byte in data[start : start + 100])
    path = tmp_path / "memo.wav"
    path.write_bytes(data)
    changed = found(path)
    assert changed is not None
    assert changed.says_ai
    assert not changed.signature_valid


def test_it_starts_no_child_for_a_file_without_a_manifest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Most memos have none, and must not wait for the library to load."""

    def refuse(*_: object) -> bytes:
        raise AssertionError("a child was started")

    monkeypatch.setattr(credentials, "_ask_child", refuse)
    path = tmp_path / "memo.wav"
    path.write_bytes(media("pcm.wav"))
    assert found(path) is None


def test_it_never_looks_into_ogg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ogg cannot carry credentials, whatever words are in it."""
    path = tmp_path / "memo.ogg"
    path.write_bytes(media("opus-16k.ogg", tags={"comment": "jumb c2pa"}))
    monkeypatch.setattr(credentials, "_ask_child", lambda *_: pytest.fail("looked into it"))
    assert found(path) is None


def test_it_survives_a_manifest_that_is_rubbish(tmp_path: Path, signer: c2pa.Signer) -> None:
    """A damaged manifest is no evidence and no error."""
    data = bytearray(signed(media("pcm.wav"), "audio/wav", AI, signer))
    box = data.index(b"jumb")
    for offset in range(box + 40, len(data), 7):
        data[offset] ^= 0x5A
    path = tmp_path / "memo.wav"
    path.write_bytes(data)
    container = decode_file(path)[1]
    rubbish = credentials.read(path, container)
    assert rubbish is None or not rubbish.signature_valid


@pytest.mark.parametrize(
    "answer",
    [
        b"[" * 4000,
        b"[1]",
        b'"text"',
        b"null",
        b"",
        b"{}",
        b'{"generator": ["x"], "says_ai": true, "signature_valid": true}',
        b'{"generator": {}, "says_ai": true, "signature_valid": true}',
        b"x" * 5000,
    ],
)
def test_a_subverted_child_is_no_evidence(
    answer: bytes, tmp_path: Path, signer: c2pa.Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nested too deeply, of the wrong kind or too long: nothing is read out of it."""
    path = tmp_path / "memo.wav"
    path.write_bytes(signed(media("pcm.wav"), "audio/wav", AI, signer))
    container = decode_file(path)[1]
    monkeypatch.setattr(credentials, "_BOOT", f"import os; os.write(1, {answer!r})")
    assert credentials.read(path, container) is None


def test_it_counts_what_went_into_the_file() -> None:
    """A clone that was cut and signed again by an editor stays a clone."""
    store = {
        "active_manifest": "b",
        "manifests": {
            "a": {"assertions": [{"data": {"actions": [{"digitalSourceType": AI}]}}]},
            "b": {"claim_generator_info": [{"name": "Editor"}]},
        },
    }
    expected = {"generator": "Editor", "says_ai": True, "signature_valid": True}
    assert credentials.understand(store, "Trusted") == expected
    assert credentials.understand({}, "Valid") is None
