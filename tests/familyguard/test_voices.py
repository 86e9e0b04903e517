"""Taking a voice back leaves nothing of it; a change that ended keeps only whom it was about."""

import json

import pytest

from familyguard.store import Store, open_store
from familyguard.store.voices import ENROLMENT, StoredVoice
from tests.bot.houses import let_in


@pytest.fixture
def store(tmp_path) -> Store:
    """A family of the accounts 1 and 2."""
    with open_store(tmp_path / "familyguard.db") as opened:
        let_in(opened, 1, 2)
        yield opened


def test_taking_a_voice_back_ends_what_was_still_being_made(store):
    """Prints, a change that waits and a running enrolment go; those of others stay."""
    for user_id in (1, 2):
        account = store.accounts.get(user_id)
        family, person = account.family_id, account.person_id
        store.voices.consent(family, person, "voice", user_id, "w", 1.0)
        store.voices.put(family, StoredVoice(person, "campplus", (1.0, 0.0), 30.0, 2.0))
        store.changes.ask(family, "voice", {"embedding": [0.5]}, user_id, 3.0, 99.0)
        store.changes.ask(family, "call_back_number", {"phone": "x"}, user_id, 3.0, 99.0)
        store.dialogues.begin(user_id, family, ENROLMENT, 4.0, prints=[0.5])
    account = store.accounts.get(2)
    store.voices.withdraw(account.family_id, account.person_id, 5.0)
    assert [one.person_id for one in store.voices.of_family(account.family_id)] == [
        store.accounts.get(1).person_id
    ]
    waiting = [(one.kind, one.asked_by) for one in store.changes.waiting(account.family_id)]
    assert sorted(waiting) == [("call_back_number", 1), ("call_back_number", 2), ("voice", 1)]
    assert store.dialogues.of(2, 6.0) is None
    assert store.dialogues.of(1, 6.0) is not None


def test_another_conversation_is_not_ended_with_the_voice(store):
    """Who is about to type a PIN may go on."""
    account = store.accounts.get(2)
    store.dialogues.begin(2, account.family_id, "pin.ask", 4.0)
    store.voices.withdraw(account.family_id, account.person_id, 5.0)
    assert store.dialogues.of(2, 6.0) is not None


def test_a_change_that_ended_forgets_what_it_brought(store):
    """A number or a voiceprint is not kept a second time; the person stays, for the log."""
    account = store.accounts.get(2)
    family = account.family_id
    content = {"person": account.person_id, "embedding": [0.5]}
    asked = store.changes.ask(family, "voice", content, 2, 3.0, 99.0)
    assert store.changes.end(family, asked.id, 4.0, stopped_by=1)
    ended = store.changes.get(family, asked.id)
    assert json.dumps(ended.data) == json.dumps({"person": account.person_id})
    assert (ended.stopped_by, ended.ended_at) == (1, 4.0)
    assert not store.changes.end(family, asked.id, 5.0)
    assert not store.changes.end("another family", asked.id, 5.0)


def test_a_child_is_entrusted_within_its_own_family_only(store):
    """The guardian may consent for it; another family's name for a row changes nothing."""
    account, keeper = store.accounts.get(2), store.accounts.get(1)
    store.people.entrust("another family", account.person_id, keeper.person_id)
    assert store.people.get(account.family_id, account.person_id).guardian_id is None
    store.people.entrust(account.family_id, account.person_id, keeper.person_id)
    found = store.people.get(account.family_id, account.person_id)
    assert found.guardian_id == keeper.person_id
