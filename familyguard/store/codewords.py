"""The code word as tags, and the attempts at it.  Nothing here can be read back into a word."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from familyguard.store.room import Room


@dataclass(frozen=True, slots=True)
class StoredTag:
    """One slow hash.  `word` is «code» or «duress», `lengths` how many words a key spans."""

    word: str
    kind: str  # exact, phonetic
    tag: bytes = field(repr=False)
    lengths: str = ""


@dataclass(frozen=True, slots=True)
class StoredCodeWord:
    """The code word of a family.  One salt for all tags, so that a candidate is hashed once."""

    version: int
    language: str
    salt: bytes = field(repr=False)
    tags: tuple[StoredTag, ...] = field(repr=False)
    set_by: int
    set_at: float
    used_at: float | None = None
    rotate_why: str | None = None

    @property
    def has_duress(self) -> bool:
        """Whether a duress word was set."""
        return any(tag.word == "duress" for tag in self.tags)


class CodeWords(Room):
    """The code words of all families."""

    def get(self, family: str) -> StoredCodeWord | None:
        """The family's code word, if it has one."""
        row = self._one(
            "select version, language, salt, set_by, set_at, used_at, rotate_why from codewords"
            " where family_id = ?",
            [family],
        )
        if row is None:
            return None
        version, language, salt, set_by, set_at, used_at, why = row
        tags = self._all(
            "select word, kind, tag, lengths from codeword_tags where family_id = ?", [family]
        )
        found = tuple(StoredTag(*tag) for tag in tags)
        return StoredCodeWord(version, language, salt, found, set_by, set_at, used_at, why)

    def put(self, family: str, word: StoredCodeWord) -> None:
        """Store a new code word in place of the former one; attempts at that are forgotten."""
        with self._db.atomic():
            self._erase(family)
            self._db.execute(
                "insert into codewords (family_id, version, language, salt, set_by, set_at)"
                " values (?, ?, ?, ?, ?, ?)",
                [family, word.version, word.language, word.salt, word.set_by, word.set_at],
            )
            self._insert(family, word.tags)

    def add_duress(self, family: str, tags: Sequence[StoredTag]) -> None:
        """Store the tags of a duress word, made with the salt of the code word."""
        with self._db.atomic():
            self._db.execute(
                "delete from codeword_tags where family_id = ? and word = 'duress'", [family]
            )
            self._insert(family, tags)

    def remove(self, family: str) -> None:
        """Forget the code word, the duress word and all attempts."""
        with self._db.atomic():
            self._erase(family)

    def used(self, family: str, now: float) -> None:
        """It was spoken in a challenge."""
        self._write("update codewords set used_at = ? where family_id = ?", [now, family])

    def ask_to_rotate(self, family: str, why: str) -> None:
        """It should be replaced; `why` is a code for the sentence."""
        self._write("update codewords set rotate_why = ? where family_id = ?", [why, family])

    def attempts(self, family: str, subject: str) -> str | None:
        """The counted attempts of `subject` (an account, or the family as a whole), as stored."""
        row = self._one(
            "select state from attempts where family_id = ? and subject = ?", [family, subject]
        )
        return str(row[0]) if row else None

    def count(self, family: str, subject: str, state: str) -> None:
        """Store the counted attempts of `subject`."""
        self._write(
            "insert into attempts (family_id, subject, state) values (?, ?, ?)"
            " on conflict do update set state = excluded.state",
            [family, subject, state],
        )

    def forget_attempts(self, family: str) -> None:
        """Everyone starts afresh: the keeper spoke the word again."""
        self._write("delete from attempts where family_id = ?", [family])

    def _erase(self, family: str) -> None:
        for table in ("codewords", "codeword_tags", "attempts"):
            self._db.execute(f"delete from {table} where family_id = ?", [family])  # noqa: S608 – from the line above

    def _insert(self, family: str, tags: Sequence[StoredTag]) -> None:
        for tag in tags:
            self._db.execute(
                "insert into codeword_tags (family_id, word, kind, tag, lengths)"
                " values (?, ?, ?, ?, ?) on conflict do nothing",
                [family, tag.word, tag.kind, tag.tag, tag.lengths],
            )
