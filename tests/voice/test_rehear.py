"""A code word is heard again in many ways, and leaves no trace where things are printed."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from tests.voice.sounds import float_wav
from voice import models, rehear
from voice.activity import find_speech
from voice.audio import SAMPLE_RATE, Waveform
from voice.errors import Undecodable
from voice.isolation import decode_file
from voice.perturb import COPIES
from voice.results import Problem, Segment
from voice.transcript import Recogniser

SAMPLES = Path(__file__).resolve().parents[2] / "docs" / "samples"


class Listener:
    """A recogniser that says the same for every sound, or one text after the other."""

    def __init__(self, *texts: str) -> None:
        self.texts = texts or ("purple lantern",)

    def variants(
        self, waveforms: Sequence[Waveform], language: str, *, in_full: bool = False
    ) -> list[tuple[str, ...]]:
        """One text for each sound."""
        return [(self.texts[index % len(self.texts)],) for index in range(len(waveforms))]


def saved(folder: Path, *parts: Waveform) -> Path:
    """The parts with a second of silence before, between and behind."""
    pause = np.zeros(SAMPLE_RATE, np.float32)
    row = [pause]
    for part in parts:
        row += [part.samples, pause]
    path = folder / "word.wav"
    path.write_bytes(float_wav(np.concatenate(row)))
    return path


@pytest.fixture(scope="module")
def word() -> Waveform:
    """A second and a half of somebody talking."""
    sound, _ = decode_file(SAMPLES / "birthday-en.ogg")
    start = find_speech(sound)[0].start
    return sound.cut(start, start + 1.5)


def test_every_copy_of_every_recording_is_heard(tmp_path: Path, word: Waveform) -> None:
    """Three recordings, each as spoken and in all the copies; progress is told."""
    paths = [saved(tmp_path, word)] * 3
    told: list[tuple[int, int]] = []
    found = rehear.rehear(Listener(), paths, "en", lambda *step: told.append(step))  # type: ignore[arg-type]
    assert told == [(done, len(COPIES)) for done in range(len(COPIES))]
    assert len(found.by_take) == 3
    for hearings in found.by_take:
        assert [hearing.copy for hearing in hearings] == list(COPIES)
    assert all(recording.sha256 and recording.fingerprint for recording in found.recordings)
    assert not any(Problem.TOO_SHORT in recording.problems for recording in found.recordings)


def test_a_word_said_three_times_in_one_recording_gives_three_takes(
    tmp_path: Path, word: Waveform
) -> None:
    """They are alike in length and in what is heard."""
    path = saved(tmp_path, word, word, word)
    found = rehear.rehear(Listener(), [path], "en")  # type: ignore[arg-type]
    assert len(found.recordings[0].takes) == 3
    assert len(found.by_take) == 3


def test_three_words_with_pauses_are_one_take(tmp_path: Path, word: Waveform) -> None:
    """Parts that sound like different words are one phrase."""
    path = saved(tmp_path, word, word, word)
    found = rehear.rehear(Listener("horse", "lamp", "bicycle"), [path], "en")  # type: ignore[arg-type]
    (take,) = found.recordings[0].takes
    assert take.seconds > 5.0


def test_two_longest_pauses_part_the_takes() -> None:
    """A short pause inside each repetition does not."""
    segments = [Segment(start, start + 0.5) for start in (0.0, 1.0, 3.0, 4.0, 6.0, 7.0)]
    assert rehear._parts(segments) == (Segment(0.0, 1.5), Segment(3.0, 4.5), Segment(6.0, 7.5))


def test_a_recording_that_cannot_be_used_says_why(tmp_path: Path, word: Waveform) -> None:
    """The others are heard all the same."""
    broken, silent = tmp_path / "broken.ogg", tmp_path / "silent.wav"
    broken.write_bytes(b"OggS and then nothing")
    silent.write_bytes(float_wav(np.zeros(3 * SAMPLE_RATE, np.float32)))
    found = rehear.rehear(Listener(), [broken, silent, saved(tmp_path, word)], "en")  # type: ignore[arg-type]
    assert found.recordings[0].failure is Undecodable.BROKEN
    assert found.recordings[1].problems == (Problem.NO_SPEECH,)
    assert {hearing.recording for hearing in found.hearings} == {2}


def test_the_word_is_not_shown_where_results_are_printed(tmp_path: Path, word: Waveform) -> None:
    """Attack 2: neither a log line nor a traceback with an object in it holds the word."""
    found = rehear.rehear(Listener(), [saved(tmp_path, word)], "en")  # type: ignore[arg-type]
    assert "purple" in found.hearings[0].texts[0]
    assert "purple" not in repr(found)


@pytest.mark.models
def test_two_words_are_heard_in_most_copies(models_folder: Path, tmp_path: Path) -> None:
    """«Happy birthday» out of a sample memo, with the real recogniser."""
    with models.held("whisper-base", models_folder) as files:
        recogniser = Recogniser(files)
    sound, _ = decode_file(SAMPLES / "birthday-en.ogg")
    start = find_speech(sound)[0].start
    path = saved(tmp_path, sound.cut(start, start + 1.05))
    found = rehear.rehear(recogniser, [path], "en")
    (hearings,) = found.by_take
    right = [any("happy birthday" in text.lower() for text in one.texts) for one in hearings]
    assert right[0]
    assert sum(right) >= len(COPIES) - 3
