"""A memo is heard again, with its pauses and at other speeds."""

import numpy as np
import pytest

from voice.audio import SAMPLE_RATE, Waveform
from voice.relisten import EDGE_SECONDS, MAX_SECONDS, relisten
from voice.results import Segment


class Listener:
    """Hears lengths instead of words."""

    def __init__(self):
        self.lengths = []

    def variants(self, waveforms, language):
        """Two texts for each sound, one of them the same for all."""
        self.lengths = [waveform.seconds for waveform in waveforms]
        return [(f"{language} {waveform.seconds:.2f}", "all") for waveform in waveforms]


def silence(seconds):
    """A sound of that length."""
    return Waveform(np.zeros(round(seconds * SAMPLE_RATE), np.float32))


def test_the_span_is_heard_at_three_speeds_with_its_pauses():
    """From just before the first word to just after the last, likeliest texts first, each once."""
    listener = Listener()
    texts = relisten(listener, silence(9.0), [Segment(1.0, 2.0), Segment(4.0, 5.0)], "nl")
    assert listener.lengths[0] == pytest.approx(4.0 + 2 * EDGE_SECONDS)
    assert listener.lengths[1] > listener.lengths[0] > listener.lengths[2]
    assert len(texts) == 4
    assert texts[-1] == "all"


def test_of_a_long_memo_only_the_beginning_is_heard():
    """Nobody answers a challenge with a speech."""
    listener = Listener()
    relisten(listener, silence(60.0), [Segment(1.0, 59.0)], "nl")
    assert listener.lengths[0] == pytest.approx(MAX_SECONDS)


def test_silence_is_not_heard():
    """There is nothing to hear."""
    assert relisten(Listener(), silence(3.0), [], "en") == ()
