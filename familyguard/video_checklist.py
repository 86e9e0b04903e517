"""«Is this video made by a machine?»: eight things to look at, one at a time.

Only an advice comes out, and never a clearance: a good deepfake shows none of these cues, and bad
light or a poor connection shows several.  So one cue is a sign, none is nothing, and the advice to
call back does not depend on the answers.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from familyguard.questions import Answers, Question, Questionnaire


class Cue(StrEnum):
    """What to look at, from the easiest to the hardest."""

    ORIGIN = "origin"  # who posted it first, and where
    LIPS = "lips"  # do lips and sound go together
    FACE = "face"  # does the expression fit the words
    VOICE = "voice"  # emotion and intonation
    LIGHT = "light"  # light and shadow on face and room
    CONTOURS = "contours"  # edges of face and hair
    JEWELLERY = "jewellery"  # glasses, earrings: same on both sides, moving along
    ODDITIES = "oddities"  # eyes, hands, teeth, proportions


class Seen(StrEnum):
    """What somebody saw."""

    ODD = "odd"
    FINE = "fine"
    CANNOT_TELL = "cannot_tell"


CHECKLIST: Final = Questionnaire(
    "video", 1, tuple(Question(cue.value, tuple(seen.value for seen in Seen)) for cue in Cue)
)


class Hint(StrEnum):
    """How much was seen.  None of them clears a video."""

    SEVERAL = "several"  # two or more odd things
    ONE = "one"
    NOTHING = "nothing"  # nothing odd among the things that could be seen
    TOO_LITTLE = "too_little"  # most could not be told


@dataclass(frozen=True, slots=True)
class VideoHint:
    """What the answers come to; `odd` and `not_told` are in the order of the questions."""

    hint: Hint
    odd: tuple[Cue, ...]
    not_told: tuple[Cue, ...]


def conclude(answers: Answers) -> VideoHint:
    """What was seen so far; questions that were not answered count as «cannot tell».

    One more odd thing never makes the hint milder.
    """
    given = answers.as_mapping
    odd = tuple(cue for cue in Cue if given.get(cue) == Seen.ODD)
    not_told = tuple(cue for cue in Cue if given.get(cue, Seen.CANNOT_TELL) == Seen.CANNOT_TELL)
    if len(odd) > 1:
        hint = Hint.SEVERAL
    elif odd:
        hint = Hint.ONE
    else:
        hint = Hint.TOO_LITTLE if 2 * len(not_told) >= len(Cue) else Hint.NOTHING
    return VideoHint(hint, odd, not_told)
