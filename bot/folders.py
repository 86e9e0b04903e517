"""The data folder: for this account only, and for one running bot at a time."""

import contextlib
import fcntl
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from bot.errors import UnusableSettings
from bot.settings import OTHERS, OTHERS_MAY_WRITE, Settings

LOCK = "run.lock"
"""Held by the running bot; it goes away with its process, so that no stale lock can remain."""


@contextlib.contextmanager
def only_bot(settings: Settings) -> Iterator[None]:
    """Hold the data folder: a second bot would empty the folder in which the first one listens.

    Raises:
        UnusableSettings: another bot holds it, or the folder cannot be used.
    """
    folder = settings.data_dir
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    with _told_of(folder):
        make_private(folder)
        descriptor = os.open(folder / LOCK, flags, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise UnusableSettings.because("running", folder=folder) from None
        yield
    finally:
        os.close(descriptor)


def prepare_folders(settings: Settings) -> None:
    """Make the folders, for this account only, and clear away what a crash left behind.

    Raises:
        UnusableSettings: with one sentence on what is wrong.
    """
    incoming = settings.incoming
    prepare_data(settings)
    close_backups(settings)
    with _told_of(settings.data_dir):
        if incoming.is_symlink():
            raise UnusableSettings.because("link", path=incoming)
        if incoming.exists():
            shutil.rmtree(incoming)
        incoming.mkdir(mode=0o700)


def prepare_data(settings: Settings) -> None:
    """Make the data folder, for this account only.  Raises UnusableSettings."""
    with _told_of(settings.data_dir):
        make_private(settings.data_dir)


def close_backups(settings: Settings) -> None:
    """Let nobody else change the folder of the back-ups: they might put others there, or none.

    Reading does no harm: what lies there is encrypted, and for this account only.

    Raises:
        UnusableSettings: others may write there, and that cannot be changed from here.
    """
    folder = settings.backups
    if not folder.is_dir() or not folder.stat().st_mode & OTHERS_MAY_WRITE:
        return
    with contextlib.suppress(OSError):
        folder.chmod(stat.S_IMODE(folder.stat().st_mode) & ~OTHERS_MAY_WRITE)
    if folder.stat().st_mode & OTHERS_MAY_WRITE:
        raise UnusableSettings.because("backups_open", folder=folder)


def make_private(folder: Path) -> None:
    """Make `folder`, or shut others out of the one that is there.

    Raises:
        UnusableSettings: others can enter it, and it belongs to somebody else.
        OSError: it cannot be made.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    facts = folder.stat()
    if not facts.st_mode & OTHERS:
        return
    if facts.st_uid != os.geteuid():
        raise UnusableSettings.because("data_open", folder=folder)
    folder.chmod(0o700)


@contextlib.contextmanager
def _told_of(folder: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:
        # ValueError: a name that no file can have.
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise UnusableSettings.because("data_folder", folder=folder, why=reason) from None
