"""Cases, and what belongs to them: challenges, questions to the real person, recordings heard."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from familyguard.store.room import Room, new_id
from familyguard.vault import Cell

_CASE = (
    "select id, family_id, opened_by, sender, opened_at, touched_at, closed_at, kept, state,"
    " card_chat, card_message from cases"
)
_CHALLENGE = (
    "select id, family_id, case_id, person_id, asked_by, phrase, created_at, expires_at,"
    " answered_at, outcome from challenges"
)
_QUESTION = (
    "select id, family_id, case_id, person_id, asked_at, messages, answered_at, answered_by, answer"
    " from questions"
)


@dataclass(frozen=True, slots=True)
class StoredCase:
    """A case as stored: `state` is `familyguard.case.Case` as JSON, `card` where its card is."""

    id: str
    family_id: str
    opened_by: int
    sender: str
    opened_at: float
    touched_at: float
    closed_at: float | None
    kept: bool
    state: str = field(repr=False)
    card: tuple[int, int] | None = None  # chat, message


@dataclass(frozen=True, slots=True)
class StoredChallenge:
    """A challenge as stored; `phrase` is that of `familyguard.challenge`."""

    id: str
    family_id: str
    case_id: str | None
    person_id: str | None
    asked_by: int
    phrase: str = field(repr=False)
    created_at: float = 0.0
    expires_at: float = 0.0
    answered_at: float | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """«Did you just ask Anna for money?»  `messages` are the (chat, message) that hold it."""

    id: str
    family_id: str
    case_id: str | None
    person_id: str
    asked_at: float
    messages: tuple[tuple[int, int], ...]
    answered_at: float | None
    answered_by: int | None
    answer: str | None  # yes, not_me


@dataclass(frozen=True, slots=True)
class HeardBefore:
    """A recording that came by.  `what` is «check», «code_word», «answer» or «enrolment».

    `heard_from` is the account that brought it; `origin`, a keyed hash, and `sent_at` say whose
    message it was and of when, where a forward told.
    """

    id: str
    what: str
    unique_id: str | None
    sha256: str | None
    fingerprint: bytes = field(repr=False)
    heard_at: float = 0.0
    heard_from: int | None = None
    origin: str | None = None
    sent_at: float | None = None


class Cases(Room):
    """The cases of all families."""

    def open(self, family: str, opened_by: int, sender: str, state: str, now: float) -> StoredCase:
        """A new case; `sender` is a keyed hash of whoever the messages came from."""
        key = new_id()
        self._write(
            "insert into cases (id, family_id, opened_by, sender, opened_at, touched_at, state)"
            " values (?, ?, ?, ?, ?, ?, ?)",
            [key, family, opened_by, sender, now, now, self._state(state, key, family)],
        )
        return StoredCase(key, family, opened_by, sender, now, now, None, False, state)

    def get(self, family: str, case: str) -> StoredCase | None:
        """The case of that name in that family."""
        row = self._one(f"{_CASE} where id = ? and family_id = ?", [case, family])
        return self._case(row) if row else None

    def running(self, family: str, opened_by: int, sender: str, since: float) -> StoredCase | None:
        """The open case of that asker and sender that was touched at or after `since`."""
        row = self._one(
            f"{_CASE} where family_id = ? and opened_by = ? and sender = ? and closed_at is null"
            " and touched_at >= ? order by touched_at desc limit 1",
            [family, opened_by, sender, since],
        )
        return self._case(row) if row else None

    def of_account(self, family: str, opened_by: int) -> list[StoredCase]:
        """The cases that an account opened, the newest first."""
        rows = self._all(
            f"{_CASE} where family_id = ? and opened_by = ? order by touched_at desc, id",
            [family, opened_by],
        )
        return [self._case(row) for row in rows]

    def update(self, family: str, case: str, state: str, now: float) -> None:
        """Something came in."""
        self._write(
            "update cases set state = ?, touched_at = ? where id = ? and family_id = ?",
            [self._state(state, case, family), now, case, family],
        )

    def show_at(self, family: str, case: str, chat: int, message: int) -> None:
        """Where the card of the case is, so that it can be edited."""
        self._write(
            "update cases set card_chat = ?, card_message = ? where id = ? and family_id = ?",
            [chat, message, case, family],
        )

    def keep(self, family: str, case: str, kept: bool) -> None:
        """Whether the user wants the case kept beyond its days."""
        self._write(
            "update cases set kept = ? where id = ? and family_id = ?", [int(kept), case, family]
        )

    def close(self, family: str, case: str, now: float) -> None:
        """Nothing more belongs to it."""
        self._write(
            "update cases set closed_at = ? where id = ? and family_id = ? and closed_at is null",
            [now, case, family],
        )

    def delete(self, family: str, case: str) -> None:
        """Forget it, with its challenges, and what was kept with it.

        A question that was put stands by itself from then on: «not me» must alarm the family also
        when somebody made the asker delete the case.
        """
        with self._db.atomic():
            self._db.execute(
                "update questions set case_id = null where case_id = ? and family_id = ?",
                [case, family],
            )
            self._db.execute("delete from cases where id = ? and family_id = ?", [case, family])

    def _state(self, state: str, case: str, family: str) -> bytes:
        return self._seal(state, "cases", "state", case, family)

    def _case(self, row: tuple[Any, ...]) -> StoredCase:
        key, family, by, sender, opened_at, touched_at, closed_at, kept, state, chat, message = row
        return StoredCase(
            id=key,
            family_id=family,
            opened_by=by,
            sender=sender,
            opened_at=opened_at,
            touched_at=touched_at,
            closed_at=closed_at,
            kept=bool(kept),
            state=self._open(state, "cases", "state", key, family),
            card=(chat, message) if chat is not None else None,
        )


class Challenges(Room):
    """One-time phrases that were given out."""

    def issue(self, challenge: StoredChallenge) -> StoredChallenge:
        """Store a new challenge under a name of the store's choosing."""
        key = new_id()
        family = challenge.family_id
        self._write(
            "insert into challenges (id, family_id, case_id, person_id, asked_by, phrase,"
            " created_at, expires_at) values (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                key,
                family,
                challenge.case_id,
                challenge.person_id,
                challenge.asked_by,
                self._seal(challenge.phrase, "challenges", "phrase", key, family),
                challenge.created_at,
                challenge.expires_at,
            ],
        )
        found = self.get(family, key)
        assert found is not None
        return found

    def get(self, family: str, challenge: str) -> StoredChallenge | None:
        """The challenge of that name in that family."""
        row = self._one(f"{_CHALLENGE} where id = ? and family_id = ?", [challenge, family])
        return self._challenge(row) if row else None

    def unanswered(self, family: str, asked_by: int) -> list[StoredChallenge]:
        """The asker's challenges without an answer, the newest first; late ones too."""
        rows = self._all(
            f"{_CHALLENGE} where family_id = ? and asked_by = ? and answered_at is null"
            " order by created_at desc, id",
            [family, asked_by],
        )
        return [self._challenge(row) for row in rows]

    def settle(self, family: str, challenge: str, outcome: str, now: float) -> bool:
        """Record the outcome; False when it had one, since a phrase is good for one answer."""
        changed = self._write(
            "update challenges set answered_at = ?, outcome = ?"
            " where id = ? and family_id = ? and answered_at is null",
            [now, outcome, challenge, family],
        )
        return changed == 1

    def _challenge(self, row: tuple[Any, ...]) -> StoredChallenge:
        key, family, case, person, asked_by, phrase, *rest = row
        text = self._open(phrase, "challenges", "phrase", key, family)
        return StoredChallenge(key, family, case, person, asked_by, text, *rest)


class Questions(Room):
    """Questions to the person who is supposed to have asked."""

    def ask(self, family: str, case: str | None, person: str, now: float) -> Question:
        """A question that is about to be sent."""
        key = new_id()
        self._write(
            "insert into questions (id, family_id, case_id, person_id, asked_at)"
            " values (?, ?, ?, ?, ?)",
            [key, family, case, person, now],
        )
        return Question(key, family, case, person, now, (), None, None, None)

    def sent(self, family: str, question: str, messages: Iterable[tuple[int, int]]) -> None:
        """Where it was put, so that it can be closed everywhere when it is answered."""
        body = json.dumps([list(place) for place in messages])
        sealed = self._seal(body, "questions", "messages", question, family)
        self._write(
            "update questions set messages = ? where id = ? and family_id = ?",
            [sealed, question, family],
        )

    def get(self, family: str, question: str) -> Question | None:
        """The question of that name in that family."""
        row = self._one(f"{_QUESTION} where id = ? and family_id = ?", [question, family])
        return self._question(row) if row else None

    def of_case(self, family: str, case: str) -> list[Question]:
        """All questions of a case."""
        rows = self._all(f"{_QUESTION} where family_id = ? and case_id = ?", [family, case])
        return [self._question(row) for row in rows]

    def answer(self, family: str, question: str, user_id: int, answer: str, now: float) -> bool:
        """Record the answer.  «Not me» replaces a «yes», since a stolen account may have said that;
        nothing replaces «not me».  False when nothing changed."""
        changed = self._write(
            "update questions set answer = ?, answered_by = ?, answered_at = ?"
            " where id = ? and family_id = ?"
            " and (answer is null or (answer = 'yes' and ? = 'not_me'))",
            [answer, user_id, now, question, family, answer],
        )
        return changed == 1

    def _question(self, row: tuple[Any, ...]) -> Question:
        key, family, case, person, asked_at, sealed, *rest = row
        text = self._open(sealed, "questions", "messages", key, family)
        places = tuple((int(chat), int(message)) for chat, message in json.loads(text or "[]"))
        return Question(key, family, case, person, asked_at, places, *rest)


class Recordings(Room):
    """Which recordings a family has heard, so that a repetition is noticed."""

    def remember(
        self,
        family: str,
        what: str,
        unique_id: str | None,
        sha256: str | None,
        fingerprint: bytes,
        now: float,
        *,
        heard_from: int | None = None,
        origin: str | None = None,
        sent_at: float | None = None,
    ) -> None:
        """Remember a recording by three marks, and as which message; no sound, no words."""
        key = new_id()
        sealed = self._seal(fingerprint, "heard", "fingerprint", key, family)
        self._write(
            "insert into heard (id, family_id, what, unique_id, sha256, fingerprint, heard_at,"
            " heard_from, origin, sent_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                key,
                family,
                what,
                unique_id,
                sha256,
                sealed,
                now,
                heard_from,
                origin,
                sent_at,
            ],
        )

    def since(self, family: str, start: float) -> list[HeardBefore]:
        """Everything heard from `start` on, the newest first."""
        rows = self._all(
            "select id, what, unique_id, sha256, fingerprint, heard_at, heard_from, origin, sent_at"
            " from heard where family_id = ? and heard_at >= ? order by heard_at desc, id",
            [family, start],
        )
        return [
            HeardBefore(key, what, unique, sha, self._mark(sealed, key, family), *rest)
            for key, what, unique, sha, sealed, *rest in rows
        ]

    def _mark(self, sealed: bytes | None, key: str, family: str) -> bytes:
        if sealed is None:
            return b""
        return self._vault.open(sealed, Cell("heard", "fingerprint", key, family))
