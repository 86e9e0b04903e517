"""Signals that come together: what sets this fraud apart is the company that its parts keep.

A request for money is family talk; beside a new number or a reason not to call it is not.  The
learnt layer sees these pairs as features of their own, whatever words showed them.
"""

from collections.abc import Iterable

from familyguard.model import Sign, Signal
from familyguard.requests import patterns

HIDDEN_SENDER = frozenset({
    Sign.NEW_IDENTITY, Sign.CALL_BLOCK, Sign.UNKNOWN_PAYEE, Sign.UNTRACEABLE_PAYMENT,
    Sign.CODE_FISHING,
})  # fmt: skip
PRESSURE = frozenset({Sign.URGENCY, Sign.SECRECY, Sign.STORY, Sign.GUILT})

NAMES = (
    "two signs",
    "three signs",
    "money and a hidden sender",
    "money and pressure",
    "money and a large amount",
    "money and family talk",
    "hidden sender and pressure",
    "signs and family talk",
    "an office and a story",
    "an office and money",
)

WITH_FAMILY_TALK = frozenset({"money and family talk", "signs and family talk"})
"""Those of `NAMES` that speak for family talk."""


def together(signals: Iterable[Signal]) -> list[str]:
    """Which of `NAMES` hold for the signals of one message."""
    table = patterns.kinds()
    names = {signal.kind for signal in signals}
    signs = {table[name].sign for name in names} - {None}
    ordinary = any(table[name].ordinary for name in names)
    money = Sign.MONEY_REQUEST in signs or Sign.UNTRACEABLE_PAYMENT in signs
    hidden = bool(HIDDEN_SENDER & signs)
    pressure = bool(PRESSURE & signs)
    holds = (
        len(signs) >= 2,
        len(signs) >= 3,
        Sign.MONEY_REQUEST in signs and hidden,
        money and pressure,
        money and bool(names & {"large_amount", "odd_amount"}),
        money and ordinary,
        hidden and pressure,
        bool(signs) and ordinary,
        Sign.AUTHORITY in signs and Sign.STORY in signs,
        Sign.AUTHORITY in signs and money,
    )
    return [name for name, true in zip(NAMES, holds, strict=True) if true]
