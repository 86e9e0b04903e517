"""What is stored about one person, across all tables, and its erasure; and what has grown old."""

import json
from typing import Any

from familyguard.store.room import Room

EXPIRY: dict[str, str] = {
    "cases": "delete from cases where kept = 0 and touched_at < ?",
    "challenges": "delete from challenges where created_at < ?",
    "questions": "delete from questions where asked_at < ?",
    "recordings": "delete from heard where heard_at < ?",
    "changes": "delete from changes where ended_at < ?",
    "audit": "delete from audit where at < ?",
    "consents": "delete from consents where withdrawn_at < ?",
    "invitations": "delete from invitations where coalesce(used_at, expires_at) < ?",
    "applicants": "delete from applicants where asked_at < ?",
    "dialogues": "delete from dialogues where until < ?",
    "tidyings": "delete from tidyings where due_at < ?",
    "updates": "delete from updates where body is null and received_at < ?",
}
"""What there is to forget, by its name in `familyguard.retention`."""


class Privacy(Room):
    """The traces that a person leaves beside their own rows.

    `accounts` are the Telegram ids of that person, all of one family.
    """

    def cases(self, family: str, accounts: list[int]) -> list[tuple[str, float, bool, str]]:
        """(name, time of opening, whether it is kept, state) of the cases that they opened."""
        rows = self._all(_CASES.format(theirs=_marks(accounts)), [family, *accounts])
        return [
            (key, opened_at, bool(kept), self._open(state, "cases", "state", key, family))
            for key, opened_at, kept, state in rows
        ]

    def challenges(self, family: str, accounts: list[int]) -> list[tuple[float, str | None]]:
        """(time, outcome) of the one-time phrases that they asked for."""
        return self._all(_CHALLENGES.format(theirs=_marks(accounts)), [family, *accounts])

    def questions(self, family: str, person: str) -> list[tuple[float, str | None]]:
        """(time, answer) of the questions whether it was they who asked for money."""
        return self._all(
            "select asked_at, answer from questions where family_id = ? and person_id = ?"
            " order by asked_at, id",
            [family, person],
        )

    def recordings(self, family: str) -> int:
        """How many marks of recordings the family has; they do not say whose they are."""
        return int(self._one("select count(*) from heard where family_id = ?", [family])[0])

    def erase(self, family: str, person: str, accounts: list[int]) -> None:
        """Take their traces away; what others did stays, and what they did has no name any more.

        Their own rows (person, accounts, voiceprints, consents) are not touched here.
        """
        theirs = _marks(accounts)
        with self._db.atomic():
            for statement in _ERASE:
                self._db.execute(statement.format(theirs=theirs), [family, *accounts])
            for statement in _ERASE_ANYWHERE:
                self._db.execute(statement.format(theirs=theirs), accounts)
            for user_id in accounts:
                # Counted attempts, at the code word («7») and at the PIN («pin:7»).
                self._db.execute(
                    "delete from attempts where family_id = ?"
                    " and (subject = ? or subject like '%:' || ?)",
                    [family, str(user_id), str(user_id)],
                )
            self._unname(family, person)
            self.unvoice(family, person, unname=True)

    def unvoice(self, family: str, person: str, *, unname: bool = False) -> None:
        """Take how alike a voice was to this person's out of the cases of others.

        What was found stays, so no case becomes calmer.  With `unname` nothing says any more whom
        it was compared with either.
        """
        rows = self._all("select id, state from cases where family_id = ?", [family])
        for key, sealed in rows:
            text = self._open(sealed, "cases", "state", key, family)
            if person in text:
                rest = _without_scores(text, person)
                rest = rest.replace(person, "") if unname else rest
                state = self._seal(rest, "cases", "state", key, family)
                self._write("update cases set state = ? where id = ?", [state, key])

    def _unname(self, family: str, person: str) -> None:
        """What the log and waiting changes say about them, whose own row is gone or goes."""
        for table, column in (("audit", "detail"), ("changes", "data")):
            rows = self._all(
                f"select id, {column} from {table} where family_id = ?",  # noqa: S608 – from above
                [family],
            )
            for key, sealed in rows:
                if person not in self._open(sealed, table, column, key, family):
                    continue
                if table == "changes":
                    self._write("delete from changes where id = ?", [key])
                else:
                    empty = self._seal("{}", table, column, key, family)
                    self._write("update audit set detail = ? where id = ?", [empty, key])

    def expire(self, what: str, before: float) -> int:
        """Forget `what` (a key of EXPIRY) of all families from before then; how many rows."""
        return self._write(EXPIRY[what], [before])


_CASES = (
    "select id, opened_at, kept, state from cases where family_id = ? and opened_by in {theirs}"
    " order by opened_at, id"
)

_CHALLENGES = (
    "select created_at, outcome from challenges where family_id = ? and asked_by in {theirs}"
    " order by created_at, id"
)

_ERASE = (
    # What others were asked about these cases they may still answer.
    (
        "update questions set case_id = null where family_id = ?"
        " and case_id in (select id from cases where opened_by in {theirs})"
    ),
    "delete from cases where family_id = ? and opened_by in {theirs}",
    "delete from challenges where family_id = ? and asked_by in {theirs}",
    "update questions set answered_by = null where family_id = ? and answered_by in {theirs}",
    "delete from changes where family_id = ? and asked_by in {theirs}",
    "update changes set confirmed_by = null where family_id = ? and confirmed_by in {theirs}",
    "update changes set stopped_by = null where family_id = ? and stopped_by in {theirs}",
    "update audit set actor = null where family_id = ? and actor in {theirs}",
    "update heard set heard_from = null where family_id = ? and heard_from in {theirs}",
    "update consents set given_by = 0 where family_id = ? and given_by in {theirs}",
    "update codewords set set_by = 0 where family_id = ? and set_by in {theirs}",
    # Erased rather than unnamed: a code without its user would be open once more.
    "delete from invitations where family_id = ? and used_by in {theirs}",
    "update invitations set made_by = null where family_id = ? and made_by in {theirs}",
)

_ERASE_ANYWHERE = (
    "delete from invitations where family_id is null and used_by in {theirs}",
    "delete from dialogues where user_id in {theirs}",
    "delete from applicants where user_id in {theirs}",
    "delete from tidyings where chat_id in {theirs}",
    "delete from reminders where user_id in {theirs}",
)


def _without_scores(text: str, person: str) -> str:
    """The state of a case without the scores of one person's voice."""
    try:
        state = json.loads(text)
    except ValueError:
        return text
    if not isinstance(state, dict) or not isinstance(state.get("voices"), list):
        return text
    state["voices"] = [
        {whose: score for whose, score in scores.items() if whose != person}
        for scores in state["voices"]
    ]
    return json.dumps(state, ensure_ascii=False)


def _marks(values: list[Any]) -> str:
    return f"({', '.join('?' * len(values))})"
