"""Back-ups are whole, closed to others, few, and open with the recovery sheet (rows 4 and 23)."""

import contextlib
import io
import os
import resource
import signal
import sqlite3
import stat
import subprocess
import sys
import tarfile
import time

import pyrage
import pytest
from sqlite_utils import Database

from familyguard import backup, recovery
from familyguard.backup import BackupFailed, identity, make, newest, outdated, stored_in
from familyguard.errors import InTheWay, UnusableBackup
from familyguard.keys import FILE_NAME, Keys, load_keys
from familyguard.migrations import migrations
from familyguard.restore import check, restore
from familyguard.store import Store, open_store, rotate_keys
from tests.bot.houses import let_in

NOW = 1_790_000_000.0
DAY = 86_400.0


@pytest.fixture
def home(tmp_path):
    """A data folder with a family in it; the database's path."""
    database = tmp_path / "data" / "familyguard.db"
    with open_store(database) as store:
        store.families.rename(let_in(store, 1, 2), "Jansen")
    return database


def keys_of(database) -> Keys:
    """The keys beside it."""
    return load_keys(database.with_name(FILE_NAME))


def contents(database) -> list[str]:
    """Everything in a database, in a form that can be compared."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        return list(connection.iterdump())


def plain(file, keys) -> bytes:
    """A back-up, decrypted."""
    return pyrage.decrypt(file.read_bytes(), [identity(keys)])


def repacked(file, keys, change) -> None:
    """Put `change(name, content)` into the back-up instead of each file."""
    out = io.BytesIO()
    with (
        tarfile.open(fileobj=io.BytesIO(plain(file, keys))) as old,
        tarfile.open(fileobj=out, mode="w") as new,
    ):
        for member in old:
            content = change(member.name, old.extractfile(member).read())
            member.size = len(content)
            new.addfile(member, io.BytesIO(content))
    file.write_bytes(pyrage.encrypt(out.getvalue(), [identity(keys).to_public()]))


@contextlib.contextmanager
def full_disk(size: int):
    """No file of this process grows beyond `size` bytes."""
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, old[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
        signal.signal(signal.SIGXFSZ, before)


def test_a_new_machine_comes_back_from_file_and_sheet_alone(home, tmp_path):
    """An empty folder, the file and the printed lines: the same rows, the same name."""
    file = make(home, keys_of(home), tmp_path / "usb", NOW)
    sheet = "\n".join(map(str, recovery.lines(keys_of(home))))
    elsewhere = tmp_path / "new" / "familyguard.db"
    elsewhere.parent.mkdir()
    tried, aside = restore(file, recovery.read(sheet), elsewhere, NOW)
    assert (tried.changes, aside) == ([], None)
    # That it was put back stands in its log.
    assert [line for line in contents(elsewhere) if "'restored'" not in line] == contents(home)
    with Store(elsewhere, recovery.read(sheet)) as store:
        assert store.families.all()[0].name == "Jansen"


def test_kept_originals_come_back_too(home, tmp_path):
    """What is kept with a case lies beside the database, and belongs to it."""
    keys = keys_of(home)
    with open_store(home) as store:
        family = store.families.all()[0].id
        case = store.cases.open(family, 1, "unknown", "{}", NOW).id
        name = store.evidence.put(family, case, b"OggS and so on", NOW)
    file = make(home, keys, tmp_path / "usb", NOW)
    elsewhere = tmp_path / "new" / "familyguard.db"
    elsewhere.parent.mkdir()
    restore(file, keys, elsewhere, NOW)
    with Store(elsewhere, keys) as store:
        assert store.evidence.read(family, name) == b"OggS and so on"


def test_new_sealing_keys_open_the_outer_shell_of_old_backups_only(home, tmp_path):
    """The age key stays; cells that were sealed before need the sheet of that time."""
    old_keys = keys_of(home)
    file = make(home, old_keys, tmp_path / "usb", NOW)
    rotate_keys(home)
    assert str(identity(keys_of(home))) == str(identity(old_keys))
    with pytest.raises(UnusableBackup, match="key_gone: 1"):
        check(file, keys_of(home), home)
    assert check(file, old_keys, home).manifest.sealing == [1]
    with pytest.raises(UnusableBackup):
        check(make(home, keys_of(home), tmp_path / "usb", NOW + 1), old_keys, home)


def test_an_older_database_is_backed_up_and_then_changed(tmp_path):
    """Row 23: before the first migration that it lacks; the back-up restores into this version."""
    database = tmp_path / "familyguard.db"
    with contextlib.closing(sqlite3.connect(database)) as connection:
        db = Database(connection)
        migrations.apply(db, stop_before="families")
        db["members"].insert({"user_id": 7, "language": "nl", "joined_at": 1.0})
    open_store(database).close()
    [stored] = stored_in(tmp_path / "backups")
    assert stored.why == "migration"
    keys = keys_of(database)
    elsewhere = tmp_path / "new" / "familyguard.db"
    elsewhere.parent.mkdir()
    tried, _ = restore(stored.path, keys, elsewhere, NOW)
    assert tried.manifest.schema == ["members_and_invitations"]
    assert tried.changes[0] == "families"
    with Store(elsewhere, keys) as store:
        assert store.accounts.get(7).language == "nl"
    open_store(database).close()
    assert len(stored_in(tmp_path / "backups")) == 1


@pytest.mark.parametrize("last", [one.name for one in migrations.pending(Database(memory=True))])
def test_a_backup_of_every_older_schema_is_restored(last, tmp_path):
    """However long ago it was made: migrations run up to `last`, and then the rest on restoring."""
    names = [one.name for one in migrations.pending(Database(memory=True))]
    after = names[names.index(last) + 1 :]
    old = tmp_path / "old.db"
    with contextlib.closing(sqlite3.connect(old)) as connection:
        migrations.apply(Database(connection), stop_before=after[:1] or None)
    keys = Keys.fresh()
    tried = check(make(old, keys, tmp_path / "usb", NOW), keys, tmp_path / "familyguard.db")
    assert (tried.manifest.schema, tried.changes) == (names[: names.index(last) + 1], after)


def test_without_room_for_a_backup_an_older_database_is_not_touched(tmp_path):
    """Row 23: one sentence, and the database is as it was."""
    database = tmp_path / "familyguard.db"
    with contextlib.closing(sqlite3.connect(database)) as connection:
        migrations.apply(Database(connection), stop_before="families")
    open_store(tmp_path / "other" / "familyguard.db").close()
    (tmp_path / "other" / FILE_NAME).rename(tmp_path / FILE_NAME)
    before = contents(database)
    with full_disk(100), pytest.raises(BackupFailed, match="No back-up could be made"):
        open_store(database)
    assert contents(database) == before


def test_a_full_disk_leaves_the_earlier_backups_alone(home, tmp_path):
    """One sentence, no half file, and the old one still opens."""
    folder, keys = tmp_path / "usb", keys_of(home)
    first = make(home, keys, folder, NOW)
    with full_disk(50_000), pytest.raises(BackupFailed, match="Earlier back-ups are kept"):
        make(home, keys, folder, NOW + DAY)
    assert [path.name for path in folder.iterdir()] == [first.name]
    assert check(first, keys, home).manifest.made_at == NOW
    assert not list(home.parent.glob(".backup-*"))


def test_others_cannot_read_a_backup(home, tmp_path):
    """Mode 600, in a folder of mode 700."""
    file = make(home, keys_of(home), tmp_path / "usb", NOW)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_killed_at_any_moment_it_leaves_whole_backups_only(home, tmp_path):
    """Row 23: kill -9 while one after the other is made; what has a name opens, and rests go."""
    folder, keys = tmp_path / "usb", keys_of(home)
    code = (
        "import sys, itertools; from pathlib import Path; from familyguard.backup import make;"
        "from familyguard.keys import load_keys; home = Path(sys.argv[1]);"
        "keys = load_keys(home.with_name('keys.json')); print(flush=True);"
        "[make(home, keys, Path(sys.argv[2]), n + float(sys.argv[3]), rotate=False)"
        " for n in itertools.count()]"
    )
    for turn in range(4):
        child = subprocess.Popen(
            [sys.executable, "-c", code, str(home), str(folder), str(NOW + turn * DAY)],
            stdout=subprocess.PIPE,
        )
        child.stdout.readline()
        time.sleep(0.05 + 0.037 * turn)
        child.kill()
        child.communicate()
    make(home, keys, folder, NOW - DAY)
    for stored in stored_in(folder)[-5:]:
        assert check(stored.path, keys, home).manifest.made_at == stored.made_at
    left = [*home.parent.glob(".backup-*"), *folder.glob(".*.new")]
    for path in left:
        os.utime(path, (NOW - 10 * DAY,) * 2)
    make(home, keys, folder, NOW - DAY + 1)
    assert not [*home.parent.glob(".backup-*"), *folder.glob(".*.new")]


def test_seven_days_and_four_weeks_stay(tmp_path):
    """After 100 nights with two back-ups each: the last of 7 days, and of 4 weeks."""
    there = []
    for half_day in range(200):
        there.append(backup.Stored(tmp_path / str(half_day), NOW + half_day * DAY / 2, "nightly"))
        gone = outdated(there)
        there = [one for one in there if one not in gone]
    days = {int((one.made_at) // DAY) for one in there}
    assert there[-1].made_at == NOW + 199 * DAY / 2
    assert len(there) == len(days)
    assert max(days) - 6 in days
    assert 7 + 4 - 2 <= len(there) <= 7 + 4
    assert min(days) <= max(days) - 16


@pytest.mark.parametrize("why", ["migration", "asked"])
def test_what_was_saved_before_a_migration_or_by_hand_outlives_the_nights(why, tmp_path):
    """The last two of them stay however old they become."""
    old = [backup.Stored(tmp_path / str(at), NOW + at, why) for at in range(3)]
    new = [backup.Stored(tmp_path / f"n{at}", NOW + at * 7 * DAY, "nightly") for at in range(1, 20)]
    assert outdated(old + new)[0] == old[0]
    assert not set(old[1:]) & set(outdated(old + new))


def test_two_of_one_second_stay_apart(home, tmp_path):
    """The second must not replace the first."""
    keys = keys_of(home)
    files = {make(home, keys, tmp_path / "usb", NOW) for _ in range(2)}
    assert {one.path for one in stored_in(tmp_path / "usb")} == files
    assert len(files) == 2


def test_strange_files_in_the_folder_are_left_alone(home, tmp_path):
    """Rotation deletes what it made, and nothing else."""
    folder = tmp_path / "usb"
    folder.mkdir()
    (folder / "holiday.jpg").write_bytes(b"x")
    for day in range(40):
        (folder / backup.stored_name(NOW + day * DAY, "nightly")).touch()
    make(home, keys_of(home), folder, NOW + 40 * DAY)
    assert (folder / "holiday.jpg").exists()
    assert len(stored_in(folder)) <= 11


def test_a_wrong_clock_does_not_hide_that_backups_stopped(tmp_path):
    """One that is dated next year is not the newest."""
    for moment in (NOW, NOW + 365 * DAY):
        (tmp_path / backup.stored_name(moment, "nightly")).touch()
    assert newest(tmp_path, NOW + DAY).made_at == NOW


def test_a_family_is_never_overwritten_unasked(home, tmp_path):
    """With `replace` the old one is put aside, and still opens."""
    keys = keys_of(home)
    file = make(home, keys, tmp_path / "usb", NOW)
    with open_store(home) as store:
        store.families.rename(store.families.all()[0].id, "Pietersen")
    with pytest.raises(InTheWay):
        restore(file, keys, home, NOW)
    _, aside = restore(file, keys, home, NOW, replace=True)
    for path, name in ((home, "Jansen"), (aside, "Pietersen")):
        with Store(path, keys) as store:
            assert store.families.all()[0].name == name


def test_a_damaged_database_makes_way_too(home, tmp_path):
    """That is when a back-up is needed; it is put aside as it is, its log with it."""
    keys = keys_of(home)
    file = make(home, keys, tmp_path / "usb", NOW)
    home.write_bytes(b"no database at all")
    home.with_name("familyguard.db-wal").write_bytes(b"rest of a log")
    _, aside = restore(file, keys, home, NOW, replace=True)
    assert aside.read_bytes() == b"no database at all"
    assert not home.with_name("familyguard.db-wal").exists()
    with Store(home, keys) as store:
        assert store.families.all()[0].name == "Jansen"


def test_a_test_restore_changes_nothing(home, tmp_path):
    """It leaves the folder as it found it."""
    file = make(home, keys_of(home), tmp_path / "usb", NOW)
    before = sorted(path.name for path in home.parent.iterdir())
    check(file, keys_of(home), home)
    assert sorted(path.name for path in home.parent.iterdir()) == before


def test_a_damaged_backup_is_refused(home, tmp_path):
    """Row 4: any flipped byte, a cut end, another family's keys."""
    file = make(home, keys_of(home), tmp_path / "usb", NOW)
    content = file.read_bytes()
    for at in (0, 50, 200, len(content) // 2, len(content) - 1):
        file.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        with pytest.raises(UnusableBackup):
            check(file, keys_of(home), home)
    file.write_bytes(content[:-100])
    with pytest.raises(UnusableBackup):
        check(file, keys_of(home), home)
    file.write_bytes(content)
    with pytest.raises(UnusableBackup, match="locked"):
        check(file, Keys.fresh(), home)
    with pytest.raises(UnusableBackup, match="No such file"):
        check(tmp_path / "nowhere.age", Keys.fresh(), home)


def test_what_is_not_in_the_manifest_is_refused(home, tmp_path):
    """Also where somebody could encrypt: a changed database does not match its hash."""
    keys = keys_of(home)
    file = make(home, keys, tmp_path / "usb", NOW)
    repacked(file, keys, lambda name, old: old if name == "manifest.json" else old + b"x")
    with pytest.raises(UnusableBackup, match=r"changed: familyguard\.db"):
        check(file, keys, home)
    repacked(file, keys, lambda name, old: b"[]")
    with pytest.raises(UnusableBackup, match="no_backup"):
        check(file, keys, home)


def test_a_backup_of_a_newer_version_is_refused(home, tmp_path):
    """Its database was built in a way that this version does not know."""
    with contextlib.closing(sqlite3.connect(home)) as connection, connection:
        connection.execute(
            "insert into _sqlite_migrations (migration_set, name, applied_at)"
            " values ('familyguard', 'telepathy', '')"
        )
    file = make(home, keys_of(home), tmp_path / "usb", NOW)
    with pytest.raises(UnusableBackup, match="newer"):
        check(file, keys_of(home), home)


def test_a_database_with_loose_ends_is_refused(home, tmp_path):
    """A row that belongs to no family would break something later."""
    with contextlib.closing(sqlite3.connect(home)) as connection, connection:
        connection.execute("update persons set family_id = 'nowhere'")
    file = make(home, keys_of(home), tmp_path / "usb", NOW)
    with pytest.raises(UnusableBackup, match="belongs to nothing"):
        check(file, keys_of(home), home)
