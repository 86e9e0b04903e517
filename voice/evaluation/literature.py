"""Error rates that others reported for detectors on collections that they were not trained on.

Facts to measure one's own figures against, as far as that goes: other clips, other systems.  Only
figures that were read at their source are here.
"""

from dataclasses import dataclass

from voice.evaluation.markdown import table


@dataclass(frozen=True, slots=True)
class Reported:
    """One figure; the rate in per cent."""

    detector: str
    judged_on: str
    eer: float
    where: str


ARENA = "card of Speech Anti-Spoofing Benchmarks, 2026"
SPOOF_SUPERB = "Ali et al., Spoof-SUPERB, 2026"
PASCU = "Pascu et al., arXiv 2309.05384, 2024"

WILD = "In-the-Wild"
TEN = "ten collections, mean"
EIGHT = "eight collections, mean"

REPORTED = (
    Reported("LFCC + Gaussian mixtures", WILD, 65.4, SPOOF_SUPERB),
    Reported("AASIST-L (0.1 M parameters)", WILD, 44.5, ARENA),
    Reported("AASIST (0.3 M)", WILD, 43.0, ARENA),
    Reported("RawNet2 (18 M)", EIGHT, 30.9, PASCU),
    Reported("Whisper-tiny + MFCC MesoNet (8 M)", WILD, 26.7, ARENA),
    Reported("frozen wav2vec2-base (95 M) + small head", TEN, 29.5, SPOOF_SUPERB),
    Reported("frozen HuBERT-base (95 M) + small head", TEN, 26.2, SPOOF_SUPERB),
    Reported("frozen XLS-R (300 M) + small head", TEN, 18.2, SPOOF_SUPERB),
    Reported("frozen large layers + logistic regression", EIGHT, 8.8, PASCU),
    Reported("XLS-R + AASIST, fine-tuned (318 M)", WILD, 11.2, ARENA),
    Reported("XLS-R + SLS, fine-tuned (340 M)", WILD, 7.5, ARENA),
)
"""From the weakest to the strongest of each sort; most learned from ASVspoof 2019 LA alone."""


def literature() -> list[str]:
    """The figures as the lines of a table."""
    rows = [(one.detector, [one.judged_on, f"{one.eer:.1f} %", one.where]) for one in REPORTED]
    return table("elsewhere, across collections", ("judged on", "EER", "source"), rows, right=False)
