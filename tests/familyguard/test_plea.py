"""What somebody types to the bot in a fright."""

import pytest

from familyguard.plea import LONGEST, Plea, plea_in


@pytest.mark.parametrize(
    "text",
    [
        "ik heb al betaald",
        "Ik heb net 900 euro overgemaakt!!",
        "mijn geld is weg",
        "ik heb de code doorgegeven",
        "Ik ben opgelicht",
        "I already paid",
        "I have just transferred 900 pounds",
        "I gave him the code",
        "I've been scammed",
    ],
)
def test_whoever_has_paid_is_understood(text):
    """Every minute counts then."""
    assert plea_in(text) is Plea.PAID


@pytest.mark.parametrize(
    "text", ["Help!", "hulp", "Wat moet ik nu doen?", "hoe werkt dit", "What should I do?"]
)
def test_whoever_asks_for_help_is_understood(text):
    """And is not told that nothing was found in these words."""
    assert plea_in(text) is Plea.HELP


@pytest.mark.parametrize(
    "text",
    [
        "ik heb nog niet betaald",
        "I have not paid anything",
        "dank je wel",
        "is dit mijn dochter?",
        "I already paid " + "x" * LONGEST,
    ],
)
def test_other_words_are_no_plea(text):
    """They keep the answer that they had."""
    assert plea_in(text) is None
