"""`familyguard check` with a picture: a screenshot needs no option to be taken for one."""

import pytest
from PIL import Image
from typer.testing import CliRunner

from bot.cli import app

run = CliRunner()


@pytest.fixture
def dot(tmp_path):
    """A picture of one pixel: opened by the reader's child, and refused by it in one sentence."""
    path = tmp_path / "screenshot.PNG"
    Image.new("RGB", (1, 1)).save(path, "png")
    return path


def test_a_screenshot_is_taken_for_one_by_its_name(dot, monkeypatch):
    """The help promises it, and «this is no sound file» would send people away."""
    monkeypatch.setenv("COLUMNS", "200")
    by_name = run.invoke(app, ["check", "--language", "en", str(dot)])
    by_option = run.invoke(app, ["check", "--language", "en", "--image", str(dot)])
    assert by_name.exit_code == by_option.exit_code == 2
    assert by_name.output == by_option.output
    assert "screenshot.PNG" in by_name.output
    assert "sound" not in by_name.stderr


def test_a_picture_that_is_not_there_is_one_sentence(tmp_path):
    """Before anything is opened or judged."""
    result = run.invoke(app, ["check", "--language", "en", str(tmp_path / "none.jpg")])
    assert result.exit_code == 2
    assert "There is no file" in result.stderr
    assert result.stdout == ""
