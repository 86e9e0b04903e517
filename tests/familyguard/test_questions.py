"""Questions by tapping: what comes next, corrections, and resuming after a restart."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from familyguard.deepfake import QUESTIONS
from familyguard.questions import Answers, InvalidAnswer, InvalidState, Question, Questionnaire
from familyguard.video_checklist import CHECKLIST

PETS = Questionnaire(
    "pets",
    1,
    (
        Question("pet", ("cat", "none")),
        Question("name", ("short", "long"), lambda given: given.get("pet") == "cat"),
        Question("wish", ("yes", "no")),
    ),
)


def walk(questionnaire: Questionnaire, choices: list[int]) -> Answers:
    """The answers of somebody who taps the options with these numbers, as far as they go."""
    answers = questionnaire.start()
    for choice in choices:
        question = answers.next
        if question is None:
            break
        answers = answers.answer(question.code, question.options[choice % len(question.options)])
    return answers


def test_questions_come_one_by_one_and_only_where_they_apply():
    """Without a cat its name is not asked."""
    answers = PETS.start()
    assert answers.next == PETS.questions[0]
    assert answers.answer("pet", "none").next == PETS.questions[2]
    assert answers.answer("pet", "cat").next == PETS.questions[1]


def test_a_correction_forgets_what_no_longer_applies():
    """Who has no cat after all has not answered what it is called."""
    answers = PETS.start().answer("pet", "cat").answer("name", "long").answer("wish", "no")
    corrected = answers.answer("pet", "none")
    assert corrected.as_mapping == {"pet": "none", "wish": "no"}
    assert corrected.next is None


def test_back_takes_the_last_answer_away():
    """One step back, and at the beginning nowhere."""
    answers = PETS.start().answer("pet", "cat").answer("name", "long")
    assert answers.back() == PETS.start().answer("pet", "cat")
    assert PETS.start().back() == PETS.start()


@pytest.mark.parametrize(
    ("code", "option"), [("wish", "yes"), ("pet", "dog"), ("nothing", "yes"), ("name", "short")]
)
def test_it_refuses_answers_that_nobody_asked_for(code, option):
    """A question that does not come up yet, and an option that is not there."""
    with pytest.raises(InvalidAnswer):
        PETS.start().answer(code, option)


def test_the_progress_counts_what_applies():
    """Answered, and asked as things stand."""
    assert PETS.start().answer("pet", "none").progress == (1, 2)
    assert PETS.start().answer("pet", "cat").progress == (1, 3)


@settings(deadline=None)
@given(st.sampled_from([QUESTIONS, CHECKLIST]), st.lists(st.integers(0, 9), max_size=12))
def test_every_state_survives_storage(questionnaire, choices):
    """Wherever somebody stops, the stored text brings them back to the same place."""
    answers = walk(questionnaire, choices)
    assert questionnaire.resume(answers.to_json()) == answers


@settings(deadline=None)
@given(st.lists(st.integers(0, 9), min_size=12, max_size=12))
def test_every_walk_ends(choices):
    """No answers lead in a circle."""
    assert walk(QUESTIONS, choices).next is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "[" * 100_000,
        '{"name":"pets","version":2,"answers":{}}',
        '{"name":"pets","version":1,"answers":{"pet":"dog"}}',
        '{"name":"pets","version":1,"answers":{"wish":"yes"}}',
        '{"name":"pets","version":1,"answers":{"pet":["cat"]}}',
    ],
)
def test_it_refuses_states_that_are_not_its_own(text):
    """Stored text of another version, or with answers that nobody can give."""
    with pytest.raises(InvalidState):
        PETS.resume(text)
