"""Every line of the pattern files does what its example and its counter-example say."""

import re

import pytest

from familyguard.requests.fold import assemble, split
from familyguard.requests.patterns import (
    LANGUAGES,
    Pattern,
    PatternError,
    kinds,
    patterns,
    translate,
)
from familyguard.scamtext import read_message


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_pattern_finds_its_example(language: str) -> None:
    """The example beside a pattern is found by that pattern."""
    missed = [
        (pattern.kind, pattern.say, pattern.yes)
        for pattern in patterns()
        if pattern.language == language and not pattern.find(assemble(split(pattern.yes)))
    ]
    assert missed == []


def test_no_pattern_finds_its_counter_example() -> None:
    """The counter-example beside a pattern is left alone by it."""
    wrong = [
        (pattern.kind, pattern.say, pattern.no)
        for pattern in patterns()
        if pattern.no and pattern.find(assemble(split(pattern.no)))
    ]
    assert wrong == []


def test_counter_examples_raise_no_warning() -> None:
    """What a pattern must not find is not warned about by any other part either."""
    loud = [pattern.no for pattern in patterns() if pattern.no and read_message(pattern.no)]
    assert loud == []


@pytest.mark.parametrize("language", ["nl", "en"])
def test_both_main_languages_cover_every_kind_said_in_words(language: str) -> None:
    """Dutch and English have patterns for all kinds that are not read from numbers or links."""
    from_form = {
        "iban", "foreign_iban", "broken_iban", "payment_link", "look_alike_link", "punycode_link",
        "short_link", "crypto_address", "large_amount", "odd_amount", "small_amount",
    }  # fmt: skip
    said = {pattern.kind for pattern in patterns() if pattern.language == language}
    assert set(kinds()) - from_form - said == set()


def test_no_pattern_can_run_away() -> None:
    """No repetition without a bound stands inside another repetition."""
    unbounded_inside = re.compile(r"\([^()]*[*+][^()]*\)[*+]")
    assert not [p.say for p in patterns() if unbounded_inside.search(p.source)]


@pytest.mark.parametrize("say", ["<nobody> nummer", "| nummer", "..", "[een]"])
def test_it_refuses_a_line_that_cannot_be_read(say: str) -> None:
    """An unknown list, an empty word or a pattern of gaps alone is an error, not a silent miss."""
    with pytest.raises(PatternError):
        translate(say, {})


def test_an_optional_word_and_a_gap_are_bounded() -> None:
    """Two dots let through four words and no more."""
    source, probes, words = translate("mijn .. nummer", {})
    pattern = Pattern("new_number", "nl", "", "", None, words, probes, source)
    assert pattern.find(assemble(split("mijn aa bb cc dd nummer")))
    assert not pattern.find(assemble(split("mijn aa bb cc dd ee nummer")))
