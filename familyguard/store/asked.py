"""What was asked about a case: one-time phrases of the sender, and questions to the real person."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from familyguard.store.room import Room, new_id

_CHALLENGE = (
    "select id, family_id, case_id, person_id, asked_by, phrase, created_at, expires_at,"
    " answered_at, outcome from challenges"
)
_QUESTION = (
    "select id, family_id, case_id, person_id, asked_at, messages, answered_at, answered_by, answer"
    " from questions"
)


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
