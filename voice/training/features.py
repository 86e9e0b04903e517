"""Features of every clip through a channel, computed once and kept in a file."""

import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from voice import models, quality
from voice.activity import find_speech, speech_only
from voice.audio import SAMPLE_RATE, Waveform
from voice.campplus import CampplusEncoder
from voice.cm_features import MAX_CHUNK_SECONDS, N_FEATURES, SpeechFeatures, statistics
from voice.countermeasure import N_LAYERS
from voice.evaluation.clips import read_clip
from voice.training.mixture import passed
from voice.training.ridge import Floats
from voice.whisper_encoder import load_encoder

MIN_SAMPLES = SAMPLE_RATE // 2
"""Where less speech is found than this, the whole clip is taken: it was chosen for its speech."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard of n clips.

    `features` has shape = (n, N_FEATURES); `seconds` of speech, `snr_db`, `bandwidth_hz` and
    `judgeable`, whether the product would judge the sound at all, have shape = (n,).
    """

    features: Floats
    seconds: Floats
    snr_db: Floats
    bandwidth_hz: Floats
    judgeable: NDArray[np.bool_]


def extract(
    clips: Sequence[Path],
    channel: str,
    cached: Path,
    jobs: int = 2,
    on_clip: Callable[[], None] | None = None,
) -> Heard:
    """Features of `clips` through the channel, from the file `cached` where it has them.

    A cache of other clips or features is written anew.  Raises UndecodableAudio and
    ModelUnavailable.
    """
    names = np.array([path.name for path in clips])
    if cached.is_file():
        kept = np.load(cached)
        if np.array_equal(kept["clips"], names) and kept["features"].shape[1] == N_FEATURES:
            return _heard(kept["features"], kept["facts"])
    features = np.zeros((len(clips), N_FEATURES), dtype=np.float16)
    facts = np.zeros((len(clips), 4), dtype=np.float32)
    with ProcessPoolExecutor(jobs, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        found = pool.map(_one, clips, [channel] * len(clips), chunksize=8)
        for index, (row, known) in enumerate(found):
            features[index], facts[index] = row, known
            if on_clip is not None:
                on_clip()
    cached.parent.mkdir(parents=True, exist_ok=True)
    np.savez(cached, clips=names, features=features, facts=facts)
    return _heard(features, facts)


def _heard(features: NDArray[np.float16], facts: Floats) -> Heard:
    return Heard(
        features=features.astype(np.float32),
        seconds=facts[:, 0],
        snr_db=facts[:, 1],
        bandwidth_hz=facts[:, 2],
        judgeable=facts[:, 3] > 0,
    )


@cache
def front_end() -> SpeechFeatures:
    """Both networks, from the models folder.  Raises ModelUnavailable."""
    with models.held("whisper-base") as files:
        encoder = load_encoder(files / "model.bin", N_LAYERS)
    return SpeechFeatures(encoder, CampplusEncoder(models.opened("campplus")))


def _one(path: Path, channel: str) -> tuple[Floats, tuple[float, float, float, float]]:
    """Features and facts of one clip; the noise and the room follow from its name."""
    waveform = passed(channel, read_clip(path), zlib.crc32(path.name.encode()))
    segments = find_speech(waveform)
    measured = quality.measure(waveform, segments)
    judgeable = not quality.judge(measured, segments)
    speech = speech_only(waveform, segments)
    seconds = speech.seconds
    if len(speech.samples) < MIN_SAMPLES:
        speech = waveform
    speech = Waveform(speech.samples[: round(MAX_CHUNK_SECONDS * SAMPLE_RATE)])
    features = statistics(front_end().tracks(speech))[0].numpy()
    return features, (seconds, measured.snr_db, measured.bandwidth_hz, float(judgeable))
