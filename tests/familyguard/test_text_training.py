"""The training messages: every fragment can be read, and none is a message of the measuring set."""

import json
import random
import re
from pathlib import Path

import pytest

from familyguard.requests.fold import split
from familyguard.requests.spelling import shorthand, word_list
from familyguard.text_training.grammar import LABELS, LANGUAGES, fill, generate, load

MEASURING_SETS = (
    Path(__file__).resolve().parents[3] / "shared" / "requests" / "dev.jsonl",
    Path(__file__).parent / "strangers.jsonl",
)
TOO_ALIKE = 0.8
"""Share of common five-letter groups from which two messages count as the same."""
SHORTEST_COMPARED = 30
"""Below this many letters two people write the same thing by accident."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fragment_can_be_filled_in(language: str) -> None:
    """No slot is missing, no bracket is left, and all three labels are there."""
    templates, slots = load(language)
    dice = random.Random(0)
    assert {template.label for template in templates} == set(LABELS)
    for template in templates:
        text = fill(template.text, slots, dice)
        assert text
        assert not re.search(r"[\[\]{}|]", text), template.text


def test_the_same_seed_makes_the_same_messages() -> None:
    """The weights can be made again."""
    assert list(generate(2, 5)) == list(generate(2, 5))


def test_the_word_list_is_folded_and_holds_no_shorthand() -> None:
    """A shorthand among the known words would never be written out."""
    assert word_list()
    assert not word_list() & shorthand().keys()
    assert all([word.text for word in split(known)] == [known] for known in word_list())


def five_letters(text: str) -> set[str]:
    """Every five letters that stand together in `text`."""
    plain = " ".join(word.text for word in split(text))
    return {plain[at : at + 5] for at in range(len(plain) - 4)}


@pytest.fixture(scope="module")
def learnt() -> list[tuple[str, set[str]]]:
    """What is learnt from, with its letters."""
    return [(one.text, five_letters(one.text)) for one in generate(2, 1)]


@pytest.mark.parametrize("measuring_set", MEASURING_SETS, ids=lambda path: path.stem)
def test_no_training_message_is_one_of_a_measuring_set(
    measuring_set: Path, learnt: list[tuple[str, set[str]]]
) -> None:
    """What is measured on must not have been learnt from."""
    if not measuring_set.is_file():
        pytest.skip("this measuring set (../shared/requests) is not on this machine")
    measured: dict[str, list[int]] = {}
    sets: list[set[str]] = []
    for line in measuring_set.read_text("utf-8").splitlines():
        found = five_letters(json.loads(line)["text"])
        for group in found:
            measured.setdefault(group, []).append(len(sets))
        sets.append(found)
    for text, mine in learnt:
        if len(mine) < SHORTEST_COMPARED:
            continue
        # Whatever is so much alike shares at least one of these, which few messages have.
        rarest = sorted(mine, key=lambda group: len(measured.get(group, ())))
        few = rarest[: int(len(mine) * (1 - TOO_ALIKE)) + 1]
        for number in {number for group in few for number in measured.get(group, ())}:
            common = len(mine & sets[number])
            assert common / len(mine | sets[number]) < TOO_ALIKE, text
