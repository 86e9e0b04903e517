"""Voiceprints and the consents without which there are none."""

import json
from dataclasses import dataclass, field

from familyguard.erased import What
from familyguard.store.room import ListedRoom, new_id

ENROLMENT = "enrol"
"""Topic of the conversation in which a voiceprint comes about; parts of it are in its data."""


@dataclass(frozen=True, slots=True)
class StoredVoice:
    """A voiceprint as stored.  `embedding` has length 1; `speech_seconds` went into it."""

    person_id: str
    model: str
    embedding: tuple[float, ...] = field(repr=False)
    speech_seconds: float
    made_at: float


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person agreed to.  `wording` names the text that they saw."""

    id: str
    person_id: str
    kind: str
    given_by: int
    given_at: float
    wording: str
    withdrawn_at: float | None


class Voices(ListedRoom):
    """Voiceprints of all families, one for each person and model."""

    def consent(
        self, family: str, person: str, kind: str, given_by: int, wording: str, now: float
    ) -> Consent:
        """Record that `given_by` agreed to `kind` for `person`."""
        key = new_id()
        self._write(
            "insert into consents (id, family_id, person_id, kind, given_by, given_at, wording)"
            " values (?, ?, ?, ?, ?, ?, ?)",
            [key, family, person, kind, given_by, now, wording],
        )
        return Consent(key, person, kind, given_by, now, wording, None)

    def consents(self, family: str, person: str) -> list[Consent]:
        """Everything that they ever agreed to, the newest last."""
        rows = self._all(
            "select id, person_id, kind, given_by, given_at, wording, withdrawn_at from consents"
            " where family_id = ? and person_id = ? order by given_at, id",
            [family, person],
        )
        return [Consent(*row) for row in rows]

    def agreed(self, family: str, person: str, kind: str) -> bool:
        """Whether a consent of that kind stands."""
        return any(
            consent.kind == kind and consent.withdrawn_at is None
            for consent in self.consents(family, person)
        )

    def put(self, family: str, voice: StoredVoice) -> None:
        """Store a voiceprint in place of the person's former one for that model.

        Raises PermissionError without a consent that stands.
        """
        if not self.agreed(family, voice.person_id, "voice"):
            raise PermissionError("no consent")
        key = new_id()
        sealed = self._seal(
            json.dumps([voice.speech_seconds, *voice.embedding]),
            "voiceprints",
            "print",
            key,
            family,
        )
        with self._db.atomic():
            self._db.execute(
                "delete from voiceprints where person_id = ? and model = ? and family_id = ?",
                [voice.person_id, voice.model, family],
            )
            self._db.execute(
                "insert into voiceprints (id, family_id, person_id, model, print, made_at)"
                " values (?, ?, ?, ?, ?, ?)",
                [key, family, voice.person_id, voice.model, sealed, voice.made_at],
            )

    def of_family(self, family: str) -> list[StoredVoice]:
        """The voiceprints of everyone in the family."""
        rows = self._all(
            "select id, person_id, model, print, made_at from voiceprints where family_id = ?"
            " order by made_at, id",
            [family],
        )
        found = []
        for key, person, model, sealed, made_at in rows:
            numbers = json.loads(self._open(sealed, "voiceprints", "print", key, family))
            found.append(StoredVoice(person, model, tuple(numbers[1:]), numbers[0], made_at))
        return found

    def withdraw(self, family: str, person: str, now: float) -> None:
        """The consent ends and the voiceprints are destroyed, in one step.

        So are those that were still being made: in a conversation, or in a change that waits.
        """
        self._erased.note(What.VOICE, family, person, at=now)
        with self._db.atomic():
            self._db.execute(
                "update consents set withdrawn_at = ? where family_id = ? and person_id = ?"
                " and kind = 'voice' and withdrawn_at is null",
                [now, family, person],
            )
            self._db.execute(
                "delete from voiceprints where family_id = ? and person_id = ?", [family, person]
            )
            self._db.execute(
                "delete from changes where family_id = ? and kind = 'voice' and asked_by in"
                " (select user_id from accounts where family_id = ? and person_id = ?)",
                [family, family, person],
            )
            self._db.execute(
                "delete from dialogues where topic = ? and user_id in"
                " (select user_id from accounts where family_id = ? and person_id = ?)",
                [ENROLMENT, family, person],
            )
