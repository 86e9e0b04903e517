"""What simple detectors look at, so that a better one can be set against them.

Two front ends that need no training of ours: statistics of the spectrum, as in the oldest detectors
of synthetic speech, and the frozen first layers of the recogniser's encoder.  Neither knows the
tricks of the shipped countermeasure (voice/cm_features.py).
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import torchaudio.functional as audio
from faster_whisper.feature_extractor import FeatureExtractor
from numpy.typing import NDArray
from torch import Tensor

from voice import models
from voice.audio import SAMPLE_RATE, Waveform
from voice.whisper_encoder import MAX_SECONDS, load_encoder

Features = NDArray[np.float32]

LAYERS = (1, 2, 3)
"""Of the encoder; by themselves the best of its six (docs/measurements/countermeasure.md)."""

N_FFT = 512
HOP = 160
"""Samples: frames of 32 ms, a hundred a second."""

N_BANDS = 48
"""Mel bands, which are narrow where speech is strong, and as many that are equally wide."""

ROLL_OFFS = (0.85, 0.95)
"""Below these shares of the power lies the frequency that is taken."""

FLOOR_DB = 80.0
"""Below the loudest point: what is quieter is taken to be so quiet."""


def spectral_statistics(speech: Waveform) -> Features:
    """Mean and deviation over time of plain measures of the spectrum; shape = (n_measures · 2,).

    Per frame: decibels in mel bands and in bands of equal width below the loudest point, centroid,
    spread, roll-off, flatness, and how far the bands moved since the last frame.  Level says
    nothing.  Needs more than N_FFT samples.
    """
    spectrum = torch.stft(
        torch.from_numpy(speech.samples),
        N_FFT,
        HOP,
        window=torch.hann_window(N_FFT),
        return_complex=True,
    )
    powers = spectrum.abs().square()
    bins, top = N_FFT // 2 + 1, SAMPLE_RATE / 2
    mel = audio.melscale_fbanks(bins, 0.0, top, N_BANDS, SAMPLE_RATE)
    even = audio.linear_fbanks(bins, 0.0, top, N_BANDS, SAMPLE_RATE)
    decibels = torch.cat([_decibels(bank.T @ powers) for bank in (mel, even)])
    hertz = torch.linspace(0.0, top, bins)[:, None]
    shares = powers / powers.sum(0).clamp(min=1e-12)
    centroid = (hertz * shares).sum(0)
    spread = ((hertz - centroid).square() * shares).sum(0).sqrt()
    reached = shares.cumsum(0)
    roll_offs = [(reached < share).sum(0) * (top / (bins - 1)) for share in ROLL_OFFS]
    floor = powers.max() * 10 ** (-FLOOR_DB / 10) + 1e-20
    flatness = (powers + floor).log().mean(0) - (powers + floor).mean(0).log()
    steps = (decibels[:, 1:] - decibels[:, :-1]).abs().mean(0)
    moved = torch.cat((torch.zeros(1), steps))
    measures = torch.cat(
        (decibels, torch.stack((centroid, spread, *roll_offs, flatness, moved))), dim=0
    )
    return _mean_and_deviation(measures.T)


def layer_statistics() -> Callable[[Waveform], Features]:
    """A function for mean and deviation over time of the encoder's LAYERS; shape = (3072,).

    It hears the first MAX_SECONDS.  Raises ModelUnavailable.
    """
    with models.held("whisper-base") as files:
        encoder = load_encoder(Path(files) / "model.bin", max(LAYERS))
    spectrogram = FeatureExtractor()

    @torch.inference_mode()
    def statistics(speech: Waveform) -> Features:
        mel = torch.from_numpy(spectrogram(speech.samples[: MAX_SECONDS * SAMPLE_RATE], padding=0))
        outputs = encoder(mel[None].float())
        return np.concatenate([_mean_and_deviation(outputs[layer][0]) for layer in LAYERS])

    return statistics


def _decibels(powers: Tensor) -> Tensor:
    """Below the loudest of all bands and frames, and at most FLOOR_DB of it."""
    decibels = 10 * powers.clamp(min=1e-20).log10()
    return (decibels - decibels.max()).clamp(min=-FLOOR_DB)


def _mean_and_deviation(frames: Tensor) -> Features:
    """Over the first axis, shape = (n_frames, width)."""
    found = torch.cat((frames.mean(0), frames.std(0, unbiased=False)))
    return np.asarray(found.numpy(), dtype=np.float32)
