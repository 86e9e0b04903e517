"""Troubles that pass: what failed will work when the disk has room, or Telegram is back."""

import errno
import re
import sqlite3

from telegram.error import BadRequest, NetworkError, RetryAfter

_DATABASE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
    }
)
_PRIMARY = 0xFF
"""SQLite's extended codes have the primary one in their last byte."""

_FILES = frozenset(
    {
        errno.ENOSPC,
        errno.EDQUOT,
        errno.EFBIG,
        errno.EIO,
        errno.EROFS,
        errno.EMFILE,
        errno.ENFILE,
        errno.ENOMEM,
    }
)
_REFUSED = re.compile(r"\(4\d\d\)$")
"""How the library ends an error for which the request itself is to blame, such as its size."""


def of_storing(error: BaseException | None) -> bool:
    """Whether nothing can be stored just now: a full disk, a database that somebody else locks."""
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        return code & _PRIMARY in _DATABASE
    return isinstance(error, OSError) and error.errno in _FILES


def passes(error: BaseException | None) -> bool:
    """Whether what failed with `error` is worth another try later."""
    if isinstance(error, NetworkError) and not isinstance(error, BadRequest):
        return not _REFUSED.search(error.message)
    return isinstance(error, RetryAfter) or of_storing(error)
