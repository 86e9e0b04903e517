"""What the two source texts advise: each row of the product's last table is in the product."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = ROOT.parent / "shared" / "design" / "product.md"
HEADING = "## What the two source texts advise, and where it lives"

LIVES: dict[str, tuple[str, ...]] = {
    "agree on a spoken code word": (
        "command codeword",
        "tests/bot/test_codeword.py",
        "tests/bot/test_answers.py",
    ),
    "listen: clones still miss emotion": (
        "command video",
        "tests/familyguard/test_video_checklist.py",
        (
            "tests/bot/test_deepfake_chat.py::"
            "test_eight_looks_at_a_video_end_in_an_advice_and_never_in_a_clearance"
        ),
        "tests/bot/test_judgement.py",
    ),
    "get originals from as near to the source": (
        "tests/voice/test_provenance.py",
        "tests/bot/test_origin.py",
    ),
    "keep evidence": (
        "command case",
        (
            "tests/bot/test_casefile.py::"
            "test_pictures_and_notes_are_added_and_come_with_the_file_also_without_telegram"
        ),
        "tests/familyguard/test_evidence.py",
    ),
    "report to the police": (
        "button case:scam:",
        (
            "tests/bot/test_aftercare.py::"
            "test_from_it_was_a_scam_to_a_file_for_the_police_in_four_taps"
        ),
        "tests/familyguard/test_directory.py",
    ),
    "ask the maker and the platform to remove it": (
        "command deepfake",
        (
            "tests/bot/test_letters_chat.py::"
            "test_from_deepfake_to_a_letter_in_ten_taps_without_answering_anything"
        ),
        "tests/familyguard/test_letters.py",
    ),
    "sharing in your personal circle": (
        "command deepfake",
        "tests/bot/test_deepfake_chat.py::test_who_made_one_reads_what_the_personal_circle_means",
    ),
    "watermarks and marking duties": ("tests/voice/test_provenance.py",),
    "limit what you put on line": (
        "command tips",
        "tests/bot/test_prevention.py::test_a_tip_a_month_comes_to_who_wants_it_until_they_do_not",
        "tests/bot/test_prevention_texts.py",
    ),
    "there is no shame in it": (
        "tests/bot/test_aftercare_texts.py",
        "tests/bot/test_readability.py",
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
            written = (ROOT / file).read_text()
            assert (
                f"def {test}(" in written
                if test
                else "\nasync def test_" in written or ("\ndef test_" in written)
            ), place
