"""Files that this account alone may read."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


def write_private(path: Path, content: bytes) -> None:
    """Write a file of mode 0600 so that a crash leaves either the old one or the new one, whole.

    Raises:
        OSError: it cannot be written.
    """
    with write_through(path) as file:
        file.write(content)
    sync_folder(path.parent)


@contextmanager
def write_through(path: Path) -> Iterator[BinaryIO]:
    """A file of mode 0600 to be written, which is at `path` once it is whole and on the disk.

    `sync_folder` then makes its name last too.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """What was renamed in `folder` stays so, whatever happens to the power."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
