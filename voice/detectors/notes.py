"""What was heard already: a calibration takes hours, and goes on where it was interrupted."""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Self

from voice.models.keeper import refuse_foreign


@dataclass(frozen=True, slots=True)
class Heard:
    """A clip that could be judged."""

    made: int
    source: str
    kind: str
    channel: str
    score: float
    seconds: float
    snr_db: float


class Notes:
    """A file of a line a clip, beside the weights; open it with `with`, delete it when done."""

    def __init__(self, path: Path) -> None:
        """`path` names what the notes are of: weights, manifest and channels."""
        self._path = path
        self._stream: IO[str] | None = None
        self.known: dict[str, Heard | None] = {}  # by clip; None where it could not be judged

    def __enter__(self) -> Self:
        """Raises OSError, and ValueError for a file that others may have written."""
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self._stream = os.fdopen(handle, "r+", encoding="utf-8")
        refuse_foreign(self._stream)
        self.known = dict(_read(self._stream))
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file; what stands in it stays."""
        if self._stream is not None:
            self._stream.close()

    def add(self, clip: str, heard: Heard | None) -> None:
        """Write down what was heard of a clip, at once."""
        assert self._stream is not None
        line = json.dumps({"clip": clip, "heard": heard and asdict(heard)})
        # A line that an interruption cut off must not swallow the next one.
        self._stream.write(f"\n{line}\n")
        self._stream.flush()
        self.known[clip] = heard

    def forget(self) -> None:
        """Delete the file."""
        self._path.unlink(missing_ok=True)


def _read(stream: IO[str]) -> Iterator[tuple[str, Heard | None]]:
    for line in stream:
        try:
            found = json.loads(line)
            heard = found["heard"]
            yield str(found["clip"]), None if heard is None else Heard(**heard)
        except (ValueError, TypeError, KeyError):
            continue  # empty, or cut off
