"""From what was heard in three recordings to the few keys that stand for the code word."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from familyguard.codeword.candidates import MIN_SOUNDS, Key, Kind, keys_of
from familyguard.codeword.errors import HearingsDisagree, Unheard
from familyguard.codeword.phonetic import phonetic
from familyguard.codeword.spelling import normalise

N_RECORDINGS = 3
"""Times the keeper speaks the word: with two, nobody could say which of them was misheard."""

MAX_KEYS = 12
"""Keys stored for a word.  Each makes a guess easier by as much as it makes a hearing likelier."""

MAX_DISTANCE = 0.4
"""Edits per letter, of sounds, up to which a hearing can be the same phrase and not another."""

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


def enrol(recordings: Sequence[Recording], language: str) -> Enrolment:
    """The phrase that most recordings hold, and the keys of the ways in which it is heard.

    Raises HearingsDisagree when there are fewer than three recordings, nothing was heard in one, or
    one holds another phrase; ValueError for a language in which no code word can be set.
    """
    if len(recordings) < N_RECORDINGS:
        raise HearingsDisagree(Unheard.TOO_FEW_RECORDINGS)
    heard = [_sounds(recording.plain[:1], language) for recording in recordings]
    for number, sounds in enumerate(heard):
        if not sounds:
            raise HearingsDisagree(Unheard.NOTHING_HEARD, number)
    chosen = _most_agreed(recordings, language)
    for number, recording in enumerate(recordings):
        if not any(_is_near(sounds, chosen) for sounds in _sounds(recording.plain, language)):
            raise HearingsDisagree(Unheard.DISAGREE, number)
    phrase = _spelling(recordings, chosen, language)
    hearings = [hearing for recording in recordings for hearing in recording.hearings]
    keys = _chosen_keys(phrase, hearings, language)
    texts = {key.text for key in keys}
    covered = sum(any(s in texts for s in _sounds(hearing, language)) for hearing in hearings)
    return Enrolment(phrase, keys, covered / len(hearings))


def distance(one: str, other: str) -> int:
    """Letters to insert, delete or replace to make `other` of `one` (Levenshtein 1966)."""
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        previous, row[0] = row[0], i
        for j, wanted in enumerate(other, 1):
            previous, row[j] = (
                row[j],
                min(row[j] + 1, row[j - 1] + 1, previous + (letter != wanted)),
            )
    return row[-1]


def _is_near(one: str, other: str) -> bool:
    return distance(one, other) <= MAX_DISTANCE * max(len(one), len(other))


def _sounds(texts: Iterable[str], language: str) -> list[str]:
    """The phonetic keys of n-best texts, in their order, without the empty ones."""
    return [sounds for text in texts if (sounds := phonetic(text, language))]


def _most_agreed(recordings: Sequence[Recording], language: str) -> str:
    """The sounds found in most recordings, and there highest in the lists.

    Raises HearingsDisagree when no two recordings have any in common.
    """
    votes: Counter[str] = Counter()
    ranks: Counter[str] = Counter()
    for recording in recordings:
        for rank, sounds in enumerate(dict.fromkeys(_sounds(recording.plain, language))):
            votes[sounds] += 1
            ranks[sounds] += rank
    best = max(votes, key=lambda sounds: (votes[sounds], -ranks[sounds], len(sounds)))
    if votes[best] * 2 <= len(recordings):
        raise HearingsDisagree(Unheard.DISAGREE)
    return best


def _spelling(recordings: Sequence[Recording], chosen: str, language: str) -> str:
    """The commonest spelling of the chosen sounds, counting what was likelier more."""
    weights: Counter[str] = Counter()
    for recording in recordings:
        for rank, text in enumerate(recording.plain):
            if phonetic(text, language) == chosen:
                weights[normalise(text, language)] += len(recording.plain) - rank
    return max(weights, key=lambda text: (weights[text], len(text.split()), text))


def _chosen_keys(phrase: str, hearings: Sequence[Alternatives], language: str) -> tuple[Key, ...]:
    """Keys of the phrase, then those which each let the most further hearings be recognised."""
    keys = list(keys_of(phrase, language))
    own = phonetic(phrase, language)
    sets = [set(_sounds(hearing, language)) for hearing in hearings]
    firsts = Counter(s for hearing in hearings for s in _sounds(hearing[:1], language))
    left = {
        sounds
        for each in sets
        for sounds in each
        if len(sounds) >= MIN_SOUNDS and sounds != own and _is_near(sounds, own)
    }
    uncovered = [each for each in sets if own not in each]
    while left and len(keys) < MAX_KEYS:
        best = max(
            left,
            key=lambda sounds: (sum(sounds in each for each in uncovered), firsts[sounds], sounds),
        )
        left.remove(best)
        keys.append(Key(Kind.PHONETIC, best))
        uncovered = [each for each in uncovered if best not in each]
    return tuple(keys)
