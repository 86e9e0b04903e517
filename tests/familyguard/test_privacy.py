"""What is stored about a person: shown to them alone, and gone when they say so."""

import contextlib
import json
import secrets
import sqlite3
from dataclasses import replace

import pytest

from bot.case.files import File
from familyguard.admission import Knock, approve, knock, remove
from familyguard.case import Case
from familyguard.family import Role
from familyguard.model import Evidence, Sign
from familyguard.privacy import (
    about,
    export,
    forget,
    forget_family,
    is_last_keeper,
    withdraw_voice,
)
from familyguard.retention import tidy
from familyguard.store import open_store
from familyguard.store.asked import StoredChallenge
from familyguard.store.privacy import _ERASE, _ERASE_ANYWHERE
from familyguard.store.voices import StoredVoice

KEEPER, ANNA, LOTTE = 5_300_000_001, 5_300_000_777, 5_300_000_888


@pytest.fixture
def store(tmp_path):
    """A store of its own."""
    with open_store(tmp_path / "familyguard.db") as opened:
        yield opened


def join(store, family, user_id, role=Role.ADULT):
    """Invited, come and approved."""
    code = store.invitations.create(family, KEEPER, 1.0)
    assert knock(store, code, user_id, f"Display {user_id}", "nl", 1.0) is Knock.WAITING
    return approve(store, family, user_id, role, 2.0)


@pytest.fixture
def keeper(store):
    """The keeper's account in a family of one."""
    knock(store, store.invitations.claim(1.0), KEEPER, "Bram", "nl", 1.0)
    return store.accounts.get(KEEPER)


@pytest.fixture
def anna(store, keeper):
    """An adult about whom there is something in every place."""
    return fill(store, join(store, keeper.family_id, ANNA))


def fill(store, account):
    """Everything that can be stored about one person."""
    family, person, user_id = account.family_id, account.person_id, account.user_id
    store.people.rename(family, person, f"Name {user_id}")
    store.people.call_on(family, person, f"+31{user_id}", 3.0)
    store.voices.consent(family, person, "voice", user_id, "v1", 4.0)
    store.voices.put(family, StoredVoice(person, "campplus", (0.6, 0.8), 20.0, 5.0))
    case = store.cases.open(family, user_id, "sender", json.dumps({"quote": f"q{user_id}"}), 6.0)
    store.challenges.issue(
        StoredChallenge("", family, case.id, person, user_id, f"phrase {user_id}", 7.0, 607.0)
    )
    store.challenges.issue(StoredChallenge("", family, None, None, user_id, "p", 7.0, 607.0))
    question = store.questions.ask(family, None, person, 8.0)
    store.questions.sent(family, question.id, [(user_id, 6)])
    store.questions.answer(family, question.id, user_id, "yes", 9.0)
    store.changes.ask(family, "phone", {"person": person}, KEEPER, 10.0, 20.0)
    asked = store.changes.ask(family, "name", {"to": "x"}, KEEPER, 10.0, 20.0)
    store.changes.end(family, asked.id, 11.0, confirmed_by=user_id)
    store.changes.ask(family, "phone", {"to": "y"}, user_id, 10.0, 20.0)
    store.audit.note(family, "renamed", 11.0, actor=KEEPER, person=person, name=f"Name {user_id}")
    store.audit.note(family, "froze", 12.0, actor=user_id)
    store.recordings.remember(family, "check", "u", "s", b"", 12.0, heard_from=user_id)
    store.reminders.put(user_id, family, "tip", 99.0)
    store.dialogues.begin(user_id, family, "pin", 12.0)
    store.tidyings.plan(user_id, 5, 99.0)
    store.codewords.count(family, str(user_id), "{}")
    store.codewords.count(family, f"pin:{user_id}", "{}")
    store.invitations.create(family, user_id, 12.0)
    return account


def rows(store):
    """Every row of every table but the sealed columns."""
    names = store._db.execute("select name from sqlite_master where type = 'table'").fetchall()
    return {
        name: store._db.execute(f"select * from {name}").fetchall()
        for (name,) in names
        if not name.startswith("_sqlite_utils")
    }


def mentions(store, *what):
    """The tables in which a value stands, as itself or inside a text."""
    return {
        name
        for name, found in rows(store).items()
        for row in found
        for value in row
        for wanted in what
        if value == wanted or (isinstance(value, str) and str(wanted) in value)
    }


def sealed_cells(store, account):
    """The bytes in the file that stand for what is secret about a person."""
    found = store._db.execute(
        "select name from persons where id = ? union all select phone from persons where id = ?"
        " union all select print from voiceprints where person_id = ?"
        " union all select state from cases where opened_by = ?"
        " union all select display from accounts where user_id = ?",
        [account.person_id] * 3 + [account.user_id] * 2,
    ).fetchall()
    return [cell for (cell,) in found]


def test_forgetting_leaves_no_trace_in_any_table(store, keeper, anna):
    """Neither the number of the account nor the person's, nor what others noted about them."""
    assert {"accounts", "persons", "cases", "audit", "invitations"} <= mentions(
        store, ANNA, anna.person_id
    )
    forget(store, anna, 100.0)
    assert mentions(store, ANNA, anna.person_id) == set()
    assert len(store.recordings.since(keeper.family_id, 0.0)) == 1
    details = [line.detail for line in store.audit.lines(keeper.family_id)]
    assert not any(str(ANNA) in json.dumps(detail) for detail in details)
    assert store.changes.waiting(keeper.family_id) == []


def test_forgetting_leaves_no_bytes_in_the_files(store, keeper, anna):
    """Not even sealed: the cells are gone from the database and from its write-ahead log."""
    cells = sealed_cells(store, anna)
    assert len(cells) == 5
    folder = store.path.parent
    before = b"".join(file.read_bytes() for file in folder.iterdir())
    assert all(cell in before for cell in cells)
    forget(store, anna, 100.0)
    after = b"".join(file.read_bytes() for file in folder.iterdir())
    assert not any(cell in after for cell in cells)
    assert str(ANNA).encode() not in after
    assert f"Name {ANNA}".encode() not in after


def test_forgetting_one_person_leaves_the_others_as_they_were(store, keeper, anna):
    """Nothing of the keeper's or of Lotte's is touched, but the code word is due."""
    lotte = fill(store, join(store, keeper.family_id, LOTTE))
    before = about(store, keeper.family_id, lotte.person_id)
    forget(store, anna, 100.0)
    assert about(store, keeper.family_id, lotte.person_id) == before
    assert [one.user_id for one in store.accounts.of_family(keeper.family_id)] == [KEEPER, LOTTE]


def test_a_code_that_a_forgotten_person_used_opens_nothing(store, keeper):
    """Taking their name off it must not make it good again."""
    code = store.invitations.create(keeper.family_id, KEEPER, 1.0)
    knock(store, code, ANNA, "Anna", "nl", 1.0)
    anna = approve(store, keeper.family_id, ANNA, Role.ADULT, 2.0)
    forget(store, anna, 3.0)
    assert knock(store, code, ANNA, "Anna", "nl", 4.0) is Knock.REFUSED


def test_whoever_is_removed_by_others_leaves_no_trace_either(store, keeper, anna):
    """Who did it stays in the log."""
    remove(store, keeper.family_id, anna.person_id, 100.0, actor=KEEPER)
    assert mentions(store, ANNA) == set()
    assert store.audit.lines(keeper.family_id)[-1].actor == KEEPER


def test_the_last_keeper_cannot_leave_the_others_alone(store, keeper, anna):
    """They hand over first, or delete the family."""
    assert is_last_keeper(store, keeper)
    with pytest.raises(PermissionError):
        forget(store, keeper, 100.0)
    store.people.appoint(keeper.family_id, anna.person_id, Role.KEEPER)
    forget(store, keeper, 100.0)
    assert store.accounts.get(KEEPER) is None
    assert store.accounts.get(ANNA).role is Role.KEEPER


def test_whoever_is_alone_takes_the_family_along(store, keeper):
    """There is nobody left to whom anything could belong."""
    fill(store, keeper)
    forget(store, keeper, 100.0)
    assert {name for name, found in rows(store).items() if found} == {"_sqlite_migrations"}


def test_a_family_is_forgotten_as_a_whole(store, keeper, anna):
    """Every table is empty afterwards, but for another family."""
    other = 5_300_009_999
    knock(store, store.invitations.claim(1.0), other, "Other", "nl", 1.0)
    fill(store, keeper)
    forget_family(store, keeper.family_id)
    assert mentions(store, KEEPER, ANNA, keeper.family_id) == set()
    assert store.accounts.get(other) is not None


def test_taking_back_the_voice_destroys_it_and_nothing_else(store, keeper, anna):
    """The print's bytes are gone; that it was taken back stands in the consents."""
    print_ = sealed_cells(store, anna)[2]
    assert withdraw_voice(store, anna, anna.person_id, 50.0)
    known = about(store, keeper.family_id, anna.person_id)
    assert known.voices == ()
    assert known.voice_consent is None
    assert [one.withdrawn_at for one in known.consents] == [50.0]
    assert known.person.phone == f"+31{ANNA}"
    files = b"".join(file.read_bytes() for file in store.path.parent.iterdir())
    assert print_ not in files


def test_only_oneself_and_a_guardian_may_take_back_a_voice(store, keeper, anna):
    """Not the keeper, not another adult, and nobody of another family."""
    child = join(store, keeper.family_id, LOTTE, Role.CHILD)
    store._db.execute(
        "update persons set guardian_id = ? where id = ?", [anna.person_id, child.person_id]
    )
    fill(store, child)
    assert not withdraw_voice(store, keeper, anna.person_id, 50.0)
    assert not withdraw_voice(store, keeper, child.person_id, 50.0)
    assert not withdraw_voice(store, anna, secrets.token_hex(8), 50.0)
    assert len(store.voices.of_family(keeper.family_id)) == 2
    assert withdraw_voice(store, anna, child.person_id, 50.0)
    assert [one.id for one in about(store, keeper.family_id, anna.person_id).children] == [
        child.person_id
    ]


def test_an_export_holds_all_that_is_their_own(store, keeper, anna):
    """Name, number with its date, voice, consents, checks, phrases, questions and the log."""
    written = json.loads(export(about(store, keeper.family_id, anna.person_id)))
    assert written["name"] == f"Name {ANNA}"
    assert written["call_back_number"] == f"+31{ANNA}"
    assert written["call_back_number_stored_at"] == "1970-01-01T00:00:03+00:00"
    assert written["voiceprints"][0]["numbers"] == 2
    assert written["consents"][0]["given_by_yourself"]
    assert written["checks"][0]["content"] == {"quote": f"q{ANNA}"}
    assert len(written["one_time_phrases_asked_for"]) == 2
    assert written["asked_to_get"] == [
        {"what": "tip", "at": "1970-01-01T00:01:39+00:00", "how": {}}
    ]
    assert written["originals_kept"] == 0
    assert written["questions_to_you"][0]["answer"] == "yes"
    assert {"approved", "renamed", "froze"} <= {line["act"] for line in written["log"]}


def test_an_export_holds_nothing_of_anybody_else(store, keeper, anna):
    """No name, number or id of another member, nor the voiceprint itself."""
    fill(store, join(store, keeper.family_id, LOTTE))
    text = export(about(store, keeper.family_id, anna.person_id))
    for foreign in (str(LOTTE), str(KEEPER), "Bram", "0.6", keeper.person_id, keeper.family_id):
        assert foreign not in text, foreign


def test_attack_7_a_guardian_of_a_child_that_grew_up_decides_nothing(store, keeper, anna):
    """Row 7: another person's account destroys no grown-up's voiceprint."""
    child = join(store, keeper.family_id, LOTTE, Role.CHILD)
    store.people.entrust(keeper.family_id, child.person_id, anna.person_id)
    fill(store, child)
    store.people.appoint(keeper.family_id, child.person_id, Role.ADULT)
    assert not withdraw_voice(store, anna, child.person_id, 50.0)
    assert about(store, keeper.family_id, anna.person_id).children == ()


def test_attack_22_nothing_that_a_telephone_can_ask_for_shows_the_duress_word(store, keeper, anna):
    """Row 22: whoever forces somebody may hold the telephone, and ask for everything stored."""
    family = keeper.family_id
    before = about(store, family, anna.person_id)
    store.audit.note(family, "duress", 30.0, actor=ANNA)
    store.audit.note(family, "duress", 31.0, person=anna.person_id)
    pieces = [
        {"evidence": {"sign": sign, "detail": ""}} for sign in ("code_word_right", "phrase_right")
    ]
    state = {"case": json.dumps({"pieces": pieces}), "due": ["duress"]}
    store.cases.open(family, ANNA, "sender", json.dumps(state), 32.0)
    known = about(store, family, anna.person_id)
    assert len(known.log) == len(before.log)
    text = export(known)
    assert "duress" not in text
    assert "code_word_right" not in text  # row 5: nor whether a word was right
    assert "phrase_right" in text


def test_nothing_is_told_about_somebody_of_another_family(store, keeper, anna):
    """Attack 14."""
    knock(store, store.invitations.claim(1.0), 7, "Other", "nl", 1.0)
    with pytest.raises(KeyError):
        about(store, store.accounts.get(7).family_id, anna.person_id)


NO_PERSON = {
    "cases.kept", "cases.card_chat", "cases.card_message",  # gone with their case
    "codewords.version", "codewords.key_number", "tidyings.message_id",
    "updates.update_id", "updates.tries", "answers.update_id",
    "accounts.user_id",  # gone with their person
}  # fmt: skip
"""Columns with whole numbers that are nobody's, or go by themselves."""


def test_every_column_that_can_hold_an_account_is_thought_of(store):
    """Whoever adds one decides what becomes of it when its person is forgotten."""
    statements = [*_ERASE, *_ERASE_ANYWHERE]
    forgotten = [
        f"{table}.{column.name}"
        for table in store._db.table_names()
        for column in store._db.table(table).columns
        if column.type.upper() in ("INTEGER", "INT")
        and not table.startswith("_")
        and f"{table}.{column.name}" not in NO_PERSON
        and not any(
            f" {table} " in one and f"{column.name} in {{theirs}}" in one for one in statements
        )
    ]
    assert forgotten == []


@pytest.mark.parametrize("how", ["forgotten", "voice taken back"])
def test_attack_4_cases_of_others_keep_no_score_of_a_voice_that_is_gone(store, keeper, anna, how):
    """Row 4: how alike a clone was to a voice says something about that voice."""
    family, person = anna.family_id, anna.person_id
    heard = Evidence(Sign.VOICE_SIMILAR, person)
    case = replace(Case.opened(1.0).with_message([heard], [], 2.0), about=person)
    file = File(case, voices=({person: 3.5, "other": -1.0},))
    key = store.cases.open(family, keeper.user_id, "sender", file.to_json(), 3.0).id
    plain = store.cases.open(family, keeper.user_id, "other", f"no JSON {person}", 3.0).id
    if how == "forgotten":
        forget(store, anna, 9.0)
    else:
        assert withdraw_voice(store, anna, person, 9.0)
    after = File.from_json(store.cases.get(family, key).state)
    assert after.voices == ({"other": -1.0},)
    assert [piece.sign for piece in after.case.evidence()] == [Sign.VOICE_SIMILAR]
    assert (after.case.about == person) == (how != "forgotten")
    assert (person in store.cases.get(family, key).state) == (how != "forgotten")
    assert store.cases.get(family, plain).state.startswith("no JSON")


def test_what_could_not_be_cleaned_away_is_cleaned_within_the_hour(store, keeper, anna):
    """A reader in the middle, such as a back-up, keeps the write-ahead log; it is tried again."""
    with contextlib.closing(sqlite3.connect(store.path)) as reader:
        reader.execute("begin")
        reader.execute("select count(*) from persons").fetchone()
        store._db.execute("pragma busy_timeout = 1")
        forget(store, anna, 9.0)
        assert not store.is_clean
        tidy(store, 10.0)
        assert not store.is_clean
    wal = store.path.with_name(f"{store.path.name}-wal")
    assert wal.stat().st_size > 0
    tidy(store, 10.0)
    assert store.is_clean
    assert wal.stat().st_size == 0


def test_a_childs_voice_goes_with_the_guardian_who_agreed_to_it(store, keeper, anna):
    """Nobody is left who could take it back; another guardian may agree anew."""
    family = keeper.family_id
    child = join(store, family, 7, Role.CHILD)
    other = join(store, family, 8, Role.CHILD)
    for ward, guardian in ((child, anna), (other, keeper)):
        store.people.entrust(family, ward.person_id, guardian.person_id)
        store.voices.consent(family, ward.person_id, "voice", guardian.user_id, "v1", 4.0)
        store.voices.put(family, StoredVoice(ward.person_id, "campplus", (0.6, 0.8), 20.0, 5.0))
    wards = remove(store, family, anna.person_id, 9.0, actor=KEEPER)
    assert [ward.id for ward in wards] == [child.person_id]
    assert [one.person_id for one in store.voices.of_family(family)] == [other.person_id]
    assert not store.voices.agreed(family, child.person_id, "voice")
    assert store.people.get(family, child.person_id).guardian_id is None
    assert remove(store, family, child.person_id, 9.0, actor=KEEPER) == []
