"""Every step, question and reason of the flows after a verdict has its sentences."""

import re
from collections import Counter
from itertools import chain, combinations

import pytest

from bot.aftercare.guidance import scam_page
from bot.texts import LANGUAGES, Texts
from familyguard.aftercare import Happened, Step
from familyguard.deepfake import QUESTIONS, DeepfakeStep, Why
from familyguard.directory import directory
from familyguard.video_checklist import Cue, Hint, Seen


def keys() -> list[str]:
    """What the flows need."""
    needed = [f"aftercare.happened.{code}" for code in Happened]
    needed += [f"aftercare.{part}.{step}" for step in Step for part in ("step", "why")]
    for question in QUESTIONS.questions:
        needed.append(f"deepfake.ask.{question.code}")
        needed += [f"deepfake.option.{question.code}.{option}" for option in question.options]
    needed += [f"deepfake.{part}.{step}" for step in DeepfakeStep for part in ("step", "say")]
    needed += [f"deepfake.why.{why}" for why in Why]
    needed += [f"video.{part}.{cue}" for cue in Cue for part in ("ask", "look")]
    needed += [f"video.option.{seen}" for seen in Seen]
    needed += [f"video.hint.{hint}" for hint in Hint]
    return needed


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_its_sentence(language):
    """Whatever the flows can come to, there is a text for it."""
    texts = Texts(language)
    assert [key for key in keys() if not texts.has(key)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_stands_there_for_nothing(language):
    """A step that was taken out leaves no sentence behind."""
    from bot.texts import catalogue

    prefixes = (
        "aftercare.step.",
        "deepfake.step.",
        "deepfake.option.",
        "video.ask.",
        "video.hint.",
    )
    there = {key for key in catalogue(language) if key.startswith(prefixes)}
    assert there - set(keys()) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_buttons_are_short_enough_for_a_thumb(language):
    """At most forty characters on a button."""
    texts = Texts(language)
    buttons = [key for key in keys() if ".option." in key or ".happened." in key]
    assert [key for key in buttons if len(texts.get(key)) > 40] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_said_that_nobody_calls_to_move_money(language):
    """The helpdesk's own number is misused for that."""
    sentence = Texts(language).get("aftercare.step.never_move_money")
    assert "helpdesk" in sentence


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_account_check_promises_nothing(language):
    """Beside the link stands that an account of which nothing is known can be a scammer's."""
    sentence = Texts(language).get("aftercare.account_check")
    assert {"en": "can still be a scammer's", "nl": "nog steeds van een oplichter"}[
        language
    ] in sentence


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_bodies_do_clears_nothing(language):
    """The texts in the list keep to the words that every output keeps to."""
    import re

    from tests.bot.test_locale import FORBIDDEN

    for body in directory().bodies:
        for said in (body.does, body.hours):
            if said:
                assert not re.search(FORBIDDEN[language], said.of(language), re.IGNORECASE)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("country", ["NL", "BE", "GB", ""])
def test_no_phrase_comes_twice_on_the_way_after_a_scam(language, country):
    """From the first question to the last step, whatever happened: four words in a row, once.

    Who reads a thing again thinks that they have lost their place.
    """
    texts, known = Texts(language), directory()
    for happened in chain.from_iterable(combinations(Happened, n) for n in range(6)):
        page = scam_page(happened, country, known, texts)
        parts = [texts.get("aftercare.first"), page.intro, page.closing]
        for section in page.sections:
            parts += [section.heading, section.text, *section.contacts]
        phrases = Counter(
            " ".join(words)
            for part in parts
            for sentence in re.split(r"[.:?!\n]", part.lower())
            for words in zip(*(sentence.split()[start:] for start in range(4)), strict=False)
        )
        assert [phrase for phrase, count in phrases.items() if count > 1] == []
