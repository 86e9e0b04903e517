"""Eight things to look at in a video: an advice, never a clearance."""

from hypothesis import given, settings
from hypothesis import strategies as st

from familyguard.video_checklist import CHECKLIST, Cue, Hint, Seen, conclude

SEEN = st.lists(st.sampled_from(Seen), min_size=len(Cue), max_size=len(Cue))


def looked(seen: list[Seen]):
    """The answers of someone who saw this, cue by cue."""
    answers = CHECKLIST.start()
    for cue, what in zip(Cue, seen, strict=True):
        answers = answers.answer(cue, what)
    return answers


def test_there_are_eight_questions_and_each_can_be_left_open():
    """One cue at a time, with «I cannot tell» for each."""
    assert len(CHECKLIST.questions) == 8
    assert all(Seen.CANNOT_TELL in question.options for question in CHECKLIST.questions)


def test_there_is_no_hint_that_clears():
    """Nothing odd is «nothing», not «fine»."""
    assert set(Hint) == {Hint.SEVERAL, Hint.ONE, Hint.NOTHING, Hint.TOO_LITTLE}


@settings(deadline=None)
@given(SEEN, st.integers(0, 7))
def test_one_more_odd_thing_never_makes_it_milder(seen, place):
    """The order of the hints holds for every combination."""
    gravity = [Hint.NOTHING, Hint.TOO_LITTLE, Hint.ONE, Hint.SEVERAL]
    worse = [*seen[:place], Seen.ODD, *seen[place + 1 :]]
    before, after = conclude(looked(seen)), conclude(looked(worse))
    assert gravity.index(after.hint) >= gravity.index(before.hint)


def test_what_nobody_could_see_is_not_held_to_be_fine():
    """Half of the things or more not told: too little to say anything."""
    blurred = [Seen.CANNOT_TELL] * 4 + [Seen.FINE] * 4
    assert conclude(looked(blurred)).hint is Hint.TOO_LITTLE
    assert conclude(CHECKLIST.start()).hint is Hint.TOO_LITTLE
    assert conclude(looked([Seen.FINE] * 8)).hint is Hint.NOTHING


def test_the_odd_things_are_listed():
    """What was odd, and what could not be told, by name."""
    seen = [Seen.FINE] * 8
    seen[1], seen[4], seen[6] = Seen.ODD, Seen.ODD, Seen.CANNOT_TELL
    hint = conclude(looked(seen))
    assert hint.hint is Hint.SEVERAL
    assert hint.odd == (Cue.LIPS, Cue.LIGHT)
    assert hint.not_told == (Cue.JEWELLERY,)
