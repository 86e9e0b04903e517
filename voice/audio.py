"""The one form in which sound travels through `voice`, and the limits on what is accepted."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 16_000
"""Hz.  Every model here was trained at this rate, and voice memos carry little above 8 kHz."""

MAX_FILE_BYTES = 20 * 1024 * 1024
"""Telegram's getFile hands a bot no more than this; nothing larger reaches us by chat."""

MAX_SECONDS = 15 * 60
"""Longer recordings are refused: nobody waits for them, and they hold up the queue."""

MIN_SPEECH_SECONDS = 2.0
"""Below this much net speech neither a voice nor a machine trace can be judged."""

Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Waveform:
    """Mono sound at `SAMPLE_RATE`.

    `samples` has shape = (n_samples,), dtype float32, values about -1 … 1.
    """

    samples: Samples

    def __post_init__(self) -> None:
        if self.samples.ndim != 1 or self.samples.dtype != np.float32:
            raise ValueError("a waveform is one row of float32 samples")

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return len(self.samples) / SAMPLE_RATE

    def cut(self, start: float, end: float) -> "Waveform":
        """The part from `start` to `end`, both in seconds; clipped to what there is."""
        first = max(0, round(start * SAMPLE_RATE))
        return Waveform(self.samples[first : max(first, round(end * SAMPLE_RATE))])
