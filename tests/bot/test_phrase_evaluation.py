"""The measurement of one-time phrases counts what it says it counts."""

from bot.words.phrase_evaluation import (
    AGAIN,
    EXPECTED,
    FIRST,
    TRANSCRIBE,
    WAYS,
    Heard,
    add,
    drawn,
    read,
    tables,
)
from familyguard.codeword import familiar
from familyguard.expected import context
from familyguard.phrase import Phrase

PHRASE = Phrase(("harbour", "lemon"), "47")
WORDS = familiar("en")


def heard(texts=(), again=(), expected=(), name="0 opus 16", phrase=str(PHRASE)):
    """A memo and what was heard in it."""
    return Heard(name, phrase, texts, again, {str(PHRASE): expected})


def right(memo):
    """The ways in which the whole phrase is found."""
    return [way for way in WAYS if memo.parts(PHRASE, WORDS, way) == 3]


def test_each_way_of_hearing_builds_on_the_one_before():
    """Letter by letter, by sound, heard again, and told which words may come."""
    assert right(heard(("Harbour, lemon, 4 7.",))) == [TRANSCRIBE, FIRST, AGAIN, EXPECTED]
    assert right(heard(("Harbor lemmon forty seven",))) == [FIRST, AGAIN, EXPECTED]
    assert right(heard(("harbor 47",), ("lemmon",))) == [AGAIN, EXPECTED]
    assert right(heard(("mumble 47",), ("arbitrary",), ("harbour, lemon.",))) == [EXPECTED]
    assert right(heard(("mumble",), (), ("harbour, lemon.",))) == []
    assert right(heard(("mumble 47",), (), (context(PHRASE, WORDS),))) == []


def test_the_tables_count_memos_by_half_and_by_condition_and_what_holds_no_phrase():
    """Of four memos three hold the phrase at last; a clip that holds one part is counted."""
    first, second = drawn("en", 2)
    memos = [
        Heard("0 opus 16", str(first), (str(first),), (), {str(second): ()}),
        Heard("0 noise 20", str(first), ("hm",), (str(first),), {str(second): ()}),
        Heard("1 opus 24", str(second), (), (str(second),), {}),
        Heard("1 noise 10", str(second), ("hm",), (), {str(first): (" ".join(first.words),)}),
    ]
    clips = [Heard("clips/one.ogg", "", (f"a {first.words[0]}",), (), {str(first): ()})]
    told = tables("en", [first, second], memos, clips)
    assert "| first half | 1 of 2 | 1 of 2 | 2 of 2 | 2 of 2 | 0 |" in told
    assert "| second half | 0 of 2 | 0 of 2 | 1 of 2 | 1 of 2 | 0 |" in told
    assert "| noise 10 | 0 of 1 | 0 of 1 | 0 of 1 | 0 of 1 | 0 |" in told
    other = "Memos with another phrase, and expecting the words: of 3 pairs"
    assert f"{other} 2 with 0 parts, 0 with 1 parts, 1 with 2 parts, 0 with 3 parts." in told
    assert "no phrase, first hearing: of 1 pairs 0 with 0 parts, 1 with 1 parts" in told


def test_what_was_heard_is_read_again_as_it_was_written(tmp_path):
    """A run that was stopped goes on where it was."""
    memo = heard(("één",), ("twee",), ("drie",))
    assert list(read(tmp_path / "none")) == []
    add(tmp_path / "heard.jsonl", memo)
    add(tmp_path / "heard.jsonl", memo)
    assert list(read(tmp_path / "heard.jsonl")) == [memo, memo]
