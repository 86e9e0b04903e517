"""How fit a recording is to be judged: level, clipping, noise, bandwidth.

The limits were chosen on 1,218 human recordings of at least three seconds (../shared/corpus), as
stored and through Opus at 16 kbit/s, and on some of them spoilt on purpose with noise, clipping,
low level and telephone codecs.
"""

import numpy as np
from numpy.typing import NDArray

from voice.activity import speech_only
from voice.audio import MIN_SPEECH_SECONDS, SAMPLE_RATE, Waveform
from voice.results import Problem, Quality, Segment

FRAME = 512
"""Samples (32 ms) of one frame of all measurements."""

RAIL = 0.985
"""A sample this near to full scale counts as clipped: a lossy codec rounds flat tops off."""

MAX_SNR_DB = 60.0
MIN_SNR_DB = -20.0
"""The ends of the scale on which noise is reported."""

SILENCE_DBFS = -100.0
"""Given as the level where there is nothing at all; 16-bit sound ends at about -96."""

GUARD_SECONDS = 0.1
"""Not counted as a gap on either side of speech: breaths, reverberation, last consonants."""

MIN_GAP_SECONDS = 0.3
"""With less than this of gaps, the noise is taken from the dips between syllables alone."""

DIP_PERCENTILE = 5.0
"""The quietest twentieth of the frames inside speech are dips, in which noise shows."""

LOUD_PERCENTILE = 95.0
"""Hiss of consonants, where the band is widest, fills only a few frames in a hundred."""

BAND_DROP_DB = 50.0
"""Weaker than the strongest frequency by more than this is not counted as the speaker's."""

QUIET_DBFS = -55.0
"""Softer speech than this is coded with too few bits; ordinary recordings end at about -43."""

CLIPPED_SHARE = 0.02
"""Ordinary recordings have under 0.001; 20 dB too loud has more than 0.02 even after Opus."""

NOISY_SNR_DB = 7.0
"""All recordings mixed with noise as loud as the speech are below it, nearly all at 5 dB, hardly
any at 10 dB; the noisiest recording as stored has 9."""

NARROW_HZ = 4500.0
"""A telephone's band and speech sampled at 8 kHz end below; the scores are not calibrated there."""

_TINY = 1e-12

Powers = NDArray[np.float64]


def measure(waveform: Waveform, segments: tuple[Segment, ...]) -> Quality:
    """Measure `waveform`, in which speech is in `segments`.

    Noise is estimated twice, in the gaps between speech and in the dips between syllables, and the
    worse figure counts: a noise gate silences the gaps, steady talk leaves none, and a hum that
    rises in the pauses hides from the dips.
    """
    n_frames = len(waveform.samples) // FRAME
    if n_frames == 0:
        return Quality(SILENCE_DBFS, 0.0, 0.0, 0.0)
    frames = waveform.samples[: n_frames * FRAME].reshape(n_frames, FRAME)
    powers: Powers = np.mean(np.square(frames, dtype=np.float64), axis=1)
    spoken = _frames_inside(n_frames, segments, 0.0)
    if not spoken.any():
        return Quality(_decibels(float(powers.mean())), _clipped(waveform), 0.0, 0.0)
    gaps = ~_frames_inside(n_frames, segments, GUARD_SECONDS)
    return Quality(
        level_dbfs=_decibels(float(powers[spoken].mean())),
        clipped_share=_clipped(speech_only(waveform, segments)),
        snr_db=_snr(powers[spoken], powers[gaps]),
        bandwidth_hz=_bandwidth(frames[spoken]),
    )


def judge(quality: Quality, segments: tuple[Segment, ...]) -> tuple[Problem, ...]:
    """What about the sound is out of the range in which the later steps can be believed."""
    if not segments:
        return (Problem.NO_SPEECH,)
    found = (
        (Problem.TOO_SHORT, sum(part.seconds for part in segments) < MIN_SPEECH_SECONDS),
        (Problem.TOO_NOISY, quality.snr_db < NOISY_SNR_DB),
        (Problem.TOO_QUIET, quality.level_dbfs < QUIET_DBFS),
        (Problem.CLIPPED, quality.clipped_share > CLIPPED_SHARE),
        (Problem.NARROW_BAND, quality.bandwidth_hz < NARROW_HZ),
    )
    return tuple(problem for problem, so in found if so)


def _frames_inside(
    n_frames: int, segments: tuple[Segment, ...], margin: float
) -> NDArray[np.bool_]:
    """Which frames have their middle in a segment widened by `margin` seconds."""
    middle = (np.arange(n_frames) + 0.5) * FRAME / SAMPLE_RATE
    inside = np.zeros(n_frames, dtype=np.bool_)
    for segment in segments:
        inside |= (middle >= segment.start - margin) & (middle < segment.end + margin)
    return inside


def _decibels(power: float) -> float:
    return max(SILENCE_DBFS, 10.0 * float(np.log10(power + _TINY)))


def _clipped(waveform: Waveform) -> float:
    if len(waveform.samples) == 0:
        return 0.0
    return float(np.mean(np.abs(waveform.samples) >= RAIL))


def _snr(spoken: Powers, gaps: Powers) -> float:
    """Decibels of speech over noise; both are powers of frames."""
    noise = float(np.percentile(spoken, DIP_PERCENTILE))
    if len(gaps) * FRAME / SAMPLE_RATE >= MIN_GAP_SECONDS:
        between = float(np.median(gaps))
        # What is louder than the speech is not behind it: a cheer, a jingle before the first word.
        if between < spoken.mean():
            noise = max(noise, between)
    speech = max(float(spoken.mean()) - noise, _TINY)
    return float(np.clip(10.0 * np.log10(speech / max(noise, _TINY)), MIN_SNR_DB, MAX_SNR_DB))


def _bandwidth(frames: NDArray[np.float32]) -> float:
    """The highest frequency, in Hz, that is heard in the frames of speech where it is loud."""
    spectra = np.abs(np.fft.rfft(frames * np.hanning(FRAME), axis=1))
    loud = 20.0 * np.log10(np.percentile(spectra, LOUD_PERCENTILE, axis=0) + _TINY)
    highest = int(np.flatnonzero(loud >= loud.max() - BAND_DROP_DB)[-1])
    return highest * SAMPLE_RATE / FRAME
