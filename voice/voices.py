"""Does a memo hold two people talking?  Then no score for "the" voice means anything."""

from collections.abc import Sequence

import numpy as np

from voice.voiceprint import Embedding
from voice.windows import Pieces

MIN_WINDOWS = 2
"""Windows that each voice must fill: one odd window is a laugh, a shout or a cough."""

SAME_VOICE_LIKENESS = 0.5
"""Cosine of the two groups' middles below which they are two people (docs/measurements/speaker.md).
"""


def several_voices(window_embeddings: Embedding, windows: Sequence[Pieces]) -> bool:
    """Whether the windows fall into two groups that sound like two people.

    `window_embeddings` has shape = (n, dim) and rows of length 1, as in `HeardVoice.windows`.
    """
    likeness = side_likeness(window_embeddings, windows)
    return likeness is not None and likeness < SAME_VOICE_LIKENESS


def side_likeness(window_embeddings: Embedding, windows: Sequence[Pieces]) -> float | None:
    """Cosine between the middles of the two groups that the windows fall into; None for one group.

    The two windows that are least alike start the groups, and each other window joins the one that
    it is more like.
    """
    if len(windows) != len(window_embeddings):
        raise ValueError("one embedding belongs to each window")
    if len(windows) < 2 * MIN_WINDOWS:
        return None
    cosines = window_embeddings @ window_embeddings.T
    first, second = np.unravel_index(int(np.argmin(cosines)), cosines.shape)
    with_first = cosines[first] >= cosines[second]
    if not MIN_WINDOWS <= int(with_first.sum()) <= len(windows) - MIN_WINDOWS:
        return None
    one = window_embeddings[with_first].mean(0)
    other = window_embeddings[~with_first].mean(0)
    return float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))
