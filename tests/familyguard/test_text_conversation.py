"""Over several messages it warns at the pattern, before money is asked for."""

import json
from pathlib import Path
from typing import Any

import pytest

from familyguard.model import Stage
from familyguard.scamtext import Conversation

CASES = [
    json.loads(line)
    for line in Path(__file__).with_name("conversations.jsonl").read_text("utf-8").splitlines()
]
SCAMS = [case for case in CASES if case["scam"]]


def _run(case: dict[str, Any]) -> Conversation:
    conversation = Conversation()
    for message in case["messages"]:
        conversation.add(message, case["language"])
    return conversation


@pytest.mark.parametrize("case", SCAMS, ids=lambda case: case["id"])
def test_it_warns_in_every_fraud(case: dict[str, Any]) -> None:
    """No later than the message that asks for something."""
    assert _run(case).warned_at is not None


@pytest.mark.parametrize("case", [c for c in CASES if not c["scam"]], ids=lambda case: case["id"])
def test_it_stays_quiet_in_honest_talk(case: dict[str, Any]) -> None:
    """Honest conversations about the same things raise no warning."""
    assert _run(case).warned_at is None


def test_it_mostly_warns_before_the_last_message() -> None:
    """In at least two frauds of three the warning comes before the request is made."""
    early = [case for case in SCAMS if (_run(case).warned_at or 99) < len(case["messages"])]
    assert len(early) * 3 >= len(SCAMS) * 2


def test_it_warns_at_a_new_number_and_a_reason_not_to_call() -> None:
    """Two messages are enough, without a word about money."""
    conversation = Conversation()
    conversation.add("Hoi mam, mijn telefoon is kapot, dit is mijn nieuwe nummer")
    assert not conversation.warns
    conversation.add("Ik kan niet bellen, de microfoon is stuk")
    assert conversation.warns
    assert conversation.warned_at == 2
    assert conversation.stage is Stage.CALL_BLOCK


def test_nothing_that_comes_later_takes_a_warning_back() -> None:
    """Friendly messages afterwards change neither the stage nor the warning."""
    conversation = Conversation()
    for text in ("Hi mum, new number, my phone broke", "I can't talk, text only"):
        conversation.add(text)
    stage, pieces = conversation.stage, conversation.evidence()
    conversation.add("Love you, see you on Sunday")
    assert conversation.warns
    assert (conversation.stage, conversation.evidence()) == (stage, pieces)


@pytest.mark.parametrize(
    "messages",
    [
        ("This is Detective Cole from the police", "Do not discuss this call with anyone"),
        ("U spreekt met de recherche", "U mag hier met niemand over praten, mevrouw"),
    ],
)
def test_it_warns_at_an_office_that_wants_it_kept_secret(messages: tuple[str, ...]) -> None:
    """Police and banks do not ask for silence; nobody has to wait for the courier to be named."""
    conversation = Conversation()
    for text in messages:
        conversation.add(text)
    assert conversation.warned_at == 2
