"""Both layers as one number: how much likelier these words are in the fraud than in family talk."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from familyguard.model import Signal
from familyguard.requests import ngrams, patterns
from familyguard.requests.fold import Folded
from familyguard.requests.together import WITH_FAMILY_TALK, together

MOST = 12.0
"""No message is more than some 160,000 times likelier one way; more would be false precision."""

_NOTHING = np.zeros(2)

FAMILY_TALK_MOST = 2.0
"""What speaks for family talk lowers the learnt score by no more, however much of it there is: a
fraud may end in «See you on Sunday, same account as always».  Less warns of honest requests."""

QUOTED = 7
"""Words quoted at most where only the learnt layer speaks; enough to see what is asked."""


@dataclass(frozen=True, slots=True)
class Score:
    """Natural-log likelihood ratios against ordinary talk: of a money request, of an opening."""

    money: float
    opening: float

    @property
    def fraud(self) -> float:
        """Of either."""
        return max(self.money, self.opening)


def score(folded: Folded, signals: Iterable[Signal]) -> Score:
    """Both likelihood ratios of a message with these words and signals."""
    weights = ngrams.weights()
    z = weights.start.astype(np.float64)
    found = ngrams.features(folded)
    shares = np.array([feature.share for feature in found], np.float32)
    z += shares @ weights.table[[feature.bucket for feature in found]]
    table = patterns.kinds()
    given = 0.0
    seen = list(signals)
    calm = np.zeros(2)
    for signal in seen:
        learnt = weights.kinds.get(signal.kind, _NOTHING)
        if table[signal.kind].ordinary:
            calm += learnt
        else:
            z += learnt
        given += table[signal.kind].given
    for name in together(seen):
        learnt = weights.kinds.get(name, _NOTHING)
        if name in WITH_FAMILY_TALK:
            calm += learnt
        else:
            z += learnt
    z += np.maximum(calm, -FAMILY_TALK_MOST)
    money, opening = np.clip(z * weights.slope + weights.shift + given, -MOST, MOST)
    return Score(float(money), float(opening))


def telling_words(folded: Folded, column: int) -> list[tuple[int, int]]:
    """Where the row of words stands that weighed most in `column` (`ngrams.MONEY` or `OPENING`)."""
    weights = ngrams.weights()
    shares = np.zeros(len(folded.words))
    for feature in ngrams.features(folded):
        weight = float(weights.table[feature.bucket, column]) * feature.share
        shares[feature.first] += weight / 2  # a pair is its two words, not what stands between
        shares[feature.last] += weight / 2
    best, span = 0.0, (0, min(QUOTED, len(shares)) - 1)
    for first in range(len(shares)):
        sums = np.cumsum(shares[first : first + QUOTED])
        length = int(np.argmax(sums))
        if sums[length] > best:
            best, span = float(sums[length]), (first, first + length)
    return [(folded.words[span[0]].start, folded.words[span[1]].end)]
