"""What a detector's raw score is worth: a line that was fitted on this machine, and what it is of.

It lies beside the weights, in `.calibration.json`, and holds for the file with that hash alone.
"""

import math
from dataclasses import asdict, dataclass
from pathlib import Path

from voice.calibration import SyntheticCalibration
from voice.detectors.kinds import DetectorUnusable, Fault
from voice.models.files import models_folder
from voice.models.keeper import read_record, write_record

RECORD = ".calibration.json"

FORM = 1
"""Of windows and adapters: to be raised with whatever changes the scores of the same weights."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A line, and what it was made from.

    The shares are those of lines that were fitted without the source that they are applied to, at
    the shipped threshold (voice/calibration.py).
    """

    detector: str
    sha256: str  # of the weights
    slope: float
    offset: float
    damping: float
    manifest: str  # name of the file, and the SHA-256 of what was in it
    manifest_sha256: str
    every: int  # one clip in so many was heard
    channels: str
    human: int  # clips that could be judged
    made: int
    sources: int
    human_called_made: float
    made_missed: float
    date: str  # year-month-day
    form: int = FORM

    @property
    def line(self) -> SyntheticCalibration:
        """As `voice.calibration.synthetic_llr` takes it."""
        return SyntheticCalibration(self.slope, self.offset, self.damping)

    def save(self, folder: Path | None = None) -> Path:
        """Write it beside the weights; returns where.  Raises OSError."""
        path = (folder or models_folder()) / self.detector / RECORD
        write_record(path, asdict(self))
        return path


def fitted(detector: str, sha256: str, folder: Path | None = None) -> Fitted:
    """The calibration of a detector whose weights have that hash.

    Raises DetectorUnusable where there is none, or one of another file, or a damaged one.
    """
    path = (folder or models_folder()) / detector / RECORD
    try:
        found = Fitted(**read_record(path))
        numbers = (found.slope, found.offset, found.damping)
        if not all(isinstance(one, float) and math.isfinite(one) for one in numbers):
            raise ValueError("it is damaged")
    except FileNotFoundError:
        raise DetectorUnusable(detector, Fault.UNCALIBRATED) from None
    except (OSError, ValueError, TypeError) as error:
        raise DetectorUnusable(detector, Fault.STALE, why=f"{path} ({error})") from error
    if (found.detector, found.sha256) != (detector, sha256):
        raise DetectorUnusable(detector, Fault.STALE, why="it is of another file")
    if found.form != FORM:
        raise DetectorUnusable(detector, Fault.STALE, why="it is of another version of FamilyGuard")
    return found
