"""How much of a prompt is heard when it is read aloud, and how much of one that was not read.

`python -m bot.words.prompt_evaluation [prompts a language] [languages]` lets synthetic voices read
them over bad lines and prints a row a reading; docs/measurements/prompts.md explains it.  Needs
the extra `samples` and the recogniser.
"""

import sys
from collections import Counter
from random import Random

import numpy as np

from bot.family.enrolment import sentences
from bot.texts import pick_language
from familyguard.codeword import words
from familyguard.prompts import SLOTS, draw, read
from voice.activity import find_speech
from voice.evaluation.codewords import CONDITIONS
from voice.evaluation.speaking import SPEAKERS, Studio
from voice.loading import load_models
from voice.models import models_folder

PROMPTS = 16
OTHERS = 50
"""Prompts that were not read, against which each reading is held."""

SEED = 20261122


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else PROMPTS
    recogniser = load_models(models_folder(), 2, "campplus").recogniser
    assert recogniser is not None, "the recogniser is not installed"
    studio = Studio()
    for language in sys.argv[2:] or list(SPEAKERS):
        speakers, rng = SPEAKERS[language], Random(SEED)  # noqa: S311 (the same each time)
        lines, listed = sentences(pick_language(language)), words(language)
        by_chance: Counter[int] = Counter()
        for number in range(count):
            prompt = draw(lines, listed, rng)
            speaker = speakers[number % len(speakers)]
            condition = [*CONDITIONS][number // len(speakers) % len(CONDITIONS)]
            sound = studio.say(prompt.text, speaker, language)
            spoilt = CONDITIONS[condition](sound, np.random.default_rng([SEED, number]))
            speech = find_speech(spoilt)
            heard = recogniser.transcribe(spoilt, speech, language)
            texts = (heard.text, *heard.alternatives) if heard else ()
            found = read(prompt, texts)
            seconds = sum(segment.seconds for segment in speech)
            print(
                f"{language} | {speaker.name} | {condition} | {seconds:.1f} s |"
                f" {len(found.words)} of {len(SLOTS)} | {found.agreement:.2f} | {found.is_enough}",
                flush=True,
            )
            others = (draw(lines, listed, rng) for _ in range(OTHERS))
            by_chance.update(len(read(other, texts).words) for other in others)
        print(f"{language}: words of prompts that were not read: {sorted(by_chance.items())}")


if __name__ == "__main__":
    main()
