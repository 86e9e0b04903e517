"""What to do after a scam: the right things, in the right order, for everything that can happen."""

from itertools import combinations

import pytest

from familyguard.aftercare import Happened, Step, steps
from familyguard.directory import directory

COUNTRIES = ("NL", "BE", "GB", "US", "DE", "FR", "JP")
EVERY = [set(some) for count in range(len(Happened) + 1) for some in combinations(Happened, count)]


def order(happened: set[Happened], country: str = "NL") -> list[Step]:
    """The steps without their bodies."""
    return [one.step for one in steps(happened, country, directory())]


@pytest.mark.parametrize("country", COUNTRIES)
def test_the_bank_comes_first_when_money_has_gone(country):
    """Whatever else has happened: money can only be stopped in the first minutes."""
    for happened in EVERY:
        if happened & {Happened.MONEY_SENT, Happened.BANK_DETAILS}:
            assert order(happened, country)[0] is Step.CALL_BANK


@pytest.mark.parametrize("country", COUNTRIES)
def test_everyone_hears_that_nobody_calls_to_move_money(country):
    """The second scam comes as help against the first."""
    for happened in EVERY:
        assert Step.NEVER_MOVE_MONEY in order(happened, country)


def test_every_case_keeps_its_evidence_and_can_be_reported():
    """Stop, keep, report, tell: these hold for everyone."""
    for happened in EVERY:
        assert {Step.STOP_CONTACT, Step.KEEP_EVIDENCE, Step.REPORT, Step.TELL_FAMILY} <= set(
            order(happened)
        )


def test_a_code_alone_asks_whether_it_was_the_banks():
    """A code may have been the bank's; who is told to call anyway hears it once."""
    assert order({Happened.CODE_GIVEN})[0] is Step.BANK_IF_CODE
    assert Step.BANK_IF_CODE not in order({Happened.CODE_GIVEN, Happened.MONEY_SENT})


def test_contact_alone_does_not_send_anyone_to_the_bank():
    """Who lost nothing has nothing to block."""
    only = order({Happened.ONLY_CONTACT})
    assert not {Step.CALL_BANK, Step.BLOCK_CARDS, Step.CLOSE_ACCOUNTS, Step.POLICE} & set(only)
    assert order(set()) == only


def test_a_spoken_code_word_is_replaced():
    """What the scammer heard is no secret any more."""
    assert Step.NEW_CODE_WORD in order({Happened.CODE_WORD_SAID})
    assert Step.NEW_CODE_WORD not in order({Happened.MONEY_SENT})


def test_the_bodies_stand_beside_their_steps():
    """The Belgian card stop stands where cards are blocked, the British 159 beside the bank."""
    belgian = {one.step: one.bodies for one in steps({Happened.BANK_DETAILS}, "BE", directory())}
    assert [body.code for body in belgian[Step.BLOCK_CARDS]] == ["be-card-stop"]
    british = steps({Happened.MONEY_SENT}, "GB", directory())
    assert [body.code for body in british[0].bodies] == ["gb-159"]


def test_who_gave_card_or_pin_is_told_to_block_the_card_right_after_calling_the_bank():
    """Also where no other number is known: the bank itself blocks it."""
    assert order({Happened.BANK_DETAILS}, "NL")[:2] == [Step.CALL_BANK, Step.BLOCK_CARDS]
    assert order({Happened.BANK_DETAILS}, "")[:2] == [Step.CALL_BANK, Step.BLOCK_CARDS]


def test_a_step_that_is_only_a_number_is_left_out_where_there_is_none():
    """No empty advice: without somebody to talk to the line is not there."""
    assert Step.SUPPORT not in order({Happened.MONEY_SENT}, "JP")
    assert Step.SUPPORT in order({Happened.MONEY_SENT}, "NL")
