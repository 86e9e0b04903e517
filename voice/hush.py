"""Speech with the steady noise behind it turned down, for a recogniser that hears it badly."""

import numpy as np
from numpy.typing import NDArray
from scipy.signal import istft, stft

from voice.audio import SAMPLE_RATE, Waveform
from voice.perturb import below_rails

FRAME = 512
"""Samples (32 ms) of one frame: long enough to part the harmonics of a voice."""

HOP = 128
"""Samples (8 ms) from one frame to the next, so that the gain never jumps."""

QUIET_SHARE = 0.2
"""Of all frames; between words and sentences the noise is alone."""

N_DROPOUTS = 2
"""The very quietest frames are left out: a codec may have left a hole in the noise."""

FLOOR_DB = -12.0
"""No sound is turned down further: what is cut out altogether sounds like bubbles, and a recogniser
takes bubbles for words."""

SMOOTHING = 0.96
"""How much of the estimate comes from the frame before (Ephraim and Malah have 0.98, with half as
many frames in a second)."""

_TINY = 1e-12

Powers = NDArray[np.float64]


def hushed(waveform: Waveform) -> Waveform:
    """The same sound with what is also in its quietest frames turned down, as long as before.

    A Wiener filter whose signal-to-noise ratio is estimated frame by frame, the decision-directed
    way (Ephraim and Malah 1984, "Speech enhancement using a minimum mean-square error short-time
    spectral amplitude estimator", section V; with the Wiener gain: Scalart and Filho 1996).
    """
    length = len(waveform.samples)
    if length < FRAME:
        return waveform
    overlap = FRAME - HOP
    _, _, spectra = stft(
        waveform.samples.astype(np.float64), SAMPLE_RATE, nperseg=FRAME, noverlap=overlap
    )
    gains = _gains(np.square(np.abs(spectra)))
    _, samples = istft(spectra * gains, SAMPLE_RATE, nperseg=FRAME, noverlap=overlap)
    return below_rails(samples[:length])


def _gains(powers: Powers) -> Powers:
    """What each frequency of each frame is multiplied by.  shape = (n_frequencies, n_frames)."""
    quietest = np.argsort(powers.sum(axis=0))[N_DROPOUTS:]
    quietest = quietest[: max(1, round(QUIET_SHARE * len(quietest)))]
    noise = np.maximum(powers[:, quietest].mean(axis=1), _TINY)
    floor = 10 ** (FLOOR_DB / 20)
    over_noise = powers / noise[:, np.newaxis]
    gains = np.empty_like(powers)
    speech = np.zeros(len(noise))  # power over that of the noise, in the frame before
    for number, here in enumerate(over_noise.T):
        now = np.maximum(here - 1.0, 0.0)
        estimate = SMOOTHING * speech + (1.0 - SMOOTHING) * now
        gain = np.maximum(estimate / (1.0 + estimate), floor)
        gains[:, number] = gain
        speech = np.square(gain) * here
    return gains
