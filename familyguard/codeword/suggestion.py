"""Two or three words for a family that has no idea of its own."""

import random
import secrets

from familyguard.codeword.errors import WeakCodeWord
from familyguard.codeword.strength import judge_strength
from familyguard.codeword.wordlists import familiar

MIN_SUGGESTED, MAX_SUGGESTED = 2, 3
"""Words that are offered together: two can be remembered, one can be guessed."""


def suggest(language: str, n_words: int = 2, rng: random.Random | None = None) -> str:
    """`n_words` different familiar words, with a space between them.

    By default they are drawn by the operating system's random generator; `rng` is for tests and
    measurements.  Phrases that would be refused, being too short to hear, are drawn again.  Raises
    ValueError for a number of words that is not offered.
    """
    if not MIN_SUGGESTED <= n_words <= MAX_SUGGESTED:
        raise ValueError(f"{MIN_SUGGESTED} or {MAX_SUGGESTED} words are offered, not {n_words}")
    source = rng or secrets.SystemRandom()
    while True:
        phrase = " ".join(source.sample(familiar(language), n_words))
        try:
            judge_strength(phrase, language, suggested=True)
        except WeakCodeWord:
            continue
        return phrase
