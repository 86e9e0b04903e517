"""The adapters: a window of sound in, one number out, higher for speech that a machine made."""

import math
from pathlib import Path
from typing import Protocol

import numpy as np

from voice import models
from voice.audio import Samples
from voice.detectors.kinds import DetectorUnusable, Fault, told_as_unusable
from voice.models import Model


class Raw(Protocol):
    """Somebody else's network."""

    @property
    def window(self) -> int:
        """Samples at 16 kHz that it hears at once."""
        ...

    def score(self, samples: Samples) -> float:
        """The logarithm of its odds for "made", of at most `window` samples.

        Raises DetectorUnusable where it gives none.
        """
        ...


def load_raw(model: Model, folder: Path | None, threads: int) -> Raw:
    """The adapter with the weights in `folder`, heard once so that it is known to work.

    Raises DetectorUnusable.
    """
    with (
        told_as_unusable(model.name),
        models.held(model.name, folder, {model.name: model}) as files,
    ):
        raw = _adapter(model, files / model.files[0].name, threads)
    raw.score(probe(raw))
    return raw


def probe(raw: Raw) -> Samples:
    """Something to hear for a try: a window of noise, always the same."""
    noise = np.random.default_rng(0).standard_normal(raw.window).astype(np.float32)
    return np.float32(0.05) * noise


def _adapter(model: Model, file: Path, threads: int) -> Raw:
    # Each pulls in libraries that the other does not need.
    if file.suffix == ".onnx":
        from voice.detectors.spectra import Spectra

        return Spectra(model.name, file, threads)
    from voice.detectors.antideepfake import SHAPES, AntiDeepfake

    return AntiDeepfake(model.name, file, SHAPES[model.name])


def odds(detector: str, made: float, human: float) -> float:
    """Logits of the two classes as one number.  Raises DetectorUnusable where they are none."""
    score = made - human
    if not math.isfinite(score):
        raise DetectorUnusable(detector, Fault.NO_NUMBER)
    return score
