"""The evaluation: one row a message, a CSV with fixed columns, a report that counts correctly."""

import csv
import json
from pathlib import Path

import pytest

from familyguard.model import Level
from familyguard.text_evaluation import (
    COLUMNS,
    NOTHING_FOUND,
    Row,
    evaluate,
    in_first_half,
    keyword_baseline,
    report,
    write_scores,
)

LINES = [
    {
        "id": "a", "language": "nl", "label": "money_request_scam", "origin": "written",
        "text": "Mam dit is mijn nieuwe nummer, kun je 900 euro voorschieten? Kan niet bellen",
    },
    {
        "id": "b", "language": "nl", "label": "ordinary", "origin": "written",
        "text": "Zullen we zondag naar het strand?", "hard_negative": True,
    },
    {
        "id": "c", "language": "en", "label": "scam_opening", "origin": "real",
        "text": "Hi mum, new phone, this is my new number, delete the old one",
    },
]  # fmt: skip


@pytest.fixture
def messages(tmp_path: Path) -> Path:
    """Three labelled messages in a file."""
    path = tmp_path / "messages.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in LINES) + "\n\n", "utf-8")
    return path


def test_it_gives_one_row_a_message(messages: Path) -> None:
    """Empty lines are passed over; what is found and what is not both get a row."""
    rows = evaluate(messages)
    assert [row.id for row in rows] == ["a", "b", "c"]
    assert rows[0].asks_money
    assert rows[0].level >= Level.STRONG
    assert rows[1].llr == NOTHING_FOUND
    assert not rows[1].watched
    assert rows[2].watched
    assert not rows[2].asks_money


def test_it_writes_the_promised_columns(messages: Path, tmp_path: Path) -> None:
    """id, llr, level, stage, signals."""
    out = tmp_path / "scores.csv"
    write_scores(evaluate(messages), out)
    with out.open(encoding="utf-8", newline="") as stream:
        table = list(csv.reader(stream))
    assert tuple(table[0]) == COLUMNS
    assert table[1][2] == "strong"
    assert "new_number" in table[1][4].split()
    assert table[2][1:] == ["-12.000", "none", "", ""]


def test_the_report_counts_per_language_beside_the_keywords(messages: Path) -> None:
    """Recall, precision and hard negatives stand in the table, with the baseline under them."""
    text = report(evaluate(messages))
    assert "| nl | 1.000 (1/1) | 1.000 (1/1) |" in text
    assert "| nl, keywords |" in text
    assert "| 0.000 (0/1) |" in text
    assert "| en | 1.000 (1/1) | – | – |" in text


def test_the_baseline_needs_money_and_pressure() -> None:
    """One of both is not enough."""
    assert keyword_baseline("maak vandaag geld over")
    assert not keyword_baseline("geld")
    assert not keyword_baseline("vandaag")


def test_the_halves_are_fixed_and_about_equal() -> None:
    """The split depends on the id alone."""
    rows = [
        Row(str(number), "nl", "ordinary", "real", False, 0.0, Level.NONE, "", (), False, False)
        for number in range(1000)
    ]
    first = sum(map(in_first_half, rows))
    assert 400 < first < 600
    assert first == sum(map(in_first_half, rows))


def test_a_malformed_line_is_an_error(tmp_path: Path) -> None:
    """A file of another kind is refused rather than half measured."""
    path = tmp_path / "wrong.jsonl"
    path.write_text('{"text": "no label"}\n', "utf-8")
    with pytest.raises(KeyError):
        evaluate(path)
