"""What was erased or closed, remembered outside the database: no back-up brings it back unseen.

A back-up from before holds who left since, voices that were taken back, and code words that were
replaced or given away; it knows nothing of a freeze or a lock that came later.  This list lies
beside the key file and in no back-up.  It holds marks only: HMAC-SHA256 with a key from the key
file, over names that are random themselves.
"""

import hashlib
import hmac
import json
import logging
from enum import StrEnum
from itertools import count
from pathlib import Path

from familyguard.keys import Keys
from familyguard.private_file import write_private

FILE_NAME = "erased.json"
PURPOSE = "erased"

DAMAGED_NAMES = "erased-damaged-*.json"
"""Lists that could not be read, kept for whoever looks what became of them."""

log = logging.getLogger(__name__)


class What(StrEnum):
    """What a mark is about; the subject is one row of the database."""

    FAMILY = "family"
    PERSON = "person"
    VOICE = "voice"  # of a person, up to the time that stands beside the mark
    WORD_DUE = "word_due"  # this version of the code word was leaked, used, or known to who left
    WORD_REPLACED = "word_replaced"
    WORD_REMOVED = "word_removed"
    FROZEN = "frozen"  # a family, until the time that stands beside the mark
    LOCKED = "locked"  # the code word, for a subject of its attempts, at that time


class Condition(StrEnum):
    """How far the list can be relied on."""

    WHOLE = "whole"
    NONE = "none"  # nothing was erased yet, or on another machine
    DAMAGED = "damaged"  # it is, or one before it was: marks are missing


def damaged(path: Path) -> Path | None:
    """The list at `path` if it cannot be read, or one that was put aside for that; None if none."""
    try:
        _read(path)
    except FileNotFoundError:
        pass
    except (OSError, ValueError):
        return path
    return min(path.parent.glob(DAMAGED_NAMES), default=None)


def condition(path: Path) -> Condition:
    """How far the list at `path` can be relied on."""
    if damaged(path) is not None:
        return Condition.DAMAGED
    return Condition.WHOLE if path.exists() else Condition.NONE


class Erased:
    """The list at `path`.  It is read anew each time: few things are erased in a year."""

    def __init__(self, path: Path, keys: Keys) -> None:
        self.path = path
        self._key = keys.derived(PURPOSE)

    def note(self, what: What, *subject: str, at: float = 0.0) -> None:
        """`subject` is about to be erased, `at` that time.

        Before, not after: a crash in between must not leave it off the list.  What cannot be listed
        because the disk is full is erased all the same, and the log says so.  A damaged list is put
        aside, not overwritten.
        """
        mark = self._mark(what, subject)
        try:
            try:
                marks = _read(self.path)
            except FileNotFoundError:
                marks = {}
            except (OSError, ValueError) as error:
                log.error("erased_list_damaged: %s", type(error).__name__)
                self.path.rename(_free_name(self.path))
                marks = {}
            if marks.get(mark, -1.0) < at:
                write_private(self.path, json.dumps(marks | {mark: at}).encode())
        except OSError as error:
            log.error("erased_not_listed: %s, %s", what, type(error).__name__)

    def at(self, what: What, *subject: str) -> float | None:
        """When `subject` was erased, if it was; a damaged list does not say (`condition`)."""
        try:
            return _read(self.path).get(self._mark(what, subject))
        except (OSError, ValueError):
            return None

    def __contains__(self, of: tuple[What, *tuple[str, ...]]) -> bool:
        what, *subject = of
        return self.at(what, *subject) is not None

    def _mark(self, what: What, subject: tuple[str, ...] | list[str]) -> str:
        # Lengths in front, so that no two subjects make the same message.
        message = "".join(f"{len(part)}:{part}" for part in (what, *subject)).encode("utf-8")
        return hmac.digest(self._key, message, hashlib.sha256).hex()


def _read(path: Path) -> dict[str, float]:
    """Mark to time.  Raises OSError, ValueError where it is damaged."""
    found = json.loads(path.read_bytes())
    try:
        return {str(mark): float(at) for mark, at in found.items()}
    except (AttributeError, TypeError):
        raise ValueError("not a list of marks") from None


def _free_name(path: Path) -> Path:
    names = (path.with_name(DAMAGED_NAMES.replace("*", str(number))) for number in count(1))
    return next(name for name in names if not name.exists())
