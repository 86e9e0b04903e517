"""The report on one and two voices."""

import numpy as np

from voice.audio import SAMPLE_RATE, Waveform
from voice.evaluation.clips import Clip
from voice.evaluation.voices import VoicesReport, _pairs


def spoken(source: str, speaker: str) -> tuple[Clip, Waveform]:
    """A recording of one second."""
    clip = Clip("x", "human", "human", "human", source, speaker, True, "", "en", "dev")
    return clip, Waveform(np.zeros(SAMPLE_RATE, dtype=np.float32))


def test_two_voices_are_two_people_of_one_source_where_possible() -> None:
    """A recording is never paired with its own speaker, and used once."""
    recordings = [spoken("one", "a"), spoken("two", "b"), spoken("one", "a"), spoken("one", "c")]
    pairs = list(_pairs(recordings))
    waves = [id(wave) for _, wave in recordings]
    found = [(waves.index(id(first)), waves.index(id(second))) for first, second in pairs]
    assert found == [(0, 3), (1, 2)]


def test_the_table_counts_what_lies_below_the_bound() -> None:
    """One false alarm of four, one miss of two."""
    text = VoicesReport((0.9, 0.8, 0.7, 0.3), (0.1, 0.6)).to_markdown()
    assert "| 4 | 1 (25.0 %) | 0.30 |" in text
    assert "| 2 | 1 (50.0 %) | 0.60 |" in text
