"""«It was a scam»: what to do and in which order, as the table below.

As in the verdict's table a row only asks what *has* happened, so one more thing that happened adds
steps.  One pair is an exception: who is told to call the bank is not also told «if it was a code of
your bank, call».
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from familyguard.directory import Body, Directory, Purpose


class Happened(StrEnum):
    """What the person says has happened; several can be true at once."""

    MONEY_SENT = "money_sent"
    BANK_DETAILS = "bank_details"  # card number, PIN, signing in at the bank
    CODE_GIVEN = "code_given"  # a sign-in code, or access to an account or a computer
    CODE_WORD_SAID = "code_word_said"  # the family's own
    ONLY_CONTACT = "only_contact"


class Step(StrEnum):
    """One thing to do, in the order in which it is shown."""

    CALL_BANK = "call_bank"
    BLOCK_CARDS = "block_cards"
    BANK_IF_CODE = "bank_if_code"  # the code may have been the bank's
    STOP_CONTACT = "stop_contact"
    CLOSE_ACCOUNTS = "close_accounts"
    NEW_CODE_WORD = "new_code_word"
    KEEP_EVIDENCE = "keep_evidence"
    POLICE = "police"
    REPORT = "report"
    NEVER_MOVE_MONEY = "never_move_money"  # no helpdesk, bank or officer calls you for that
    TELL_FAMILY = "tell_family"
    SUPPORT = "support"


LOSS: Final = frozenset({Happened.MONEY_SENT, Happened.BANK_DETAILS, Happened.CODE_GIVEN})
ANYTHING: Final = frozenset(Happened)


@dataclass(frozen=True, slots=True)
class Rule:
    """A step, when it is shown, and whose number stands beside it."""

    step: Step
    after: frozenset[Happened]
    purposes: tuple[Purpose, ...] = ()
    needs_body: bool = False  # without somebody to turn to the step says nothing


RULES: Final = (
    Rule(Step.CALL_BANK, frozenset({Happened.MONEY_SENT, Happened.BANK_DETAILS}), (Purpose.BANK,)),
    Rule(Step.BLOCK_CARDS, frozenset({Happened.BANK_DETAILS}), (Purpose.BLOCK_CARDS,)),
    Rule(Step.BANK_IF_CODE, frozenset({Happened.CODE_GIVEN}), (Purpose.BANK,)),
    Rule(Step.STOP_CONTACT, ANYTHING),
    Rule(Step.CLOSE_ACCOUNTS, frozenset({Happened.CODE_GIVEN})),
    Rule(Step.NEW_CODE_WORD, frozenset({Happened.CODE_WORD_SAID})),
    Rule(Step.KEEP_EVIDENCE, ANYTHING),
    Rule(Step.POLICE, LOSS, (Purpose.POLICE,)),
    Rule(Step.REPORT, ANYTHING, (Purpose.FRAUD_DESK, Purpose.SUSPICIOUS_MESSAGE)),
    Rule(Step.NEVER_MOVE_MONEY, ANYTHING),
    Rule(Step.TELL_FAMILY, ANYTHING),
    Rule(Step.SUPPORT, ANYTHING, (Purpose.SUPPORT,), needs_body=True),
)


@dataclass(frozen=True, slots=True)
class Advised:
    """A step with the bodies that help with it; there may be none, then the sentence must do."""

    step: Step
    bodies: tuple[Body, ...]


def steps(happened: Iterable[Happened], country: str, known: Directory) -> tuple[Advised, ...]:
    """The steps for what `happened` in `country` (ISO 3166), the most urgent first.

    Nothing said counts as contact alone.
    """
    said = frozenset(happened) or frozenset({Happened.ONLY_CONTACT})
    advised: list[Advised] = []
    for rule in RULES:
        if not rule.after & said:
            continue
        if rule.step is Step.BANK_IF_CODE and advised and advised[0].step is Step.CALL_BANK:
            continue  # already told to call, without an «if»
        bodies = known.find(country, *rule.purposes) if rule.purposes else ()
        if bodies or not rule.needs_body:
            advised.append(Advised(rule.step, bodies))
    return tuple(advised)
