"""What is stored of a case, and what naming a person does to it."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.case.cases import news_of, with_person
from bot.case.files import File, Media, level_of
from familyguard.case import Case
from familyguard.model import Evidence, Level, Sign

NOW = 1_795_000_000.0
SIGNS = st.sets(st.sampled_from([sign for sign in Sign if sign is not Sign.UNJUDGEABLE]))


def file_with(*signs: Sign, **more) -> File:
    """A file whose case has these signs from one message."""
    case = Case.opened(NOW).with_message([Evidence(sign) for sign in signs], ["voice_x"], NOW)
    return File(case, **more)


def test_a_file_comes_back_as_it_was_stored():
    """All of it, through the text that is sealed."""
    file = file_with(
        Sign.MONEY_REQUEST,
        uploaded=True,
        cards=((1, 2), (3, 4)),
        marks=("1/2/0",),
        media=Media("voice", "abc"),
        quote="pay – «now»",
        accounts=("NL91ABNA0417164300",),
        voices=({"a": 1.5},),
        claim="Tom",
        sha256="0" * 64,
        details="xyz",
        due=("ask",),
    )
    again = File.from_json(file.to_json())
    assert again.to_json() == file.to_json()
    assert replace(again, case=file.case) == file


@given(signs=SIGNS, scores=st.lists(st.floats(-6, 6), max_size=3), second=st.booleans())
def test_naming_a_person_never_lowers_the_level(signs, scores, second):
    """Whoever is named, and whoever was named before."""
    file = file_with(*signs, voices=tuple({"tom": llr} for llr in scores))
    if second:
        file = with_person(file, "bert", NOW)
    after = with_person(file, "tom", NOW)
    assert after.case.about == "tom"
    assert level_of(after.case) >= level_of(file.case)


def test_a_voice_that_is_clearly_another_one_is_a_strong_warning_once_somebody_is_named():
    """The score came with the memo; only the name was missing."""
    file = file_with(voices=({"tom": -4.0, "bert": 4.0},))
    assert level_of(with_person(file, "tom", NOW).case) is Level.STRONG
    calm = with_person(file, "bert", NOW)
    assert level_of(calm.case) is Level.NONE
    assert Evidence(Sign.VOICE_SIMILAR, "bert") in calm.case.evidence()


def test_a_voice_that_changes_counts_though_the_whole_cannot_be_compared():
    """A real greeting before a made request: the parts tell, where the memo is still at hand."""
    sound = [Evidence(Sign.VOICE_CHANGES), Evidence(Sign.SYNTHETIC)]
    after = with_person(file_with(), "tom", NOW, sound)
    assert after.case.evidence() == {Evidence(Sign.VOICE_CHANGES, "tom")}


def test_naming_the_same_person_again_changes_nothing():
    """A second tap is no second comparison."""
    once = with_person(file_with(voices=({"tom": -4.0},)), "tom", NOW)
    assert with_person(once, "tom", NOW).case.count == once.case.count


def test_news_are_of_the_latest_thing_alone():
    """The first message is no news; what comes after is, if its sign is new."""
    case = Case.opened(NOW).with_message([Evidence(Sign.NEW_IDENTITY, "x")], [], NOW)
    assert news_of(case).first
    more = case.with_message([Evidence(Sign.NEW_IDENTITY, "y")], [], NOW)
    assert not news_of(more).signs
    rose = more.with_message([Evidence(Sign.CALL_BLOCK, "z")], [], NOW)
    assert news_of(rose).rose
    assert news_of(rose).signs == {Sign.CALL_BLOCK}
