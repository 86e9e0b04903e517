"""Clips of a speech corpus, as stored and as a messenger would pass them on.

Corpus files are trusted, so they are decoded in this process, which is many times faster than the
limited child process that every foreign file goes through.
"""

import io
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from voice.audio import MAX_SECONDS, SAMPLE_RATE, Waveform
from voice.decode import decode
from voice.manifest import rows_of

OPUS_BIT_RATE = 16_000
"""Bits per second: about what WhatsApp sends a voice memo with."""
COLUMNS = (
    "clip",
    "kind",
    "system",
    "system_family",
    "source_repo",
    "speaker",
    "speaker_from",
    "reference_clip",
    "language",
    "split",
)
_FRAME = SAMPLE_RATE * 20 // 1000


@dataclass(frozen=True, slots=True)
class Clip:
    """A row of a corpus manifest; the fields have the meaning of its columns."""

    path: str
    kind: str
    system: str
    system_family: str
    source: str
    speaker: str
    speaker_is_named: bool
    reference: str  # path of the target's recording, or empty
    language: str
    split: str


def read_manifest(manifest: Path) -> list[Clip]:
    """The rows of a manifest in its order.  Raises like `rows_of`."""
    return [
        Clip(
            path=row["clip"],
            kind=row["kind"],
            system=row["system"],
            system_family=row["system_family"],
            source=row["source_repo"],
            speaker=row["speaker"],
            speaker_is_named=row["speaker_from"] == "named",
            reference=row["reference_clip"],
            language=row["language"],
            split=row["split"],
        )
        for row in rows_of(manifest, COLUMNS)
    ]


def read_clip(path: Path) -> Waveform:
    """A trusted file's sound.  Raises UndecodableAudio."""
    _, samples = decode(path.read_bytes(), SAMPLE_RATE, MAX_SECONDS)
    return Waveform(np.frombuffer(samples, dtype=np.float32))


def through_opus(waveform: Waveform, bit_rate: int = OPUS_BIT_RATE) -> Waveform:
    """The sound after a voice memo's coding: Opus at 16 kHz, mono, `bit_rate` bits per second."""
    file = io.BytesIO()
    pcm = np.round(np.clip(waveform.samples, -1, 1) * 32767).astype(np.int16)
    with av.open(file, "w", format="ogg") as container:
        sound = container.add_stream("libopus", rate=SAMPLE_RATE, layout="mono")
        assert isinstance(sound, av.AudioStream)
        sound.bit_rate = bit_rate
        for start in range(0, len(pcm), _FRAME):
            part = pcm[None, start : start + _FRAME]
            frame = av.AudioFrame.from_ndarray(part, format="s16", layout="mono")
            frame.sample_rate = SAMPLE_RATE
            frame.pts = start
            container.mux(sound.encode(frame))
        container.mux(sound.encode(None))
    _, samples = decode(file.getvalue(), SAMPLE_RATE, MAX_SECONDS)
    return Waveform(np.frombuffer(samples, dtype=np.float32))
