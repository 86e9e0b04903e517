"""What was open when a back-up was made, and must not go on where it is put back."""

from familyguard.store.room import Room


class Restoring(Room):
    """Ends what nobody waits for any more."""

    def end_open(self, family: str, outcome: str, now: float, but: str) -> None:
        """One-time phrases, changes, applicants and conversations of a family are over.

        A change that somebody stopped since would else be made at once, its day being long past.
        The kind `but` stays as it is.
        """
        with self._db.atomic():
            self._db.execute(
                "update challenges set answered_at = ?, outcome = ?"
                " where family_id = ? and answered_at is null",
                [now, outcome, family],
            )
            self._db.execute(
                "delete from changes where family_id = ? and ended_at is null and kind <> ?",
                [family, but],
            )
            for statement in (
                "delete from applicants where family_id = ?",
                "delete from dialogues where family_id = ?",
            ):
                self._db.execute(statement, [family])

    def end_codes(self, now: float) -> None:
        """Every claim and invitation is void, and messages that were in hand are not handled."""
        with self._db.atomic():
            self._db.execute(
                "update invitations set revoked_at = ? where used_by is null"
                " and revoked_at is null",
                [now],
            )
            self._db.execute("delete from answers")
            self._db.execute("update updates set body = null")
