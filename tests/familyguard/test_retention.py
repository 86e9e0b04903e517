"""Nothing is kept longer than it is of use, and nothing goes before its time."""

import json
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from familyguard.admission import knock
from familyguard.migrations import SEALED
from familyguard.retention import DAY, LIMITS, tidy
from familyguard.store import open_store
from familyguard.store.asked import StoredChallenge
from familyguard.store.privacy import EXPIRY

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/privacy.md"

LIMIT = {limit.what: limit.seconds for limit in LIMITS}


def made_at(store, what, family, at):
    """Something that came into being (or ended, or was due) at that time."""
    match what:
        case "cases":
            store.cases.open(family, 1, "sender", "{}", at)
        case "challenges":
            store.challenges.issue(StoredChallenge("", family, None, None, 1, "p", at, at + 600))
        case "questions":
            person = store.people.of_family(family)[0].id
            store.questions.ask(family, None, person, at)
        case "recordings":
            store.recordings.remember(family, "check", None, None, b"", at)
        case "changes":
            change = store.changes.ask(family, "phone", {}, 1, at - 5, at)
            store.changes.end(family, change.id, at)
        case "audit":
            store.audit.note(family, "test", at)
        case "consents":
            person = store.people.of_family(family)[0].id
            store.voices.consent(family, person, "voice", 1, "v1", at - 5)
            store.voices.withdraw(family, person, at)
        case "invitations":
            store.invitations.create(family, 1, at - 900)
        case "applicants":
            store.accounts.apply(99, family, "Eve", "nl", at)
        case "dialogues":
            store.dialogues.begin(1, family, "pin", at - 60, seconds=60)
        case "tidyings":
            store.tidyings.plan(1, 2, at)
        case "updates":
            store.mailbox.receive(5, json.dumps({}), at)
            store.mailbox.finish(5)
        case _:
            raise AssertionError(what)


TABLES = {"recordings": "heard"}


def count(store, what):
    """Rows of that kind."""
    return store._db.execute(f"select count(*) from {TABLES.get(what, what)}").fetchone()[0]


def family_in(store):
    """A family founded at time 0, without an audit line or an invitation."""
    knock(store, store.invitations.claim(0.0), 1, "Bram", "nl", 0.0)
    for table in ("audit", "invitations"):
        store._db.execute(f"delete from {table}")
    return store.accounts.get(1).family_id


def test_everything_that_grows_old_has_a_limit_with_a_reason():
    """And every limit is one of something that there is."""
    assert set(LIMIT) == set(EXPIRY)
    assert all(len(limit.why) > 20 for limit in LIMITS)


def test_the_limits_are_those_that_were_promised():
    """Cases thirty days, marks of recordings ninety, the log a year, an unanswered knock a day."""
    assert LIMIT["cases"] == LIMIT["challenges"] == 30 * DAY
    assert LIMIT["recordings"] == 90 * DAY
    assert LIMIT["audit"] == 365 * DAY
    assert LIMIT["applicants"] == DAY


@settings(max_examples=60, deadline=None)
@given(
    what=st.sampled_from(sorted(LIMIT)),
    born=st.floats(1_000, 1e9),
    age=st.floats(0, 2 * 365 * DAY),
)
def test_what_is_older_than_its_limit_goes_and_nothing_else(tmp_path_factory, what, born, age):
    """For every kind, at every age."""
    with open_store(tmp_path_factory.mktemp("db") / "f.db") as store:
        made_at(store, what, family_in(store), born)
        assert count(store, what) == 1
        gone = tidy(store, born + age)
        too_old = born < (born + age) - LIMIT[what]
        assert gone == ({what: 1} if too_old else {})
        assert count(store, what) == (0 if too_old else 1)


def test_the_page_about_privacy_names_every_table_and_every_limit(tmp_path):
    """Nothing is stored that docs/privacy.md does not tell, and its days are those of the table."""
    page = PAGE.read_text()
    lines = {line.split("`")[1]: line for line in page.splitlines() if line.startswith("| `")}
    with open_store(tmp_path / "f.db") as store:
        tables = {name for name in store._db.table_names() if not name.startswith("_")}
    # What belongs to the code word is told in one line.
    tables = {name for name in tables if not name.startswith("codeword_")}
    assert tables <= set(lines)
    for limit in LIMITS:
        days = round(limit.seconds / DAY)
        told = {0: "no longer", 1: "1 day", 365: "1 year"}.get(days, f"{days} days")
        assert told in lines[TABLES.get(limit.what, limit.what)], limit.what
    for table in SEALED:
        assert "sealed" in lines[table] or table == "codewords", table


def test_the_sentence_in_chat_has_the_same_days():
    """In both languages: 30 and 90 days, and a year."""
    for language, year in (("en", "a year"), ("nl", "een jaar")):
        text = (ROOT / f"bot/locale/{language}/privacy.po").read_text()
        page = text[text.index('"privacy.page"') : text.index('"privacy.name"')]
        assert all(part in page for part in (" 30 ", " 90 ", year)), language


def test_a_kept_case_and_what_is_open_stay(tmp_path):
    """Kept cases, standing consents, waiting changes, unfinished updates, members."""
    with open_store(tmp_path / "f.db") as store:
        family = family_in(store)
        person = store.people.of_family(family)[0].id
        case = store.cases.open(family, 1, "sender", "{}", 1.0)
        store.cases.keep(family, case.id, True)
        store.voices.consent(family, person, "voice", 1, "v1", 1.0)
        store.changes.ask(family, "phone", {}, 1, 1.0, 2.0)
        store.mailbox.receive(5, "{}", 1.0)
        store.dialogues.begin(1, family, "pin", 1.0)
        assert tidy(store, 100 * 365 * DAY) == {}
        assert store.cases.get(family, case.id) is not None
        assert store.accounts.get(1) is not None


def test_what_went_is_gone_from_the_write_ahead_log_too(tmp_path):
    """Not only from the table."""
    with open_store(tmp_path / "f.db") as store:
        family = family_in(store)
        store.cases.open(family, 1, "sender-mark", "{}", 1.0)
        tidy(store, 1e9)
        assert not any(b"sender-mark" in file.read_bytes() for file in tmp_path.iterdir())
