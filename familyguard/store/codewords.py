"""The code word as slow hashes, and the attempts at it.  Nothing here can be read back."""

import json
from dataclasses import dataclass

from familyguard.codeword import Kind, Tag, Tags, Which, more_urgent
from familyguard.erased import What
from familyguard.store.room import ListedRoom

FORGET_ATTEMPTS = "delete from attempts where family_id = ? and subject not like 'pin%'"
"""Those at the PIN stay: whoever has heard the code word must get no new tries at that."""


SHARED = ("family", "unlocking")
"""Subjects of attempts that are no account: all accounts together, and keepers at a closed lock."""


@dataclass(frozen=True, slots=True)
class StoredCodeWord:
    """The code word of a family, with its duress word if it has one."""

    tags: Tags
    language: str
    set_by: int
    set_at: float
    used_at: float | None = None
    rotate_why: str | None = None

    @property
    def has_duress(self) -> bool:
        """Whether a duress word was set."""
        return self.tags.has(Which.DURESS)


class CodeWords(ListedRoom):
    """The code words of all families."""

    def get(self, family: str) -> StoredCodeWord | None:
        """The family's code word, if it has one."""
        row = self._one(
            "select tags, language, set_by, set_at, used_at, rotate_why from codewords"
            " where family_id = ?",
            [family],
        )
        if row is None:
            return None
        sealed, *rest = row
        return StoredCodeWord(
            tags_from_json(self._open(sealed, "codewords", "tags", family, family)), *rest
        )

    def put(self, family: str, word: StoredCodeWord) -> None:
        """Store a new code word in place of the former one; attempts at that are forgotten."""
        former = self.get(family)
        # Made twice, after a crash, it replaces itself.
        if former is not None and former.tags.salt != word.tags.salt:
            self._list(What.WORD_REPLACED, family)
        with self._db.atomic():
            self._erase(family)
            self._db.execute(
                "insert into codewords (family_id, tags, language, set_by, set_at)"
                " values (?, ?, ?, ?, ?)",
                [family, self._sealed(family, word.tags), word.language, word.set_by, word.set_at],
            )

    def put_duress(self, family: str, tags: Tags) -> None:
        """Store the same code word with another duress word."""
        self._write(
            "update codewords set tags = ? where family_id = ?",
            [self._sealed(family, tags), family],
        )

    def remove(self, family: str) -> None:
        """Forget the code word, the duress word and all attempts at them."""
        self._list(What.WORD_REMOVED, family)
        with self._db.atomic():
            self._erase(family)

    def used(self, family: str, now: float) -> None:
        """It was spoken in a challenge."""
        self._write("update codewords set used_at = ? where family_id = ?", [now, family])

    def ask_to_rotate(self, family: str, why: str) -> None:
        """It should be replaced; `why` is a `Rotation`, and the most urgent one stays."""
        self._list(What.WORD_DUE, family)
        row = self._one("select rotate_why from codewords where family_id = ?", [family])
        if row is not None:
            urgent = more_urgent(row[0], why)
            self._write("update codewords set rotate_why = ? where family_id = ?", [urgent, family])

    def attempts(self, family: str, subject: str) -> str | None:
        """The counted attempts of `subject` (an account, or the family as a whole), as stored."""
        row = self._one(
            "select state from attempts where family_id = ? and subject = ?", [family, subject]
        )
        return str(row[0]) if row else None

    def count(self, family: str, subject: str, state: str) -> None:
        """Store the counted attempts of `subject`, as the JSON of `Attempts`."""
        counted = json.loads(state)
        if counted.get("locked"):
            self._erased.note(What.LOCKED, family, subject, at=counted.get("counted_at", 0.0))
        self._write(
            "insert into attempts (family_id, subject, state) values (?, ?, ?)"
            " on conflict do update set state = excluded.state",
            [family, subject, state],
        )

    def lock(self, family: str, subject: str) -> None:
        """Close the lock again that was closed for `subject`."""
        counted = json.loads(self.attempts(family, subject) or "{}")
        self.count(family, subject, json.dumps(counted | {"locked": True}))

    def forget_attempts(self, family: str) -> None:
        """Everyone may try the code word afresh: the keeper spoke it again."""
        self._write(FORGET_ATTEMPTS, [family])

    def _list(self, what: What, family: str) -> None:
        """Note what becomes of this version of the word; its salt tells it from others."""
        if (stored := self.get(family)) is not None:
            self._erased.note(what, family, stored.tags.salt.hex())

    def _erase(self, family: str) -> None:
        self._db.execute("delete from codewords where family_id = ?", [family])
        self._db.execute(FORGET_ATTEMPTS, [family])

    def _sealed(self, family: str, tags: Tags) -> bytes:
        return self._seal(tags_to_json(tags), "codewords", "tags", family, family)


def tags_to_json(tags: Tags) -> str:
    """The hashes as text, to be sealed: their shapes are worth a few bits to a thief."""
    rows = [[tag.which, tag.kind, tag.length, tag.digest.hex()] for tag in tags.tags]
    return json.dumps([tags.version, tags.salt.hex(), rows])


def tags_from_json(text: str) -> Tags:
    """What `tags_to_json` wrote."""
    version, salt, rows = json.loads(text)
    found = tuple(
        Tag(Which(which), Kind(kind), length, bytes.fromhex(digest))
        for which, kind, length, digest in rows
    )
    return Tags(version, bytes.fromhex(salt), found)
