"""Where a worker lays the files of a memo while it is heard, and what a killed one left there."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

PREFIX = "familyguard-worker-"
MEMORY = Path("/dev/shm")  # noqa: S108 – of this machine, but never on its disk

_IN_USE: set[Path] = set()


def _room() -> Path:
    return MEMORY if os.access(MEMORY, os.W_OK) else Path(tempfile.gettempdir())


@contextlib.contextmanager
def desk(room: Path | None = None) -> Iterator[Path]:
    """A folder for this account only; in memory, where there is a place in memory for files."""
    prefix = f"{PREFIX}{os.getpid()}-"
    with tempfile.TemporaryDirectory(prefix=prefix, dir=room or _room()) as folder:
        _IN_USE.add(Path(folder))
        try:
            yield Path(folder)
        finally:
            _IN_USE.discard(Path(folder))


def clear_desks(room: Path | None = None) -> int:
    """Delete what workers left that were killed; how many folders.

    A folder whose number another program has by now stays until the next start.
    """
    gone = 0
    for folder in (room or _room()).glob(f"{PREFIX}*"):
        number = folder.name.removeprefix(PREFIX).partition("-")[0]
        mine = not folder.is_symlink() and folder.stat().st_uid == os.geteuid()
        if number.isdigit() and mine and folder not in _IN_USE and not _runs(int(number)):
            shutil.rmtree(folder, ignore_errors=True)
            gone += 1
    return gone


def _runs(number: int) -> bool:
    if number == os.getpid():
        return False  # in a container every worker has the number that the last one had
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
