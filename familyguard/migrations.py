"""How the database came to look as it does.  A migration that was released is never edited."""

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

migrations = Migrations("familyguard")


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
