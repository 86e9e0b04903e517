"""What a memo is worth for the voiceprint of the person who spoke it.

Whether it may be used – own account, not forwarded, the prompt read, the memos of one voice – is
for the bot to judge, from what stands in the `EnrolmentMemo` and with `voice.voiceprint`.
"""

from typing import TYPE_CHECKING

from voice.results import Analysis, EnrolmentMemo, Problem
from voice.voiceprint import Voiceprint

if TYPE_CHECKING:
    from voice.speaker import HeardVoice


QUIET_SNR_DB = 15.0
"""Decibels of speech over noise that a voiceprint needs.  A memo to be judged may be noisier, but a
voiceprint stays for years, and noise is where the countermeasure no longer finds a machine."""


def enrolment_memo(analysis: Analysis, voice: "HeardVoice | None") -> EnrolmentMemo:
    """The part of an enrolment that one memo makes; `voice` are the embeddings of its speech.

    Sound that cannot be judged, or was recorded in noise, gives no voiceprint.
    """
    voiceprint, problems = None, analysis.problems
    noisy = analysis.quality is not None and analysis.quality.snr_db < QUIET_SNR_DB
    if noisy and Problem.TOO_NOISY not in problems:
        problems = (*problems, Problem.TOO_NOISY)
    if voice is not None and not problems:
        embedding = tuple(map(float, voice.whole))
        voiceprint = Voiceprint(voice.model, embedding, voice.speech_seconds)
    return EnrolmentMemo(
        sha256=analysis.audio.sha256,
        speech_seconds=analysis.speech_seconds,
        voiceprint=voiceprint,
        transcript=analysis.transcript,
        synthetic=analysis.synthetic,
        provenance=analysis.provenance,
        problems=problems,
        unchecked=analysis.unchecked,
        fingerprint=analysis.fingerprint,
    )
