"""What the ears wrote down reaches the rules in order."""

from bot.words.hearings import recordings_of
from familyguard.codeword import Recording
from voice.results import Hearing, Rehearing


def test_each_time_the_word_was_spoken_becomes_a_recording():
    """Takes in order, whatever the order of the hearings; the unspoilt sound apart."""
    hearings = (
        Hearing(1, 0, "noise_10", ("d",)),
        Hearing(0, 1, "as_spoken", ("b",)),
        Hearing(0, 0, "as_spoken", ("a", "aa")),
        Hearing(0, 0, "opus_12k", ()),
        Hearing(1, 0, "as_spoken", ("c",)),
    )
    assert recordings_of(Rehearing(hearings, ())) == (
        Recording(("a", "aa"), ((),)),
        Recording(("b",), ()),
        Recording(("c",), (("d",),)),
    )
