"""The error rates that people are told are those in the documents."""

from pathlib import Path

import pytest

from voice import published

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"


def test_the_figures_are_those_of_the_documents():
    """After a new measurement: `python -m voice.published docs`."""
    assert published.figures() == published.read(DOCS)


def test_every_figure_holds_a_number():
    """No empty cell, and no label, was taken for a figure."""
    for code, figure in published.figures().items():
        assert any(letter.isdigit() for letter in figure), code


def test_a_row_that_moved_is_named(tmp_path):
    """Who rewrites a table is told what was looked for."""
    (tmp_path / "measurements").mkdir()
    (tmp_path / "measurements" / "speaker.md").write_text("| a | b |\n|---|---|\n| c | 1 |\n")
    with pytest.raises(published.NotInDocument, match=r"speaker\.md"):
        published.read(tmp_path)
