"""Originals that are kept with a case: sealed, counted, and gone with whatever they belong to."""

import pytest

from familyguard.admission import knock
from familyguard.privacy import forget_family
from familyguard.retention import DAY, tidy
from familyguard.store import evidence, open_store, rotate_keys

MEMO = b"OggS the sound of a voice"


@pytest.fixture
def store(tmp_path):
    """A store with one keeper."""
    with open_store(tmp_path / "f.db") as opened:
        knock(opened, opened.invitations.claim(1.0), 7, "Anna", "en", 1.0)
        yield opened


@pytest.fixture
def family(store):
    """Its family."""
    return store.accounts.get(7).family_id


@pytest.fixture
def case(store, family):
    """A case of the keeper's."""
    return store.cases.open(family, 7, "sender", "{}", 10.0).id


def files(store):
    """What lies in the folder."""
    return sorted(store.evidence.folder.iterdir()) if store.evidence.folder.exists() else []


def test_it_comes_back_byte_for_byte_and_lies_sealed_under_a_random_name(store, family, case):
    """Nobody without the keys reads it, and its name says nothing."""
    name = store.evidence.put(family, case, MEMO, 11.0)
    assert store.evidence.read(family, name) == MEMO
    (path,) = files(store)
    assert MEMO not in path.read_bytes()
    assert case not in path.name
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


def test_another_family_finds_nothing(store, family, case):
    """Neither to read nor to delete nor to add to."""
    name = store.evidence.put(family, case, MEMO, 11.0)
    other = store.families.found("en", 1.0).id
    assert store.evidence.read(other, name) is None
    store.evidence.drop(other, [name])
    assert store.evidence.read(family, name) == MEMO
    with pytest.raises(KeyError):
        store.evidence.put(other, case, MEMO, 12.0)


def test_it_is_gone_with_its_case(store, family, case):
    """The row by the database, the file by the sweep."""
    store.evidence.put(family, case, MEMO, 11.0)
    store.cases.delete(family, case)
    store.clean()
    assert files(store) == []
    assert store.cases.get(family, case) is None


def test_it_is_gone_with_the_family(store, family, case):
    """/forget of whoever is alone, at once."""
    store.evidence.put(family, case, MEMO, 11.0)
    forget_family(store, family)
    assert files(store) == []


def test_it_stays_as_long_as_the_case_is_kept_and_goes_with_it_by_age(store, family, case):
    """Retention takes the case and the file together."""
    name = store.evidence.put(family, case, MEMO, 11.0)
    store.cases.keep(family, case, True)
    tidy(store, 400 * DAY)
    assert store.evidence.read(family, name) == MEMO
    store.cases.keep(family, case, False)
    tidy(store, 400 * DAY)
    assert files(store) == []


def test_a_case_holds_no_more_than_can_be_packed(store, family, case, monkeypatch):
    """In bytes and in files."""
    monkeypatch.setattr(evidence, "MAX_BYTES", 2 * len(MEMO))
    monkeypatch.setattr(evidence, "MAX_FILES", 2)
    store.evidence.put(family, case, MEMO, 11.0)
    with pytest.raises(evidence.TooMuch):
        store.evidence.put(family, case, MEMO + b"+", 12.0)
    store.evidence.put(family, case, b"", 12.0)
    with pytest.raises(evidence.TooMuch):
        store.evidence.put(family, case, b"", 13.0)


def test_new_keys_for_the_database_leave_it_readable(tmp_path):
    """Each file has a key of its own, which is sealed anew."""
    path = tmp_path / "f.db"
    with open_store(path) as store:
        knock(store, store.invitations.claim(1.0), 7, "Anna", "en", 1.0)
        family = store.accounts.get(7).family_id
        case = store.cases.open(family, 7, "sender", "{}", 10.0).id
        name = store.evidence.put(family, case, MEMO, 11.0)
    rotate_keys(path)
    with open_store(path) as store:
        assert store.evidence.read(family, name) == MEMO


def test_reminders_are_one_of_a_kind_and_due_in_order(store, family):
    """A new wish takes the place of the former one; what has no time is never due."""
    store.reminders.put(7, family, "tip", 50.0)
    store.reminders.put(7, family, "tip", 90.0)
    store.reminders.put(7, family, "drill", 40.0, day=3, hour=10)
    store.reminders.put(7, family, "named", None)
    assert [(one.kind, one.due_at) for one in store.reminders.due(100.0)] == [
        ("drill", 40.0),
        ("tip", 90.0),
    ]
    assert store.reminders.get(7, "drill").data == {"day": 3, "hour": 10}
    assert [one.kind for one in store.reminders.of_family(family, "named")] == ["named"]
    assert store.reminders.drop(7, "tip")
    assert not store.reminders.drop(7, "tip")
