"""Which detectors there are, what each needs, and why one may not be used."""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from voice.errors import ModelMismatch, ModelUnavailable, VoiceError

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Detector:
    """A model that an adapter here can use.

    `memory_bytes` is what loading it takes at its peak, measured on files of the same shapes.
    """

    name: str  # in the table of models
    memory_bytes: int


@dataclass(frozen=True, slots=True)
class Choice:
    """Which detector a keeper chose, and the seconds that it may take for a memo."""

    name: str
    seconds: float = 90.0


DETECTORS: Mapping[str, Detector] = {
    one.name: one
    for one in (
        Detector("spectra-0", 1_500 * MEGABYTE),
        Detector("antideepfake-small", 800 * MEGABYTE),
        Detector("antideepfake-mms-300m", 1_700 * MEGABYTE),
    )
}


class Fault(StrEnum):
    """Why a detector is not used."""

    UNKNOWN = "unknown"  # no adapter of that name
    NOT_PINNED = "not_pinned"  # nobody gave revision and hash
    ABSENT = "absent"  # its file is not here
    REPLACED = "replaced"  # its file is not the pinned one
    UNCALIBRATED = "uncalibrated"  # nobody calibrated it here
    STALE = "stale"  # it was calibrated with another file, or the record is damaged
    MEMORY = "memory"  # the machine has too little
    UNREADABLE = "unreadable"  # no tensors in it that could be loaded
    MISSHAPEN = "misshapen"  # another input, output or layer than the adapter knows
    NO_NUMBER = "no_number"  # it gives no finite number
    SLOW = "slow"  # one window takes longer than a memo may
    LATE = "late"  # a memo took longer than it may
    FEW = "few"  # too few recordings to calibrate with
    BACKWARDS = "backwards"  # its scores rank the recordings the wrong way round
    ACCUSES = "accuses"  # it would call too many people machines
    DEAF = "deaf"  # it finds hardly any machine


_SENTENCES: Mapping[Fault, str] = {
    Fault.UNKNOWN: "there is no such detector; there are {names}",
    Fault.NOT_PINNED: "its revision and SHA-256 are not known: read both on {page}",
    Fault.ABSENT: "its file is not here: {why}",
    Fault.REPLACED: "its file is not the pinned one: {why}",
    Fault.UNCALIBRATED: "it was not calibrated here",
    Fault.STALE: "its calibration cannot be used: {why}",
    Fault.MEMORY: "it needs {needed} MB of memory, and there are {there} MB for it",
    Fault.UNREADABLE: "its file cannot be loaded: {why}",
    Fault.MISSHAPEN: "its file is of another form than this detector's: {why}",
    Fault.NO_NUMBER: "it gives no finite number",
    Fault.SLOW: "four seconds of sound took it {took} s, and a memo may take {limit} s",
    Fault.LATE: "it was not done after {took} s of the {limit} s that a memo may take",
    Fault.FEW: "{human} recordings of people and {made} made ones could be judged, either kind of"
    " at least {sources} sources; {clips} of each, of {least} sources, are needed",
    Fault.BACKWARDS: "on these recordings its score is no higher for made speech",
    Fault.ACCUSES: "on these recordings it would call {share} % of the people machines",
    Fault.DEAF: "on these recordings it finds no more than {share} % of the made ones",
}


class DetectorUnusable(VoiceError):
    """A detector cannot be used; `fault` and `values` are what a sentence about it needs."""

    def __init__(self, detector: str, fault: Fault, **values: object) -> None:
        super().__init__(f"detector {detector}: {_SENTENCES[fault].format(**values)}")
        self.detector = detector
        self.fault = fault
        self.values = {"name": detector, **values}


@contextlib.contextmanager
def told_as_unusable(detector: str) -> Iterator[None]:
    """Whatever is amiss with a detector's files, as DetectorUnusable."""
    try:
        yield
    except ModelMismatch as error:
        raise DetectorUnusable(detector, Fault.REPLACED, why=error.detail) from error
    except ModelUnavailable as error:
        raise DetectorUnusable(detector, Fault.ABSENT, why=error.detail) from error
