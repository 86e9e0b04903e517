"""A back-up that is put back brings nothing back that was erased since (rows 4, 13 and 21)."""

import json
import stat
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.words.codewords import UNLOCKING, WHOLE_FAMILY
from familyguard.admission import Knock, knock, remove
from familyguard.backup import make
from familyguard.changes import WAIT_SECONDS, Kind
from familyguard.codeword import CHEAP_COST_FOR_TESTS, Attempts, Hasher, keys_of
from familyguard.erased import FILE_NAME, Condition, Erased, What, condition, damaged
from familyguard.family import Role
from familyguard.keys import Keys
from familyguard.privacy import forget_family, withdraw_voice
from familyguard.resettle import RESTORED
from familyguard.restore import check, restore
from familyguard.store import Store, open_store
from familyguard.store.asked import StoredChallenge
from familyguard.store.codewords import SHARED, StoredCodeWord
from familyguard.store.voices import StoredVoice
from tests.bot.houses import let_in

MADE, LATER, NOW = 1_790_000_000.0, 1_790_100_000.0, 1_790_200_000.0
KEYS = Keys({1: bytes(range(32))}, bytes(range(32, 64)))


@pytest.fixture
def home(tmp_path):
    """A data folder with a family of three in it; the database's path."""
    database = tmp_path / "data" / "familyguard.db"
    with open_store(database) as store:
        let_in(store, 1, 2, 3)
    return database


def put_back(home, file, now=NOW):
    """Put `file` back on this machine; the open store, and what came of it."""
    with Store(home, keys(home)) as store:
        held = store.keys
    tried, _ = restore(file, held, home, now, replace=True)
    return Store(home, held), tried.settled


def keys(home):
    """The keys beside the database."""
    with open_store(home) as store:
        return store.keys


def backed_up(home, tmp_path):
    """A back-up of the family as it is."""
    return make(home, keys(home), tmp_path / "usb", MADE)


def set_word(store, family, words, version=1):
    """The family agrees on a code word."""
    with Hasher(store.keys.derived("code word"), CHEAP_COST_FOR_TESTS) as hasher:
        tags = hasher.tags(keys_of(words, "en"), family, version)
    store.codewords.put(family, StoredCodeWord(tags, "en", 1, MADE))


def test_attack_21_a_removed_member_does_not_come_back(home, tmp_path):
    """Row 21: their account may write to the bot no more, whatever the back-up says."""
    file = backed_up(home, tmp_path)
    with open_store(home) as store:
        account = store.accounts.get(3)
        remove(store, account.family_id, account.person_id, LATER, actor=1)
    store, settled = put_back(home, file)
    with store:
        assert store.accounts.get(3) is None
        assert store.accounts.get(2) is not None
        assert (settled.people, settled.gone) == (1, 1)
        assert settled.listed is Condition.WHOLE
        assert len(store.people.of_family(account.family_id)) == 2


def test_attack_4_a_voice_that_was_taken_back_stays_destroyed(home, tmp_path):
    """A consent of before the withdrawal lets nobody be known again; a newer one would."""
    with open_store(home) as store:
        account = store.accounts.get(2)
        family, person = account.family_id, account.person_id
        store.voices.consent(family, person, "voice", 2, "test", MADE - 1)
        store.voices.put(family, StoredVoice(person, "m", (1.0,), 30.0, MADE - 1))
    file = backed_up(home, tmp_path)
    with open_store(home) as store:
        assert withdraw_voice(store, account, person, LATER)
    store, settled = put_back(home, file)
    with store:
        assert store.voices.of_family(family) == []
        assert not store.voices.agreed(family, person, "voice")
        assert settled.voices == 1
        store.voices.consent(family, person, "voice", 2, "test", NOW)
        store.voices.put(family, StoredVoice(person, "m", (1.0,), 30.0, NOW))
    store, settled = put_back(home, make(home, keys(home), tmp_path / "usb", NOW), NOW + 60)
    with store:
        assert len(store.voices.of_family(family)) == 1
        assert settled.voices == 0


@pytest.mark.parametrize("since", ["replaced", "leaked", "nothing", "removed"])
def test_attack_2_a_code_word_that_was_replaced_or_leaked_since_is_due(home, tmp_path, since):
    """Row 2: whoever read it in a chat must not find it in force for good."""
    with open_store(home) as store:
        family = store.families.all()[0].id
        set_word(store, family, "purple elephant")
    file = backed_up(home, tmp_path)
    with open_store(home) as store:
        if since == "replaced":
            set_word(store, family, "wooden lantern", 2)
        elif since == "leaked":
            store.codewords.ask_to_rotate(family, "leaked")
        elif since == "removed":
            store.codewords.remove(family)
    store, settled = put_back(home, file)
    with store:
        word = store.codewords.get(family)
        if since == "removed":
            assert (word, settled.words) == (None, 1)
        else:
            assert word.rotate_why == (None if since == "nothing" else "restored")
            assert settled.due == (since != "nothing")


def test_attack_6_a_freeze_of_after_the_back_up_holds_on(home, tmp_path):
    """Row 6: somebody is talking the keeper round, and the server breaks in the middle of it."""
    file = backed_up(home, tmp_path)
    with open_store(home) as store:
        family = store.families.all()[0].id
        store.families.freeze(family, NOW + 3600)
    store, _ = put_back(home, file)
    with store:
        assert store.families.get(family).is_frozen(NOW + 3599)
        assert not store.families.get(family).is_frozen(NOW + 3601)
    later = make(home, keys(home), tmp_path / "usb", NOW + 9000)
    store, _ = put_back(home, later, NOW + 9000)
    with store:
        assert not store.families.get(family).is_frozen(NOW + 9000)


@pytest.mark.parametrize("subject", ["2", "family", "unlocking"])
@pytest.mark.parametrize("since", ["locked", "opened", "before"])
def test_attack_5_a_lock_of_after_the_back_up_is_closed_again(home, tmp_path, subject, since):
    """Row 5: a guesser must get no new tries; who opened it meanwhile opens it once more.  What was
    opened before the back-up stays open."""

    def lock(at):
        state = Attempts(10, at, locked=True)
        store.codewords.count(family, subject, json.dumps(asdict(state)))

    with open_store(home) as store:
        family = store.families.all()[0].id
        set_word(store, family, "purple elephant")
        if since == "before":
            lock(MADE - 5)
            store.codewords.forget_attempts(family)
    file = backed_up(home, tmp_path)
    with open_store(home) as store:
        if since != "before":
            lock(LATER)
        if since == "opened":
            store.codewords.forget_attempts(family)
    store, _ = put_back(home, file)
    with store:
        kept = store.codewords.attempts(family, subject)
        assert (kept is not None and Attempts(**json.loads(kept)).locked) == (since != "before")


def test_the_subjects_of_attempts_are_those_that_the_bot_counts():
    """Else a lock would be listed under one name and looked up under another."""
    assert SHARED == (WHOLE_FAMILY, UNLOCKING)


def test_attack_13_what_was_open_then_opens_nothing_now(home, tmp_path):
    """Row 13: claims, invitations, applicants, challenges, waiting changes and conversations."""
    with open_store(home) as store:
        family = store.families.all()[0].id
        claim = store.invitations.claim(MADE)
        code = store.invitations.create(family, 1, MADE, seconds=None)
        other = store.invitations.create(family, 1, MADE)
        assert knock(store, other, 66, "Eve", "en", MADE) is Knock.WAITING
        store.changes.ask(family, "second_account", {"user_id": 66}, 1, MADE, MADE + 5)
        store.challenges.issue(
            StoredChallenge("", family, None, None, 2, "red boat 4 2", MADE, NOW + 9)
        )
        store.dialogues.begin(2, family, "pin.new", MADE, None)
    store, _ = put_back(home, backed_up(home, tmp_path))
    with store:
        for one in (claim, code):
            assert knock(store, one, 77, "Mallory", "en", NOW) is Knock.REFUSED
        assert store.accounts.applicants(family) == []
        assert store.changes.waiting(family) == []
        assert store.challenges.unanswered(family, 2) == []
        assert store.dialogues.of(2, NOW) is None


def test_attack_7_a_restore_gives_no_suspended_account_back_and_removes_nobody_at_once(
    home, tmp_path
):
    """Row 7: a removal that waited when the copy was made waits a whole day from now on."""
    with open_store(home) as store:
        account = store.accounts.get(2)
        family, data = account.family_id, {"person": account.person_id}
        store.changes.ask(family, Kind.REMOVAL, data, 1, MADE - 9.0, MADE + 5.0)
        store.changes.ask(family, Kind.ROLE, data | {"role": "keeper"}, 1, MADE, MADE + 9.0)
    store, _ = put_back(home, backed_up(home, tmp_path))
    with store:
        (waiting,) = store.changes.waiting(family)
        assert waiting.kind == Kind.REMOVAL
        assert waiting.due_at == NOW + WAIT_SECONDS


def test_a_family_that_was_deleted_stays_deleted(home, tmp_path):
    """With everyone in it; the other family of the same bot comes back."""
    file = backed_up(home, tmp_path)
    with open_store(home) as store:
        forget_family(store, store.families.all()[0].id)
        let_in(store, 8, 9)
    store, settled = put_back(home, file)
    with store:
        assert store.families.all() == []
        assert settled.people == 3
        assert store.is_empty()


def test_somebody_decides_though_the_keeper_of_then_has_left(home, tmp_path):
    """Whoever became keeper since is an adult in the back-up; without a keeper nobody could act."""
    file = backed_up(home, tmp_path)
    with open_store(home) as store:
        first, second = store.accounts.get(1), store.accounts.get(2)
        store.people.appoint(first.family_id, second.person_id, Role.KEEPER)
        remove(store, first.family_id, first.person_id, LATER, actor=None)
    store, _ = put_back(home, file)
    with store:
        roles = {store.accounts.get(user).role for user in (2, 3)}
        assert roles == {Role.KEEPER, Role.ADULT}


def test_a_machine_without_the_list_still_ends_what_was_open(home, tmp_path):
    """A new machine cannot know who left; its keepers are told to look."""
    file = backed_up(home, tmp_path)
    with open_store(home) as store:
        account, held = store.accounts.get(3), store.keys
        remove(store, account.family_id, account.person_id, LATER, actor=1)
    elsewhere = tmp_path / "new" / "familyguard.db"
    elsewhere.parent.mkdir()
    tried, _ = restore(file, held, elsewhere, NOW)
    assert (tried.settled.gone, tried.settled.listed) == (0, Condition.NONE)
    assert not elsewhere.with_name(FILE_NAME).exists()
    with Store(elsewhere, held) as store:
        assert store.accounts.get(3) is not None
        lines = store.audit.lines(account.family_id)
        assert (lines[-1].act, lines[-1].detail) == (RESTORED, {"made_at": MADE})


def test_a_test_restore_leaves_the_list_and_the_database_alone(home, tmp_path):
    """It may be done any night, while the bot is running."""
    file = backed_up(home, tmp_path)
    with open_store(home) as store:
        account, held = store.accounts.get(3), store.keys
        remove(store, account.family_id, account.person_id, LATER, actor=1)
    before = home.with_name(FILE_NAME).read_bytes()
    assert check(file, held, home).settled.gone == 0
    assert home.with_name(FILE_NAME).read_bytes() == before


def test_attack_4_the_list_tells_a_thief_nothing(home):
    """Row 4: keyed hashes, no names, no numbers; for this account alone."""
    with open_store(home) as store:
        account, held = store.accounts.get(3), store.keys
        remove(store, account.family_id, account.person_id, LATER, actor=1)
    path = home.with_name(FILE_NAME)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    content = path.read_text()
    for word in ("Person", account.person_id, account.family_id, "person"):
        assert word not in content
    assert all(len(mark) == 64 for mark in json.loads(content))
    person = (What.PERSON, account.family_id, account.person_id)
    assert person in Erased(path, held)
    assert person not in Erased(path, KEYS)


def test_a_damaged_list_or_a_full_disk_stops_no_erasure(tmp_path, caplog):
    """Whoever wants to be forgotten is forgotten; the list is a second fence, and the log tells."""
    path = tmp_path / "none" / FILE_NAME
    Erased(path, KEYS).note(What.PERSON, "f", "p")
    assert not path.exists()
    assert "erased_not_listed" in caplog.text
    path.parent.mkdir()
    assert condition(path) is Condition.NONE
    path.write_text("[broken")
    erased = Erased(path, KEYS)
    assert (What.PERSON, "f", "p") not in erased
    erased.note(What.PERSON, "f", "p")
    assert (What.PERSON, "f", "p") in erased
    assert "erased_list_damaged" in caplog.text


@pytest.mark.parametrize("content", ["", "[broken", "[]", '{"mark": "soon"}'])
def test_attack_21_a_damaged_list_is_kept_and_named_and_never_overwritten(
    home, tmp_path, content, caplog
):
    """Row 21: else whoever was removed would come back, and nobody could see why."""
    file, path = backed_up(home, tmp_path), home.with_name(FILE_NAME)
    path.write_text(content)
    _, settled = put_back(home, file)
    assert settled.listed is Condition.DAMAGED
    for number in (1, 2):
        path.write_text(content)
        assert damaged(path) == path
        with open_store(home) as store:
            account = store.accounts.get(1 + number)
            remove(store, account.family_id, account.person_id, LATER, actor=1)
            assert (What.PERSON, account.family_id, account.person_id) in store.erased
        assert path.with_name(f"erased-damaged-{number}.json").read_text() == content
    assert condition(path) is Condition.DAMAGED
    assert damaged(path) == path.with_name("erased-damaged-1.json")
    assert caplog.text.count("erased_list_damaged") == 2


NAMES = st.text("ab:1", max_size=3)


@given(st.lists(st.tuples(NAMES, NAMES), max_size=6, unique=True))
def test_no_two_subjects_share_a_mark(tmp_path_factory, subjects):
    """One who left must never take another one along."""
    path = tmp_path_factory.mktemp("list") / FILE_NAME
    erased = Erased(path, KEYS)
    *listed, last = [*subjects, ("other", "one")]
    for family, person in listed:
        erased.note(What.PERSON, family, person)
    assert all((What.PERSON, *one) in erased for one in listed)
    assert (What.PERSON, *last) not in erased
    assert (What.VOICE, "other", "one") not in erased
