"""From the scores for all known voices to the one that counts: the person it is supposed to be.

Who that is may only be known after the memo was heard, and nobody listens twice for it.  Free of
neural networks, for the light process.
"""

from collections.abc import Collection
from dataclasses import replace

from voice.calibration import VOICE_DIFFERENT_LLR, VOICE_SIMILAR_LLR
from voice.results import STOPPING, Analysis, Score, Unchecked

_OF_VOICE = frozenset(
    {Unchecked.VOICE_NO_REFERENCE, Unchecked.VOICE_REFERENCE_UNUSABLE, Unchecked.VOICE_UNSURE}
)


def compared_with(analysis: Analysis, labels: Collection[str]) -> Analysis:
    """The analysis of a memo that is supposed to be of the person with these `labels`.

    `speaker` is the best of the scores for their voiceprints, and what is unchecked about the voice
    is said anew.  Without a score for any of the labels, as it would be without a voiceprint.
    """
    scores = [match.score for match in analysis.voices if match.label in labels]
    speaker = max(scores, key=lambda score: score.score, default=None)
    unchecked = set(analysis.unchecked) - _OF_VOICE
    if speaker is not None:
        unchecked |= {doubt} if (doubt := voice_doubt(speaker)) else set()
    elif Unchecked.VOICE_NO_MODEL not in unchecked and not (STOPPING & set(analysis.problems)):
        unchecked.add(Unchecked.VOICE_NO_REFERENCE)
    ordered = tuple(entry for entry in Unchecked if entry in unchecked)
    return replace(analysis, speaker=speaker, unchecked=ordered)


def voice_doubt(score: Score) -> Unchecked | None:
    """What remains unsaid where a score is neither clearly like nor clearly unlike the voice."""
    if score.llr is None or VOICE_DIFFERENT_LLR < score.llr < VOICE_SIMILAR_LLR:
        return Unchecked.VOICE_UNSURE
    return None
