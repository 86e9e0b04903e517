"""The rules that product.md sets for verdicts, held over combinations of evidence."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from familyguard.model import MATCHING, SUSPICIOUS, WORDED, Advice, Evidence, Level, Sign
from familyguard.verdict import (
    ADVICE,
    FAILED_CHALLENGE,
    HIDDEN_SENDER,
    MACHINE_TRACES,
    MAX_REASONS,
    OTHER_SIGNS,
    PLAYED_BACK,
    POLICY,
    judge,
)

signs = st.sets(st.sampled_from(Sign))
evidence = st.lists(st.builds(Evidence, st.sampled_from(Sign), st.sampled_from(["", "a", "b"])))


def level(*found: Sign) -> Level:
    """The level that these signs alone bring."""
    return judge(Evidence(sign) for sign in found).level


@given(evidence, st.builds(Evidence, st.sampled_from(Sign), st.text(max_size=3)))
def test_more_evidence_of_any_kind_never_lowers_the_level(found, one_more):
    """Whatever is added – suspicious, matching or unclear – the level stays or rises."""
    assert judge([*found, one_more]).level >= judge(found).level


@given(signs, st.sets(st.sampled_from(sorted(MATCHING))))
def test_a_match_changes_nothing(found, matches):
    """A matching voice, a right code word, a Yes: with or without them the level is the same."""
    without = found - MATCHING
    assert level(*without, *matches) == level(*without)


def test_every_match_at_once_leaves_every_pair_of_signs_where_it_was():
    """The same, exhaustively for all pairs of suspicious signs."""
    for pair in itertools.combinations(SUSPICIOUS, 2):
        assert level(*pair, *MATCHING) == level(*pair)


@given(evidence, st.randoms())
def test_the_same_evidence_in_any_order_gives_the_same_verdict(found, random):
    """Order and repetition of the evidence carry no meaning."""
    shuffled = [*found, *found]
    random.shuffle(shuffled)
    assert judge(shuffled) == judge(found)


@given(evidence)
def test_every_verdict_says_to_call_back(found):
    """No verdict without the call-back."""
    assert Advice.CALL_BACK in judge(found).advice


@given(evidence)
def test_at_most_three_reasons_each_a_different_sign(found):
    """Three reasons at the most, none twice, and no match among them."""
    reasons = [reason.sign for reason in judge(found).reasons]
    assert len(reasons) <= MAX_REASONS
    assert len(set(reasons)) == len(reasons)
    assert not MATCHING & set(reasons)


@given(evidence)
def test_a_warning_always_has_a_reason(found):
    """Nobody is warned without being told why."""
    verdict = judge(found)
    assert bool(verdict.reasons) == (verdict.level > Level.NONE)


@given(signs)
def test_what_cannot_be_judged_never_counts_as_good(found):
    """With something unjudgeable in it, the mildest verdict is out of reach."""
    assert level(*found, Sign.UNJUDGEABLE) >= Level.UNCLEAR


def test_unjudgeable_sound_does_not_hide_a_warning():
    """Noise over a clear money request leaves the warning standing."""
    assert level(Sign.UNJUDGEABLE, Sign.MONEY_REQUEST, Sign.NEW_IDENTITY) == Level.STRONG


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([Sign.NOT_ME], Level.ALARM),
        ([Sign.MONEY_REQUEST, Sign.WATERMARK], Level.ALARM),
        ([Sign.MONEY_REQUEST, Sign.VOICE_DIFFERS, Sign.CHALLENGE_FAILED], Level.ALARM),
        ([Sign.MONEY_REQUEST, Sign.VOICE_DIFFERS, Sign.CODE_WORD_WRONG], Level.ALARM),
        ([Sign.MONEY_REQUEST, Sign.NEW_IDENTITY], Level.STRONG),
        ([Sign.MONEY_REQUEST, Sign.CALL_BLOCK], Level.STRONG),
        ([Sign.MONEY_REQUEST, Sign.UNKNOWN_PAYEE], Level.STRONG),
        ([Sign.MONEY_REQUEST, Sign.UNTRACEABLE_PAYMENT], Level.STRONG),
        ([Sign.CODE_WORD_WRONG], Level.STRONG),
        ([Sign.CODE_WORD_WRONG, Sign.MONEY_REQUEST], Level.STRONG),
        ([Sign.WATERMARK], Level.STRONG),
        ([Sign.VOICE_DIFFERS], Level.STRONG),
        ([Sign.VOICE_DIFFERS, Sign.MONEY_REQUEST], Level.STRONG),
        ([Sign.SYNTHETIC, Sign.NEW_IDENTITY], Level.STRONG),
        ([Sign.MONEY_REQUEST, Sign.SYNTHETIC], Level.STRONG),
        ([Sign.MONEY_REQUEST, Sign.URGENCY, Sign.SECRECY], Level.STRONG),
        ([Sign.MONEY_REQUEST, Sign.HEARD_BEFORE], Level.STRONG),
        ([Sign.MONEY_REQUEST, Sign.GREETING_ONLY], Level.STRONG),
        ([Sign.MONEY_REQUEST, Sign.VOICE_CHANGES], Level.STRONG),
        ([Sign.GREETING_ONLY, Sign.OLD_RECORDING], Level.STRONG),
        ([Sign.MONEY_REQUEST, Sign.OLD_RECORDING], Level.CAUTION),
        ([Sign.CHALLENGE_FAILED], Level.STRONG),
        ([Sign.CHALLENGE_FAILED, Sign.PHRASE_RIGHT, Sign.CONFIRMED], Level.STRONG),
        ([Sign.GREETING_ONLY], Level.CAUTION),
        ([Sign.MONEY_REQUEST, Sign.URGENCY], Level.CAUTION),
        ([Sign.MONEY_REQUEST], Level.CAUTION),
        ([Sign.NEW_IDENTITY], Level.CAUTION),
        ([Sign.UNJUDGEABLE], Level.UNCLEAR),
        ([], Level.NONE),
        (list(MATCHING), Level.NONE),
    ],
)
def test_the_table_of_the_product(found, expected):
    """Each line of the product's table of verdicts."""
    assert level(*found) == expected


def test_only_a_denial_or_money_with_a_wall_that_fell_is_an_alarm():
    """Every alarm rests on a denial or a money request: a misheard word alone never alarms."""
    for row in POLICY:
        if row.level is Level.ALARM:
            assert Sign.NOT_ME in row.needs or Sign.MONEY_REQUEST in row.needs


def test_one_suspicious_sign_alone_is_at_least_a_caution():
    """No suspicious sign is ignored."""
    for sign in SUSPICIOUS:
        assert level(sign) >= Level.CAUTION


def test_what_was_not_checked_is_passed_on_once_and_in_order():
    """The not-checked codes reach the user as they came, without repeats."""
    assert judge([], ["b", "a", "b"]).not_checked == ("b", "a")


def test_every_level_has_advice_and_loud_ones_say_not_to_pay():
    """The advice table covers all levels, and from «strong» on it begins with not paying."""
    assert set(ADVICE) == set(Level)
    for loud in (Level.STRONG, Level.ALARM):
        assert ADVICE[loud][0] is Advice.DO_NOT_PAY


# The table asks nothing of a sign but in which of its sets it stands.  So every combination of all
# signs has the level of one in which each class of signs has at most as many members as some row
# counts; those are few enough to try one by one.
CLASSES = (
    (Sign.NOT_ME,),
    (Sign.WATERMARK,),
    (Sign.VOICE_DIFFERS,),
    (Sign.MONEY_REQUEST,),
    (Sign.UNJUDGEABLE,),
    tuple(sorted(FAILED_CHALLENGE)),
    tuple(sorted(HIDDEN_SENDER)),
    tuple(sorted(MACHINE_TRACES | PLAYED_BACK)),
    tuple(
        sorted(
            OTHER_SIGNS
            - FAILED_CHALLENGE
            - HIDDEN_SENDER
            - MACHINE_TRACES
            - PLAYED_BACK
            - {Sign.NOT_ME, Sign.WATERMARK, Sign.VOICE_DIFFERS}
        )
    ),
    tuple(sorted(MATCHING)),
)
MOST = max(row.count for row in POLICY)
TELLING = [
    frozenset(itertools.chain.from_iterable(chosen))
    for chosen in itertools.product(
        *([members[:n] for n in range(min(MOST, len(members)) + 1)] for members in CLASSES)
    )
]
"""One combination for each that the table can tell apart."""


def test_the_classes_are_what_the_table_can_tell_apart():
    """Each sign is in one class, and no row names a part of a class."""
    assert sorted(itertools.chain.from_iterable(CLASSES)) == sorted(Sign)
    for row in POLICY:
        for members in CLASSES:
            assert len(set(members) & row.among) in (0, len(members))
            assert len(members) == 1 or not set(members) & row.needs


def test_all_rules_hold_for_every_combination_that_the_table_can_tell_apart():
    """Exhaustively: one sign more never lowers, a match changes nothing, unclear is never good."""
    for found in TELLING:
        here = level(*found)
        assert Advice.CALL_BACK in judge(Evidence(sign) for sign in found).advice
        assert level(*(found - MATCHING)) == here
        assert here >= Level.UNCLEAR or Sign.UNJUDGEABLE not in found
        assert here >= Level.CAUTION or not found & SUSPICIOUS
        assert all(level(*found, sign) >= here for sign in Sign)


@given(signs)
def test_a_combination_has_the_level_of_its_telling_part(found):
    """What makes the exhaustive test one over all combinations of all signs."""
    told = frozenset(
        sign for members in CLASSES for sign in members[: min(MOST, len(found & set(members)))]
    )
    assert level(*found) == level(*told)


def test_signs_that_quote_are_those_about_words():
    """Nothing about the sound, and no match, claims to quote somebody."""
    assert SUSPICIOUS >= WORDED
    assert not WORDED & (MACHINE_TRACES | PLAYED_BACK | FAILED_CHALLENGE)
