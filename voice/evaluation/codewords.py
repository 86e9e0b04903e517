"""Lets synthetic speakers say phrases, and writes down what the recogniser makes of them.

What is heard goes into a file of JSON lines, one for each phrase, so that a run that was stopped
goes on where it was.  What the texts are worth is for others to say.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from voice.activity import find_speech
from voice.audio import Waveform
from voice.evaluation.clips import read_clip, read_manifest
from voice.evaluation.speaking import SPEAKERS, Speaker, Studio
from voice.perturb import COPIES, coded, noisy
from voice.relisten import relisten
from voice.transcript import Recogniser

TAKE_SPEEDS = (1.0, 0.92, 1.07)
"""Nobody says the same words equally fast three times."""

MEMO_SPEEDS = (0.9, 1.0, 1.1)

CONDITIONS: Mapping[str, Callable[[Waveform, np.random.Generator], Waveform]] = {
    "opus 16": lambda sound, _: coded(sound, "libopus", 16_000, 16_000),
    "opus 24": lambda sound, _: coded(sound, "libopus", 48_000, 24_000),
    "noise 20": lambda sound, random: noisy(sound, random, 20.0),
    "noise 10": lambda sound, random: noisy(sound, random, 10.0),
}
"""What happens to a memo on its way; noise in dB below the speech, codecs in kbit/s."""

CARRIERS = {
    "en": ("Hi mum, it's me.\n{phrase}.\nCall me back soon.", "Here is our word.\n{phrase}."),
    "nl": ("Hoi mam, met mij.\n{phrase}.\nBel me gauw terug.", "Dit is ons woord.\n{phrase}."),
}
"""What is said around the phrase in a memo that answers, a sentence a line."""

AT_ONCE = 12
"""Short sounds heard in one go: less work than one by one, and not too much memory."""

OTHER_SECONDS = 12.0
"""Of a recording of the corpus, so much is heard: as long as a memo that answers."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class HeardMemo:
    """A memo that holds the phrase; `same` if the voice that enrolled spoke it.

    `texts` are those of the transcript, `again` those of hearing it again (`voice.relisten`).
    """

    speaker: str
    same: bool
    condition: str
    texts: tuple[str, ...]
    again: tuple[str, ...]


@dataclass(frozen=True)
class HeardPhrase:
    """The texts of three takes, each as spoken and in its spoilt copies, and of the memos."""

    phrase: str
    language: str
    speaker: str
    takes: tuple[tuple[tuple[str, ...], ...], ...]
    memos: tuple[HeardMemo, ...]


def hear_phrases(
    phrases: Sequence[str],
    language: str,
    recogniser: Recogniser,
    file: Path,
    progress: Progress | None = None,
) -> list[HeardPhrase]:
    """What is heard of `phrases`, from `file` where it is there already, else added to it."""
    known = {(each.phrase, each.language): each for each in read_heard(file)}
    studio: Studio | None = None
    for number, phrase in enumerate(phrases):
        if (phrase, language) not in known:
            studio = studio or Studio()
            heard = _hear(phrase, language, number, recogniser, studio)
            known[phrase, language] = heard
            _add(file, asdict(heard))
        if progress is not None:
            progress(number + 1, len(phrases))
    return [known[phrase, language] for phrase in phrases]


def read_heard(file: Path) -> list[HeardPhrase]:
    """What an earlier run wrote to `file`; nothing when it is not there."""
    found = []
    for row in _rows(file):
        takes = tuple(tuple(tuple(texts) for texts in take) for take in row["takes"])
        memos = tuple(
            HeardMemo(**{**memo, "texts": tuple(memo["texts"]), "again": tuple(memo["again"])})
            for memo in row["memos"]
        )
        found.append(HeardPhrase(row["phrase"], row["language"], row["speaker"], takes, memos))
    return found


def hear_others(
    manifest: Path,
    root: Path,
    language: str,
    count: int,
    recogniser: Recogniser,
    file: Path,
    progress: Progress | None = None,
) -> list[tuple[str, ...]]:
    """N-best texts of up to `count` recordings of a corpus, which hold none of the phrases."""
    clips = [clip for clip in read_manifest(manifest) if clip.language == language]
    clips.sort(key=lambda clip: hashlib.sha256(clip.path.encode()).digest())
    known: dict[str, tuple[str, ...]] = {row["clip"]: tuple(row["texts"]) for row in _rows(file)}
    chosen = clips[:count]
    new = [clip for clip in chosen if clip.path not in known]
    for start in range(0, len(new), AT_ONCE):
        some = new[start : start + AT_ONCE]
        sounds = [read_clip(root / clip.path).cut(0.0, OTHER_SECONDS) for clip in some]
        for clip, texts in zip(some, recogniser.variants(sounds, language), strict=True):
            known[clip.path] = texts
            _add(file, {"clip": clip.path, "texts": texts})
        if progress is not None:
            progress(start + len(some), len(new))
    return [known[clip.path] for clip in chosen]


def hear_words(
    words: Sequence[str],
    language: str,
    recogniser: Recogniser,
    file: Path,
    progress: Progress | None = None,
) -> dict[str, tuple[str, ...]]:
    """N-best texts of single words, each spoken alone by the first speaker of the language."""
    known = {row["word"]: tuple(row["texts"]) for row in _rows(file)}
    new = [word for word in words if word not in known]
    studio = Studio() if new else None
    for start in range(0, len(new), AT_ONCE):
        some = new[start : start + AT_ONCE]
        assert studio is not None
        spoken = [_word(studio.say(word, SPEAKERS[language][0], language)) for word in some]
        for word, texts in zip(some, recogniser.variants(spoken, language), strict=True):
            known[word] = texts
            _add(file, {"word": word, "texts": texts})
        if progress is not None:
            progress(start + len(some), len(new))
    return {word: known[word] for word in words}


def _rows(file: Path) -> list[dict[str, Any]]:
    if not file.exists():
        return []
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def _add(file: Path, row: dict[str, Any]) -> None:
    with file.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(row, ensure_ascii=False) + "\n")


def _hear(
    phrase: str, language: str, number: int, recogniser: Recogniser, studio: Studio
) -> HeardPhrase:
    speakers = SPEAKERS[language]
    own, other = speakers[number % len(speakers)], speakers[(number + 1) % len(speakers)]
    spoken = [_word(studio.say(phrase, own, language, speed)) for speed in TAKE_SPEEDS]
    spoilt = [
        spoil(take, np.random.default_rng([number, index]))
        for spoil in COPIES.values()
        for index, take in enumerate(spoken)
    ]
    heard = [
        texts
        for start in range(0, len(spoilt), AT_ONCE)
        for texts in recogniser.variants(spoilt[start : start + AT_ONCE], language)
    ]
    takes = tuple(tuple(heard[index :: len(spoken)]) for index in range(len(spoken)))
    # Every second phrase has the other two conditions.
    first, second = tuple(CONDITIONS)[number % 2 :: 2], tuple(CONDITIONS)[1 - number % 2 :: 2]
    trials = [(own, name) for name in first] + [(other, name) for name in second]
    memos = []
    for index, (speaker, condition) in enumerate(trials):
        sound = _memo(phrase, language, speaker, number + index, studio)
        spoilt_memo = CONDITIONS[condition](sound, np.random.default_rng([7, number, index]))
        texts, again = _memo_texts(spoilt_memo, language, recogniser)
        memos.append(HeardMemo(speaker.name, speaker is own, condition, texts, again))
    return HeardPhrase(phrase, language, own.name, takes, tuple(memos))


def _memo(phrase: str, language: str, speaker: Speaker, turn: int, studio: Studio) -> Waveform:
    carriers = CARRIERS[language]
    said = carriers[turn % len(carriers)].format(phrase=phrase)
    return studio.say(said, speaker, language, MEMO_SPEEDS[turn % len(MEMO_SPEEDS)])


def _word(sound: Waveform) -> Waveform:
    segments = find_speech(sound)
    return sound.cut(segments[0].start, segments[-1].end) if segments else sound


def _memo_texts(
    sound: Waveform, language: str, recogniser: Recogniser
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    segments = find_speech(sound)
    heard = recogniser.transcribe(sound, segments, language)
    texts: tuple[str, ...] = ()
    if heard is not None:
        texts = heard.alternatives or ((heard.text,) if heard.text else ())
    return texts, relisten(recogniser, sound, segments, language)
