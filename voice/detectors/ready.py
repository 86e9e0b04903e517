"""Whether a detector could be used, as far as can be told without loading it."""

from pathlib import Path

from voice import models
from voice.detectors.kinds import DETECTORS, MEGABYTE, DetectorUnusable, Fault, told_as_unusable
from voice.detectors.line import Fitted, fitted
from voice.errors import ModelUnavailable
from voice.models import Model, NotPinned

MEMORY_FILE = Path("/proc/meminfo")


def ready(name: str, folder: Path | None = None) -> Fitted:
    """Its calibration, where its file is here, the pinned one, and calibrated.

    Hashes the file unless this process did.  Raises DetectorUnusable.
    """
    model = model_of(name, folder)
    with told_as_unusable(name):
        models.locate(name, folder, {name: model})
    return fitted(name, model.files[0].sha256, folder)


def model_of(name: str, folder: Path | None = None) -> Model:
    """The detector's row with its hash.  Raises DetectorUnusable."""
    if name not in DETECTORS:
        raise DetectorUnusable(name, Fault.UNKNOWN, names=", ".join(DETECTORS))
    try:
        return models.pinned(name, folder)
    except NotPinned as error:
        raise DetectorUnusable(name, Fault.NOT_PINNED, page=error.home_page) from None
    except ModelUnavailable as error:
        raise DetectorUnusable(name, Fault.REPLACED, why=error.detail) from error


def check_memory(name: str, file: Path = MEMORY_FILE) -> None:
    """Raise DetectorUnusable where so much memory is not free; where nobody says, go on."""
    try:
        rows = dict(line.split(":", 1) for line in file.read_text().splitlines())
        free = sum(int(rows[row].split()[0]) * 1024 for row in ("MemAvailable", "SwapFree"))
    except (OSError, ValueError, KeyError):
        return
    refuse_little(name, free)


def refuse_little(name: str, there: int) -> None:
    """Raise DetectorUnusable where `there`, in bytes, is less than the detector needs."""
    needed = DETECTORS[name].memory_bytes
    if there < needed:
        values = {"needed": needed // MEGABYTE, "there": max(0, there) // MEGABYTE}
        raise DetectorUnusable(name, Fault.MEMORY, **values)
