"""How the database came to look as it does.  A migration that was released is never edited.

Columns whose values are sealed are of type blob and listed in `SEALED`; so that key rotation finds
them, each such table has a column `family_id` or belongs to no family, and a primary key.
"""

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

migrations = Migrations("familyguard")

SEALED: dict[str, tuple[str, tuple[str, ...]]] = {
    "families": ("id", ("name", "greeting", "payee_key")),
    "persons": ("id", ("name", "phone")),
    "accounts": ("user_id", ("display",)),
    "applicants": ("user_id", ("display",)),
    "voiceprints": ("id", ("print",)),
    "codewords": ("family_id", ("tags",)),
    "challenges": ("id", ("phrase",)),
    "cases": ("id", ("state",)),
    "questions": ("id", ("messages",)),
    "heard": ("id", ("fingerprint",)),
    "changes": ("id", ("data",)),
    "audit": ("id", ("detail",)),
    "dialogues": ("user_id", ("data",)),
    "updates": ("update_id", ("body",)),
    "answers": ("id", ("result",)),
    "evidence": ("id", ("body",)),
    "reminders": ("id", ("data",)),
}
"""Table: (primary key, sealed columns)."""


@migrations()
def members_and_invitations(db: Database) -> None:
    """Who may use the bot, and the codes that let someone in.  No names, no codes in clear."""
    db.table("members").create(
        {"user_id": int, "language": str, "joined_at": float},
        pk="user_id",
        not_null={"language", "joined_at"},
        strict=True,
    )
    db.table("invitations").create(
        {
            "code_hash": str,
            "created_at": float,
            "expires_at": float,
            "used_at": float,
            "used_by": int,
        },
        pk="code_hash",
        not_null={"code_hash", "created_at"},
        strict=True,
    )


FAMILY = "family_id text not null references families (id) on delete cascade"
PERSON = "person_id text not null references persons (id) on delete cascade"


@migrations()
def families(db: Database) -> None:
    """Families, their persons and accounts, and everything that belongs to them.

    Who was let in before families existed becomes one family: the first is its keeper.
    """
    for statement in _FAMILIES:
        db.execute(statement)
    former = db.execute(
        "select user_id, language, joined_at from members order by joined_at, user_id"
    ).fetchall()
    if former:
        db.execute(
            "insert into families (id, language, created_at) values ('first', ?, ?)",
            [former[0][1], former[0][2]],
        )
    for place, (user_id, language, joined_at) in enumerate(former):
        role = "adult" if place else "keeper"
        person = f"first-{place}"
        db.execute(
            "insert into persons (id, family_id, role, joined_at) values (?, 'first', ?, ?)",
            [person, role, joined_at],
        )
        db.execute(
            "insert into accounts (user_id, family_id, person_id, language, joined_at)"
            " values (?, 'first', ?, ?, ?)",
            [user_id, person, language, joined_at],
        )
    db.execute("drop table members")
    # Open codes were good for minutes; whoever holds one asks for a new one.
    db.execute("drop table invitations")
    db.execute("alter table new_invitations rename to invitations")


_FAMILIES = (
    """create table families (
        id text primary key, name blob, language text not null, country text,
        created_at real not null, greeting blob, payee_key blob,
        pin_salt blob, pin_tag blob, pin_set_at real,
        frozen_until real, setup_step text, reminded_at real
    ) strict""",
    f"""create table persons (
        id text primary key, {FAMILY}, name blob, phone blob, phone_set_at real,
        role text not null check (role in ('keeper', 'adult', 'member', 'child')),
        guardian_id text references persons (id) on delete set null,
        joined_at real not null
    ) strict""",
    f"""create table accounts (
        user_id integer primary key, {FAMILY}, {PERSON},
        display blob, language text not null, joined_at real not null
    ) strict""",
    """create table new_invitations (
        code_hash text primary key, family_id text references families (id) on delete cascade,
        made_by integer, created_at real not null, expires_at real,
        used_by integer, used_at real, revoked_at real
    ) strict""",
    f"""create table applicants (
        user_id integer primary key, {FAMILY}, display blob, language text not null,
        asked_at real not null
    ) strict""",
    f"""create table consents (
        id text primary key, {FAMILY}, {PERSON}, kind text not null, given_by integer not null,
        given_at real not null, wording text not null, withdrawn_at real
    ) strict""",
    f"""create table voiceprints (
        id text primary key, {FAMILY}, {PERSON}, model text not null, print blob not null,
        made_at real not null, unique (person_id, model)
    ) strict""",
    """create table codewords (
        family_id text primary key references families (id) on delete cascade,
        tags blob not null, language text not null,
        set_by integer not null, set_at real not null, used_at real, rotate_why text
    ) strict""",
    f"""create table attempts (
        {FAMILY}, subject text not null, state text not null, primary key (family_id, subject)
    ) strict, without rowid""",
    f"""create table cases (
        id text primary key, {FAMILY}, opened_by integer not null, sender text not null,
        opened_at real not null, touched_at real not null, closed_at real,
        kept integer not null default 0, state blob not null,
        card_chat integer, card_message integer
    ) strict""",
    f"""create table challenges (
        id text primary key, {FAMILY}, case_id text references cases (id) on delete cascade,
        person_id text references persons (id) on delete set null, asked_by integer not null,
        phrase blob not null, created_at real not null, expires_at real not null,
        answered_at real, outcome text
    ) strict""",
    f"""create table questions (
        id text primary key, {FAMILY}, case_id text references cases (id) on delete cascade,
        {PERSON}, asked_at real not null, messages blob, answered_at real, answered_by integer,
        answer text check (answer in ('yes', 'not_me'))
    ) strict""",
    f"""create table heard (
        id text primary key, {FAMILY}, what text not null, unique_id text, sha256 text,
        fingerprint blob, heard_at real not null,
        heard_from integer, origin text, sent_at real
    ) strict""",
    f"""create table changes (
        id text primary key, {FAMILY}, kind text not null, data blob not null,
        asked_by integer not null, asked_at real not null, due_at real not null,
        confirmed_by integer, stopped_by integer, ended_at real
    ) strict""",
    f"""create table audit (
        id text primary key, {FAMILY}, at real not null, actor integer, act text not null,
        detail blob
    ) strict""",
    f"""create table payees (
        {FAMILY}, mark blob not null, primary key (family_id, mark)
    ) strict, without rowid""",
    """create table dialogues (
        user_id integer primary key, family_id text references families (id) on delete cascade,
        topic text not null, data blob not null, since real not null, until real
    ) strict""",
    """create table tidyings (
        chat_id integer not null, message_id integer not null, due_at real not null,
        primary key (chat_id, message_id)
    ) strict, without rowid""",
    """create table updates (
        update_id integer primary key, body blob, received_at real not null,
        tries integer not null default 0
    ) strict""",
    """create table answers (
        id text primary key, update_id integer not null references updates (update_id)
        on delete cascade, result blob
    ) strict""",
    *(
        f"create index {table}_of_family on {table} (family_id)"
        for table in (
            "persons",
            "accounts",
            "consents",
            "voiceprints",
            "cases",
            "challenges",
            "questions",
            "heard",
            "changes",
            "audit",
        )
    ),
)


@migrations()
def evidence_and_reminders(db: Database) -> None:
    """Originals that are kept with a case, and what members asked to get by themselves."""
    for statement in _EVIDENCE:
        db.execute(statement)


_EVIDENCE = (
    f"""create table evidence (
        id text primary key, {FAMILY},
        case_id text not null references cases (id) on delete cascade,
        kept_at real not null, body blob not null
    ) strict""",
    f"""create table reminders (
        id text primary key, {FAMILY}, user_id integer not null, kind text not null,
        due_at real, data blob not null
    ) strict""",
    "create index evidence_of_case on evidence (case_id)",
)
