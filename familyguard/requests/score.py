"""Both layers as one number: how much likelier these words are in the fraud than in family talk."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from familyguard.model import Signal
from familyguard.requests import ngrams, patterns
from familyguard.requests.fold import Folded
from familyguard.requests.together import together

MOST = 12.0
"""No message is more than some 160,000 times likelier one way; more would be false precision."""

_NOTHING = np.zeros(2)

KEY_WORDS = 3
"""How many of the words that weighed most are named."""


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
    for signal in seen:
        z += weights.kinds.get(signal.kind, _NOTHING)
        given += table[signal.kind].given
    for name in together(seen):
        z += weights.kinds.get(name, _NOTHING)
    money, opening = np.clip(z * weights.slope + weights.shift + given, -MOST, MOST)
    return Score(float(money), float(opening))


def telling_words(folded: Folded, column: int) -> list[tuple[int, int]]:
    """Where the words stand that weighed most in `column` (`ngrams.MONEY` or `ngrams.OPENING`)."""
    weights = ngrams.weights()
    shares = np.zeros(len(folded.words))
    for feature in ngrams.features(folded):
        weight = float(weights.table[feature.bucket, column]) * feature.share
        span = feature.last - feature.first + 1
        shares[feature.first : feature.last + 1] += weight / span
    best = [int(place) for place in np.argsort(-shares, kind="stable")[:KEY_WORDS]]
    chosen = sorted(place for place in best if shares[place] > 0)
    return [(folded.words[place].start, folded.words[place].end) for place in chosen]
