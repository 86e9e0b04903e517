"""How often a one-time phrase is heard, spoken by synthetic voices through bad lines.

`python -m bot.words.phrase_evaluation [phrases a language] [languages]` prints a line for each
language and way that the sound came; docs/measurements/challenge.md explains it.  Needs the extra
`samples` and the recogniser.
"""

import sys
from collections import Counter
from random import Random

import numpy as np

from familyguard.codeword import familiar
from familyguard.phrase import Part, Phrase, draw, parts_heard
from voice.activity import find_speech
from voice.evaluation.codewords import CONDITIONS
from voice.evaluation.speaking import SPEAKERS, Studio
from voice.loading import load_models
from voice.models import models_folder

PHRASES = 40
SEED = 20261122

UNITS = {
    "en": "nought one two three four five six seven eight nine",
    "nl": "nul een twee drie vier vijf zes zeven acht negen",
}


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else PHRASES
    recogniser = load_models(models_folder(), 2, "campplus").recogniser
    assert recogniser is not None, "the recogniser is not installed"
    studio = Studio()
    languages = sys.argv[2:] or list(SPEAKERS)
    for language in languages:
        speakers = SPEAKERS[language]
        rng = Random(SEED)  # noqa: S311 (the same phrases each time)
        phrases = [draw(familiar(language), rng) for _ in range(count)]
        tally: dict[str, Counter[int]] = {name: Counter() for name in CONDITIONS}
        plain: Counter[str] = Counter()
        unheard: Counter[str] = Counter()
        readings: list[tuple[int, tuple[str, ...]]] = []
        for number, phrase in enumerate(phrases):
            speaker = speakers[number % len(speakers)]
            sound = studio.say(_spoken(phrase, language, number), speaker, language)
            for condition in list(CONDITIONS)[number % 2 :: 2]:
                spoilt = CONDITIONS[condition](sound, np.random.default_rng([SEED, number]))
                heard = recogniser.transcribe(spoilt, find_speech(spoilt), language)
                texts = (heard.alternatives or (heard.text,)) if heard and heard.text else ()
                unheard[condition] += not texts
                readings.append((number, texts))
                tally[condition][len(parts_heard(phrase, texts))] += 1
                plain[condition] += bool(texts) and _plain(str(phrase)) in _plain(texts[0])
        for condition, parts in tally.items():
            n = sum(parts.values())
            print(
                f"{language} {condition}: right {parts[len(Part)]} of {n}, partly {parts[2]},"
                f" unheard {unheard[condition]};"
                f" transcribe and compare {plain[condition]}",
                flush=True,
            )
        others = Counter(
            len(parts_heard(phrase, texts))
            for number, phrase in enumerate(phrases)
            for whose, texts in readings
            if whose in (number - 1, number - 2, number - 3)
        )
        print(f"{language} parts of a phrase in memos with another: {dict(others)}", flush=True)


def _spoken(phrase: Phrase, language: str, number: int) -> str:
    """Every second time the digits are said one by one, else as a numeral is read out."""
    units = UNITS[language].split()
    digits = phrase.digits if number % 4 < 2 else " ".join(units[int(d)] for d in phrase.digits)
    return f"{phrase.words[0]}, {phrase.words[1]}, {digits}."


def _plain(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


if __name__ == "__main__":
    main()
