"""Voiceprints and scores, with a transparent encoder and with CAM++."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from voice.audio import SAMPLE_RATE, Waveform
from voice.calibration import VOICE_LLR_LIMIT, VOICE_SIMILAR_LLR
from voice.errors import ModelUnavailable
from voice.results import Segment
from voice.speaker import (
    MAX_WINDOWS,
    Embedding,
    UnusableReferenceError,
    Voiceprint,
    compare,
    enrol,
    hear,
    load_encoder,
    score,
    speech_windows,
)

pytestmark = pytest.mark.usefixtures("one_thread")


class BandEncoder:
    """An encoder that anyone can check: the strength of the sound in eight bands of 1 kHz."""

    name = "bands"
    dim = 8

    def embed(self, waveform: Waveform) -> Embedding:
        """Shape = (8,)."""
        spectrum = np.abs(np.fft.rfft(waveform.samples))
        return np.array([part.sum() for part in np.array_split(spectrum, 8)], dtype=np.float32)

    def embed_all(self, waveforms: Sequence[Waveform]) -> Embedding:
        """Shape = (n, 8)."""
        return np.stack([self.embed(waveform) for waveform in waveforms])


def tone(hertz: float, seconds: float) -> Waveform:
    """A pure tone stands for a voice."""
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return Waveform((0.3 * np.sin(2 * np.pi * hertz * time)).astype(np.float32))


def joined(*parts: Waveform) -> Waveform:
    """One after the other."""
    return Waveform(np.concatenate([part.samples for part in parts]))


def whole(waveform: Waveform) -> tuple[Segment, ...]:
    """All of it is speech."""
    return (Segment(0.0, waveform.seconds),)


def print_of(waveform: Waveform) -> Voiceprint:
    """A voiceprint of one memo that is all speech."""
    return enrol(BandEncoder(), [(waveform, whole(waveform))])


def test_the_same_voice_scores_higher_than_another() -> None:
    """A memo is like its own speaker and unlike another."""
    low, high = tone(300, 5), tone(5300, 5)
    own = compare(BandEncoder(), low, whole(low), [print_of(tone(320, 4))])
    other = compare(BandEncoder(), high, whole(high), [print_of(tone(320, 4))])
    assert own.score > 0.9
    assert other.score < 0.3


def test_only_the_speech_counts() -> None:
    """Another sound in the pauses changes neither a voiceprint nor a score."""
    speech = tone(300, 4)
    memo = joined(tone(6300, 2), speech, tone(6300, 2))
    segments = (Segment(2.0, 6.0),)
    assert compare(BandEncoder(), memo, segments, [print_of(speech)]).score == pytest.approx(
        1.0, abs=1e-3
    )
    mixed = enrol(BandEncoder(), [(memo, segments)])
    assert mixed.embedding == pytest.approx(print_of(speech).embedding, abs=1e-3)
    assert mixed.speech_seconds == pytest.approx(4.0)


def test_a_spliced_in_voice_shows_in_its_windows() -> None:
    """A memo that begins as the relative and ends as another is found by its last windows."""
    memo = joined(tone(300, 6), tone(5300, 6))
    found = compare(BandEncoder(), memo, whole(memo), [print_of(tone(300, 4))])
    assert found.windows[0].score > 0.9
    assert found.windows[-1].score < 0.3
    assert found.windows[-1].end == pytest.approx(12.0)


def test_the_nearest_of_several_voiceprints_counts() -> None:
    """With several relatives the score is that of the one it is most like."""
    memo = tone(5300, 4)
    prints = [print_of(tone(300, 4)), print_of(tone(5320, 4)), print_of(tone(2300, 4))]
    alone = compare(BandEncoder(), memo, whole(memo), prints[1:2])
    assert compare(BandEncoder(), memo, whole(memo), prints) == alone


def test_a_short_memo_has_one_window() -> None:
    """Speech of one window or less is scored once; its window has the memo's score."""
    memo = tone(300, 2.5)
    found = compare(BandEncoder(), memo, whole(memo), [print_of(tone(300, 4))])
    assert len(found.windows) == 1
    assert found.windows[0].score == pytest.approx(found.score)


def test_a_long_memo_has_no_more_windows_than_the_limit() -> None:
    """Ten minutes are covered from beginning to end by a bounded number of windows."""
    windows = speech_windows([Segment(0.0, 600.0)])
    assert len(windows) <= MAX_WINDOWS + 1
    assert windows[-1][-1].end == pytest.approx(600.0, abs=1.0)


def test_a_model_without_calibration_gives_no_ratio() -> None:
    """A raw score of an uncalibrated model is never dressed up as evidence."""
    memo = tone(300, 4)
    found = compare(BandEncoder(), memo, whole(memo), [print_of(memo)])
    assert found.llr is None
    assert {window.llr for window in found.windows} == {None}


def test_enrolment_needs_enough_speech() -> None:
    """A reference of next to no speech is refused; several short ones add up."""
    short = tone(300, 1.2)
    with pytest.raises(UnusableReferenceError):
        enrol(BandEncoder(), [(short, whole(short))])
    with pytest.raises(UnusableReferenceError):
        enrol(BandEncoder(), [(short, ())])
    assert enrol(BandEncoder(), [(short, whole(short))] * 2).speech_seconds == pytest.approx(2.4)


def test_a_longer_memo_weighs_more_in_a_voiceprint() -> None:
    """Eight seconds of one sound pull the voiceprint more than two of another."""
    long, short = tone(300, 8), tone(5300, 2)
    mixed = np.array(enrol(BandEncoder(), [(long, whole(long)), (short, whole(short))]).embedding)
    assert np.linalg.norm(mixed) == pytest.approx(1.0, abs=1e-5)
    assert mixed @ np.array(print_of(long).embedding) > mixed @ np.array(print_of(short).embedding)


def test_voiceprints_of_another_model_are_refused() -> None:
    """Numbers of two networks mean different things."""
    memo = tone(300, 4)
    heard = hear(BandEncoder(), memo, whole(memo))
    with pytest.raises(ValueError, match="cannot be compared"):
        score(heard, Voiceprint("campplus", (1.0,) * 8, 10.0))


def test_an_unknown_encoder_is_unavailable(tmp_path: Path) -> None:
    """Only the voice models of the table can be loaded, and only when their files are there."""
    with pytest.raises(ModelUnavailable, match="not a voice comparison"):
        load_encoder("whisper-base", tmp_path)
    with pytest.raises(ModelUnavailable, match="not there"):
        load_encoder("campplus", tmp_path)


@pytest.mark.parametrize("seconds", [8.0, 29.0, 60.0, 115.0])
def test_up_to_two_minutes_no_speech_lies_between_windows(seconds: float) -> None:
    """Wider hops leave no gap in which a spliced-in sentence could hide."""
    windows = speech_windows([Segment(0.0, seconds)])
    assert windows[0][0].start == 0.0
    for earlier, later in pairwise(windows):
        assert later[0].start <= earlier[-1].end + 1e-6
    assert windows[-1][-1].end == pytest.approx(seconds, abs=0.3)


@pytest.mark.models
@pytest.mark.corpus
def test_campplus_knows_a_speaker_again(models_folder: Path, corpus: Path) -> None:
    """Two recordings of one reader score as similar, another reader counts as another voice."""
    from voice.evaluation.clips import read_clip, read_manifest
    from voice.evaluation.speaker import speech_of

    clips = [
        clip
        for clip in read_manifest(corpus / "manifest.csv")
        if clip.kind == "human" and clip.speaker_is_named and clip.source == "Edresson/YourTTS"
    ]
    by_speaker: dict[str, list[Waveform]] = {}
    for clip in clips[:30]:
        spoken = speech_of(read_clip(corpus / clip.path))
        if spoken.seconds >= 3.5:
            by_speaker.setdefault(clip.speaker, []).append(spoken)
    pairs = [memos for memos in by_speaker.values() if len(memos) > 1]
    (first, again), (other, *_) = pairs[0][:2], pairs[1]
    encoder = load_encoder("campplus", models_folder)
    voiceprint = enrol(encoder, [(first, whole(first))])
    same = compare(encoder, again, whole(again), [voiceprint])
    different = compare(encoder, other, whole(other), [voiceprint])
    assert same.llr is not None
    assert VOICE_SIMILAR_LLR < same.llr <= VOICE_LLR_LIMIT
    assert different.llr is not None
    assert -VOICE_LLR_LIMIT <= different.llr < 0
