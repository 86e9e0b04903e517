"""What is remembered of back-ups from one start to the next: failures, warnings, test restores."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from familyguard.private_file import write_private

FILE_NAME = "backups.json"
"""In the data folder, so that it can be written where the folder of the back-ups cannot."""

DAY = 24 * 3600.0
TOO_OLD_SECONDS = 3 * DAY
"""Three nights without a back-up are no longer chance."""

WORRYING_FAILURES = 2
"""One may be a disk that was busy or away for a moment."""

REMIND_SECONDS = 3 * DAY
"""Between two warnings: someone who cannot mend it today is not told every hour."""


@dataclass
class BackupLog:
    """Times are seconds since 1970; 0 where it never happened."""

    failures: int = 0  # in a row
    told_at: float = 0.0
    tested_at: float = 0.0

    @classmethod
    def load(cls, folder: Path) -> Self:
        """That of a data folder; a fresh one where there is none, or it is damaged."""
        try:
            found = json.loads((folder / FILE_NAME).read_text("utf-8"))
            return cls(int(found["failures"]), float(found["told_at"]), float(found["tested_at"]))
        except (OSError, ValueError, KeyError, TypeError):
            return cls()

    def save(self, folder: Path) -> None:
        """Write it.  Raises OSError."""
        write_private(folder / FILE_NAME, json.dumps(asdict(self)).encode())

    def should_tell(self, newest: float | None, now: float) -> bool:
        """Whether the keepers are to hear at `now` that back-ups fail or stopped."""
        stopped = newest is not None and now - newest > TOO_OLD_SECONDS
        worrying = self.failures >= WORRYING_FAILURES or stopped
        return worrying and now - self.told_at > REMIND_SECONDS
