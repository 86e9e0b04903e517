"""A recording is known again, whatever was done to it; another recording is not it."""

from pathlib import Path

import numpy as np
import pytest

from voice.audio import SAMPLE_RATE, Waveform
from voice.evaluation.channels import through
from voice.evaluation.clips import read_clip, read_manifest
from voice.fingerprint import (
    HOP_SECONDS,
    SAME_SIMILARITY,
    fingerprint,
    same_recording,
    share_a_part,
    shared_part,
    similarity,
)
from voice.isolation import decode_file

SAMPLES = Path(__file__).resolve().parents[2] / "docs" / "samples"


def babble(seed: int, seconds: float = 6.0) -> Waveform:
    """Sound that moves like speech: noise in bands that come and go a few times a second."""
    random = np.random.default_rng(seed)
    n_samples = round(seconds * SAMPLE_RATE)
    spectrum = np.fft.rfft(random.standard_normal(n_samples))
    hertz = np.fft.rfftfreq(n_samples, 1 / SAMPLE_RATE)
    sound = np.zeros(n_samples)
    moments = np.linspace(0, seconds, round(seconds * 6))
    for low in np.geomspace(150, 5000, 12):
        band = np.fft.irfft(np.where((hertz > low) & (hertz < 1.4 * low), spectrum, 0), n_samples)
        strength = np.exp(random.standard_normal(len(moments)))
        sound += band * np.interp(np.arange(n_samples) / SAMPLE_RATE, moments, strength)
    return Waveform((0.5 * sound / np.abs(sound).max()).astype(np.float32))


@pytest.mark.parametrize("channel", ["opus-12k", "mp3-32k", "aac-32k", "telephone", "quiet"])
def test_a_recording_is_known_again_after_it_was_coded_and_cut(channel: str) -> None:
    """Attack 1: the same memo comes again by another messenger, without its first moment."""
    sound, _ = decode_file(SAMPLES / "birthday-en.ogg")
    again = through(channel, sound.cut(0.27, 6.0), seed=1)
    assert same_recording(fingerprint(sound), fingerprint(again))


def test_another_recording_is_not_it() -> None:
    """Attack 1: nobody is accused of a replay for speaking again."""
    prints = [fingerprint(babble(seed)) for seed in range(12)]
    worst = max(
        max(similarity(one, other), shared_part(one, other))
        for index, one in enumerate(prints)
        for other in prints[:index]
    )
    assert worst < SAME_SIMILARITY - 0.05


def test_a_code_word_cut_out_of_one_memo_is_found_in_another() -> None:
    """Attack 1: two seconds of an old answer between other words, coded anew."""
    old, new = babble(1), babble(2)
    parts = [new.cut(0, 3), old.cut(2.1, 4.1), new.cut(3, 6)]
    spliced = Waveform(np.concatenate([part.samples for part in parts]))
    mixed = fingerprint(through("opus-16k", spliced, seed=1))
    assert share_a_part(fingerprint(old), mixed)
    assert share_a_part(mixed, fingerprint(old))
    assert not share_a_part(fingerprint(babble(3)), mixed)


def test_a_short_recording_is_found_in_a_long_one() -> None:
    """A code word by itself, and then as a part of a memo."""
    memo = babble(4, 12.0)
    assert same_recording(fingerprint(memo.cut(5.0, 6.6)), fingerprint(memo))


def test_silence_is_like_nothing() -> None:
    """Two memos with long pauses are not one recording for that."""
    pause = np.zeros(5 * SAMPLE_RATE, np.float32)
    one, other = (Waveform(np.concatenate([babble(seed, 2.0).samples, pause])) for seed in (5, 6))
    assert not share_a_part(fingerprint(one), fingerprint(other))
    silent = fingerprint(Waveform(pause))
    assert not same_recording(silent, silent)


def test_what_is_too_short_has_no_fingerprint_and_is_like_nothing() -> None:
    """A click, nothing at all, and bytes that are no fingerprint."""
    assert fingerprint(babble(1, 0.3)) == b""
    assert similarity(b"", fingerprint(babble(1))) == 0.0
    assert shared_part(b"", b"") == 0.0
    assert similarity(b"abc", b"abc") == 0.0


def test_it_is_small() -> None:
    """Two hundred bytes a second."""
    assert len(fingerprint(babble(1, 10.0))) <= 4 * 10 / HOP_SECONDS


@pytest.mark.corpus
def test_people_are_told_apart_by_recording_even_if_it_is_one_person(corpus) -> None:
    """Twenty recordings of one speaker each: no two are one; each is known after Opus."""
    clips = [clip for clip in read_manifest(corpus / "manifest.csv") if clip.kind == "human"][:20]
    sounds = [read_clip(corpus / clip.path) for clip in clips]
    prints = [fingerprint(sound) for sound in sounds]
    for index, one in enumerate(prints):
        assert not any(same_recording(one, other) for other in prints[:index])
        coded = through("opus-16k", sounds[index].cut(0.2, 60.0), seed=index)
        assert same_recording(one, fingerprint(coded))
