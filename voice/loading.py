"""The models that listen to a memo, loaded once; what is not on this machine is left out."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from voice import models, transcript
from voice.countermeasure import Countermeasure, load_countermeasure
from voice.detectors import Choice, DetectorUnusable
from voice.errors import ModelMismatch, ModelUnavailable

if TYPE_CHECKING:
    from voice.speaker import SpeakerEncoder
    from voice.watermark import PerthDetector

Loaded = TypeVar("Loaded")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Models:
    """What listens; None where the files are not there."""

    recogniser: transcript.Recogniser | None
    encoder: "SpeakerEncoder | None"
    detector: "PerthDetector | None"
    countermeasure: Countermeasure | None


def load_models(
    folder: Path | None, threads: int, speaker: str, detector: Choice | None = None
) -> Models:
    """Load the models whose files are in `folder`.

    A `detector` that was chosen takes the place of the built-in countermeasure where it can be
    used; where not, the log says why.  Raises ModelMismatch for other files that are there but are
    not the pinned ones.
    """
    # Here and not above: importing torch takes seconds, and a bad file must be refused at once.
    import torch

    from voice.speaker import load_encoder
    from voice.watermark import PerthDetector

    # The recogniser takes `threads`; PyTorch works beside it, and more threads than cores only
    # make them wait for each other.
    torch.set_num_threads(max(1, threads // 2))

    def whisper() -> transcript.Recogniser:
        with models.held("whisper-base", folder) as files:
            return transcript.Recogniser(files, threads)

    def perth() -> PerthDetector:
        return PerthDetector(models.opened("perth", folder))

    encoder = _if_there(lambda: load_encoder(speaker, folder))
    return Models(
        recogniser=_if_there(whisper),
        encoder=encoder,
        detector=_if_there(perth),
        countermeasure=(detector and _chosen(detector, folder, threads))
        or load_countermeasure(folder, encoder),
    )


def _chosen(detector: Choice, folder: Path | None, threads: int) -> Countermeasure | None:
    from voice.detectors.countermeasure import load_detector

    try:
        return load_detector(detector, folder, threads)
    except DetectorUnusable as error:
        log.warning("%s; the built-in one judges instead", error)
        return None


def _if_there(load: Callable[[], Loaded]) -> Loaded | None:
    try:
        return load()
    except ModelMismatch:
        raise
    except ModelUnavailable:
        return None
