"""The family's spoken code word: suggest one, enrol it, know it again, and never keep it.

No sound, no chat and no clock of its own: what was heard comes in as texts, the time as a number.
docs/codeword.md tells the whole story.
"""

from familyguard.codeword.attempts import Answer, Attempts, attempt
from familyguard.codeword.candidates import (
    MAX_CANDIDATES,
    Candidates,
    Key,
    Kind,
    Shape,
    Span,
    candidates,
    keys_of,
    text_candidates,
)
from familyguard.codeword.enrolment import Enrolment, Recording, enrol
from familyguard.codeword.errors import (
    CodeWordError,
    HearingsDisagree,
    Locked,
    MustWait,
    NoCodeWord,
    NoMatch,
    Unheard,
    WeakCodeWord,
    Weakness,
    WrongCodeWord,
)
from familyguard.codeword.key_choice import MAX_KEYS
from familyguard.codeword.languages import LANGUAGES
from familyguard.codeword.masking import mask, mask_all
from familyguard.codeword.phonetic import phonetic
from familyguard.codeword.rotation import Rotation, more_urgent, rotation_due
from familyguard.codeword.spelling import normalise
from familyguard.codeword.strength import Strength, judge_strength
from familyguard.codeword.suggestion import suggest
from familyguard.codeword.tags import (
    CHEAP_COST_FOR_TESTS,
    COST,
    Cost,
    Hasher,
    Match,
    Tag,
    Tags,
    Which,
)
from familyguard.codeword.wordlists import bits_per_word, familiar, words

__all__ = [
    "CHEAP_COST_FOR_TESTS",
    "COST",
    "LANGUAGES",
    "MAX_CANDIDATES",
    "MAX_KEYS",
    "Answer",
    "Attempts",
    "Candidates",
    "CodeWordError",
    "Cost",
    "Enrolment",
    "Hasher",
    "HearingsDisagree",
    "Key",
    "Kind",
    "Locked",
    "Match",
    "MustWait",
    "NoCodeWord",
    "NoMatch",
    "Recording",
    "Rotation",
    "Shape",
    "Span",
    "Strength",
    "Tag",
    "Tags",
    "Unheard",
    "WeakCodeWord",
    "Weakness",
    "Which",
    "WrongCodeWord",
    "attempt",
    "bits_per_word",
    "candidates",
    "enrol",
    "familiar",
    "judge_strength",
    "keys_of",
    "mask",
    "mask_all",
    "more_urgent",
    "normalise",
    "phonetic",
    "rotation_due",
    "suggest",
    "text_candidates",
    "words",
]
