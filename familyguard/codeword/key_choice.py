"""Which few keys stand for the code word: those by which most hearings are known again.

A memo on another day is heard like one of the copies, or nearly so.  So each key is weighed by the
hearings that hold it, and a little by those that differ from it in one sound: a mishearing that has
many neighbours comes again, one that stands alone hardly ever does
(docs/decisions/0014-keys-that-have-neighbours.md).
"""

from collections import Counter
from collections.abc import Sequence

from familyguard.codeword.candidates import Key, Kind, keys_of, phonetic_texts
from familyguard.codeword.likeness import distance, is_near, once, sounds
from familyguard.codeword.phonetic import VOWEL
from familyguard.codeword.wordlists import word_set

MAX_KEYS = 12
"""Keys stored for a word.  Each makes a guess easier by as much as it makes a hearing likelier."""

RANK_WEIGHTS = (1.0, 0.6, 0.45, 0.35, 0.3)
"""What a text counts by its place among the n-best texts of a hearing; further ones as the last."""

NEIGHBOUR = 0.3
"""What a hearing counts for a key that differs from it in one sound."""

STILL_WANTED = 0.5
"""What a hearing counts that is covered once; the second key for it is for the day on which the
first is not heard."""

MIN_HEARD_SKELETON = 9
"""Consonants from which on a mishearing is known without its vowels, two more than for the words
themselves: with seven a guess got easier, and eight were met in "London society and"."""

ENDINGS = ("", "s", "es", "en")
"""Of words that are in the lists in the singular."""

Weights = dict[str, float]
"""Phonetic texts of one hearing, with what they count."""


def chosen_keys(phrase: str, hearings: Sequence[Sequence[str]], language: str) -> tuple[Key, ...]:
    """The keys of `phrase`, then those of what was heard instead, the most telling first.

    `hearings` are n-best texts each.  At most MAX_KEYS; fewer when nothing else was heard that is
    near the phrase.
    """
    keys = list(keys_of(phrase, language))
    own = [key.text for key in keys if key.kind is Kind.PHONETIC]
    # What the sounds with their vowels find, the skeleton finds too.
    keys = [key for key in keys if key.text not in own[:-1]]
    heard = [_weights(hearing, own, language) for hearing in hearings]
    firsts = Counter(next(iter(weights)) for weights in heard if weights)
    values = _values([*own[-1:], *{text for weights in heard for text in weights}], heard)
    wanted = [1.0] * len(heard)

    def take(text: str) -> None:
        for number, value in values.pop(text).items():
            wanted[number] *= 1.0 - (1.0 - STILL_WANTED) * value

    def worth(text: str) -> tuple[float, int, str]:
        gain = sum(wanted[number] * value for number, value in values[text].items())
        return round(gain, 6), firsts[text], text

    for text in own[-1:]:
        take(text)
    while values and len(keys) < MAX_KEYS:
        best = max(values, key=worth)
        take(best)
        keys.append(Key(Kind.PHONETIC, best))
    return tuple(keys)


def _weights(hearing: Sequence[str], own: Sequence[str], language: str) -> Weights:
    """Of each text the form that is easiest to meet again, if it is near the phrase's `own`."""
    weights: Weights = {}
    telling = [text for text in hearing if not _is_one_word(text, language)]
    for rank, heard in enumerate(sounds(telling, language)):
        form = _form(heard, own)
        if form:
            weights.setdefault(form, RANK_WEIGHTS[min(rank, len(RANK_WEIGHTS) - 1)])
    return weights


def _is_one_word(text: str, language: str) -> bool:
    """Whether a phrase was heard as a single word that people use: "computers" is in many memos."""
    known = word_set(language)
    word = once(text, language)
    return any(word.removesuffix(ending) in known for ending in ENDINGS)


def _form(heard: str, own: Sequence[str]) -> str:
    """The phonetic text by which these sounds are known; empty if they are another phrase's."""
    forms = phonetic_texts(heard)
    for form in reversed(forms):
        is_telling = VOWEL in form or len(form) >= MIN_HEARD_SKELETON or form in own
        if is_telling and _is_near_any(form, own):
            return form
    return ""


def _values(texts: Sequence[str], heard: Sequence[Weights]) -> dict[str, dict[int, float]]:
    """What each text as a key would be worth for each hearing, by the hearing's number."""
    values = {}
    for key in texts:
        share = {text: _share(key, text) for text in texts}
        values[key] = {
            number: value
            for number, weights in enumerate(heard)
            if (value := max((share[text] * weights[text] for text in weights), default=0.0))
        }
    return values


def _share(key: str, text: str) -> float:
    if key == text:
        return 1.0
    # The lengths first: that spares the slow comparison of most pairs.
    is_one_apart = abs(len(key) - len(text)) <= 1 and distance(key, text) == 1
    return NEIGHBOUR if is_one_apart else 0.0


def _is_near_any(text: str, own: Sequence[str]) -> bool:
    """Whether it is near one of its own sort: with vowels, or without."""
    return any(is_near(text, each) and (VOWEL in text) == (VOWEL in each) for each in own)
