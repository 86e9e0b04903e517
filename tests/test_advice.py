"""What the two source texts advise: each row of the product's last table is in the product."""

import re
from pathlib import Path

import pytest

from bot.texts import Texts
from familyguard.aftercare import Happened, steps
from familyguard.deepfake import QUESTIONS, plan
from familyguard.directory import directory
from familyguard.tips import Tip
from familyguard.video_checklist import Cue

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = ROOT.parent / "shared" / "design" / "product.md"
HEADING = "## What the two source texts advise, and where it lives"

LIVES: dict[str, tuple[str, ...]] = {
    "agree on a spoken code word": (
        "command codeword",
        "tests/bot/test_codeword.py",
        "tests/bot/test_answers.py::test_a_right_answer_is_recorded_and_clears_nothing",
        "tests/journeys/test_money.py::test_a_clone_with_the_right_word_but_without_the_phrase",
    ),
    "listen: clones still miss emotion": (
        "command video",
        "tests/test_advice.py::test_the_eight_cues_are_those_of_the_article",
        (
            "tests/bot/test_deepfake_chat.py::"
            "test_eight_looks_at_a_video_end_in_an_advice_and_never_in_a_clearance"
        ),
        "tests/bot/test_judgement.py::test_the_table_speaks_of_signs_only_when_the_verdict_counts_one",
    ),
    "get originals from as near to the source": (
        "tests/voice/test_provenance.py::test_it_recognises_makers_of_speech",
        (
            "tests/bot/test_origin.py::"
            "test_a_forward_tells_when_it_was_sent_and_what_the_sender_calls_themselves"
        ),
        "tests/test_advice.py::test_people_are_told_to_get_and_keep_the_original",
    ),
    "keep evidence": (
        "command case",
        (
            "tests/bot/test_casefile.py::"
            "test_pictures_and_notes_are_added_and_come_with_the_file_also_without_telegram"
        ),
        "tests/familyguard/test_evidence.py::test_originals_are_untouched",
        "tests/test_advice.py::test_people_are_told_what_to_keep",
    ),
    "report to the police": (
        "button case:scam:",
        (
            "tests/bot/test_aftercare.py::"
            "test_from_it_was_a_scam_to_a_file_for_the_police_in_four_taps"
        ),
        "tests/test_advice.py::test_in_the_netherlands_all_four_bodies_are_reached",
    ),
    "ask the maker and the platform to remove it": (
        "command deepfake",
        (
            "tests/bot/test_letters_chat.py::"
            "test_from_deepfake_to_a_letter_in_ten_taps_without_answering_anything"
        ),
        "tests/familyguard/test_letters.py::test_each_letter_names_its_legal_basis",
        "tests/test_advice.py::test_maker_platform_authority_and_court_are_all_named",
    ),
    "sharing in your personal circle": (
        "command deepfake",
        "tests/bot/test_deepfake_chat.py::test_who_made_one_reads_what_the_personal_circle_means",
        "tests/test_advice.py::test_the_circle_and_the_label_are_explained",
    ),
    "watermarks and marking duties": (
        "tests/voice/test_watermark.py::test_it_finds_the_mark_in_every_window",
        "tests/voice/test_credentials.py::test_it_reads_that_a_machine_made_the_sound",
        "tests/test_advice.py::test_the_circle_and_the_label_are_explained",
    ),
    "limit what you put on line": (
        "command tips",
        "tests/bot/test_prevention.py::test_a_tip_a_month_comes_to_who_wants_it_until_they_do_not",
        "tests/test_advice.py::test_the_tips_hold_every_advice_of_the_row",
    ),
    "there is no shame in it": (
        "tests/bot/test_prevention_texts.py::test_nobody_is_blamed",
        "tests/test_advice.py::test_the_first_words_after_a_scam_take_the_blame_away",
        "tests/bot/test_readability.py::test_the_texts_are_easy_enough",
    ),
}
"""The beginning of each row: what a person types or taps, and the tests that hold it."""


def rows() -> list[str]:
    """The advice of each row."""
    if not PRODUCT.exists():
        pytest.skip("the design is not beside this checkout")
    table = PRODUCT.read_text().partition(HEADING)[2]
    found = [line.split("|")[1].strip() for line in table.splitlines() if line.startswith("|")]
    return [advice for advice in found if advice != "advice" and not set(advice) <= {"-"}]


def test_every_advice_has_its_place():
    """No row of the table is left out here, and none is here that the table does not have."""
    advice = rows()
    assert len(advice) >= 10
    assert [row for row in advice if not any(row.startswith(start) for start in LIVES)] == []
    assert [start for start in LIVES if not any(row.startswith(start) for row in advice)] == []


@pytest.mark.parametrize("start", LIVES)
def test_the_places_exist(start):
    """Each command and button has a handler, each test is there."""
    from bot.app import add_routes

    sources = "\n".join(path.read_text() for path in sorted((ROOT / "bot").rglob("*routes.py")))
    assert add_routes.__doc__
    for place in LIVES[start]:
        if place.startswith("command "):
            name = place.removeprefix("command ")
            assert re.search(rf'"{name}"', sources), place
        elif place.startswith("button "):
            verb = place.removeprefix("button ").split(":")[1]
            assert f"{{CASE}}{verb}:" in sources, place
        else:
            file, _, test = place.partition("::")
            assert test or file == "tests/bot/test_codeword.py", f"{place}: which of its tests?"
            assert f"def {test}" in (ROOT / file).read_text(), place


SAYS = {
    "eight cues": {
        "video.ask.light": ("light", "licht"),
        "video.ask.face": ("face", "gezicht"),
        "video.ask.jewellery": ("jewellery", "sieraden"),
        "video.ask.contours": ("edges", "randen"),
        "video.look.oddities": ("eyes", "ogen"),
        "video.look.contours": ("hair", "haar"),
        "video.ask.voice": ("voice", "stem"),
        "video.ask.lips": ("lips", "lippen"),
        "video.ask.origin": ("come from", "vandaan"),
    },
    "original": {
        "file.add": ("original", "origineel"),
        "deepfake.say.keep_evidence": ("original", "origineel"),
        "video.look.origin": ("posted it first", "het eerst plaatste"),
    },
    "what to keep": {
        "aftercare.step.keep_evidence": ("screenshots", "schermafdrukken"),
        "aftercare.why.keep_evidence": ("web addresses", "webadressen"),
        "deepfake.step.keep_evidence": ("Keep evidence", "Bewaar bewijs"),
        "deepfake.say.keep_evidence": (
            "screenshots recording addresses times",
            "schermafdrukken schermopname webadressen tijden",
        ),
    },
    "who can end it": {
        "deepfake.step.ask_maker": ("maker in writing", "maker schriftelijk"),
        "deepfake.step.ask_platform": ("platform to delete", "platform verwijderen"),
        "deepfake.say.ask_platform": ("search engines", "zoekmachines"),
        "deepfake.step.complaint": ("data protection authority", "privacytoezichthouder"),
        "deepfake.say.court": ("urgent damages", "spoedprocedure schadevergoeding"),
    },
    "circle and label": {
        "deepfake.say.keep_it_small": ("personal", "persoonlijk"),
        "deepfake.say.ask_consent": ("consent", "toestemming"),
        "deepfake.step.label": ("made with a computer", "met een computer is gemaakt"),
    },
    "tips": {
        "tips.say.less_online": ("voice", "stem"),
        "tips.say.private": ("private", "privé"),
        "tips.say.followers": ("follows", "volgt"),
        "tips.say.permissions": ("microphone", "microfoon"),
        "tips.say.updates": ("update", "bijwerken"),
        "tips.say.passwords": ("password", "wachtwoord"),
        "tips.say.two_step": ("two-step", "twee stappen"),
    },
    "no shame": {
        "aftercare.first": ("did nothing wrong", "niets fout gedaan"),
        "aftercare.why.support": ("no shame", "niet te schamen"),
        "deepfake.say.support": ("not to blame", "niet jouw schuld"),
        "drill.outcome.went_along": ("nothing to be ashamed of", "niet voor te schamen"),
        "tips.topic.no_shame": ("No shame", "Geen schaamte"),
    },
}
"""What must be read, by sentence: the words in English and in Dutch, in any order."""


def unsaid(what: str) -> list[tuple[str, str, str]]:
    """The words that a sentence should hold and does not."""
    return [
        (key, language, word)
        for key, both in SAYS[what].items()
        for language, words in zip(("en", "nl"), both, strict=True)
        for word in words.split()
        if word not in Texts(language).get(key)
    ]


def test_the_eight_cues_are_those_of_the_article():
    """Light, expression, jewellery, contours, anomalies, intonation, lips, origin: each is asked,
    and one question is one cue."""
    assert unsaid("eight cues") == []
    assert len(Cue) == 8


def test_people_are_told_to_get_and_keep_the_original():
    """When they add evidence, when they keep it, and when they look at a video."""
    assert unsaid("original") == []


def test_people_are_told_what_to_keep():
    """Screenshots, recordings, web addresses and times, after a scam and with a deepfake."""
    assert unsaid("what to keep") == []


def test_in_the_netherlands_all_four_bodies_are_reached():
    """Police and helpdesk after a scam; the authority and Helpwanted with a deepfake."""
    scam = {body.code for step in steps({Happened.MONEY_SENT}, "NL", directory())
            for body in step.bodies}  # fmt: skip
    assert {"nl-police", "nl-fraudehelpdesk"} <= scam
    answers = QUESTIONS.start()
    chosen = {"who": "me", "sexual": "yes", "minor": "no", "harm": "money", "where": "social",
              "maker": "known", "public_figure": "no"}  # fmt: skip
    while question := answers.next:
        answers = answers.answer(question.code, chosen[question.code])
    found = {body.code for step in plan(answers, "NL", directory()).steps for body in step.bodies}
    assert {"nl-helpwanted", "nl-police", "nl-fraudehelpdesk", "nl-ap"} <= found


def test_maker_platform_authority_and_court_are_all_named():
    """With the urgent procedure and the damages that a court can give."""
    assert unsaid("who can end it") == []


def test_the_circle_and_the_label_are_explained():
    """To who made one, and in the page about privacy; the law on marking in the page on this."""
    assert unsaid("circle and label") == []
    privacy = (ROOT / "docs" / "privacy.md").read_text()
    assert "say that it is a deepfake" in privacy
    assert "AI Act (article 50)" in (ROOT / "docs" / "aftercare.md").read_text()


def test_the_tips_hold_every_advice_of_the_row():
    """Less online, private accounts, followers, permissions, updates, passwords, two steps."""
    assert unsaid("tips") == []
    assert {key.rpartition(".")[2] for key in SAYS["tips"]} <= set(Tip)


def test_the_first_words_after_a_scam_take_the_blame_away():
    """And so do those after a deepfake, an exercise, and in the tips."""
    assert unsaid("no shame") == []
