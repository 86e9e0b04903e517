"""A one-time phrase: drawn so that it is heard, answered once, and never a clearance."""

import itertools
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from familyguard.challenge import (
    CLOCK_SLACK_SECONDS,
    VALID_SECONDS,
    Challenge,
    Said,
    Word,
    answer,
    best_fit,
    issue,
    refused,
)
from familyguard.model import Evidence, Level, Sign
from familyguard.phrase import Part, Phrase, draw, far_apart, fits, parts_heard
from familyguard.verdict import judge

WORDS = [
    "harbour", "lemon", "castle", "window", "garden", "pencil", "mountain", "butter", "candle",
    "rabbit", "thunder", "velvet", "orchard", "basket", "ladder", "pepper", "saddle", "tunnel",
    "whistle", "blanket", "molen", "kasteel", "fiets", "paraplu", "schilder", "koffer",
    "sleutel", "wortel", "gordijn", "tractor",
]  # fmt: skip
SCAM = [Evidence(Sign.MONEY_REQUEST, "950 pounds"), Evidence(Sign.NEW_IDENTITY, "new number")]
NOW = 1_000_000.0
unhurried = settings(deadline=None, max_examples=40)
"""The machine that tests may be busy."""

OPEN = Challenge(Phrase(("harbour", "lemon"), "47"), NOW, NOW + VALID_SECONDS, asked_by=7)


def said(*heard: str, word: Word = Word.NONE_SET, at: float = NOW + 60) -> Said:
    """What becomes of the phrase of `OPEN` in a memo heard in these ways."""
    return answer(OPEN, heard, at, word=word)[1].said


@pytest.mark.parametrize(
    "heard",
    [
        "harbour lemon 47",
        "Harbor, lemon, 4-7.",
        "OK mum, here it is. Harbour. Lemon. Four, seven. Do you believe me now?",
        "harbour lemmon forty seven",
        "harber lemen for seven",
        "har bour lemon 4 7",
        "harbourlemon 47",
        "Harbour le man 47",
        "haarbor lemon zevenenveertig",
        "lemon harbour 47",
    ],
)
def test_it_knows_the_phrase_in_what_recognisers_write(heard):
    """Other spellings, words cut or run together, numbers in any form, words around it."""
    assert said(heard) is Said.RIGHT


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        ("harbour lemon", Said.PARTLY),
        ("harbour lemon 74", Said.PARTLY),
        ("harbour lemon 57", Said.PARTLY),
        ("harbour 47", Said.PARTLY),
        ("harbour castle", Said.WRONG),
        ("my number is 0647", Said.MISSING),
        ("you owe me 47 pounds", Said.WRONG),
        ("I can't say that now, my phone is nearly empty", Said.MISSING),
        ("", Said.UNHEARD),
        ("  ", Said.UNHEARD),
    ],
)
def test_a_part_of_the_phrase_is_not_the_phrase(heard, expected):
    """Both words and both digits, or it is not right."""
    assert said(heard) is expected


def test_each_part_may_be_in_another_reading_of_the_same_memo():
    """The recogniser's second choice counts as much as its first."""
    assert said("harbour lemon fort heaven", "arbour demon 47") is Said.RIGHT
    assert said() is Said.UNHEARD


@given(st.integers(0, 2**32))
@unhurried
def test_a_drawn_phrase_has_parts_that_cannot_be_taken_for_each_other(seed):
    """Words far apart in sound and unlike numbers; different digits, none of them 0 or 1."""
    phrase = draw(WORDS, Random(seed))
    assert far_apart(*phrase.words)
    assert all(fits(word) for word in phrase.words)
    assert len(set(phrase.digits)) == 2
    assert not set("01") & set(phrase.digits)
    assert parts_heard(phrase, [str(phrase)]) == set(Part)
    for part, word in zip((Part.FIRST, Part.SECOND), phrase.words, strict=True):
        assert parts_heard(phrase, [word]) == {part}


@given(st.integers(0, 2**32))
@unhurried
def test_a_phrase_is_read_back_as_it_was_written(seed):
    """What is stored is what is shown."""
    phrase = draw(WORDS, Random(seed))
    assert Phrase.parse(str(phrase)) == phrase


@pytest.mark.parametrize("text", ["", "one", "a b", "a b 4", "a b 4 x", "a b 4 7 9", "a b 1 0"])
def test_nothing_else_is_read_as_a_phrase(text):
    """A broken cell raises instead of becoming a phrase that anything answers."""
    with pytest.raises(ValueError):
        Phrase.parse(text)


@given(st.integers(0, 2**32))
@unhurried
def test_a_phrase_answers_only_its_own_challenge(seed):
    """With several open, the memo is matched to the one whose phrase it holds."""
    rng = Random(seed)
    challenges: list[Challenge] = []
    for person in range(3):
        challenges.append(issue("en", NOW + person, rng, asked_by=person, beside=challenges))
    for mine in challenges:
        heard = [str(mine.phrase)]
        assert best_fit(challenges, heard, NOW + 60) is mine
        results = [answer(one, heard, NOW + 60)[1].said for one in challenges]
        assert results.count(Said.RIGHT) == 1


def test_a_long_memo_is_looked_at_where_a_phrase_is_said():
    """First or last: a talk of an hour is not searched through, and costs no time."""
    talk = "and then we went to the market to look at the flowers " * 200
    assert said(f"harbour lemon 47 {talk}") is Said.RIGHT
    assert said(f"{talk} harbour lemon 47") is Said.RIGHT


def test_too_few_words_are_refused():
    """No phrase is made of words that sound alike."""
    for words in (["harbour"], ["harbour", "harbor"], ["seven", "four"], ["a", "of"]):
        with pytest.raises(ValueError):
            draw(words, Random(1))


def test_attack_1_a_recording_does_not_hold_the_phrase_of_today():
    """Security row 1: a replayed memo with the right code word fails the challenge."""
    _, outcome = answer(OPEN, ["purple giraffe, it is me, mum"], NOW + 30, word=Word.RIGHT)
    assert judge(outcome.evidence).level == Level.STRONG
    assert judge([*SCAM, *outcome.evidence]).level >= judge(SCAM).level


def test_attack_1_a_memo_older_than_the_phrase_cannot_answer_it():
    """A forward is dated by its first sending, whatever it says."""
    early = NOW - CLOCK_SLACK_SECONDS - 1
    _, outcome = answer(OPEN, ["harbour lemon 47"], NOW + 60, sent_at=early)
    assert outcome.said is Said.STALE
    assert outcome.evidence == (Evidence(Sign.CHALLENGE_FAILED, "stale"),)


def test_it_is_late_after_ten_minutes_and_not_before():
    """The time at which the memo was sent counts, not that at which it was forwarded."""
    inside, outside = NOW + VALID_SECONDS, NOW + VALID_SECONDS + 1
    right = ["harbour lemon 47"]
    assert answer(OPEN, right, inside)[1].said is Said.RIGHT
    assert answer(OPEN, right, outside)[1].said is Said.LATE
    assert answer(OPEN, right, outside, sent_at=inside)[1].said is Said.RIGHT
    assert OPEN.is_open(inside)
    assert not OPEN.is_open(outside)


def test_a_phrase_is_used_once():
    """A second memo with the same phrase fails, and is matched to no challenge."""
    after, first = answer(OPEN, ["harbour lemon 47"], NOW + 60)
    again, second = answer(after, ["harbour lemon 47"], NOW + 90)
    assert (first.said, second.said) == (Said.RIGHT, Said.USED)
    assert again == after
    assert best_fit([after], ["harbour lemon 47"], NOW + 90) is None
    assert not after.is_open(NOW + 61)


def test_a_phrase_half_heard_may_be_said_again():
    """A recogniser mishears: the challenge stays open, and nothing is proven meanwhile."""
    after, outcome = answer(OPEN, ["harbour lemon"], NOW + 60)
    assert outcome.evidence == (Evidence(Sign.UNJUDGEABLE, "phrase_partly"),)
    assert after.is_open(NOW + 61)
    assert answer(after, ["harbour lemon 47"], NOW + 90)[1].said is Said.RIGHT


def test_what_is_not_heard_at_all_is_neither_right_nor_wrong():
    """Silence says nothing about the code word either."""
    _, outcome = answer(OPEN, [""], NOW + 60, word=Word.WRONG)
    assert outcome.evidence == (Evidence(Sign.UNJUDGEABLE, "answer_unheard"),)
    assert judge(outcome.evidence).level == Level.UNCLEAR


def test_a_refusal_counts_only_when_somebody_tells_of_it():
    """Time that runs out is no evidence; «they would not say it» is."""
    after, outcome = refused(OPEN, NOW + 60)
    assert outcome.evidence == (Evidence(Sign.CHALLENGE_FAILED, "missing"),)
    assert not after.is_open(NOW + 61)


heard_texts = st.lists(
    st.sampled_from(["harbour", "lemon", "47", "four", "seven", "castle", "mum", ""]), max_size=6
).map(" ".join)
held = st.sets(st.sampled_from(Sign)).map(lambda signs: [Evidence(sign) for sign in signs])


@given(held, st.lists(heard_texts, max_size=3), st.sampled_from(Word), st.floats(-900, 2000))
@unhurried
def test_no_answer_ever_lowers_anything(before, texts, word, after_seconds):
    """Whatever is answered, with whatever code word, at whatever time."""
    _, outcome = answer(OPEN, texts, NOW + after_seconds, word=word)
    assert judge([*before, *outcome.evidence]).level >= judge(before).level


def test_attack_3_the_right_word_and_the_right_phrase_clear_nothing():
    """Security row 3: a clone that speaks both leaves a scam a scam."""
    _, outcome = answer(OPEN, ["purple giraffe harbour lemon 47"], NOW + 60, word=Word.RIGHT)
    assert {piece.sign for piece in outcome.evidence} == {Sign.PHRASE_RIGHT, Sign.CODE_WORD_RIGHT}
    assert judge([*SCAM, *outcome.evidence]) == judge(SCAM)


@given(st.lists(heard_texts, max_size=3), st.floats(-900, 2000))
@unhurried
def test_attack_22_the_word_for_being_forced_looks_like_the_right_word(texts, after_seconds):
    """Security row 22: nothing that the asker sees differs; the caller alone is told."""
    right = answer(OPEN, texts, NOW + after_seconds, word=Word.RIGHT)
    forced = answer(OPEN, texts, NOW + after_seconds, word=Word.DURESS)
    assert forced[1].silent_alarm
    assert not right[1].silent_alarm
    assert (forced[0], replace(forced[1], silent_alarm=False)) == right
    assert repr(forced[1]) == repr(right[1])


@given(st.lists(heard_texts, max_size=3))
@unhurried
def test_attack_5_a_locked_word_looks_like_a_wrong_one_and_none_like_a_right_one(texts):
    """Security row 5: what is shown tells neither the lock nor whether a word is set."""

    def shown(word: Word) -> object:
        return judge(answer(OPEN, texts, NOW + 60, word=word)[1].evidence)

    assert shown(Word.LOCKED) == shown(Word.WRONG)
    assert shown(Word.NONE_SET) == shown(Word.RIGHT) == shown(Word.DURESS)


def test_a_memo_sent_outside_the_ten_minutes_needs_half_the_phrase_to_count_as_an_answer():
    """The next memo of the same sender is not an answer merely because a phrase was open once."""
    late = NOW + VALID_SECONDS + 300
    assert best_fit([OPEN], ["hello, are you there"], late) is None
    assert best_fit([OPEN], ["harbour lemon"], late) is OPEN
    assert best_fit([OPEN], ["hello"], NOW + 60) is OPEN
    assert best_fit([OPEN], ["hello"], NOW + 60, sent_at=NOW - 3600) is None


def test_the_phrase_is_in_no_log():
    """It is told to the other side, but a log is read by others yet."""
    assert "harbour" not in repr(OPEN)


def test_every_result_has_evidence_that_its_name_promises():
    """No result is left out of the table."""
    cases = [
        ("harbour lemon 47", NOW + 60), ("harbour lemon", NOW + 60), ("47", NOW + 60),
        ("no", NOW + 60), ("", NOW + 60), ("x", NOW + 9000), ("x", NOW - 9000),
    ]  # fmt: skip
    seen = [answer(OPEN, [text], at)[1] for text, at in cases]
    used = answer(replace(OPEN, answered_at=NOW), ["x"], NOW + 60)[1]
    assert {outcome.said for outcome in (*seen, used)} == set(Said)
    assert all(outcome.evidence for outcome in (*seen, used))


def test_ordinary_talk_holds_no_phrase():
    """One word may be like another by chance, but not both and the digits."""
    talk = [
        "Hi mum, I dropped my phone and this is my new number, can you help me with 470 pounds",
        "Hoi oma, ik kom zondag om vier uur, zullen we dan samen naar de markt gaan? Tot dan!",
        "We waited at the station for forty minutes and then the train to the coast was cancelled",
        "De loodgieter is geweest, hij komt over zeven dagen nog een keer voor de kraan",
    ]
    for words in itertools.pairwise(word for word in WORDS if fits(word)):
        assert parts_heard(Phrase(words, "47"), talk) != set(Part)
