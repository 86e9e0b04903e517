"""Folders of demos: each is held while its demo runs, and swept away where the demo was killed."""

import contextlib
import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

PREFIX = "familyguard-demo-"
LOCK = "demo.lock"
"""Held by the running demo; it goes away with its process, so that no stale lock can remain."""

_FLAGS = os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@contextlib.contextmanager
def demo_folder() -> Iterator[Path]:
    """A folder for this demo alone, gone at the end."""
    with tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True) as made:
        folder = Path(made)
        # Held before it has its name: another demo that starts now must not find it free.
        new = folder / f"{LOCK}.new"
        descriptor = os.open(new, _FLAGS | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            new.rename(folder / LOCK)
            yield folder
        finally:
            os.close(descriptor)


def sweep() -> int:
    """Delete the folders of one's own demos that were killed; how many there were.

    They hold a database, keys and a back-up.  A link, a folder of another account, and one that no
    demo marked as its own are left alone.
    """
    swept = 0
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            facts = folder.lstat()
            if stat.S_ISDIR(facts.st_mode) and facts.st_uid == os.geteuid():
                swept += _sweep(folder)
    return swept


def _sweep(folder: Path) -> bool:
    """Whether `folder` was a dead demo's and is gone; raises OSError where one still holds it."""
    descriptor = os.open(folder / LOCK, _FLAGS)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
        return not folder.exists()
    finally:
        os.close(descriptor)
