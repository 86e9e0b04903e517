"""The measurement counts what it says it counts."""

import pytest

from bot.words.codeword_evaluation import (
    AGAIN,
    SUGGESTED,
    TRANSCRIBE,
    VARIANTS,
    evaluate,
    phrases,
    time_verification,
    to_markdown,
    words_to_markdown,
)
from voice.evaluation.codewords import HeardMemo, HeardPhrase


def heard(phrase, takes, memos):
    """A phrase of which every take and copy was heard as given; memos are (texts, again)."""
    return HeardPhrase(
        phrase,
        "en",
        "neural",
        tuple(((take,), (take,)) for take in takes),
        tuple(HeardMemo("neural", True, "opus 16", *memo) for memo in memos),
    )


def test_each_way_of_knowing_the_word_is_counted_for_itself():
    """Plain comparison, keys, a second hearing, and a phrase that was suggested."""
    kettle = heard(
        "velvet kettle",
        ["velvet cattle", "velvet cattle", "velvet cattle"],
        [
            (("so, Velvet kettle!",), ()),
            (("so velvet cattle",), ()),
            (("nothing",), ("vellvet cattle",)),
            (("nothing",), ()),
        ],
    )
    report = evaluate("en", [kettle], [])
    assert [trial.accepted for trial in report.trials] == [
        {TRANSCRIBE, VARIANTS, AGAIN, SUGGESTED},
        {VARIANTS, AGAIN, SUGGESTED},
        {AGAIN, SUGGESTED},
        frozenset(),
    ]
    assert "75.0 % (3/4)" in to_markdown(report)


def test_a_memo_without_the_phrase_that_passes_is_counted():
    """Against every enrolled phrase, whoever spoke it."""
    kettle = heard("velvet kettle", ["velvet kettle"] * 3, [(("velvet kettle",), ())])
    garden = heard("copper garden", ["copper garden"] * 3, [(("a copper garden",), ())])
    odd = heard("silver ladder", ["one", "two hundred", "paper"], [(("silver ladder",), ())])
    others = [["I put the velvet kettle away"], ["nothing at all"]]
    report = evaluate("en", [kettle, garden, odd], others)
    assert report.refused == ("silver ladder",)
    assert report.n_others == 5
    assert report.false_pairs == (("velvet kettle", 3),)
    assert "Not enrolled: silver ladder." in to_markdown(report)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_phrases_are_always_the_same(language):
    """Sixty of two different words each."""
    drawn = phrases(language, 60)
    assert drawn == phrases(language, 60)
    assert len({word for phrase in drawn for word in phrase.split()}) == 120


def test_a_word_heard_as_another_of_the_list_is_named():
    """Both of them, so that one can leave the list."""
    line = words_to_markdown("en", {"kettle": ("Piano.",), "piano": ("piano",), "copper": ()})
    assert "1 of 3" in line
    assert "kettle → piano" in line


async def test_the_event_loop_is_watched_while_hashes_are_made():
    """Both figures are there; how good they are is for the document to say."""
    timing = await time_verification()
    assert timing.seconds > 0.1
    assert 0 <= timing.longest_silence < timing.seconds
    assert "40 candidates against 24 tags" in str(timing)
