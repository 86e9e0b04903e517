"""A start on a bad day: damaged, locked, shut, full, or after a restore that was killed."""

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.errors import UnusableSettings
from bot.folders import close_backups, prepare_folders
from bot.opening import open_house
from familyguard.aside import KEPT_SECONDS, put_aside, sweep
from familyguard.backup import make
from familyguard.keys import Keys, load_keys, save_keys
from familyguard.recovery import lines
from familyguard.settling import expect, settle
from familyguard.store import open_store
from tests.bot.fake_telegram import TOKEN
from tests.bot.houses import let_in, settings_in

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def settings(tmp_path):
    """Settings of a bot with a family."""
    made = settings_in(tmp_path)
    with open_store(made.database) as store:
        store.families.rename(let_in(store, 1), "Jansen")
    return made


def refused(settings) -> str:
    """Why the bot does not start."""
    with pytest.raises(UnusableSettings) as error:
        open_house(settings)
    said = str(error.value)
    assert said.endswith(".")
    assert "Traceback" not in said
    return said


def test_a_sound_database_is_opened(settings):
    """And is the family's."""
    with open_house(settings) as store:
        assert [family.name for family in store.families.all()] == ["Jansen"]


def test_a_new_one_is_made(tmp_path):
    """The first start of all."""
    with open_house(settings_in(tmp_path)) as store:
        assert store.is_empty()


@pytest.mark.parametrize("kind", ["nonsense", "page", "cut"])
def test_a_damaged_database_is_one_sentence_with_the_way_back(settings, kind):
    """Overwritten, one page of it, or cut off; the command that is told can be typed as it is."""
    keys = load_keys(settings.data_dir / "keys.json")
    file = make(settings.database, keys, settings.backups, time.time())
    content = bytearray(settings.database.read_bytes())
    if kind == "nonsense":
        content = bytearray(b"no database at all" * 1000)
    elif kind == "page":
        content[4096:12288] = os.urandom(8192)
    else:
        content = content[: len(content) // 2]
    settings.database.write_bytes(content)
    before = settings.database.read_bytes()
    said = refused(settings)
    assert f"familyguard restore {file} --replace" in said
    assert settings.database.read_bytes() == before


def test_without_a_back_up_no_command_is_promised(settings):
    """There is nothing to name."""
    settings.database.write_bytes(b"no database at all" * 1000)
    assert "no back-up" in refused(settings)


def test_a_locked_database_is_told_apart_from_a_damaged_one(settings):
    """Somebody has it open in a tool; ending that is all it takes."""
    with contextlib.closing(sqlite3.connect(settings.database, isolation_level=None)) as other:
        other.execute("pragma locking_mode = exclusive")
        other.execute("begin exclusive")
        other.execute("create table t (x)")
        said = refused(settings)
    assert "Another program" in said
    assert "restore" not in said


@pytest.mark.parametrize("code", [sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE])
def test_a_full_disk_is_told(settings, monkeypatch, code):
    """By SQLite's own code for it, or by another one where there is no room: tried on a tmpfs."""

    def full(*_arguments):
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode = code
        raise error

    monkeypatch.setattr("bot.opening.open_store", full)
    if code != sqlite3.SQLITE_FULL:
        assert "gives errors" in refused(settings)
        monkeypatch.setattr("bot.opening.ROOM_BYTES", 10**18)
    assert "is full" in refused(settings)


def test_keys_of_another_family_are_told(settings):
    """The bot would start, and then understand nothing that is sealed."""
    save_keys(settings.data_dir / "keys.json", Keys.fresh())
    assert "keys restore" in refused(settings)


# A restore that is killed.

KILLED = """
import os, signal, sys
from pathlib import Path
import bot.commands.backup as command

pristine, work, sheet, file = sys.argv[1:]

import shutil, typer
import bot.folders, bot.settings, bot.texts, familyguard.restore, familyguard.settling

EVENTS = ("os.rename", "os.link", "os.remove", "os.mkdir", "shutil.copytree")
left = -1

def hook(event, arguments):
    global left
    if left < 0 or event not in EVENTS:
        return
    last = [str(one) for one in arguments if isinstance(one, (str, os.PathLike))][-1]
    if ".backup-" in last:
        return
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    left -= 1

sys.addaudithook(hook)
for moment in range(200):
    target = Path(work) / str(moment)
    shutil.copytree(pristine, target)
    child = os.fork()
    if child == 0:
        os.environ["FAMILYGUARD_DATA_DIR"] = str(target)
        sys.stdout = open(os.devnull, "w")
        left = moment
        command.restore(Path(file), dry_run=False, replace=True, sheet=Path(sheet))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status):
        print(moment, os.waitstatus_to_exitcode(status))
        break
"""


def test_row_23_a_restore_that_is_killed_leaves_the_old_state_or_the_new_one(tmp_path):
    """kill -9 before each change to the data folder: what the next start opens is whole.

    The back-up is of another family with other keys, so that database, keys and kept files all
    have to change together; and the same command, given again, always ends well.
    """
    old, new = settings_in(tmp_path / "old"), settings_in(tmp_path / "new")
    originals: dict[str, str] = {}
    for settings, name in ((old, "Jansen"), (new, "De Vries")):
        with open_store(settings.database) as store:
            family = let_in(store, 1)
            store.families.rename(family, name)
            case = store.cases.open(family, 1, "sender", "{}", time.time()).id
            originals[name] = store.evidence.put(family, case, name.encode(), time.time())
    keys = load_keys(new.data_dir / "keys.json")
    file = make(new.database, keys, tmp_path / "stick", time.time())
    sheet = tmp_path / "sheet.txt"
    sheet.write_text("\n".join(map(str, lines(keys))))
    work = tmp_path / "work"
    work.mkdir()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "FAMILYGUARD_TELEGRAM_TOKEN": TOKEN,
        "FAMILYGUARD_LANGUAGE": "en",
    }
    result = subprocess.run(
        [sys.executable, "-P", "-c", KILLED, old.data_dir, work, sheet, file],
        cwd=tmp_path,
        env=environment | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    moments, status = map(int, result.stdout.split())
    assert status == 0, result.stderr
    assert moments > 8
    seen = []
    for moment in range(moments + 1):
        settings = settings_in(tmp_path, data_dir=work / str(moment))
        with open_house(settings) as store:
            store.check_seals()
            [family] = store.families.all()
            seen.append(family.name)
            original = store.evidence.read(family.id, originals[family.name])
            assert original == family.name.encode()
        assert not list(settings.data_dir.glob("keys-after-*"))
        # The other one, where it was put aside, opens with the keys that were put aside with it.
        for path in put_aside(settings.database) if family.name == "De Vries" else ():
            with open_store(_beside(path, tmp_path / "aside" / str(moment))) as store:
                assert store.families.all()[0].name == "Jansen"
    assert seen == sorted(seen, reverse=True)  # first the old ones, then the new ones
    assert set(seen) == {"Jansen", "De Vries"}


def _beside(path: Path, folder: Path) -> Path:
    """A copy of what was put aside, under the names that a data folder has."""
    folder.mkdir(parents=True, mode=0o700)
    shutil.copy2(path, folder / "familyguard.db")
    shutil.copy2(path.with_name(f"{path.stem}-keys.json"), folder / "keys.json")
    return folder / "familyguard.db"


def test_keys_that_wait_for_a_database_that_never_came_are_dropped(settings):
    """A restore that was killed before it changed anything."""
    before = (settings.data_dir / "keys.json").read_bytes()
    expect(settings.database, Keys.fresh())
    assert settle(settings.database) is None
    assert (settings.data_dir / "keys.json").read_bytes() == before
    assert not list(settings.data_dir.glob("keys-after-*"))


# What a restore put aside.


def test_row_4_what_was_put_aside_goes_after_thirty_days(settings):
    """Database, log, keys and kept files; the family's own and what is younger stay."""
    now, stem = time.time(), "familyguard-before-"
    folder = settings.data_dir
    old = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now - KEPT_SECONDS - 60))
    young = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now - KEPT_SECONDS + 60))
    for stamp in (old, young):
        for ending in (".db", ".db-wal", "-keys.json"):
            (folder / f"{stem}{stamp}{ending}").touch(0o600)
        (folder / f"{stem}{stamp}-kept").mkdir()
        (folder / f"{stem}{stamp}-kept" / "0123456789abcdef").touch()
    (folder / f"{stem}nobody-knows.db").touch()
    assert len(put_aside(settings.database)) == 2
    assert sweep(settings.database, now) == 1
    left = {path.name for path in folder.glob(f"{stem}*")}
    assert left == {f"{stem}nobody-knows.db"} | {
        f"{stem}{young}{ending}" for ending in (".db", ".db-wal", "-keys.json", "-kept")
    }
    assert settings.database.exists()
    assert (folder / "keys.json").exists()


# The folder of the back-ups.


def test_a_folder_of_back_ups_that_others_may_change_is_closed(tmp_path):
    """They might put others there, or none; that they see its names does no harm."""
    folder = tmp_path / "disk"
    folder.mkdir()
    folder.chmod(0o777)
    prepare_folders(settings_in(tmp_path, backup_dir=folder))
    assert folder.stat().st_mode & 0o777 == 0o755


def test_a_folder_that_cannot_be_closed_is_refused(tmp_path, monkeypatch):
    """A stick whose file system knows no modes, or a folder of somebody else's."""
    folder = tmp_path / "stick"
    folder.mkdir()
    folder.chmod(0o777)
    monkeypatch.setattr(Path, "chmod", lambda *_arguments, **_more: None)
    with pytest.raises(UnusableSettings, match=r"chmod go-w .*umask"):
        close_backups(settings_in(tmp_path, backup_dir=folder))


def test_a_start_does_not_touch_what_is_shut_already(tmp_path):
    """700, 750 and 755 stay what their owner made them."""
    folder = tmp_path / "disk"
    folder.mkdir()
    for mode in (0o700, 0o750, 0o755):
        folder.chmod(mode)
        close_backups(settings_in(tmp_path, backup_dir=folder))
        assert folder.stat().st_mode & 0o777 == mode


def test_the_notes_of_a_restore_are_no_json_with_secrets_for_others(settings):
    """Keys that wait are as closed as keys in place."""
    expect(settings.database, Keys.fresh())
    [waiting] = settings.data_dir.glob("keys-after-*")
    assert waiting.stat().st_mode & 0o777 == 0o600
    assert json.loads(waiting.read_text())["format"] == 1
