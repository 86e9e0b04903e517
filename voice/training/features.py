"""Features of every clip through a channel, computed once and kept in a file."""

import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch

from voice import models
from voice.activity import find_speech, speech_only
from voice.audio import SAMPLE_RATE, Waveform
from voice.cm_features import MAX_CHUNK_SECONDS, N_FEATURES, SpeechFeatures, statistics
from voice.evaluation.channels import through
from voice.evaluation.clips import read_clip
from voice.training.ridge import Floats
from voice.whisper_encoder import load_encoder

MIN_SAMPLES = SAMPLE_RATE // 2
"""Where less speech is found than this, the whole clip is taken: it was chosen for its speech."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard: features, shape = (n, N_FEATURES), and seconds of speech, shape = (n,)."""

    features: Floats
    seconds: Floats


def extract(
    clips: Sequence[Path],
    channel: str,
    cached: Path,
    jobs: int = 2,
    on_clip: Callable[[], None] | None = None,
) -> Heard:
    """Features of `clips` through the channel, from the file `cached` where it has them.

    A cache of other clips is written anew.  Raises UndecodableAudio and ModelUnavailable.
    """
    names = np.array([str(path) for path in clips])
    if cached.is_file():
        kept = np.load(cached)
        if np.array_equal(kept["clips"], names):
            return Heard(kept["features"].astype(np.float32), kept["seconds"])
    features = np.zeros((len(clips), N_FEATURES), dtype=np.float16)
    seconds = np.zeros(len(clips), dtype=np.float32)
    with ProcessPoolExecutor(jobs, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        found = pool.map(_one, clips, [channel] * len(clips), chunksize=8)
        for index, (row, spoken) in enumerate(found):
            features[index], seconds[index] = row, spoken
            if on_clip is not None:
                on_clip()
    cached.parent.mkdir(parents=True, exist_ok=True)
    np.savez(cached, clips=names, features=features, seconds=seconds)
    return Heard(features.astype(np.float32), seconds)


@cache
def _front_end() -> SpeechFeatures:
    model_bin = models.locate("whisper-base", None)["model.bin"]
    return SpeechFeatures(load_encoder(model_bin, 3))


def _one(path: Path, channel: str) -> tuple[Floats, float]:
    """Features and seconds of speech of one clip; the noise and the room follow from its name."""
    waveform = read_clip(path)
    segments = find_speech(waveform)
    seconds = sum(segment.seconds for segment in segments)
    speech = speech_only(waveform, segments)
    if len(speech.samples) < MIN_SAMPLES:
        speech = waveform
    speech = Waveform(speech.samples[: round(MAX_CHUNK_SECONDS * SAMPLE_RATE)])
    passed = through(channel, speech, zlib.crc32(path.name.encode()))
    return statistics(_front_end().frames(passed.samples)).numpy(), seconds
