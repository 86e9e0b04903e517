"""What the database keeps, what it seals, and that families cannot reach each other's rows."""

import json
import sqlite3
import stat
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from familyguard.admission import Home, Knock, approve, knock, remove
from familyguard.codeword import Kind, Tag, Tags, Which
from familyguard.errors import SealBroken, UnusableKeys
from familyguard.family import Role
from familyguard.keys import FILE_NAME, Keys, load_keys
from familyguard.migrations import SEALED, migrations
from familyguard.store import INVITATION_SECONDS, Store, open_store, rotate_keys
from familyguard.store.asked import StoredChallenge
from familyguard.store.codewords import StoredCodeWord
from familyguard.store.voices import StoredVoice

KEYS = Keys.fresh()


@pytest.fixture
def path(tmp_path):
    """Where the database of this test lies."""
    return tmp_path / "data" / "familyguard.db"


@pytest.fixture
def store(path):
    """An empty database with a key file beside it."""
    with open_store(path) as store:
        yield store


def found(store, keeper=1, now=0.0):
    """A family with a keeper; the keeper's account."""
    code = store.invitations.claim(now)
    assert knock(store, code, keeper, "Kee Per", "nl", now) is Knock.FOUNDED
    return store.accounts.get(keeper)


def everything(store):
    """Every row of every table, as the file holds it."""
    tables = [name for name in store._db.table_names() if not name.startswith("_")]
    return {table: store._db.execute(f"select * from {table}").fetchall() for table in tables}


def test_a_claim_founds_a_family_once(store):
    """The first to use it is the keeper, the second is refused."""
    code = store.invitations.claim(now=0.0)
    assert knock(store, code, 1, "Anna", "nl", 1.0) is Knock.FOUNDED
    assert knock(store, code, 2, "Eve", "nl", 2.0) is Knock.REFUSED
    assert store.accounts.get(1).role is Role.KEEPER
    assert store.accounts.get(2) is None


@pytest.mark.parametrize(("own", "spoken"), [(None, "nl"), ("en", "en")])
def test_a_relative_whose_language_is_not_spoken_hears_that_of_the_family(store, own, spoken):
    """A telephone in Polish in a Dutch family: Dutch, and not English."""
    code = store.invitations.claim(now=0.0)
    assert knock(store, code, 1, "Anna", None, 1.0, Home("nl", "NL")) is Knock.FOUNDED
    family = store.accounts.get(1).family_id
    knock(store, store.invitations.create(family, 1, 1.0), 2, "Bert", own, 2.0)
    account = approve(store, family, 2, Role.ADULT, 3.0)
    assert (store.accounts.get(1).language, account.language) == ("nl", spoken)


def test_an_invitation_lets_nobody_in_by_itself(store):
    """Attack 13: whoever has the link waits until the keeper has seen who came."""
    family = found(store).family_id
    code = store.invitations.create(family, 1, now=0.0)
    assert knock(store, code, 2, "Bert", "nl", 1.0) is Knock.WAITING
    assert store.accounts.get(2) is None
    assert [one.display for one in store.accounts.applicants(family)] == ["Bert"]
    approve(store, family, 2, Role.ADULT, 2.0)
    assert store.accounts.get(2).role is Role.ADULT
    assert store.accounts.applicants(family) == []


def test_a_keeper_cannot_approve_who_knocked_elsewhere(store):
    """Attack 14: the applicants of one family are nobody to another."""
    first, second = found(store, 1), found(store, 2)
    code = store.invitations.create(first.family_id, 1, now=0.0)
    knock(store, code, 3, "Cora", "nl", 1.0)
    assert approve(store, second.family_id, 3, Role.ADULT, 2.0) is None
    assert store.accounts.get(3) is None


def test_a_made_up_code_lets_nobody_in(store):
    """Nor is it stored."""
    assert knock(store, "made-up", 1, "Eve", "nl", 1.0) is Knock.REFUSED
    assert store.is_empty()


@settings(max_examples=25, deadline=None)
@given(age=st.floats(0, 10 * INVITATION_SECONDS))
def test_an_invitation_is_open_for_fifteen_minutes(tmp_path_factory, age):
    """Not a second longer."""
    with open_store(tmp_path_factory.mktemp("db") / "f.db") as store:
        code = store.invitations.create(None, None, now=100.0)
        opened = store.invitations.redeem(code, 1, now=100.0 + age)
        assert (opened is not None) == (100 + age < 100 + 900)


def test_revoked_invitations_open_nothing(store):
    """Those of one family; another family's stay good."""
    first, second = found(store, 1), found(store, 2)
    mine = store.invitations.create(first.family_id, 1, now=0.0)
    theirs = store.invitations.create(second.family_id, 2, now=0.0)
    assert store.invitations.revoke(first.family_id, 1.0) == 1
    assert store.invitations.redeem(mine, 3, 2.0) is None
    assert store.invitations.redeem(theirs, 3, 2.0) is not None


def test_a_new_claim_voids_the_older_ones(store):
    """A link that was printed at an earlier start, perhaps into some log, is void."""
    old = store.invitations.claim(now=0.0)
    new = store.invitations.claim(now=1.0)
    assert store.invitations.redeem(old, 1, 2.0) is None
    assert store.invitations.redeem(new, 1, 24 * 3600.0) is not None


def test_attack_13_a_claim_that_stayed_in_a_log_opens_nothing_after_a_day(store):
    """Row 13: whoever reads the log of a container later founds no family."""
    code = store.invitations.claim(now=0.0)
    assert store.invitations.has_claim(24 * 3600.0 - 1)
    assert not store.invitations.has_claim(24 * 3600.0)
    assert knock(store, code, 9, "Eve", "nl", 24 * 3600.0) is Knock.REFUSED
    assert store.is_empty()


def test_of_two_at_the_same_moment_one_gets_in(path):
    """Eight connections redeem one code at once: exactly one succeeds."""
    with open_store(path) as store:
        code = store.invitations.create(None, None, now=0.0)
    start = threading.Barrier(8)
    results: list[bool] = []

    def redeem(user_id: int) -> None:
        with open_store(path) as own:
            start.wait()
            results.append(own.invitations.redeem(code, user_id, now=1.0) is not None)

    threads = [threading.Thread(target=redeem, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False] * 7 + [True]


def test_a_code_is_long_enough_for_nobody_to_guess_and_never_stored(store, path):
    """128 bits or more, fit for a deep link, and only a hash in the file."""
    codes = {store.invitations.create(None, None, now=0.0) for _ in range(20)}
    assert len(codes) == 20
    for code in codes:
        assert 128 / 6 <= len(code) <= 64
        assert code.replace("_", "").replace("-", "").isalnum()
    for file in path.parent.iterdir():
        content = file.read_bytes()
        assert not any(code.encode() in content for code in codes)


def test_only_this_account_may_read_the_files(path):
    """0600 also where it was looser, and the folder that is made for them 0700."""
    open_store(path).close()
    path.chmod(0o644)
    open_store(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.with_name(FILE_NAME).stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_pragmas_hold(store):
    """Write-ahead log, foreign keys, overwritten deletions, waiting for others."""
    database = store._db
    assert database.execute("pragma journal_mode").fetchone() == ("wal",)
    assert database.execute("pragma foreign_keys").fetchone() == (1,)
    assert database.execute("pragma secure_delete").fetchone() == (1,)
    assert database.execute("pragma busy_timeout").fetchone() == (1000,)


def fill(store, keeper):
    """One of everything, with words that must not be found in the file."""
    account = found(store, keeper)
    family, person = account.family_id, account.person_id
    store.families.rename(family, "Secretfamily")
    store.families.greet_with(family, "Secretgreeting")
    store.people.rename(family, person, "Secretname")
    store.people.call_on(family, person, "+31612345678", 1.0)
    store.voices.consent(family, person, "voice", keeper, "v1", 1.0)
    store.voices.put(family, StoredVoice(person, "campplus", (0.6, 0.8), 20.0, 1.0))
    case = store.cases.open(family, keeper, "sender", "Secretcase", 1.0)
    store.challenges.issue(
        StoredChallenge("", family, case.id, person, keeper, "Secretphrase", 1.0, 601.0)
    )
    question = store.questions.ask(family, case.id, person, 1.0)
    store.questions.sent(family, question.id, [(5, 6)])
    store.recordings.remember(family, "check", "unique", "sha", b"Secretprint", 1.0)
    store.changes.ask(family, "phone", {"to": "Secretnumber"}, keeper, 1.0, 2.0)
    store.audit.note(family, "test", 1.0, actor=keeper, what="Secretdetail")
    store.payees.put(family, [b"mark"])
    store.families.payee_key(family, b"Secretkey" * 4)
    store.dialogues.begin(keeper, family, "setup", 1.0, name="Secrettalk")
    tag = Tag(Which.WORD, Kind.EXACT, 12, b"t" * 32)
    store.codewords.put(family, StoredCodeWord(Tags(1, b"salt" * 4, (tag,)), "nl", keeper, 1.0))
    store.mailbox.receive(keeper, "Secretupdate", 1.0)
    store.mailbox.sent(keeper, "sendMessage/1", {"text": "Secretanswer"})
    store.evidence.put(family, case.id, b"Secretmemo", 1.0)
    store.reminders.put(keeper, family, "drill", 5.0, name="Secretwish")
    return account, case


def test_what_is_sealed_is_nowhere_in_the_files(store, path):
    """Attack 4: names, numbers, words and voiceprints do not show in the database or its log."""
    fill(store, 1)
    for file in filter(Path.is_file, path.parent.rglob("*")):
        content = file.read_bytes()
        assert b"Secret" not in content, file.name
        assert b"612345678" not in content, file.name


def test_every_sealed_column_is_tested_and_opens_again(store):
    """What went in comes out, and the table of sealed columns names no column that stays empty."""
    account, case = fill(store, 1)
    knock(store, store.invitations.create(account.family_id, 1, 1.0), 9, "Nine", "nl", 2.0)
    family, person = account.family_id, account.person_id
    assert store.families.get(family).name == "Secretfamily"
    assert store.families.get(family).greeting == "Secretgreeting"
    assert store.people.get(family, person).name == "Secretname"
    assert store.people.get(family, person).phone == "+31612345678"
    assert store.voices.of_family(family)[0].embedding == (0.6, 0.8)
    assert store.cases.get(family, case.id).state == "Secretcase"
    assert store.challenges.unanswered(family, 1)[0].phrase == "Secretphrase"
    assert store.questions.of_case(family, case.id)[0].messages == ((5, 6),)
    assert store.recordings.since(family, 0.0)[0].fingerprint == b"Secretprint"
    assert store.changes.waiting(family)[0].data == {"to": "Secretnumber"}
    assert store.audit.lines(family)[-2].detail == {"what": "Secretdetail"}
    assert store.dialogues.of(1, 2.0).data == {"name": "Secrettalk"}
    assert store.mailbox.unfinished() == [(1, "Secretupdate", 0)]
    assert store.mailbox.answer(1, "sendMessage/1") == {"text": "Secretanswer"}
    assert store.reminders.get(1, "drill").data == {"name": "Secretwish"}
    (kept,) = store.evidence.of_case(family, case.id)
    assert store.evidence.read(family, kept.id) == b"Secretmemo"
    for table, (key, columns) in SEALED.items():
        for column in columns:
            assert store._sealed(table, key, column), f"{table}.{column}"


@pytest.mark.parametrize("table", ["persons", "voiceprints", "cases"])
def test_a_sealed_cell_does_not_open_in_another_row(store, table):
    """Attack 4: whoever swaps cells between two families opens neither."""
    fill(store, 1)
    fill(store, 2)
    key, (column, *_) = SEALED[table]
    (one, first), (two, second) = store._db.execute(
        f"select {key}, {column} from {table}"
    ).fetchall()
    with store.together():
        for row, sealed in ((one, second), (two, first)):
            store._db.execute(f"update {table} set {column} = ? where {key} = ?", [sealed, row])
    readers = {
        "persons": lambda family: store.people.of_family(family),
        "voiceprints": lambda family: store.voices.of_family(family),
        "cases": lambda family: store.cases.of_account(family, 1),
    }
    with pytest.raises(SealBroken):
        readers[table](store.accounts.get(1).family_id)


@pytest.mark.parametrize("user_id", [1, 2])
def test_nothing_of_another_family_is_found(store, user_id):
    """Attack 14: look-ups with a foreign family give nothing, changes change nothing."""
    accounts = {1: fill(store, 1), 2: fill(store, 2)}
    (_, case), (mine, _) = accounts[user_id], accounts[3 - user_id]
    family = mine.family_id
    person = accounts[user_id][0].person_id
    theirs = accounts[user_id][0].family_id
    question = store.questions.of_case(theirs, case.id)[0]
    challenge = store.challenges.unanswered(theirs, user_id)[0]
    change = store.changes.waiting(theirs)[0]
    before = everything(store)
    assert store.people.get(family, person) is None
    assert store.cases.get(family, case.id) is None
    assert store.challenges.get(family, challenge.id) is None
    assert store.questions.get(family, question.id) is None
    assert store.changes.get(family, change.id) is None
    assert store.accounts.of_person(family, person) == []
    assert store.voices.consents(family, person) == []
    store.people.rename(family, person, "Eve")
    store.people.call_on(family, person, "+31600000000", 2.0)
    store.people.appoint(family, person, Role.CHILD)
    store.people.remove(family, person)
    store.cases.update(family, case.id, "{}", 2.0)
    store.cases.show_at(family, case.id, 1, 1)
    store.cases.keep(family, case.id, True)
    store.cases.close(family, case.id, 2.0)
    store.questions.sent(family, question.id, [(1, 1)])
    store.voices.withdraw(family, person, 2.0)
    assert not store.challenges.settle(family, challenge.id, "right", 2.0)
    assert not store.questions.answer(family, question.id, 1, "yes", 2.0)
    assert not store.changes.end(family, change.id, 2.0)
    assert everything(store) == before


def test_a_removed_person_leaves_nothing(store):
    """Attack 21: all that is theirs goes, the word is due, invitations are void."""
    keeper, _ = fill(store, 1)
    family = keeper.family_id
    knock(store, store.invitations.create(family, 1, 1.0), 2, "Bert", "nl", 1.0)
    bert = approve(store, family, 2, Role.ADULT, 2.0)
    store.voices.consent(family, bert.person_id, "voice", 2, "v1", 2.0)
    store.voices.put(family, StoredVoice(bert.person_id, "campplus", (1.0, 0.0), 20.0, 2.0))
    open_code = store.invitations.create(family, 2, 3.0)
    remove(store, family, bert.person_id, 3.0, actor=1)
    assert store.accounts.get(2) is None
    assert [voice.person_id for voice in store.voices.of_family(family)] == [keeper.person_id]
    assert store.voices.consents(family, bert.person_id) == []
    assert store.codewords.get(family).rotate_why == "member_removed"
    assert knock(store, open_code, 3, "Eve", "nl", 4.0) is Knock.REFUSED


def test_a_voiceprint_needs_a_consent_that_stands(store):
    """Withdrawal destroys it, and no new one is taken without a new consent."""
    account = found(store)
    voice = StoredVoice(account.person_id, "campplus", (1.0,), 20.0, 1.0)
    with pytest.raises(PermissionError):
        store.voices.put(account.family_id, voice)
    store.voices.consent(account.family_id, account.person_id, "voice", 1, "v1", 1.0)
    store.voices.put(account.family_id, voice)
    store.voices.withdraw(account.family_id, account.person_id, 2.0)
    assert store.voices.of_family(account.family_id) == []
    with pytest.raises(PermissionError):
        store.voices.put(account.family_id, voice)


def test_an_erased_family_leaves_no_row(store):
    """Nothing in any table, and nothing in the write-ahead log."""
    account, _ = fill(store, 1)
    store.families.erase(account.family_id)
    store.mailbox.finish(1)
    left = {table: rows for table, rows in everything(store).items() if rows}
    assert set(left) <= {"invitations", "updates"}
    assert all(row[1] is None for row in left.get("updates", []))  # a number without its text
    assert all(row[1] is None for row in left.get("invitations", []))


def test_not_me_is_never_taken_back(store):
    """A stolen account may say yes; the owner's «not me» wins whenever it comes."""
    account, case = fill(store, 1)
    family = account.family_id
    question = store.questions.of_case(family, case.id)[0].id
    assert store.questions.answer(family, question, 1, "yes", 2.0)
    assert store.questions.answer(family, question, 2, "not_me", 3.0)
    assert not store.questions.answer(family, question, 1, "yes", 4.0)
    assert store.questions.get(family, question).answer == "not_me"


def test_a_freeze_is_never_shortened(store):
    """Attack 6: whoever talks the keeper round cannot thaw the family early."""
    family = found(store).family_id
    store.families.freeze(family, 500.0)
    store.families.freeze(family, 100.0)
    assert store.families.get(family).is_frozen(499.0)
    assert not store.families.get(family).is_frozen(500.0)


def test_rotation_seals_everything_anew(store, path):
    """Every value opens with the new key, none with the old, and the old key is gone."""
    fill(store, 1)
    old = store.keys
    store.close()
    cells = rotate_keys(path)
    assert cells >= 15
    keys = load_keys(path.with_name(FILE_NAME))
    assert keys.newest == old.newest + 1
    assert set(keys.sealing) == {keys.newest}
    assert keys.pepper == old.pepper
    with open_store(path) as again:
        account = again.accounts.get(1)
        assert again.people.get(account.family_id, account.person_id).name == "Secretname"
    with Store(path, old) as thief, pytest.raises(SealBroken):
        thief.accounts.get(1)


def test_a_database_without_its_key_file_is_refused(store, path):
    """A new key would not open it; better to stop and say so."""
    fill(store, 1)
    store.close()
    path.with_name(FILE_NAME).unlink()
    with pytest.raises(UnusableKeys, match="missing"):
        open_store(path)


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", '{"sealing": {"1": "AAAA"}, "pepper": "AAAA"}', "\x00\xff"]
)
def test_a_damaged_key_file_is_refused_without_showing_it(path, content):
    """One sentence, and nothing of what is in the file."""
    open_store(path).close()
    path.with_name(FILE_NAME).write_text(content, "latin-1")
    with pytest.raises(UnusableKeys, match="damaged"):
        open_store(path)


def test_a_key_file_that_others_can_read_is_refused(path):
    """Attack 20: it may have been copied; the owner must know."""
    open_store(path).close()
    path.with_name(FILE_NAME).chmod(0o640)
    with pytest.raises(UnusableKeys, match="open"):
        open_store(path)


def test_keys_never_show():
    """Neither in a repr nor in a traceback's arguments."""
    shown = repr(KEYS)
    assert KEYS.pepper.hex() not in shown
    assert "sealing" not in shown


def test_who_was_let_in_before_families_becomes_one(path):
    """The older database's first member is the keeper; nobody loses their access."""
    path.parent.mkdir(parents=True)
    from sqlite_utils import Database

    db = Database(sqlite3.connect(path))
    migrations.apply(db, stop_before="families")
    for user_id, joined_at in ((7, 2.0), (8, 1.0)):
        db.execute("insert into members values (?, 'nl', ?)", [user_id, joined_at])
    db.conn.commit()
    db.close()
    with open_store(path) as store:
        assert store.accounts.get(8).role is Role.KEEPER
        assert store.accounts.get(7).role is Role.ADULT
        assert store.accounts.get(7).family_id == store.accounts.get(8).family_id
        assert store.people.of_family("first")[0].name == ""


def test_a_migration_that_fails_leaves_the_old_database(path, monkeypatch):
    """Attack 23: all of it happens or nothing of it."""
    path.parent.mkdir(parents=True)
    from sqlite_utils import Database

    db = Database(sqlite3.connect(path))
    migrations.apply(db, stop_before="families")
    db.execute("insert into members values (7, 'nl', 1.0)")
    db.conn.commit()
    db.close()
    monkeypatch.setattr("familyguard.migrations._FAMILIES", ("create table broken (",))
    with pytest.raises(sqlite3.OperationalError):
        open_store(path)
    monkeypatch.undo()
    with open_store(path) as store:
        assert store.accounts.get(7).role is Role.KEEPER


def test_a_stored_update_is_remembered_until_it_is_finished(store):
    """Stored once, however often Telegram sends it; forgotten with its answers when done."""
    assert store.mailbox.receive(5, json.dumps({"update_id": 5}), 1.0)
    assert not store.mailbox.receive(5, "{}", 2.0)
    store.mailbox.sent(5, "sendMessage/1", True)
    store.mailbox.try_again(5)
    assert store.mailbox.unfinished() == [(5, '{"update_id": 5}', 1)]
    store.mailbox.finish(5)
    assert store.mailbox.unfinished() == []
    assert store.mailbox.answer(5, "sendMessage/1") is None


def test_a_message_is_due_when_its_time_has_come(store):
    """Also after the bot was away meanwhile."""
    store.tidyings.plan(1, 2, due_at=30.0)
    assert store.tidyings.due(29.0) == []
    assert store.tidyings.due(1000.0) == [(1, 2)]
    store.tidyings.done(1, 2)
    assert store.tidyings.next_at() is None


def test_a_dialogue_ends_when_its_time_is_over(store):
    """What was asked an hour ago is not answered by the next message."""
    account = found(store)
    store.dialogues.begin(1, account.family_id, "pin", 0.0, seconds=60.0, step=2)
    assert store.dialogues.of(1, 59.0).data == {"step": 2}
    assert store.dialogues.of(1, 60.0) is None
