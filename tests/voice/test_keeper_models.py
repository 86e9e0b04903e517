"""A model that the keeper pins: revision and hash typed once, compared at every start."""

import hashlib
import json
from pathlib import Path

import pytest

from tests.voice.file_server import CONTENT, Server
from voice import models
from voice.errors import ModelMismatch, ModelUnavailable
from voice.models import MODELS, OPEN_MODELS, NotPinned, OpenModel
from voice.models.keeper import RECORD

REVISION = "0123456789abcdef0123456789abcdef01234567"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def rows(server: Server) -> dict[str, OpenModel]:
    """A row whose two places are this machine."""
    places = tuple(f"{server.address}/{one}/{{revision}}/file.onnx" for one in ("first", "second"))
    row = OpenModel("tiny", "testing", "MIT", "https://example.org", "file.onnx", places)
    return {"tiny": row}


def fetch(folder: Path, rows: dict[str, OpenModel], sha256: str = SHA256) -> dict[str, Path]:
    """As `familyguard models fetch tiny --revision … --sha256 …` does."""
    return models.fetch_pinned("tiny", REVISION, sha256, folder, open_models=rows)


def test_without_revision_and_hash_there_is_no_model(
    tmp_path: Path, rows: dict[str, OpenModel]
) -> None:
    """Neither is ever guessed; the error says where both are shown."""
    with pytest.raises(NotPinned, match=r"--revision and --sha256, which https://example\.org"):
        models.pinned("tiny", tmp_path, rows)
    assert "tiny" not in models.pinned_table(tmp_path, rows)
    with pytest.raises(ModelUnavailable, match="no such model"):
        models.pinned("nobody", tmp_path, rows)


def test_a_model_that_the_keeper_pinned_is_one_of_the_table(
    tmp_path: Path, rows: dict[str, OpenModel]
) -> None:
    """It is located, verified and held like every other."""
    assert fetch(tmp_path, rows)["file.onnx"].read_bytes() == CONTENT
    table = models.pinned_table(tmp_path, rows)
    assert set(table) == {*MODELS, "tiny"}
    assert models.verify("tiny", tmp_path, table)
    with models.held("tiny", tmp_path, table) as files:
        assert (files / "file.onnx").read_bytes() == CONTENT
    assert models.pinned("campplus", tmp_path, rows) is MODELS["campplus"]


def test_the_record_is_for_this_account_alone(tmp_path: Path, rows: dict[str, OpenModel]) -> None:
    """Whoever could write it could exchange the model."""
    fetch(tmp_path, rows)
    record = tmp_path / "tiny" / RECORD
    assert record.stat().st_mode & 0o777 == 0o600
    assert json.loads(record.read_text()) == {
        "revision": REVISION, "sha256": SHA256, "size_bytes": len(CONTENT)
    }  # fmt: skip
    record.chmod(0o620)
    with pytest.raises(ModelMismatch, match="others can write it"):
        models.pinned("tiny", tmp_path, rows)


def test_the_second_place_is_asked_where_the_first_has_no_such_revision(
    server: Server, tmp_path: Path, rows: dict[str, OpenModel]
) -> None:
    """A revision belongs to one of them."""
    server.only = f"/second/{REVISION}/file.onnx"
    assert fetch(tmp_path, rows)["file.onnx"].read_bytes() == CONTENT


def test_a_place_that_redirects_is_followed(
    server: Server, tmp_path: Path, rows: dict[str, OpenModel]
) -> None:
    """As the hub does, to its store; also one that knows no ranges."""
    server.redirect_to = "/moved/file.onnx"
    server.ignores_ranges = True
    assert fetch(tmp_path, rows)["file.onnx"].read_bytes() == CONTENT


def test_another_file_than_the_keeper_meant_is_not_kept(
    tmp_path: Path, rows: dict[str, OpenModel]
) -> None:
    """Nor is anything written down about it."""
    with pytest.raises(ModelUnavailable, match="not the pinned file"):
        fetch(tmp_path, rows, "f" * 64)
    assert list((tmp_path / "tiny").iterdir()) == []


def test_a_file_that_changed_afterwards_is_refused(
    tmp_path: Path, rows: dict[str, OpenModel]
) -> None:
    """At every start it is compared with what the keeper typed."""
    file = fetch(tmp_path, rows)["file.onnx"]
    file.write_bytes(CONTENT[::-1])
    with pytest.raises(ModelMismatch, match="SHA-256 differs"):
        models.locate("tiny", tmp_path, models.pinned_table(tmp_path, rows))


def test_a_copied_file_needs_no_network(
    server: Server, tmp_path: Path, rows: dict[str, OpenModel], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The keeper says which it is; the bytes are here."""
    monkeypatch.setenv("FAMILYGUARD_OFFLINE", "1")
    with pytest.raises(ModelUnavailable, match="FAMILYGUARD_OFFLINE forbids"):
        fetch(tmp_path, rows)
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny" / "file.onnx").write_bytes(CONTENT)
    assert fetch(tmp_path, rows)
    assert models.pinned("tiny", tmp_path, rows).size_bytes == len(CONTENT)
    assert server.ranges == []


@pytest.mark.parametrize(
    ("revision", "sha256"),
    [("main", SHA256), (REVISION, SHA256[:-1]), (REVISION[:-1], SHA256), (REVISION, "g" * 64)],
)
def test_only_full_digits_are_taken(
    server: Server, tmp_path: Path, rows: dict[str, OpenModel], revision: str, sha256: str
) -> None:
    """A branch moves, and a part of a hash is none."""
    with pytest.raises(ValueError, match="40 hexadecimal digits"):
        models.fetch_pinned("tiny", revision, sha256, tmp_path, open_models=rows)
    assert server.ranges == []


def test_a_server_that_offers_too_much_is_no_source(
    tmp_path: Path, rows: dict[str, OpenModel], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The size is the server's word: it must not fill the disk."""
    monkeypatch.setattr("voice.models.keeper.MOST_BYTES", 1000)
    with pytest.raises(ModelUnavailable, match=r"offers 1048576 bytes"):
        fetch(tmp_path, rows)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "{}",
        json.dumps({"revision": "main", "sha256": SHA256, "size_bytes": 5}),
        json.dumps({"revision": REVISION, "sha256": SHA256, "size_bytes": -5}),
        json.dumps({"revision": REVISION, "sha256": SHA256, "size_bytes": 5, "file": "/etc/x"}),
    ],
)
def test_a_damaged_record_is_told(tmp_path: Path, rows: dict[str, OpenModel], text: str) -> None:
    """In one sentence, and nothing is used."""
    record = tmp_path / "tiny" / RECORD
    record.parent.mkdir()
    record.write_text(text)
    record.chmod(0o600)
    with pytest.raises(ModelMismatch, match="fetch it again"):
        models.pinned("tiny", tmp_path, rows)


def test_every_open_row_says_where_the_keeper_finds_the_digits() -> None:
    """Protected addresses with a place for the revision, and a form in which nothing can run."""
    for model in OPEN_MODELS.values():
        assert model.licence
        assert model.home_page.startswith("https://")
        assert Path(model.file).suffix in {".onnx", ".safetensors"}
        for place in model.places:
            assert place.startswith("https://")
            assert "/resolve/{revision}/" in place
