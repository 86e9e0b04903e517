"""A memo is heard again: at other speeds, and what is between its pauses alone."""

import numpy as np
import pytest

from voice.audio import SAMPLE_RATE, Waveform
from voice.relisten import (
    EDGE_SECONDS,
    MAX_CONTEXTS,
    MAX_PART_SECONDS,
    MAX_PARTS,
    MAX_SECONDS,
    expecting,
    relisten,
)
from voice.results import Segment


class Listener:
    """Hears lengths instead of words."""

    def __init__(self):
        self.copies = []
        self.parts = []

    def variants(self, waveforms, language, *, context=""):
        """Two texts for each sound, one of them the same for all."""
        lengths = [waveform.seconds for waveform in waveforms]
        if context:
            return [(f"{context} {seconds:.2f}", "all") for seconds in lengths]
        if self.copies:
            self.parts = lengths
        else:
            self.copies = lengths
        return [(f"{language} {seconds:.2f}", "all") for seconds in lengths]


def silence(seconds):
    """A sound of that length."""
    return Waveform(np.zeros(round(seconds * SAMPLE_RATE), np.float32))


THREE = (Segment(1.0, 2.0), Segment(3.0, 4.5), Segment(5.5, 6.2))
"""A greeting, the words, a farewell."""


def test_the_span_is_heard_at_three_speeds_with_its_pauses():
    """From just before the first word to just after the last, likeliest texts first, each once."""
    listener = Listener()
    texts = relisten(listener, silence(9.0), [Segment(1.0, 5.0)], "nl")
    assert listener.copies[0] == pytest.approx(4.0 + 2 * EDGE_SECONDS)
    assert listener.copies[1] > listener.copies[0] > listener.copies[2]
    assert len(texts) == 4
    assert texts[-1] == "all"


def test_what_is_between_two_pauses_is_heard_alone():
    """As it was at enrolment, where nothing stood around it."""
    listener = Listener()
    texts = relisten(listener, silence(9.0), THREE, "nl")
    assert listener.parts == pytest.approx([1.0, 1.5, 0.7])
    assert "nl 1.50" in texts


def test_a_memo_without_a_pause_has_no_parts():
    """It is heard as a whole anyway."""
    listener = Listener()
    relisten(listener, silence(9.0), [Segment(1.0, 5.0)], "nl")
    assert listener.parts == []


def test_long_sentences_and_late_ones_are_not_heard_alone():
    """A code word is short, and whoever answers says it soon; every part costs time."""
    listener = Listener()
    long = Segment(0.0, MAX_PART_SECONDS + 0.5)
    short = [Segment(6.0 + 2 * n, 7.0 + 2 * n) for n in range(MAX_PARTS + 2)]
    relisten(listener, silence(25.0), [long, *short], "en")
    assert listener.parts == pytest.approx([1.0] * MAX_PARTS)


def test_of_a_long_memo_only_the_beginning_is_heard():
    """Nobody answers a challenge with a speech."""
    listener = Listener()
    relisten(listener, silence(60.0), [Segment(1.0, 59.0)], "nl")
    assert listener.copies[0] == pytest.approx(MAX_SECONDS)


def test_silence_is_not_heard():
    """There is nothing to hear."""
    assert relisten(Listener(), silence(3.0), [], "en") == ()


def test_the_span_is_heard_once_with_each_of_the_words_that_may_come():
    """As it is, with its pauses; whoever waits for many phrases has the latest heard."""
    texts = expecting(Listener(), silence(9.0), THREE, "nl", ["molen", "fiets"])
    assert texts == ("molen 5.60", "all", "fiets 5.60")
    many = expecting(Listener(), silence(9.0), THREE, "nl", [f"word {n}" for n in range(9)])
    assert len(many) == MAX_CONTEXTS + 1


def test_nothing_is_expected_in_silence_or_where_nobody_waits():
    """A recogniser that is told words writes them over silence."""
    assert expecting(Listener(), silence(3.0), [], "en", ["harbour"]) == ()
    assert expecting(Listener(), silence(9.0), THREE, "en", []) == ()
