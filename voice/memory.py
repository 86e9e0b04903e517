"""Memory that a long memo needed goes back to the system; else it stays with the process."""

import contextlib
import ctypes
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def returning_memory() -> Iterator[None]:
    """Hand freed memory back at the end."""
    try:
        yield
    finally:
        if sys.platform == "linux":
            # A C library other than glibc has no such function, and mostly no such need.
            with contextlib.suppress(OSError, AttributeError):
                ctypes.CDLL(None).malloc_trim(0)
