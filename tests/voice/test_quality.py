"""What makes a recording unfit, and that ordinary ones are fit."""

import csv
import itertools
from pathlib import Path

import pytest

from tests.voice.synthetic import (
    louder,
    mixed,
    pink_noise,
    silence,
    telephone,
    white_noise,
)
from voice.activity import find_speech
from voice.audio import Waveform
from voice.isolation import decode_file
from voice.quality import judge, measure
from voice.results import Problem, Quality

SAMPLES = Path(__file__).resolve().parents[2] / "docs" / "samples"


@pytest.fixture(scope="module")
def memo() -> Waveform:
    """One of the sample memos."""
    return decode_file(SAMPLES / "hi-mum-en.ogg")[0]


def problems(waveform: Waveform) -> tuple[Problem, ...]:
    """What is wrong with a recording."""
    segments = find_speech(waveform)
    return judge(measure(waveform, segments), segments)


def test_it_has_nothing_against_an_ordinary_memo(memo: Waveform) -> None:
    """A clear memo has no problem and plausible measurements."""
    quality = measure(memo, find_speech(memo))
    assert judge(quality, find_speech(memo)) == ()
    assert -35 < quality.level_dbfs < -8
    assert quality.snr_db > 15
    assert quality.bandwidth_hz > 5000
    assert quality.clipped_share < 0.001


def test_it_names_silence() -> None:
    """Without speech there is one problem, and it is that."""
    assert problems(silence(5.0)) == (Problem.NO_SPEECH,)
    assert problems(white_noise(5.0)) == (Problem.NO_SPEECH,)
    assert problems(silence(0.0)) == (Problem.NO_SPEECH,)


def test_it_names_a_snatch_of_speech(memo: Waveform) -> None:
    """One second of speech is too short."""
    start = find_speech(memo)[0].start
    assert Problem.TOO_SHORT in problems(memo.cut(start, start + 1.0))


@pytest.mark.parametrize("noise", [white_noise, pink_noise])
def test_it_names_noise_as_loud_as_the_speech(memo: Waveform, noise: object) -> None:
    """At 0 dB nothing can be judged; at 15 dB everything can."""
    assert callable(noise)
    hiss = noise(memo.seconds + 0.1)
    assert Problem.TOO_NOISY in problems(mixed(memo, hiss, 0.0))
    assert Problem.TOO_NOISY not in problems(mixed(memo, hiss, 15.0))


def test_it_measures_the_noise_that_was_added(memo: Waveform) -> None:
    """The estimate is within 3 dB of the truth."""
    for snr in (5.0, 10.0, 20.0):
        spoilt = mixed(memo, white_noise(memo.seconds + 0.1), snr)
        assert measure(spoilt, find_speech(spoilt)).snr_db == pytest.approx(snr, abs=3.0)


def test_it_hears_the_noise_behind_a_noise_gate(memo: Waveform) -> None:
    """Gaps that were silenced do not hide the noise under the speech."""
    noisy = mixed(memo, white_noise(memo.seconds + 0.1), 0.0)
    segments = find_speech(noisy)
    gated = Waveform(noisy.samples.copy())
    for before, after in itertools.pairwise(segments):
        gated.samples[round(before.end * 16_000) : round(after.start * 16_000)] = 0
    assert Problem.TOO_NOISY in judge(measure(gated, segments), segments)


def test_it_names_clipping(memo: Waveform) -> None:
    """Twenty decibels too loud is clipped."""
    assert Problem.CLIPPED in problems(louder(memo, 25.0))


def test_it_names_what_is_too_quiet(memo: Waveform) -> None:
    """A memo turned down by 45 dB is too quiet, or not heard at all."""
    assert {Problem.TOO_QUIET, Problem.NO_SPEECH} & set(problems(louder(memo, -45.0)))


def test_it_names_the_band_of_a_telephone(memo: Waveform) -> None:
    """Sound without anything above 3.4 kHz is narrow."""
    assert problems(telephone(memo)) == (Problem.NARROW_BAND,)


def test_it_names_all_problems_at_once() -> None:
    """Problems do not hide each other."""
    awful = Quality(level_dbfs=-80.0, clipped_share=0.5, snr_db=-5.0, bandwidth_hz=2000.0)
    found = judge(awful, find_speech(decode_file(SAMPLES / "hi-mum-en.ogg")[0]))
    assert set(found) == {
        Problem.TOO_NOISY,
        Problem.TOO_QUIET,
        Problem.CLIPPED,
        Problem.NARROW_BAND,
    }


@pytest.mark.corpus
def test_it_has_little_against_people(corpus: Path) -> None:
    """Of recorded people with enough speech, at most one in twenty has a problem."""
    with (corpus / "manifest.csv").open(newline="") as table:
        rows = [row for row in csv.DictReader(table) if row["label"] == "bonafide"]
    clips = [row["clip"] for row in rows if float(row["seconds"]) >= 3.0][::24]
    assert len(clips) >= 40
    spoken = [
        found for found in map(_found, (corpus / clip for clip in clips)) if found is not None
    ]
    assert sum(map(bool, spoken)) <= 0.05 * len(spoken)


def _found(path: Path) -> tuple[Problem, ...] | None:
    found = problems(decode_file(path)[0])
    return None if Problem.TOO_SHORT in found or Problem.NO_SPEECH in found else found
