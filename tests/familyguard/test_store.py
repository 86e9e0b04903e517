"""Who may come in, and what the database keeps of them."""

import sqlite3
import stat
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from familyguard.store import INVITATION_SECONDS, Store


@pytest.fixture
def path(tmp_path):
    """Where the database of this test lies."""
    return tmp_path / "data" / "familyguard.db"


@pytest.fixture
def store(path):
    """An empty database."""
    with Store(path) as store:
        yield store


def test_a_code_lets_one_person_in_once(store):
    """The first to redeem it is in, the second is not."""
    code = store.create_invitation(now=0.0)
    assert store.redeem(code, 1, "nl", now=1.0)
    assert not store.redeem(code, 2, "nl", now=2.0)
    assert store.member(1).language == "nl"
    assert store.member(2) is None


def test_a_made_up_code_lets_nobody_in(store):
    """Nor does the hash of a code."""
    store.create_invitation(now=0.0)
    assert not store.redeem("made-up", 1, "nl", now=1.0)
    assert not store.has_members()


@settings(max_examples=25, deadline=None)
@given(age=st.floats(0, 10 * INVITATION_SECONDS))
def test_an_invitation_is_open_for_fifteen_minutes(tmp_path_factory, age):
    """Not a second longer."""
    with Store(tmp_path_factory.mktemp("db") / "f.db") as store:
        code = store.create_invitation(now=100.0)
        assert store.redeem(code, 1, "nl", now=100.0 + age) == (100 + age < 100 + 900)


def test_the_first_claim_waits_until_it_is_used(store):
    """The keeper may take a holiday between installing and claiming."""
    code = store.create_claim(now=0.0)
    assert store.redeem(code, 1, "nl", now=1e9)


def test_a_new_claim_voids_every_open_code(store):
    """A link that was printed at an earlier start, perhaps into some log, is void."""
    old, invitation = store.create_claim(now=0.0), store.create_invitation(now=0.0)
    new = store.create_claim(now=1.0)
    assert not store.redeem(old, 1, "nl", now=2.0)
    assert not store.redeem(invitation, 1, "nl", now=2.0)
    assert store.redeem(new, 1, "nl", now=2.0)


def test_of_two_at_the_same_moment_one_gets_in(path):
    """Eight connections redeem one code at once: exactly one succeeds."""
    with Store(path) as store:
        code = store.create_invitation(now=0.0)
    start = threading.Barrier(8)
    results: list[bool] = []

    def redeem(user_id: int) -> None:
        with Store(path) as own:
            start.wait()
            results.append(own.redeem(code, user_id, "nl", now=1.0))

    threads = [threading.Thread(target=redeem, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False] * 7 + [True]


def test_a_code_is_long_enough_and_never_stored(store, path):
    """128 bits or more, and only a hash in the file."""
    codes = {store.create_invitation(now=0.0) for _ in range(20)}
    assert len(codes) == 20
    assert all(len(code) * 6 >= 128 for code in codes)
    store.close()
    for file in path.parent.iterdir():
        content = file.read_bytes()
        assert not any(code.encode() in content for code in codes)


def test_a_code_fits_into_a_deep_link(store):
    """Telegram allows 64 characters of A-Z a-z 0-9 _ -."""
    code = store.create_invitation(now=0.0)
    assert len(code) <= 64
    assert set(code) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")


def test_only_this_account_may_read_the_file(store, path):
    """0600, and the folder that is made for it 0700."""
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_file_that_others_could_read_is_closed_to_them(path):
    """A database that was copied with loose rights is tightened."""
    Store(path).close()
    path.chmod(0o644)
    Store(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_pragmas_hold(store):
    """Write-ahead log, foreign keys, overwritten deletions, waiting for others."""
    database = store._db
    assert database.execute("pragma journal_mode").fetchone() == ("wal",)
    assert database.execute("pragma foreign_keys").fetchone() == (1,)
    assert database.execute("pragma secure_delete").fetchone() == (1,)
    assert database.execute("pragma busy_timeout").fetchone() == (1000,)


def test_no_names_are_stored(path):
    """The columns of the tables, all of them."""
    Store(path).close()
    with sqlite3.connect(path) as raw:
        columns = {
            table: {row[1] for row in raw.execute(f"pragma table_info({table})")}
            for table in ("members", "invitations")
        }
    assert columns["members"] == {"user_id", "language", "joined_at"}
    assert columns["invitations"] == {
        "code_hash", "created_at", "expires_at", "used_at", "used_by",
    }  # fmt: skip


def test_the_language_of_a_member_stays(store, path):
    """Also over a restart."""
    store.redeem(store.create_invitation(now=0.0), 1, "nl", now=1.0)
    store.speak(1, "en")
    store.close()
    with Store(path) as again:
        assert again.member(1).language == "en"


def test_an_interrupted_redemption_leaves_the_code_open(store):
    """All or nothing: the code is not used up if the member could not be written."""
    code = store.create_invitation(now=0.0)
    with pytest.raises(sqlite3.Error):
        store.redeem(code, 1, None, now=1.0)
    assert store.redeem(code, 1, "nl", now=2.0)
