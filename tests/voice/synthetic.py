"""Sounds that are not speech, and ways to spoil speech, computed on the spot."""

import numpy as np

from voice.audio import SAMPLE_RATE, Samples, Waveform


def silence(seconds: float) -> Waveform:
    """Digital silence."""
    return Waveform(np.zeros(round(seconds * SAMPLE_RATE), np.float32))


def white_noise(seconds: float, rms: float = 0.1, seed: int = 1) -> Waveform:
    """Hiss."""
    noise = np.random.default_rng(seed).standard_normal(round(seconds * SAMPLE_RATE))
    return Waveform((noise * rms).astype(np.float32))


def pink_noise(seconds: float, rms: float = 0.1, seed: int = 1) -> Waveform:
    """Noise that falls by 3 dB an octave, like wind, traffic and crowds."""
    n_samples = round(seconds * SAMPLE_RATE)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(n_samples))
    spectrum /= np.sqrt(np.maximum(np.fft.rfftfreq(n_samples), 1.0 / n_samples))
    noise = np.fft.irfft(spectrum, n_samples)
    return Waveform((noise * (rms / noise.std())).astype(np.float32))


def dial_tone(seconds: float) -> Waveform:
    """The 425 Hz of European exchanges."""
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return Waveform((0.3 * np.sin(2 * np.pi * 425 * time)).astype(np.float32))


def music(seconds: float, seed: int = 1) -> Waveform:
    """A plucked melody over changing chords."""
    random = np.random.default_rng(seed)
    sound = np.zeros(round(seconds * SAMPLE_RATE))
    start = 0
    while start < len(sound):
        n_samples = min(round(random.choice([0.25, 0.5]) * SAMPLE_RATE), len(sound) - start)
        time = np.arange(n_samples) / SAMPLE_RATE
        envelope = np.minimum(1, time / 0.01) * np.exp(-2.5 * time)
        root = 48 + 5 * (start // SAMPLE_RATE // 2 % 3)
        for note in (60 + random.choice([0, 2, 4, 5, 7, 9, 11, 12]), root, root + 4, root + 7):
            hertz = 440 * 2 ** ((note - 69) / 12)
            partials = (np.sin(2 * np.pi * hertz * k * time) / k**1.5 for k in range(1, 6))
            sound[start : start + n_samples] += envelope * sum(partials)
        start += n_samples
    return Waveform((sound * (0.5 / np.abs(sound).max())).astype(np.float32))


def mixed(speech: Waveform, noise: Waveform, snr_db: float) -> Waveform:
    """`speech` with `noise` that is `snr_db` weaker, scaled to stay below the rails."""
    wanted = float(np.sqrt(np.mean(speech.samples**2)) / 10 ** (snr_db / 20))
    unwanted = noise.samples[: len(speech.samples)]
    return quieter_than_the_rails(
        speech.samples + unwanted * np.float32(wanted / np.sqrt(np.mean(unwanted**2)))
    )


def quieter_than_the_rails(samples: Samples) -> Waveform:
    """The samples, scaled down where they would clip."""
    return Waveform((samples * (0.9 / max(0.9, float(np.abs(samples).max())))).astype(np.float32))


def louder(speech: Waveform, gain_db: float) -> Waveform:
    """As recorded with the gain turned up (clipping) or down (rounded to 16 bits)."""
    gained = np.clip(speech.samples * 10 ** (gain_db / 20), -1.0, 1.0)
    return Waveform((np.round(gained * 32767) / 32767).astype(np.float32))


def telephone(speech: Waveform) -> Waveform:
    """Only what a telephone lets through, nothing above 3,400 Hz."""
    spectrum = np.fft.rfft(speech.samples)
    hertz = np.fft.rfftfreq(len(speech.samples), 1 / SAMPLE_RATE)
    spectrum[hertz > 3400] = 0
    return Waveform(np.fft.irfft(spectrum, len(speech.samples)).astype(np.float32))
