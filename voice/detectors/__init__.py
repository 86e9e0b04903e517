"""Detectors of other people, which a keeper may use instead of the built-in countermeasure.

Nothing here is used unless it was fetched, pinned by its hash, calibrated on recordings, and
switched on (docs/models/detectors.md).  What this file names knows no neural network.
"""

from voice.detectors.kinds import DETECTORS, Choice, Detector, DetectorUnusable, Fault
from voice.detectors.line import Fitted, fitted
from voice.detectors.ready import ready

__all__ = [
    "DETECTORS",
    "Choice",
    "Detector",
    "DetectorUnusable",
    "Fault",
    "Fitted",
    "fitted",
    "ready",
]
