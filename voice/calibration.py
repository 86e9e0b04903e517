"""From a raw score to the weight of evidence: log-likelihood ratios, with the data behind them.

A natural-log likelihood ratio of 2.3 says that the score is ten times as likely for the first
explanation as for the second.  It does not say how likely either explanation is.
"""

import math
from dataclasses import dataclass

VOICE_LLR_LIMIT = 2 * math.log(10)
"""A hundred to one: a few hundred speakers, mostly reading aloud, cannot support more."""

SECONDS_CAP = 10.0
"""More speech than this was not measured, and no longer makes a comparison much surer."""


@dataclass(frozen=True, slots=True)
class VoiceCalibration:
    """llr = slope · cosine + offset + per_log_second · ln(seconds of speech), capped."""

    slope: float
    offset: float
    per_log_second: float


# From `python -m voice.evaluation.speaker_calibration MANIFEST --root DIR` on ../shared/corpus, on
# 2026-11-22: 505 recordings, whole and cut to 2 and 3 s, as stored and through Opus at 16 kbit/s;
# 10,619 pairs of one speaker, of which none falls to VOICE_DIFFERENT_LLR, and 87,410 of two
# (docs/measurements/speaker.md).
_VOICE = {
    "campplus": VoiceCalibration(slope=10.6, offset=-3.91, per_log_second=-0.55),
}

VOICE_DIFFERENT_LLR = -math.log(10)
"""At or below it the voice is clearly another one: ten to one."""

VOICE_SIMILAR_LLR = math.log(10)
"""At or above it the voice is like the relative's; in between nothing is said."""

SYNTHETIC_LLR_LIMIT = math.log(10)
"""Ten to one: detectors this small are at a loss before some systems and some recordings."""


@dataclass(frozen=True, slots=True)
class SyntheticCalibration:
    """llr = (slope - damping · noisiness) · score + offset, capped."""

    slope: float
    offset: float
    damping: float


CLEAR_SNR_DB = 20.0
"""Decibels of speech over noise from which on a score is believed in full."""
NOISINESS_STEP_DB = 10.0
"""So much more noise makes `noisiness` greater by one."""
NOISIEST_SNR_DB = 7.0
"""Noisier memos are not judged (voice/quality.py), and the line was not fitted on them."""
MUTE_SNR_DB = 12.0
"""Below, the line is so flat that hardly any score reaches SYNTHETIC_LLR: of the clones with noise
10 dB below the speech none did.  That nothing was found says nothing there."""


# From the scores of held-out sources in ../shared/corpus, both classes weighing the same, on
# 2026-11-22 (docs/measurements/countermeasure.md).
_SYNTHETIC = SyntheticCalibration(slope=3.97, offset=-0.05, damping=2.51)

SYNTHETIC_LLR = math.log(7)
"""At or above it the sound counts as machine-made.  Seven to one: the built-in countermeasure is
not believed beyond ten to one, and below this it would be a sign in too many memos of real people,
most of all in those that are noisy or came through a messenger."""


def voice_llr(model: str, cosine: float, speech_seconds: float) -> float | None:
    """How much better "the same voice" explains the cosine than "another voice"; natural logarithm.

    None for a model that was not calibrated.  A clone counts as the same voice here.
    """
    numbers = _VOICE.get(model)
    if numbers is None:
        return None
    length = math.log(min(max(speech_seconds, 1.0), SECONDS_CAP))
    llr = numbers.slope * cosine + numbers.offset + numbers.per_log_second * length
    return max(-VOICE_LLR_LIMIT, min(VOICE_LLR_LIMIT, llr))


def noisiness(snr_db: float) -> float:
    """How much less than usual a score of the countermeasure means, from 0 to 1.3.

    Noise hides what a synthesiser leaves, and sounds a little like it: the scores of both kinds
    come together, and a line that was right for clear memos would accuse people in noise.
    """
    return max(0.0, CLEAR_SNR_DB - max(snr_db, NOISIEST_SNR_DB)) / NOISINESS_STEP_DB


def synthetic_llr(
    score: float, snr_db: float, line: SyntheticCalibration = _SYNTHETIC
) -> float | None:
    """How much better "made by a machine" explains a countermeasure's score than "a person".

    `snr_db` is what voice/quality.py measured of the memo, `line` that of the built-in one.  None
    where noise would hide a machine, and nothing was found: whoever clones a voice may have added
    the noise.
    """
    # In noise a score may come to mean nothing, but never the opposite.
    slope = max(0.0, line.slope - line.damping * noisiness(snr_db))
    llr = slope * score + line.offset
    if snr_db < MUTE_SNR_DB and llr < SYNTHETIC_LLR:
        return None
    return max(-SYNTHETIC_LLR_LIMIT, min(SYNTHETIC_LLR_LIMIT, llr))
