"""Prompts that are read aloud are known by the models that ship: the honest reader gets through."""

from itertools import pairwise
from random import Random

import pytest

from bot.family.enrolment import MIN_MEMO_SECONDS, sentences
from familyguard.codeword import words
from familyguard.prompts import draw, read
from tests.bot.test_real_worker import wav
from voice.voiceprint import MIN_ENROLMENT_MEMOS, MIN_ENROLMENT_SECONDS, consistent

pytestmark = [pytest.mark.models, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def analyser(models_folder):
    """The whole pipeline."""
    from voice.pipeline import Analyser

    return Analyser(models_folder, threads=2)


@pytest.fixture(scope="module")
def studio():
    """The synthetic speakers."""
    from voice.evaluation.speaking import Studio

    try:
        return Studio()
    except ImportError as missing:
        pytest.skip(f"the extra «samples» is not installed: {missing}")


def memos(analyser, studio, folder, language, speaker, count):
    """Prompts with what the worker would say about each being read."""
    from voice.evaluation.codewords import CONDITIONS
    from voice.evaluation.speaking import SPEAKERS

    rng = Random(5)
    for number in range(count):
        prompt = draw(sentences(language), words(language), rng)
        sound = studio.say(prompt.text, SPEAKERS[language][speaker], language)
        path = folder / f"{language}{number}.wav"
        path.write_bytes(wav(CONDITIONS["opus 24"](sound, None).samples))
        yield prompt, analyser.enrol(path, language)


def heard_in(memo):
    """The readings of a memo."""
    return (memo.transcript.text, *memo.transcript.alternatives)


def test_an_english_reader_gets_through_in_three_memos(analyser, studio, tmp_path):
    """Each prompt is known, long enough, unlike the next one, and the memos are of one voice."""
    found = list(memos(analyser, studio, tmp_path, "en", 0, MIN_ENROLMENT_MEMOS))
    for prompt, memo in found:
        assert read(prompt, heard_in(memo)).is_enough
        assert memo.speech_seconds >= MIN_MEMO_SECONDS
    for (_, memo), (other, _) in pairwise(found):
        assert not read(other, heard_in(memo)).is_enough
    prints = [memo.voiceprint for _, memo in found]
    assert consistent(prints)
    assert sum(one.speech_seconds for one in prints) >= MIN_ENROLMENT_SECONDS


def test_a_dutch_reader_with_an_accent_gets_through(analyser, studio, tmp_path):
    """The recogniser is weaker in Dutch, and this speaker is no Dutchman."""
    ((prompt, memo),) = memos(analyser, studio, tmp_path, "nl", 0, 1)
    assert read(prompt, heard_in(memo)).is_enough
    assert memo.voiceprint is not None
