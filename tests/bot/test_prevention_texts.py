"""Tips and drills in both languages: complete, without blame, and nothing in a drill can harm."""

import re

import pytest

from bot.texts import LANGUAGES, Texts
from familyguard.drill import BEATS, RELATIVE, Choice, Outcome, Scenario
from familyguard.model import Sign
from familyguard.scamtext import evidence, read_message
from familyguard.tips import Tip

BLAME = {
    "en": r"\b(stupid|foolish|naive|you should have|careless|fool)\b",
    "nl": r"\b(dom|stom|naïef|is jouw schuld|had moeten|onvoorzichtig|sukkel)\b",
}


def story(scenario: Scenario, language: str) -> list[str]:
    """The three messages, without a name."""
    texts = Texts(language)
    who = texts.get("drill.me")
    return [
        texts.get(f"drill.{scenario}.{beat}", who=who)
        if scenario in RELATIVE
        else texts.get(f"drill.{scenario}.{beat}")
        for beat in range(1, BEATS + 1)
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_its_sentence(language):
    """Tips, choices, stories, endings and what gave each story away."""
    texts = Texts(language)
    keys = [f"tips.{part}.{tip}" for tip in Tip for part in ("topic", "say")]
    keys += [f"drill.choice.{choice}" for choice in Choice]
    keys += [f"drill.outcome.{outcome}" for outcome in Outcome]
    keys += [f"drill.signs.{scenario}" for scenario in Scenario]
    assert [key for key in keys if not texts.has(key)] == []
    assert all(len(story(scenario, language)) == BEATS for scenario in Scenario)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_drill_holds_nothing_that_could_be_used(language):
    """No link, no address, no number to call and no account: only amounts."""
    for scenario in Scenario:
        for message in story(scenario, language):
            assert not re.search(r"https?:|www\.|@|\d{5,}|\b[A-Z]{2}\d{2}", message), message


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("scenario", Scenario)
def test_the_bot_would_have_warned(scenario, language):
    """Each story is one that the bot's own reading of messages finds signs in."""
    signs = {
        piece.sign
        for message in story(scenario, language)
        for piece in evidence(read_message(message, language))
    }
    assert signs - {Sign.UNJUDGEABLE}, scenario


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_unmasking_says_that_nothing_is_wrong(language):
    """The first sentence afterwards: an exercise, by the bot."""
    sentence = Texts(language).get("drill.unmasked")
    assert {"en": "This was an exercise", "nl": "Dit was een oefening"}[language] in sentence


@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_is_blamed(language):
    """Not in a tip, not after a drill, not after a scam."""
    from bot.texts import catalogue

    for key, text in catalogue(language).items():
        if key.startswith(("tips.", "drill.", "aftercare.", "deepfake.")):
            assert not re.search(BLAME[language], text, re.IGNORECASE), key
