"""The deepfake flow: who needs help first gets it first, and no such image is taken in."""

from itertools import product

import pytest

from familyguard.deepfake import QUESTIONS, DeepfakeStep, Plan, Why, plan, refuses_images
from familyguard.directory import Purpose, directory
from familyguard.letters import LetterKind
from familyguard.questions import Answers

Step = DeepfakeStep


def answered(**answers: str) -> Answers:
    """A walk through the flow: the given answers, elsewhere the mildest."""
    mild = {"who": "me", "sexual": "no", "minor": "no", "harm": "none", "circle": "public"}
    mild |= {"where": "social", "maker": "known", "public_figure": "no"}
    state = QUESTIONS.start()
    while question := state.next:
        state = state.answer(question.code, (mild | answers)[question.code])
    return state


def planned(country: str = "NL", **answers: str) -> Plan:
    """The plan for such a walk."""
    return plan(answered(**answers), country, directory())


def every_walk() -> list[Answers]:
    """All complete walks."""
    walks, states = [], [QUESTIONS.start()]
    while states:
        state = states.pop()
        if question := state.next:
            states += [state.answer(question.code, option) for option in question.options]
        else:
            walks.append(state)
    return walks


WALKS = every_walk()


def order(this: Plan) -> list[Step]:
    """The steps alone."""
    return [one.step for one in this.steps]


def test_a_letter_is_at_most_ten_taps_away():
    """/deepfake, the questions, the letter, and «make it now» for who answers none of its own."""
    assert max(len(walk.given) for walk in WALKS) + 3 <= 10


@pytest.mark.parametrize("country", ["NL", "FR", "US"])
def test_sexual_images_and_minors_come_first_and_nothing_is_taken_in(country):
    """Whatever else was answered, yes or «I do not know» leads to the helpline, and no image in."""
    for walk in WALKS:
        given = walk.as_mapping
        this = plan(walk, country, directory())
        delicate = given["sexual"] != "no" or given["minor"] != "no"
        assert this.refuse_images is delicate
        assert (order(this)[0] is Step.SEXUAL_HELP) is delicate
        if delicate:
            assert order(this)[1] is Step.SEND_NO_IMAGES
            assert Step.KEEP_EVIDENCE not in order(this)


def test_dutch_people_are_sent_to_helpwanted():
    """The first step names the Dutch helpline for sexual images."""
    first = planned(sexual="yes").steps[0]
    assert [body.code for body in first.bodies] == ["nl-helpwanted"]
    assert first.whys == (Why.SEXUAL,)


def test_images_are_refused_before_the_last_question():
    """The refusal begins with the answer that calls for it."""
    state = QUESTIONS.start().answer("who", "me")
    assert not refuses_images(state)
    assert refuses_images(state.answer("sexual", "unsure"))


def test_a_blackmailer_is_not_written_to():
    """Threats go to the police, not into a letter."""
    for walk in WALKS:
        if walk.as_mapping.get("harm") == "threat":
            this = plan(walk, "NL", directory())
            assert {Step.DO_NOT_PAY, Step.POLICE_NOW, Step.DANGER} <= set(order(this))
            assert LetterKind.ERASURE_MAKER not in this.letters


def test_the_usual_order_is_maker_platform_complaint_court():
    """Evidence first; then those who can delete it; then those who can order it."""
    steps = order(planned())
    wanted = [Step.KEEP_EVIDENCE, Step.ASK_MAKER, Step.PLATFORM_NOTICE, Step.ASK_PLATFORM]
    wanted += [Step.SEARCH_ENGINES, Step.POLICE_MAYBE, Step.COMPLAINT, Step.COURT]
    assert [step for step in steps if step in wanted] == wanted


def test_all_four_letters_are_offered_where_all_four_help():
    """A known maker on a public platform."""
    assert set(planned().letters) == set(LetterKind)


def test_the_personal_circle_gets_no_letter_that_the_law_does_not_carry():
    """Inside a personal circle the GDPR does not count; the explanation stands there instead."""
    this = planned(where="personal")
    assert this.letters == ()
    assert Step.ASK_IN_PERSON in order(this)
    assert Step.COMPLAINT not in order(this)


def test_other_european_countries_get_the_general_route():
    """The same letters, and the board that names the authority of each country."""
    this = planned("FR")
    complaint = next(one for one in this.steps if one.step is Step.COMPLAINT)
    assert [body.code for body in complaint.bodies] == ["eu-dpa"]
    assert set(this.letters) == set(LetterKind)


def test_outside_europe_no_european_law_is_promised():
    """No letters and no complaint; the platform and the police remain."""
    this = planned("US")
    assert this.letters == ()
    assert not this.in_eea
    assert Step.COMPLAINT not in order(this)
    assert {Step.PLATFORM_NOTICE, Step.POLICE_MAYBE} <= set(order(this))


def test_who_made_one_learns_when_the_exemption_holds():
    """Small circle: what the exemption asks.  Public: consent and a label."""
    assert Step.KEEP_IT_SMALL in order(planned(who="made_by_me", circle="personal"))
    public = order(planned(who="made_by_me"))
    assert public == [Step.ASK_CONSENT, Step.LABEL]


def test_who_made_a_sexual_one_is_told_to_delete_it_and_nothing_softer():
    """No exemption is explained where a crime is near."""
    steps = order(planned(who="made_by_me", circle="personal", sexual="yes"))
    assert steps == [Step.SEXUAL_HELP, Step.SEND_NO_IMAGES, Step.TAKE_DOWN]


def test_every_walk_has_something_to_do():
    """There is no answer that leads nowhere, in any country."""
    for walk, country in product(WALKS, ("NL", "BE", "US")):
        this = plan(walk, country, directory())
        assert len(this.steps) >= 2
        assert len(set(order(this))) == len(this.steps)


def test_a_public_figure_hears_that_satire_weighs_in():
    """The reason stands beside the court."""
    court = next(one for one in planned(public_figure="yes").steps if one.step is Step.COURT)
    assert Why.PUBLIC_FIGURE in court.whys


def test_every_body_in_a_plan_is_verified():
    """Nothing unverified slips in through a step."""
    for walk in WALKS:
        for one in plan(walk, "DE", directory()).steps:
            assert all(body.verified for body in one.bodies)
    assert directory().find("DE", Purpose.SEXUAL_IMAGES) == ()
