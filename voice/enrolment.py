"""What a memo is worth for the voiceprint of the person who spoke it.

Whether it may be used – own account, not forwarded, the prompt read, the memos of one voice – is
for the bot to judge, from what stands in the `EnrolmentMemo` and with `voice.voiceprint`.
"""

from typing import TYPE_CHECKING

from voice.results import Analysis, EnrolmentMemo
from voice.voiceprint import Voiceprint

if TYPE_CHECKING:
    from voice.speaker import HeardVoice


def enrolment_memo(analysis: Analysis, voice: "HeardVoice | None") -> EnrolmentMemo:
    """The part of an enrolment that one memo makes; `voice` are the embeddings of its speech.

    Sound that cannot be judged gives no voiceprint.
    """
    voiceprint = None
    if voice is not None and not analysis.problems:
        embedding = tuple(map(float, voice.whole))
        voiceprint = Voiceprint(voice.model, embedding, voice.speech_seconds)
    return EnrolmentMemo(
        sha256=analysis.audio.sha256,
        speech_seconds=analysis.speech_seconds,
        voiceprint=voiceprint,
        transcript=analysis.transcript,
        synthetic=analysis.synthetic,
        provenance=analysis.provenance,
        problems=analysis.problems,
        unchecked=analysis.unchecked,
        fingerprint=analysis.fingerprint,
    )
