"""The texts are plain enough: Flesch's formula for English, Douma's for Dutch, area by area.

A formula sees only long words and long sentences, so it is a floor and not a judgement.  When it
fails it lists the sentences to mend first.
"""

import re
from importlib.resources import files
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from bot.texts import LANGUAGES

OTHER_READERS = {"terminal"}
"""Who types commands reads words like «repository»."""

AREAS = sorted(
    {
        Path(entry.name).stem
        for entry in (files("bot") / "locale" / "en").iterdir()
        if entry.name.endswith(".po")
    }
    - OTHER_READERS
)

B1 = 70.0
"""Flesch and Douma both call 60 to 70 standard, and 70 to 80 fairly easy."""

NAME = re.compile(r"https?://\S+|@\S+|\{\w*\}|[“”\"]")


def sentences(language: str, area: str) -> list[str]:
    """All sentences of an area that have at least four words."""
    with (files("bot") / "locale" / language / f"{area}.po").open("rb") as file:
        texts = [str(message.string) for message in read_po(file, locale=language) if message.id]
    if not texts:
        return []
    parts = re.split(r"(?<=[.!?:])\s+|\n+", "\n".join(NAME.sub("", text) for text in texts))
    return [part for part in parts if len(words(part)) >= 4]


def words(sentence: str) -> list[str]:
    """Its words."""
    return re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", sentence)


def syllables(word: str, language: str) -> int:
    """About how many: groups of vowels, less the silent e of English."""
    lower = word.lower().replace("ij", "y")
    groups = len(re.findall(r"[aeiouyáàäâéèëêíïóöôúüû]+", lower))
    groups += len(re.findall(r"[aeiou][äëïöü]", lower))  # the dots begin a new syllable
    if language == "en" and re.search(r"[^aeiouyl]e[ds]?$", lower) and groups > 1:
        groups -= 1
    return max(groups, 1)


def ease(parts: list[str], language: str) -> float:
    """Reading ease of some sentences together; higher is easier."""
    per_sentence = sum(len(words(part)) for part in parts) / len(parts)
    every = [word for part in parts for word in words(part)]
    per_word = sum(syllables(word, language) for word in every) / len(every)
    if language == "nl":
        return 206.84 - 0.93 * per_sentence - 77 * per_word
    return 206.835 - 1.015 * per_sentence - 84.6 * per_word


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("area", AREAS)
def test_the_texts_are_easy_enough(area, language):
    """Each area reaches the standard of its language's formula."""
    parts = sentences(language, area)
    worst = sorted(parts, key=lambda part: ease([part], language))[:10]
    report = "\n".join(f"{ease([part], language):6.1f}  {part}" for part in worst)
    assert ease(parts, language) >= B1, f"{ease(parts, language):.1f}; mend these first:\n{report}"


def test_the_formula_tells_plain_from_hard():
    """It knows a child's sentence from an official's."""
    plain, hard = (
        "Call your bank now.",
        "Notification obligations necessitate institutional review.",
    )
    assert ease([plain], "en") > 90 > 30 > ease([hard], "en")
    plain, hard = (
        "Bel nu je bank.",
        "Toezichthoudende autoriteiten behandelen ontvankelijkheidsvragen.",
    )
    assert ease([plain], "nl") > 90 > 30 > ease([hard], "nl")


@pytest.mark.parametrize(("word", "count"), [("geïnformeerd", 4), ("bank", 1), ("rekening", 3)])
def test_syllables_in_dutch(word, count):
    """Groups of vowels, and the dots."""
    assert syllables(word, "nl") == count
