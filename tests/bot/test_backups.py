"""Back-ups in the running bot and from the terminal: made, tried, put back, complained about."""

import os
import sqlite3
import subprocess
import time

import pyrage
import pytest
from typer.testing import CliRunner

from bot.app import house_of
from bot.backups import is_due, keep_up
from bot.cli import app
from bot.folders import only_bot
from bot.settings import load_settings
from familyguard.backup import DATABASE, MIGRATION, identity, stored_in, stored_name
from familyguard.backup_log import BackupLog
from familyguard.keys import load_keys
from familyguard.recovery import lines
from familyguard.store import open_store
from tests.bot.fake_telegram import TOKEN
from tests.bot.families import DURESS, NUMBERS, WORD, name_them, set_word
from tests.bot.houses import family_bot, let_in

run = CliRunner()
NOW = 1_790_000_000.0
DAY = 24 * 3600.0


@pytest.fixture
def home(monkeypatch, tmp_path):
    """Settings of a bot with a family; its data folder."""
    for name in [name for name in os.environ if name.startswith("FAMILYGUARD_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FAMILYGUARD_TELEGRAM_TOKEN", TOKEN)
    monkeypatch.setenv("FAMILYGUARD_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("FAMILYGUARD_LANGUAGE", "en")
    with open_store(tmp_path / "data" / "familyguard.db") as store:
        store.families.rename(let_in(store, 1, 2), "Jansen")
    return tmp_path / "data"


def familyguard(*arguments, typed=""):
    """Run a command."""
    return run.invoke(app, [str(one) for one in arguments], input=typed)


def family_name(folder) -> str:
    """What the family in a data folder is called."""
    with open_store(folder / "familyguard.db") as store:
        return store.families.all()[0].name


def test_a_new_machine_needs_the_file_and_the_sheet_and_nothing_else(home, tmp_path, monkeypatch):
    """Row 4 and the drill: back-up, an empty folder, the sheet typed in, the family is there."""
    made = familyguard("backup", "--to", tmp_path / "stick")
    assert made.exit_code == 0, made.output
    [stored] = stored_in(tmp_path / "stick")
    sheet = "\n".join(map(str, lines(load_keys(home / "keys.json")))) + "\n"
    monkeypatch.setenv("FAMILYGUARD_DATA_DIR", str(tmp_path / "new"))
    refused = familyguard("restore", stored.path)
    assert refused.exit_code == 1
    assert "--sheet" in refused.stderr
    restored = familyguard("restore", stored.path, "--sheet", "-", typed=sheet)
    assert restored.exit_code == 0, restored.output + restored.stderr
    assert family_name(tmp_path / "new") == "Jansen"
    assert load_keys(tmp_path / "new/keys.json") == load_keys(home / "keys.json")
    assert (tmp_path / "new/familyguard.db").stat().st_mode & 0o777 == 0o600


def test_after_init_on_a_new_machine_the_old_family_makes_way_for_nobody_unasked(home, tmp_path):
    """Its fresh keys and empty database are put aside with --replace, and refuse without."""
    familyguard("backup", "--to", tmp_path / "stick")
    [stored] = stored_in(tmp_path / "stick")
    (tmp_path / "sheet.txt").write_text("\n".join(map(str, lines(load_keys(home / "keys.json")))))
    for name in ("familyguard.db", "keys.json"):
        (home / name).unlink()
    open_store(home / "familyguard.db").close()
    arguments = ["restore", stored.path, "--sheet", tmp_path / "sheet.txt"]
    refused = familyguard(*arguments)
    assert refused.exit_code == 1
    assert "--replace" in refused.stderr
    restored = familyguard(*arguments, "--replace")
    assert restored.exit_code == 0, restored.output + restored.stderr
    assert family_name(home) == "Jansen"
    assert len(list(home.glob("familyguard-before-*-keys.json"))) == 1


@pytest.mark.parametrize("content", [None, "[broken", "{}"])
def test_attack_21_a_restore_says_when_it_cannot_know_who_left(home, content):
    """Row 21: without the list of what was erased it goes on, and says so in one sentence."""
    familyguard("backup")
    [stored] = stored_in(home / "backups")
    if content is not None:
        (home / "erased.json").write_text(content)
    restored = familyguard("restore", stored.path, "--replace")
    assert restored.exit_code == 0, restored.stderr
    said = "people or voices may have come back" in restored.output.replace("\n", " ")
    assert said == (content != "{}")


def test_a_running_bot_is_not_replaced(home, tmp_path):
    """It would go on writing into the file that was put aside; a test restore is allowed."""
    familyguard("backup")
    [stored] = stored_in(home / "backups")
    with only_bot(load_settings()):
        assert familyguard("backup").exit_code == 0
        assert familyguard("restore", stored.path, "--dry-run").exit_code == 0
        refused = familyguard("restore", stored.path, "--replace")
    assert refused.exit_code == 1
    assert "already running" in refused.stderr


def test_a_test_restore_is_written_down(home):
    """The doctor asks when the last one was."""
    familyguard("backup")
    tested = BackupLog.load(home).tested_at
    assert time.time() - tested < 60


def test_new_keys_get_a_backup_of_their_own(home):
    """The sheet that was just printed must not be without any."""
    familyguard("backup")
    assert familyguard("keys", "rotate").exit_code == 0
    *_, last = stored_in(home / "backups")
    result = familyguard("restore", last.path, "--dry-run")
    assert result.exit_code == 0, result.stderr


def test_a_backup_from_before_new_keys_comes_back_with_the_sheet_of_its_time(home, tmp_path):
    """The new sheet is refused with a sentence; the old one puts database and keys back."""
    familyguard("backup")
    [old] = stored_in(home / "backups")
    sheet = tmp_path / "old.txt"
    sheet.write_text("\n".join(map(str, lines(load_keys(home / "keys.json")))))
    familyguard("keys", "rotate")
    refused = familyguard("restore", old.path, "--replace")
    assert refused.exit_code == 1
    assert "sheet that was printed when" in refused.stderr
    assert family_name(home) == "Jansen"
    restored = familyguard("restore", old.path, "--sheet", sheet, "--replace")
    assert restored.exit_code == 0, restored.stderr
    assert family_name(home) == "Jansen"
    assert max(load_keys(home / "keys.json").sealing) == 1


def test_a_backup_of_nothing_is_refused(home):
    """A mistyped folder must not look like success."""
    (home / "familyguard.db").unlink()
    result = familyguard("backup")
    assert result.exit_code == 1
    assert "no database" in result.stderr


def test_another_folder_can_be_set(home, tmp_path, monkeypatch):
    """FAMILYGUARD_BACKUP_DIR: best another disk."""
    monkeypatch.setenv("FAMILYGUARD_BACKUP_DIR", str(tmp_path / "disk"))
    assert familyguard("backup").exit_code == 0
    assert len(stored_in(tmp_path / "disk")) == 1
    assert not (home / "backups").exists()


async def test_the_bot_backs_itself_up_before_it_changes_the_database(home, tmp_path):
    """An upgrade is followed by a start, and a start by the migration."""
    with sqlite3.connect(home / "familyguard.db") as db:
        db.execute("delete from _sqlite_migrations where name = 'evidence_and_reminders'")
        db.execute("drop table evidence")
        db.execute("drop table reminders")
    folder = tmp_path / "disk"
    async with family_bot(tmp_path, members=(), data_dir=home, backup_dir=folder):
        pass
    assert [one.why for one in stored_in(folder)] == [MIGRATION]


def night(hour: int) -> float:
    """A moment at this hour of the machine's clock."""
    midnight = (*time.localtime(NOW)[:3], hour, 0, 0, 0, 0, -1)
    return time.mktime(time.struct_time(midnight))


def test_it_is_made_at_night_and_not_twice():
    """Three to six; a machine that is off at night gets its turn by day."""
    assert is_due(night(3) - DAY, night(3))
    assert not is_due(night(3), night(5))
    assert not is_due(night(5) - DAY, night(2))
    assert is_due(night(3) - 2 * DAY, night(14))
    assert is_due(None, night(14))


async def test_the_bot_makes_and_tries_one_by_itself(tmp_path):
    """Nobody has to think of it."""
    async with family_bot(tmp_path, now=lambda: NOW) as telegram:
        context = telegram.app.context_types.context(telegram.app)
        await keep_up(context)
        await keep_up(context)
        assert len(stored_in(tmp_path / "data/backups")) == 1
        assert BackupLog.load(tmp_path / "data").tested_at == NOW
        assert telegram.screens == {}


async def test_keepers_hear_of_the_second_failure_and_of_no_other(tmp_path):
    """Once in three days, only the keeper, each in their own language."""
    hours = [0.0]
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the folder should be")
    async with family_bot(
        tmp_path, now=lambda: NOW + 3600 * hours[0], backup_dir=blocked
    ) as telegram:
        context = telegram.app.context_types.context(telegram.app)
        house_of(telegram.app).store.accounts.speak(1, "nl")
        await keep_up(context)
        assert telegram.screens == {}
        for hour in (1, 2, 24, 48):
            hours[0] = hour
            await keep_up(context)
        assert list(telegram.screens) == [1]
        [warning] = telegram.screens[1]
        assert "reservekopie" in warning.text
        hours[0] = 80
        await keep_up(context)
        assert len(telegram.screens[1]) == 2


async def test_keepers_hear_when_the_last_one_is_old(tmp_path):
    """Also if the first failure comes after days in which the machine was off."""
    folder = tmp_path / "backups"
    folder.mkdir(mode=0o700)
    (folder / stored_name(NOW - 4 * DAY, "nightly")).touch()
    async with family_bot(tmp_path, now=lambda: NOW, backup_dir=folder) as telegram:
        (tmp_path / "data" / "kept").mkdir()
        context = telegram.app.context_types.context(telegram.app)
        (tmp_path / "data" / "kept" / ("0" * 16)).symlink_to("/dev/full/nothing")
        await keep_up(context)
        [warning] = telegram.screens[1]
        assert time.strftime("%Y-%m-%d", time.localtime(NOW - 4 * DAY)) in warning.text


async def test_a_stolen_backup_tells_no_code_word_and_no_name(tmp_path):
    """Rows 2 and 4: not in the file, and decrypted no code word in any spelling."""
    async with family_bot(tmp_path, now=lambda: NOW) as telegram:
        house = house_of(telegram.app)
        people = name_them(house, Tom=1, Annabel=2)
        set_word(house, people["Tom"].family_id, duress=True)
        await keep_up(telegram.app.context_types.context(telegram.app))
        keys = house.store.keys
    [stored] = stored_in(tmp_path / "data/backups")
    sealed = stored.path.read_bytes()
    plain = pyrage.decrypt(sealed, [identity(keys)])
    assert DATABASE.encode() in plain
    assert b"SQLite format 3" in plain
    secret = {spelling for word in (WORD, DURESS) for spelling in spellings(word)}
    secret |= {encoded for one in ("Annabel", NUMBERS["Tom"]) for encoded in encodings(one)}
    for content in (sealed, plain):
        assert not [one for one in secret if one in content.lower()]
    secret_keys = [keys.pepper, *keys.sealing.values()]
    assert not [key for key in secret_keys if key in plain or key.hex().encode() in plain]


def encodings(text: str) -> set[bytes]:
    """A text as bytes, in the ways in which a program might write it."""
    return {text.lower().encode(kind) for kind in ("utf-8", "utf-16-le", "utf-16-be")}


def spellings(word: str) -> set[bytes]:
    """A code word whole, joined in other ways, turned round, and each of its parts."""
    parts = word.split()
    ways = {word, *parts, *(mark.join(parts) for mark in ("", "-", "_", "+", "%20"))}
    return {encoded for way in ways | {word[::-1]} for encoded in encodings(way)}


@pytest.mark.skipif(
    subprocess.run(["sh", "-c", "command -v age"], capture_output=True, check=False).returncode,
    reason="no age on this machine",
)
def test_the_age_of_the_distribution_opens_it(home, tmp_path):
    """The file needs no FamilyGuard, only the key that follows from the sheet."""
    familyguard("backup")
    [stored] = stored_in(home / "backups")
    key = tmp_path / "identity"
    key.write_text(str(identity(load_keys(home / "keys.json"))))
    found = subprocess.run(["age", "-d", "-i", key, stored.path], capture_output=True, check=True)
    assert b"SQLite format 3" in found.stdout
