"""A case adds up what several forwards, answers and taps show, and never takes anything back."""

import itertools
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from familyguard.case import (
    MOST_QUOTES,
    OPEN_SECONDS,
    WITHHELD,
    Case,
    Source,
    judge_case,
    what_changed,
)
from familyguard.challenge import VALID_SECONDS, Challenge, Outcome, Said, Word, answer
from familyguard.model import MATCHING, WORDED, Advice, Evidence, Level, Sign
from familyguard.phrase import Phrase
from familyguard.verdict import judge

NOW = 1_000_000.0
NEW = Case.opened(NOW)
CHALLENGE = Challenge(Phrase(("harbour", "lemon"), "47"), NOW, NOW + VALID_SECONDS, asked_by=7)
unhurried = settings(deadline=None, max_examples=50)

pieces = st.lists(
    st.builds(Evidence, st.sampled_from(Sign), st.sampled_from(["", "a", "b"])), max_size=4
)
codes = st.lists(
    st.sampled_from(["sound", "voice_unsure", "words_unsure", "rest_of_memo", "picture"]),
    max_size=2,
)
outcomes = st.builds(
    lambda text, word, after: answer(CHALLENGE, [text], NOW + after, word=word)[1],
    st.sampled_from(["harbour lemon 47", "harbour lemon", "no", ""]),
    st.sampled_from(Word),
    st.sampled_from([-900.0, 60.0, 900.0]),
)


@st.composite
def steps(draw):
    """A step that turns a case into the next."""
    kind = draw(st.sampled_from(Source))
    if kind is Source.TAP:
        was_me = draw(st.booleans())
        return lambda case: case.with_tap(was_me, NOW)
    found, unchecked = draw(pieces), draw(codes)
    if kind is Source.ANSWER:
        outcome = draw(outcomes)
        return lambda case: case.with_answer(outcome, NOW, found, unchecked)
    quotes = draw(st.booleans())
    return lambda case: case.with_message(found, unchecked, NOW, quotes=quotes)


def played(moves) -> list[Case]:
    """All states of a case in which these steps were taken."""
    states = [NEW]
    for move in moves:
        states.append(move(states[-1]))
    return states


@given(st.lists(steps(), max_size=8))
@unhurried
def test_a_case_never_falls_whatever_comes(moves):
    """Messages, answers, taps, matches: every step leaves the level or raises it."""
    levels = [judge_case(state).level for state in played(moves)]
    assert levels == sorted(levels)


@given(st.lists(steps(), max_size=8))
@unhurried
def test_every_state_of_a_case_says_to_call_back(moves):
    """No verdict without the call-back."""
    assert all(Advice.CALL_BACK in judge_case(state).advice for state in played(moves))


@given(st.lists(steps(), max_size=8))
@unhurried
def test_a_case_is_at_least_as_grave_as_each_of_its_parts(moves):
    """The union is judged: what one message alone would bring is not lost."""
    states = played(moves)
    for piece in states[-1].pieces:
        assert judge_case(states[-1]).level >= judge([piece.evidence]).level


@given(st.lists(steps(), max_size=8))
@unhurried
def test_it_survives_a_restart(moves):
    """What is read back is what was written, and goes on the same."""
    case = played(moves)[-1]
    again = Case.from_json(case.to_json())
    assert again == case
    assert judge_case(again) == judge_case(case)


@given(st.lists(steps(), max_size=8))
@unhurried
def test_what_changed_is_what_is_new(moves):
    """New kinds of evidence only; matches apart; nothing new, nothing to tell."""
    states = played(moves)
    for before, after in itertools.pairwise(states):
        change = what_changed(before, after)
        known = {piece.sign for piece in before.evidence()}
        found = {piece.sign for piece in after.evidence()}
        told = {piece.sign for piece in (*change.new, *change.matches)}
        assert told == found - known
        assert {piece.sign for piece in change.matches} <= MATCHING
        assert change.level is judge_case(after).level
        assert change.rose == (change.level > judge_case(before).level)
        assert not change.rose or change.new
        assert bool(change) == bool(told)


def test_messages_of_one_sender_are_read_one_after_the_other():
    """A new number, then a reason not to call: each alone is little, together they warn."""
    first = NEW.with_message(
        [], [], NOW, text="Hoi mam, mijn telefoon is kapot, dit is mijn nieuwe nummer"
    )
    second = first.with_message([], [], NOW + 60, text="Ik kan niet bellen, de microfoon is stuk")
    assert judge_case(first).level == Level.CAUTION
    assert judge_case(second).level == Level.STRONG
    assert second.talk.warns
    assert not first.talk.warns


def test_a_conversation_goes_on_after_a_restart():
    """The tracker's state is part of what is stored."""
    first = NEW.with_message([], [], NOW, text="Hi mum, new number, my phone broke")
    resumed = Case.from_json(first.to_json())
    text = "I can't talk, text only"
    assert resumed.with_message([], [], NOW, text=text) == first.with_message(
        [], [], NOW, text=text
    )


def test_the_story_of_a_challenge_well_answered_still_sends_to_call_back():
    """The real relative answers rightly and taps Yes: recorded, and nothing is taken away."""
    asked = NEW.with_message([Evidence(Sign.MONEY_REQUEST, "950 pounds")], ["voice_unsure"], NOW)
    _, outcome = answer(CHALLENGE, ["purple giraffe harbour lemon 47"], NOW + 60, word=Word.RIGHT)
    answered = asked.with_answer(outcome, NOW + 60, [Evidence(Sign.VOICE_SIMILAR)])
    confirmed = answered.with_tap(True, NOW + 90)
    assert judge_case(confirmed).level == judge_case(asked).level == Level.CAUTION
    assert Advice.CALL_BACK in judge_case(confirmed).advice
    assert {piece.sign for piece in what_changed(asked, confirmed).matches} == MATCHING


def test_not_me_is_an_alarm_whatever_was_said_before():
    """Also after everything matched."""
    _, outcome = answer(CHALLENGE, ["harbour lemon 47"], NOW + 60, word=Word.RIGHT)
    case = NEW.with_answer(outcome, NOW + 60, [Evidence(Sign.VOICE_SIMILAR)])
    after = case.with_tap(False, NOW + 90)
    assert judge_case(after).level == Level.ALARM
    assert what_changed(case, after).new == (Evidence(Sign.NOT_ME),)


def test_attack_22_the_card_of_a_case_is_the_same_after_the_word_for_being_forced():
    """Security row 22: what is stored does not tell it either."""
    heard = ["harbour lemon 47"]
    cases = [
        NEW.with_answer(answer(CHALLENGE, heard, NOW + 60, word=word)[1], NOW + 60)
        for word in (Word.RIGHT, Word.DURESS)
    ]
    assert cases[0] == cases[1]
    assert cases[0].to_json() == cases[1].to_json()


def test_attack_2_the_words_of_an_answer_are_in_nothing_that_is_kept():
    """Security row 2: neither the code word nor what stood around it."""
    spoken = "purple giraffe harbour lemon 47, please transfer 950 pounds today"
    quoted = [Evidence(sign, spoken) for sign in WORDED]
    outcome = Outcome(Said.RIGHT, (Evidence(Sign.PHRASE_RIGHT),))
    kept = NEW.with_answer(outcome, NOW, quoted).to_json()
    kept += NEW.with_message(quoted, [], NOW, text=spoken, quotes=False).to_json()
    assert not any(word in kept for word in spoken.split())
    assert json.dumps(WITHHELD, ensure_ascii=False).strip('"') in kept


def test_words_that_are_withheld_still_count():
    """The sign of a request in an answer is kept, its quote is not; a quote known before stays."""
    outcome = Outcome(Said.RIGHT, (Evidence(Sign.PHRASE_RIGHT),))
    request = [Evidence(Sign.MONEY_REQUEST, "send 950")]
    alone = NEW.with_answer(outcome, NOW, request)
    assert Evidence(Sign.MONEY_REQUEST, WITHHELD) in alone.evidence()
    after_quote = NEW.with_message(request, [], NOW).with_answer(outcome, NOW, request)
    assert judge_case(after_quote).reasons == tuple(request)


def test_what_one_message_checked_is_no_longer_said_to_be_unchecked():
    """Only what no message of the case could check stays in the line."""
    text_only = NEW.with_message([], ["sound"], NOW)
    unsure = text_only.with_message([], ["voice_unsure", "rest_of_memo"], NOW)
    good = unsure.with_message([], [], NOW)
    assert judge_case(text_only).not_checked == ("sound",)
    assert judge_case(unsure).not_checked == ("voice_unsure", "rest_of_memo")
    assert judge_case(good).not_checked == ("rest_of_memo",)
    assert judge_case(NEW).not_checked == ()


def test_a_file_that_did_not_open_checks_nothing():
    """Its code stays until something else was looked at in full."""
    unopened = NEW.with_message([], ["unopened"], NOW)
    assert judge_case(unopened).not_checked == ("unopened",)
    text_too = unopened.with_message([], ["sound"], NOW)
    assert judge_case(text_too).not_checked == ("sound",)


def test_a_tap_checks_nothing():
    """Nor does an answer of which nothing is told."""
    case = NEW.with_message([], ["voice_unsure"], NOW).with_tap(True, NOW)
    assert judge_case(case).not_checked == ("voice_unsure",)


def test_it_stays_open_for_three_days_after_the_last_message():
    """Each message begins the three days anew."""
    later = NEW.with_message([], [], NOW + OPEN_SECONDS - 1)
    assert NEW.is_open(NOW + OPEN_SECONDS - 1)
    assert not NEW.is_open(NOW + OPEN_SECONDS)
    assert later.is_open(NOW + OPEN_SECONDS)


def test_a_flood_of_forwards_does_not_fill_the_store():
    """Of each sign a few short quotes are kept."""
    case = NEW
    for number in range(50):
        case = case.with_message([Evidence(Sign.URGENCY, f"{number} " * 5000)], [], NOW)
    assert len(case.pieces) == MOST_QUOTES
    assert all(len(piece.evidence.detail) <= 200 for piece in case.pieces)


def test_every_piece_tells_where_it_came_from():
    """The number of the message, its kind and its time."""
    case = NEW.with_message([Evidence(Sign.URGENCY)], [], NOW).with_tap(False, NOW + 5)
    assert [(piece.source, piece.number, piece.at) for piece in case.pieces] == [
        (Source.MESSAGE, 1, NOW),
        (Source.TAP, 2, NOW + 5),
    ]
