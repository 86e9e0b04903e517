"""Puts the Perth mark into speech, so that tests can look for it."""

from pathlib import Path

import torch
from torchaudio.functional import resample

from voice.audio import SAMPLE_RATE, Waveform
from voice.watermark import (
    FLOOR_DB,
    HEADROOM_DB,
    HOP,
    MARK_RATE,
    MARKED_BINS,
    N_FFT,
    layers,
    loud_frames,
    loudness,
    spectrum,
)


class PerthEncoder:
    """The marking half of the published network."""

    def __init__(self, weights: Path) -> None:
        tensors = torch.load(weights, map_location="cpu", weights_only=True)["model"]
        prefix = "encoder.layers."
        self._layers = layers(MARKED_BINS).eval()
        self._layers.load_state_dict(
            {name.removeprefix(prefix): t for name, t in tensors.items() if name.startswith(prefix)}
        )

    def mark(self, waveform: Waveform) -> Waveform:
        """The same speech with the mark in it, which nobody hears."""
        sound = torch.from_numpy(waveform.samples)
        with torch.inference_mode():
            original = spectrum(sound)
            magnitudes = loudness(sound)
            residual = self._layers(magnitudes[None, :MARKED_BINS])[0] * loud_frames(magnitudes)
            marked = magnitudes.clone()
            marked[:MARKED_BINS] += residual
            decibels = marked * (HEADROOM_DB - FLOOR_DB) + FLOOR_DB
            amplitudes = 10 ** (decibels / 20).clamp(max=10.0)
            rebuilt = torch.istft(
                torch.polar(amplitudes, original.angle()),
                N_FFT,
                HOP,
                window=torch.hann_window(N_FFT),
            )
            return Waveform(resample(rebuilt, MARK_RATE, SAMPLE_RATE).contiguous().numpy())
