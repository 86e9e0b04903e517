"""How often a one-time phrase is heard, spoken by synthetic voices through bad lines.

`python -m bot.words.phrase_evaluation 24 nl en --heard FOLDER --corpus FOLDER` prints the tables of
docs/measurements/challenge.md.  The folder keeps what was heard, so that a run that was stopped
goes on and a change of the comparison is measured in seconds; what it does not hold needs the extra
`samples` and the recogniser.
"""

import argparse
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from familyguard import expected
from familyguard.codeword import familiar
from familyguard.phrase import Part, Phrase, draw, parts_heard
from voice.activity import find_speech
from voice.audio import Waveform
from voice.evaluation.clips import read_clip, read_manifest
from voice.evaluation.codewords import CONDITIONS, OTHER_SECONDS
from voice.evaluation.speaking import SPEAKERS, Studio
from voice.relisten import expecting, relisten
from voice.transcript import Recogniser

PHRASES = 40
SEED = 20261122
THREADS = 2

UNITS = {
    "en": "nought one two three four five six seven eight nine",
    "nl": "nul een twee drie vier vijf zes zeven acht negen",
}

OTHERS = (5, 11, 17)
"""How much further on in the list the phrases are that each memo is held against, too."""

CLIPS = 15
"""Of the corpus, a language; there are no more Dutch ones."""

TRANSCRIBE, FIRST, AGAIN, EXPECTED = (
    "transcribe and compare",
    "first hearing",
    "and heard again",
    "and expecting the words",
)
WAYS = (TRANSCRIBE, FIRST, AGAIN, EXPECTED)
"""Each but the first builds on the one before; the last is what the bot does."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A memo that holds `phrase`, or none.

    `texts` are the readings of the transcript, `again` those of `voice.relisten`, and `expected`
    those of a recogniser that expected a phrase, by the phrase.
    """

    name: str  # "3 opus 16", or the path of a clip
    phrase: str
    texts: tuple[str, ...]
    again: tuple[str, ...]
    expected: Mapping[str, tuple[str, ...]]

    @property
    def condition(self) -> str:
        """How the sound came."""
        return self.name.partition(" ")[2]

    def parts(self, phrase: Phrase, words: Sequence[str], way: str) -> int:
        """How many parts of `phrase` are found; `words` are those that phrases are drawn from."""
        if way == TRANSCRIBE:
            is_there = bool(self.texts) and _plain(str(phrase)) in _plain(self.texts[0])
            return len(Part) if is_there else 0
        texts = list(self.texts)
        if way in (AGAIN, EXPECTED):
            texts += self.again
        if way == EXPECTED:
            texts += expected.trusted(phrase, words, self.expected.get(str(phrase), ()))
        return len(parts_heard(phrase, texts))


def drawn(language: str, count: int) -> list[Phrase]:
    """The same phrases each time, as the bot draws them."""
    rng = Random(SEED)  # noqa: S311
    return [draw(familiar(language), rng) for _ in range(count)]


def hear(
    phrases: Sequence[Phrase], language: str, recogniser: Recogniser, file: Path
) -> list[Heard]:
    """Every phrase in two conditions, from `file` where it is there already, else added to it."""
    known = {(row.name, row.phrase): row for row in read(file)}
    studio: Studio | None = None
    found = []
    for number, phrase in enumerate(phrases):
        for condition in list(CONDITIONS)[number % 2 :: 2]:
            key = (f"{number} {condition}", str(phrase))
            if key not in known:
                studio = studio or Studio()
                speaker = SPEAKERS[language][number % len(SPEAKERS[language])]
                sound = studio.say(_spoken(phrase, language, number), speaker, language)
                spoilt = CONDITIONS[condition](sound, np.random.default_rng([SEED, number]))
                against = [phrases[(number + step) % len(phrases)] for step in (0, *OTHERS)]
                known[key] = _heard(*key, spoilt, language, against, recogniser)
                add(file, known[key])
            found.append(known[key])
    return found


def hear_clips(
    corpus: Path, phrases: Sequence[Phrase], language: str, recogniser: Recogniser, file: Path
) -> list[Heard]:
    """The clips of `corpus`, a folder with a manifest, that `file` holds or that are added to it.

    They hold none of the phrases.  Each is heard once as it is, and once for each of four phrases.
    """
    clips = [clip for clip in read_manifest(corpus / "manifest.csv") if clip.language == language]
    clips.sort(key=lambda clip: hashlib.sha256(clip.path.encode()).digest())
    known = {row.name: row for row in read(file)}
    found = []
    for number, clip in enumerate(clips[:CLIPS]):
        if clip.path not in known:
            sound = read_clip(corpus / clip.path).cut(0.0, OTHER_SECONDS)
            (texts,) = recogniser.variants([sound], language)
            against = [phrases[(number + step) % len(phrases)] for step in (0, *OTHERS)]
            readings = _expecting(sound, language, against, recogniser)
            known[clip.path] = Heard(clip.path, "", texts, (), readings)
            add(file, known[clip.path])
        found.append(known[clip.path])
    return found


def read(file: Path) -> Iterator[Heard]:
    """What an earlier run wrote to `file`; nothing when it is not there."""
    if not file.exists():
        return
    for line in file.read_text("utf-8").splitlines():
        row: dict[str, Any] = json.loads(line)
        yield Heard(
            row["name"],
            row["phrase"],
            tuple(row["texts"]),
            tuple(row["again"]),
            {phrase: tuple(texts) for phrase, texts in row["expected"].items()},
        )


def add(file: Path, row: Heard) -> None:
    """Write what was heard behind the rest."""
    with file.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(asdict(row), ensure_ascii=False) + "\n")


def tables(
    language: str, phrases: Sequence[Phrase], memos: Sequence[Heard], clips: Sequence[Heard]
) -> str:
    """Markdown: how much is found of the phrases, in all and by condition, and where none is."""
    words = familiar(language)
    by_text = {str(phrase): phrase for phrase in phrases}
    # The rules were chosen on the first half of the phrases.
    first = {str(phrase) for phrase in phrases[: len(phrases) // 2]}
    halves = {
        "first half": [memo for memo in memos if memo.phrase in first],
        "second half": [memo for memo in memos if memo.phrase not in first],
    }
    groups: Mapping[str, Sequence[Heard]] = {
        **halves,
        **{name: [memo for memo in memos if memo.condition == name] for name in CONDITIONS},
    }
    lines = [f"| {language}, right | {' | '.join(WAYS)} | partly at last |", "|---" * 6 + "|"]
    for name, some in groups.items():
        cells = [
            Counter(memo.parts(by_text[memo.phrase], words, way) for memo in some) for way in WAYS
        ]
        right = " | ".join(f"{cell[len(Part)]} of {len(some)}" for cell in cells)
        lines.append(f"| {name} | {right} | {cells[-1][2]} |")
    for name, some in (("another phrase", memos), ("no phrase", clips)):
        pairs = [
            (memo, by_text[text])
            for memo in some
            for text in memo.expected
            if text != memo.phrase and text in by_text
        ]
        for way in (FIRST, AGAIN, EXPECTED):
            counts = Counter(memo.parts(phrase, words, way) for memo, phrase in pairs)
            parts = ", ".join(f"{counts[n]} with {n} parts" for n in range(len(Part) + 1))
            lines.append(f"\nMemos with {name}, {way}: of {len(pairs)} pairs {parts}.")
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=PHRASES)
    parser.add_argument("languages", nargs="*", default=list(SPEAKERS))
    parser.add_argument("--heard", type=Path, required=True)
    parser.add_argument("--corpus", type=Path)
    given = parser.parse_args()
    # Here and not above: they pull in all that listens.
    from voice.loading import load_models
    from voice.models import models_folder

    recogniser = load_models(models_folder(), THREADS, "campplus").recogniser
    assert recogniser is not None, "the recogniser is not installed"
    given.heard.mkdir(parents=True, exist_ok=True)
    for language in given.languages:
        phrases = drawn(language, given.count)
        memos = hear(phrases, language, recogniser, given.heard / f"phrases-{language}.jsonl")
        clips = given.heard / f"clips-{language}.jsonl"
        others = (
            hear_clips(given.corpus, phrases, language, recogniser, clips) if given.corpus else []
        )
        print(tables(language, phrases, memos, others), flush=True)


def _heard(
    name: str,
    phrase: str,
    sound: Waveform,
    language: str,
    against: Sequence[Phrase],
    recogniser: Recogniser,
) -> Heard:
    segments = find_speech(sound)
    found = recogniser.transcribe(sound, segments, language)
    texts: tuple[str, ...] = ()
    if found is not None:
        texts = found.alternatives or ((found.text,) if found.text else ())
    again = relisten(recogniser, sound, segments, language)
    return Heard(name, phrase, texts, again, _expecting(sound, language, against, recogniser))


def _expecting(
    sound: Waveform, language: str, against: Sequence[Phrase], recogniser: Recogniser
) -> dict[str, tuple[str, ...]]:
    contexts = {str(each): expected.context(each, familiar(language)) for each in against}
    segments = find_speech(sound)
    return {
        text: expecting(recogniser, sound, segments, language, [context])
        for text, context in contexts.items()
    }


def _spoken(phrase: Phrase, language: str, number: int) -> str:
    """Every second time the digits are said one by one, else as a numeral is read out."""
    units = UNITS[language].split()
    digits = phrase.digits if number % 4 < 2 else " ".join(units[int(d)] for d in phrase.digits)
    return f"{phrase.words[0]}, {phrase.words[1]}, {digits}."


def _plain(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


if __name__ == "__main__":
    main()
