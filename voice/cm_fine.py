"""What a synthesiser leaves in the fine structure of a spectrum, below what mel bands show.

The networks of voice/cm_features.py hear mel bands, in which single harmonics run together.  Two
plain measurements look closer: lines that stay in one place for the whole memo (upsampling layers
leave them, and so does a pitch that hardly moves), and how clearly harmonics stand out, band by
band (vocoders put noise where a voice has harmonics, and harmonics where it has noise).
"""

from functools import cache

import torch
from torch import Tensor
from torch.nn import functional

RANGE = 8.0
"""Decades of power below the loudest point that are looked at."""

LINES_FFT = 2048
LINES_HOP = 512
N_LINES = LINES_FFT // 2
"""Bins of 7.8 Hz."""
LINES_SMOOTHING = 25
"""Bins (200 Hz) whose mean is taken off: a spectrum's shape is that of mouth and telephone."""
LINES_GROUP = 8
"""Bins of which the highest counts: where a line is exactly differs from system to system."""

HARMONY_FFT = 1024
HARMONY_HOP = 256
BAND = 64
"""Bins (1 kHz) of one band."""
N_BANDS = HARMONY_FFT // 2 // BAND
BAND_SMOOTHING = 17
SPACINGS = slice(4, 28)
"""Bins between harmonics, which is a pitch of 62 to 437 Hz."""

N_HARMONY = 2 * N_BANDS

_TINY = 1e-10


def lines(samples: Tensor) -> Tensor:
    """Log power spectra, shape (n_samples,) → (n_frames, N_LINES); 31.25 frames a second."""
    return _decades(samples, LINES_FFT, LINES_HOP)[:N_LINES].T


def line_heights(spectra: Tensor) -> Tensor:
    """How far lines stand out of the mean spectrum: (n_frames, N_LINES) → (N_LINES / LINES_GROUP,).

    In decades of power.
    """
    mean = spectra.mean(0, keepdim=True)
    return _above(mean, LINES_SMOOTHING).view(-1, LINES_GROUP).amax(1)


def harmony(samples: Tensor) -> Tensor:
    """How regular and how deep the ripple of the spectrum is: (n_samples,) → (n_frames, N_HARMONY).

    62.5 frames a second.  First the highest correlation of each band with itself, some harmonics
    on, from 0 to 1, then the deviation of each band's log power in decades.
    """
    flatten, real, imaginary, correlate = _matrices()
    decades = _decades(samples, HARMONY_FFT, HARMONY_HOP)[: N_BANDS * BAND]
    ripple = decades.T.reshape(-1, BAND) @ flatten
    powers = (ripple @ real).square_() + (ripple @ imaginary).square_()
    like = powers @ correlate
    regular = like[:, 1:].amax(1) / (like[:, 0] + 1e-6)
    depth = (ripple.square().sum(1) - ripple.sum(1).square_() / BAND).clamp_(min=0.0)
    depth = depth.div_(BAND - 1).sqrt_()
    return torch.cat((regular.view(-1, N_BANDS), depth.view(-1, N_BANDS)), dim=1)


@cache
def _matrices() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """What takes a band to its ripple, that to a spectrum, and its power to its correlation.

    For a band of 64 bins, products of matrices take half the time of transforms.
    """
    unit = torch.eye(BAND)
    flatten = _above(unit, BAND_SMOOTHING)
    spectrum = torch.fft.rfft(unit * torch.hann_window(BAND), 2 * BAND)
    powers = torch.eye(BAND + 1, dtype=torch.complex64)
    everything = torch.fft.irfft(powers)
    correlate = torch.cat((everything[:, :1], everything[:, SPACINGS]), dim=1)
    return flatten, spectrum.real.clone(), spectrum.imag.clone(), correlate


def powers(samples: Tensor, n_fft: int, hop: int) -> Tensor:
    """Power spectra through a Hann window: (n_samples,) → (n_fft / 2 + 1, n_frames)."""
    taper = torch.hann_window(n_fft)
    spectrum = torch.stft(samples, n_fft, hop, window=taper, return_complex=True)
    # Each part by itself: a sum over pairs, or an absolute value, takes four times as long.
    return spectrum.real.square() + spectrum.imag.square()


def _decades(samples: Tensor, n_fft: int, hop: int) -> Tensor:
    found = powers(samples, n_fft, hop).clamp_(min=_TINY).log10_()
    return found.clamp_(min=float(found.max()) - RANGE)


def _above(rows: Tensor, width: int) -> Tensor:
    """Each row less its running mean over `width` values."""
    smooth = functional.avg_pool1d(rows[None], width, 1, width // 2, count_include_pad=False)
    return rows - smooth[0]
