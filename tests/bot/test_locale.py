"""Dutch and English have equal rights: the same keys and gaps to fill, and no forbidden word."""

import re
import string

import pytest

from bot.judgement import MAY_HIDE, UNREAD_WORDS
from bot.texts import LANGUAGES, Texts, catalogue, pick_language
from familyguard.model import MATCHING, Advice, Level, Sign, Stage
from familyguard.offices import BOTH, OFFICE, Office
from voice.errors import Undecodable
from voice.results import Problem, Unchecked

FORBIDDEN = {
    "en": r"\b(real|genuine|authentic|verified|safe|trustworthy)\b|100 ?%|\bproven\b",
    "nl": r"\b(echt|echte|veilig|veilige|authentiek|geverifieerd|betrouwbaar)\b|100 ?%|\bbewezen\b",
}
"""What no output may say, for nothing that a machine measures deserves it."""


def gaps(sentence: str) -> set[str]:
    """The names of the values that a sentence needs."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_both_languages_have_the_same_keys():
    """A text that exists in one language exists in the other."""
    english, dutch = (set(catalogue(language)) for language in ("en", "nl"))
    assert english ^ dutch == set()
    assert len(english) > 50


def test_both_languages_need_the_same_values():
    """A value that one language shows is shown in the other too."""
    for key, sentence in catalogue("en").items():
        assert gaps(sentence) == gaps(catalogue("nl")[key]), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_clears_anything(language):
    """No sentence in any language says that something is real, safe or verified."""
    for key, sentence in catalogue(language).items():
        assert not re.search(FORBIDDEN[language], sentence, re.IGNORECASE), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_its_sentence(language):
    """Whatever the policy or the analysis can say, there is a text for it."""
    texts = Texts(language)
    keys = [f"verdict.{level.name.lower()}" for level in Level]
    keys += [f"advice.{advice}" for advice in Advice]
    keys += [f"reason.{sign}" for sign in set(Sign) - MATCHING - {Sign.UNJUDGEABLE}]
    keys += [
        f"reason.unjudgeable.{code}" for code in (*Problem, *Undecodable, *UNREAD_WORDS, MAY_HIDE)
    ]
    keys += [f"advice.call_back.{whom}" for whom in (*set(Office) - {Office.OTHER}, OFFICE, BOTH)]
    keys += [f"not_checked.{code}" for code in Unchecked]
    keys += [f"factor.request.{stage}" for stage in Stage]
    assert [key for key in keys if not texts.has(key)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_are_short_enough_for_someone_in_a_hurry(language):
    """No sentence has more than 25 words (B1), in either language."""
    for key, text in catalogue(language).items():
        for sentence in re.split(r"[.!?:]\s", text):
            assert len(sentence.split()) <= 25, (key, sentence)


def test_the_headlines_are_word_for_word_those_of_the_product():
    """The five headlines in both languages."""
    dutch, english = Texts("nl"), Texts("en")
    assert english.get("verdict.alarm") == "Do not pay. This is a scam."
    assert dutch.get("verdict.alarm") == "Niet betalen. Dit is oplichting."
    assert english.get("verdict.strong") == "Do not pay yet – strong warning signs."
    assert dutch.get("verdict.strong") == "Nog niet betalen – sterke waarschuwingssignalen."
    assert english.get("verdict.caution") == "Careful – check another way first."
    assert dutch.get("verdict.caution") == "Pas op – controleer het eerst anders."
    assert english.get("verdict.unclear") == "I cannot judge this. Call back."
    assert dutch.get("verdict.unclear") == "Ik kan dit niet beoordelen. Bel terug."
    assert english.get("verdict.none") == "No warning signs found – this is not proof. Call back."
    assert (
        dutch.get("verdict.none") == "Geen waarschuwingssignalen – dat is geen bewijs. Bel terug."
    )


@pytest.mark.parametrize(
    ("tag", "language"),
    [("nl-BE", "nl"), ("nl_NL.UTF-8", "nl"), ("en-GB", "en"), ("de", "en"), (None, "en")],
)
def test_a_language_tag_picks_a_language_that_we_speak(tag, language):
    """Dutch for every kind of Dutch, English for everyone else."""
    assert pick_language(tag) == language
