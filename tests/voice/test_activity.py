"""Where speech is found, and where none is."""

from pathlib import Path

import numpy as np
import pytest

from tests.voice.synthetic import dial_tone, music, pink_noise, silence, white_noise
from voice.activity import MAX_SEGMENT_SECONDS, find_speech, speech_only
from voice.audio import Waveform
from voice.isolation import decode_file
from voice.results import Segment

SAMPLES = Path(__file__).resolve().parents[2] / "docs" / "samples"


@pytest.fixture(scope="module")
def memo() -> Waveform:
    """One of the sample memos."""
    return decode_file(SAMPLES / "hi-mum-en.ogg")[0]


@pytest.mark.parametrize("sound", [silence, white_noise, pink_noise, dial_tone, music])
def test_it_finds_no_speech_where_nobody_speaks(sound: object) -> None:
    """Silence, noise, a dial tone and music hold no segment."""
    assert callable(sound)
    assert find_speech(sound(8.0)) == ()


def test_it_finds_nothing_in_no_sound_at_all() -> None:
    """An empty recording has no speech."""
    assert find_speech(silence(0.0)) == ()


def test_it_finds_the_speech_of_a_memo(memo: Waveform) -> None:
    """A spoken memo is mostly speech, in segments that lie inside it, in order."""
    segments = find_speech(memo)
    assert sum(segment.seconds for segment in segments) > 0.6 * memo.seconds
    edges = [edge for segment in segments for edge in (segment.start, segment.end)]
    assert edges == sorted(edges)
    assert edges[0] >= 0
    assert edges[-1] <= memo.seconds


def test_it_leaves_long_silence_out(memo: Waveform) -> None:
    """Times stay those of the whole recording when silence comes before the speech."""
    late = Waveform(np.concatenate([silence(5.0).samples, memo.samples, silence(5.0).samples]))
    segments = find_speech(late)
    assert segments[0].start > 4.5
    assert segments[-1].end < 5.5 + memo.seconds


def test_it_parts_endless_talk_into_pieces_that_the_recogniser_can_hear(memo: Waveform) -> None:
    """Speech without pauses still comes in segments of less than thirty seconds."""
    spoken = speech_only(memo, find_speech(memo))
    endless = Waveform(np.tile(spoken.samples, 8))
    segments = find_speech(endless)
    assert len(segments) > 1
    assert max(segment.seconds for segment in segments) <= MAX_SEGMENT_SECONDS + 0.5


def test_it_lays_segments_end_to_end() -> None:
    """Only the segments' own samples remain, in order."""
    counted = Waveform(np.arange(32_000, dtype=np.float32))
    spoken = speech_only(counted, (Segment(0.0, 0.5), Segment(1.0, 1.25)))
    expected = np.r_[0:8_000, 16_000:20_000]
    assert np.array_equal(spoken.samples, expected.astype(np.float32))
    assert speech_only(counted, ()).seconds == 0
