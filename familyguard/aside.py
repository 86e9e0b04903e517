"""What a restore put aside: kept for a while in case it was a mistake, then gone.

A copy holds everything that the family has erased since, so it must not lie there for good.
"""

import calendar
import re
import shutil
import time
from pathlib import Path

KEPT_SECONDS = 30 * 24 * 3600.0
"""As long as a case: whoever misses something after a restore misses it within a month."""

STAMP = "%Y%m%dT%H%M%SZ"


def put_aside(database: Path) -> dict[Path, float]:
    """The databases that made way for another, and when, in seconds since 1970."""
    return {
        path: made_at
        for path, made_at in _belongings(database).items()
        if path.suffix == database.suffix
    }


def sweep(database: Path, now: float) -> int:
    """Delete what was put aside longer ago; how many databases that were."""
    old = [path for path, at in _belongings(database).items() if at < now - KEPT_SECONDS]
    for path in old:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return sum(path.suffix == database.suffix for path in old)


def _belongings(database: Path) -> dict[Path, float]:
    """Databases put aside with their logs, keys and kept files, and since when they are."""
    name = re.compile(rf"{re.escape(database.stem)}-before-(\d{{8}}T\d{{6}}Z)[.-].*")
    found = {}
    folder = database.parent
    for path in folder.iterdir() if folder.is_dir() else ():
        if stamp := name.fullmatch(path.name):
            found[path] = float(calendar.timegm(time.strptime(stamp[1], STAMP)))
    return found
