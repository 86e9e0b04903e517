"""A clock that runs faster than the world, shared by processes, and that can be put wrong."""

import mmap
import struct
import time
from pathlib import Path

FORM = struct.Struct("<dddd")
"""Start on the monotonic clock of the machine, start of the day, speed, how wrong it is."""


class FastClock:
    """Reads the clock whose hands lie in the file at `path`.

    The machine's monotonic clock is the same for all its processes, so they all agree.
    """

    def __init__(self, path: Path) -> None:
        with path.open("r+b") as file:
            self._hands = mmap.mmap(file.fileno(), FORM.size)

    @classmethod
    def wind_up(cls, path: Path, day: float, speed: float) -> "FastClock":
        """A new clock that shows `day`, in seconds since 1970, and runs `speed` times as fast."""
        path.write_bytes(FORM.pack(time.monotonic(), day, speed, 0.0))
        return cls(path)

    @property
    def speed(self) -> float:
        """Seconds that it counts in one."""
        return float(self._read()[2])

    def elapsed(self) -> float:
        """Seconds that it has counted, for waits: never put wrong."""
        start, _, speed, _ = self._read()
        return (time.monotonic() - start) * speed

    def true(self) -> float:
        """The time of day that it ought to show."""
        return self._read()[1] + self.elapsed()

    def now(self) -> float:
        """The time of day that it shows."""
        return self.true() + self._read()[3]

    def put_wrong(self, seconds: float) -> None:
        """Show a time that is so much later from now on, or earlier; 0 puts it right."""
        start, day, speed, _ = self._read()
        self._hands[:] = FORM.pack(start, day, speed, seconds)

    def _read(self) -> tuple[float, float, float, float]:
        start, day, speed, wrong = FORM.unpack(self._hands[:])
        return start, day, speed, wrong
