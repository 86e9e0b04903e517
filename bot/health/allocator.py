"""The C library's allocator, told not to keep what is no longer needed.

The first large block that is freed raises the thresholds by which glibc gives blocks pages of their
own, and gives back what is free at the end of its heap; and each thread has a heap of its own.
Memory in use stayed level, and what lay free between it grew by six to eight megabytes in the first
thousands of updates (docs/measurements/soak.md).  With fixed thresholds, and few heaps, it goes
back to the machine.
"""

import contextlib
import ctypes

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
"""Numbers of mallopt(3) in glibc's malloc.h."""

THRESHOLD_BYTES = 128 * 1024
"""glibc's own to begin with; setting it keeps it from growing."""

ARENAS = 2
"""Heaps: the loop's, and one for all threads beside it, which have little to do at once."""


def give_back() -> bool:
    """Set it up, before much is allocated; False where the C library is another one."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return False
    wanted = {
        M_MMAP_THRESHOLD: THRESHOLD_BYTES,
        M_TRIM_THRESHOLD: THRESHOLD_BYTES,
        M_ARENA_MAX: ARENAS,
    }
    return all(mallopt(number, value) for number, value in wanted.items())


def sweep() -> None:
    """Give back what is free in the middle of the heaps too, as after a look at the database.

    What a thread leaves behind lay there for good: steps of two to six megabytes.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
