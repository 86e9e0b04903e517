"""Where somebody speaks.

The detector is Silero VAD v6 in the ONNX form that faster-whisper carries: the speech recogniser
needs that library anyway, and the `silero-vad` package would set torch to one thread for the whole
process (docs/decisions/0002).
"""

import numpy as np
from faster_whisper.vad import VadOptions, get_speech_timestamps

from voice.audio import SAMPLE_RATE, Waveform
from voice.results import Segment

THRESHOLD = 0.5
"""Speech probability of a 32 ms frame from which it counts; the value Silero recommends."""

MIN_SPEECH_MS = 200
"""Shorter sounds are clicks, coughs and single notes of music, not words."""

MIN_SILENCE_MS = 400
"""Gaps shorter than this belong to the phrase: a recogniser needs the sentence in one piece."""

PAD_MS = 100
"""Kept around each segment, so that soft first and last consonants are not cut off."""


MAX_SEGMENT_SECONDS = 28.0
"""Longer talk is parted at its shortest pauses: the recogniser hears 30 s at a time."""


def find_speech(waveform: Waveform) -> tuple[Segment, ...]:
    """The stretches of speech in `waveform`, in order, in seconds from its start."""
    if len(waveform.samples) == 0:
        return ()
    options = VadOptions(
        threshold=THRESHOLD,
        min_speech_duration_ms=MIN_SPEECH_MS,
        min_silence_duration_ms=MIN_SILENCE_MS,
        speech_pad_ms=PAD_MS,
        max_speech_duration_s=MAX_SEGMENT_SECONDS,
    )
    found = get_speech_timestamps(waveform.samples, options)
    return tuple(Segment(at["start"] / SAMPLE_RATE, at["end"] / SAMPLE_RATE) for at in found)


def speech_only(waveform: Waveform, segments: tuple[Segment, ...]) -> Waveform:
    """The segments laid end to end."""
    if not segments:
        return waveform.cut(0.0, 0.0)
    parts = [waveform.cut(segment.start, segment.end).samples for segment in segments]
    return Waveform(np.concatenate(parts))
