"""What was erased, remembered outside the database, so that no back-up brings it back unseen.

A back-up from before holds who left since, voices that were taken back, and code words that were
replaced or given away.  This list lies beside the key file and in no back-up.  It holds marks only:
HMAC-SHA256 with a key from the key file, over names that are random themselves.
"""

import contextlib
import hashlib
import hmac
import json
from enum import StrEnum
from pathlib import Path

from familyguard.keys import Keys
from familyguard.private_file import write_private

FILE_NAME = "erased.json"
PURPOSE = "erased"


class What(StrEnum):
    """What a mark is about; the subject is one row of the database."""

    FAMILY = "family"
    PERSON = "person"
    VOICE = "voice"  # of a person, up to the time that stands beside the mark
    WORD_DUE = "word_due"  # this version of the code word was leaked, used, or known to who left
    WORD_REPLACED = "word_replaced"
    WORD_REMOVED = "word_removed"


class Erased:
    """The list at `path`.  It is read anew each time: few things are erased in a year."""

    def __init__(self, path: Path, keys: Keys) -> None:
        self.path = path
        self._key = keys.derived(PURPOSE)

    def note(self, what: What, *subject: str, at: float = 0.0) -> None:
        """`subject` is about to be erased, `at` that time.

        Before, not after: a crash in between must not leave it off the list.  What cannot be listed
        because the disk is full is erased all the same.
        """
        marks, mark = self._marks(), self._mark(what, subject)
        if marks.get(mark, -1.0) >= at:
            return
        marks[mark] = at
        with contextlib.suppress(OSError):
            write_private(self.path, json.dumps(marks).encode())

    def at(self, what: What, *subject: str) -> float | None:
        """When `subject` was erased, if it was."""
        return self._marks().get(self._mark(what, subject))

    def __contains__(self, of: tuple[What, *tuple[str, ...]]) -> bool:
        what, *subject = of
        return self.at(what, *subject) is not None

    def _mark(self, what: What, subject: tuple[str, ...] | list[str]) -> str:
        # Lengths in front, so that no two subjects make the same message.
        message = "".join(f"{len(part)}:{part}" for part in (what, *subject)).encode("utf-8")
        return hmac.digest(self._key, message, hashlib.sha256).hex()

    def _marks(self) -> dict[str, float]:
        """Mark to time; nothing where there is no list yet, or it is damaged."""
        try:
            found = json.loads(self.path.read_bytes())
            return {str(mark): float(at) for mark, at in found.items()}
        except (OSError, ValueError, AttributeError, TypeError):
            return {}
