"""From what was heard in three recordings to the few keys that stand for the code word."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from familyguard.codeword.candidates import Key, phonetic_texts
from familyguard.codeword.errors import HearingsDisagree, Unheard
from familyguard.codeword.key_choice import chosen_keys
from familyguard.codeword.likeness import distance, is_near, once, sounds
from familyguard.codeword.phonetic import phonetic
from familyguard.codeword.spelling import normalise

N_RECORDINGS = 3
"""Times the keeper speaks the word: with two, nobody could say which of them was misheard."""

MAX_SUGGESTION_DISTANCE = 0.25
"""Up to which what was heard is taken for the phrase that was offered.  At 0.4 one offered phrase
in eighty was found in words of the keeper's own; at 0.25 it is one in four thousand."""

Alternatives = tuple[str, ...]
"""N-best texts of one hearing, the likeliest first."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What was heard in one recording, and in copies of it that were made worse on purpose."""

    plain: Alternatives = field(repr=False)
    perturbed: tuple[Alternatives, ...] = field(default=(), repr=False)

    @property
    def hearings(self) -> tuple[Alternatives, ...]:
        """All of them, the unperturbed first."""
        return (self.plain, *self.perturbed)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """The phrase to show once and forget, and the keys to hash.

    `covered` is the share, 0 to 1, of all hearings in which one of the keys is found: how well the
    recogniser will know the phrase again.
    """

    phrase: str = field(repr=False)
    keys: tuple[Key, ...]
    covered: float


def enrol(
    recordings: Sequence[Recording], language: str, suggested: Collection[str] = ()
) -> Enrolment:
    """The phrase that the recordings agree on best, and the keys of the ways in which it is heard.

    A recogniser may hear each of them a little differently; the phrase is the hearing that is
    nearest to all, or that of the `suggested` phrases which it must have been.

    Raises HearingsDisagree when there are fewer than three recordings, nothing was heard in one, or
    one holds another phrase; ValueError for a language without code words.
    """
    if len(recordings) < N_RECORDINGS:
        raise HearingsDisagree(Unheard.TOO_FEW_RECORDINGS)
    heard = [_texts(recording, language) for recording in recordings]
    for number, texts in enumerate(heard):
        if not texts:
            raise HearingsDisagree(Unheard.NOTHING_HEARD, number)
    middle = _middle(heard, language)
    _check_agreement(middle, heard, language)
    phrase = _meant(middle, suggested, language)
    hearings = [hearing for recording in recordings for hearing in recording.hearings]
    keys = chosen_keys(phrase, hearings, language)
    known = {key.text for key in keys}
    covered = sum(bool(_key_texts(hearing, language) & known) for hearing in hearings)
    return Enrolment(phrase, keys, covered / len(hearings))


def _texts(recording: Recording, language: str) -> list[str]:
    """The n-best texts of the recording as it was, or of the first copy in which words were."""
    for hearing in recording.hearings:
        texts = [once(text, language) for text in hearing if phonetic(text, language)]
        if texts:
            return texts
    return []


def _middle(heard: Sequence[Sequence[str]], language: str) -> str:
    """The normalised text that is nearest to what was heard in all recordings.

    Among equals the one that was likeliest most often, then the one with more words.
    """
    first = Counter(normalise(texts[0], language) for texts in heard)
    votes = Counter(normalise(text, language) for texts in heard for text in texts)
    heard_sounds = [sounds(texts, language) for texts in heard]

    def fitness(text: str) -> tuple[int, int, int, int, str]:
        own = phonetic(text, language)
        away = sum(min(distance(own, other) for other in each) for each in heard_sounds)
        return -away, first[text], votes[text], len(text.split()), text

    return max(votes, key=fitness)


def _meant(middle: str, suggested: Collection[str], language: str) -> str:
    """The suggestion that sounds most like what was heard, else what was heard itself."""
    own = phonetic(middle, language)
    likely = {each: distance(phonetic(each, language), own) for each in suggested}
    best = min(likely, key=lambda each: likely[each], default="")
    longest = max(len(phonetic(best, language)), len(own))
    near = best and likely[best] <= MAX_SUGGESTION_DISTANCE * longest
    return normalise(best, language) if near else middle


def _check_agreement(phrase: str, heard: Sequence[Sequence[str]], language: str) -> None:
    own = phonetic(phrase, language)
    far = [
        number
        for number, texts in enumerate(heard)
        if not any(is_near(each, own) for each in sounds(texts, language))
    ]
    if far:
        raise HearingsDisagree(Unheard.DISAGREE, far[0] if len(far) == 1 else None)


def _key_texts(texts: Iterable[str], language: str) -> set[str]:
    return {text for heard in sounds(texts, language) for text in phonetic_texts(heard)}
