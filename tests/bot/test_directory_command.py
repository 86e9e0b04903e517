"""`familyguard directory` lists the bodies, and tells which rows are old."""

import datetime

import pytest
from typer.testing import CliRunner

from bot.cli import app
from familyguard import directory as module

runner = CliRunner()


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command speaks English in these tests."""
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    monkeypatch.setenv("COLUMNS", "200")


def test_it_lists_every_row_with_its_day():
    """All rows, those that users never see marked as such."""
    result = runner.invoke(app, ["directory"])
    assert result.exit_code == 0
    for body in module.directory().bodies:
        assert body.code in result.stdout
    assert "not shown to users" in result.stdout


def test_one_country_alone():
    """--country picks its rows; upper or lower case."""
    result = runner.invoke(app, ["directory", "--country", "be"])
    assert "be-card-stop" in result.stdout
    assert "nl-police" not in result.stdout


def test_an_unknown_country_is_refused_with_the_list():
    """One sentence, and the status for input that cannot be used."""
    result = runner.invoke(app, ["directory", "--country", "XX"])
    assert result.exit_code == 2
    assert "NL" in result.stderr


def test_stale_rows_come_with_their_source(monkeypatch):
    """With a list that was read long ago each row is named with the page to read again."""
    old = tuple(
        body.model_copy(update={"checked_on": datetime.date(2020, 1, 1)})
        for body in module.directory().bodies[:2]
    )
    monkeypatch.setattr(module, "directory", lambda: module.Directory(old))
    result = runner.invoke(app, ["directory", "--stale"])
    assert "2 rows" in result.stdout
    assert old[0].source in result.stdout


def test_how_old_is_too_old_can_be_said(monkeypatch):
    """--older-than in days; the row of that age is not older yet."""
    today = datetime.datetime.now(datetime.UTC).date()
    first, second, *_ = module.directory().bodies
    ages = {first: 30, second: 31}
    rows = tuple(
        body.model_copy(update={"checked_on": today - datetime.timedelta(days=days)})
        for body, days in ages.items()
    )
    monkeypatch.setattr(module, "directory", lambda: module.Directory(rows))
    result = runner.invoke(app, ["directory", "--older-than", "30"])
    assert "1 rows were last read more than 30 days ago" in result.stdout
    assert second.source in result.stdout
    assert first.code not in result.stdout


def test_a_fresh_list_says_so(monkeypatch):
    """Nothing old is one line."""
    today = datetime.datetime.now(datetime.UTC).date()
    fresh = tuple(
        body.model_copy(update={"checked_on": today}) for body in module.directory().bodies
    )
    monkeypatch.setattr(module, "directory", lambda: module.Directory(fresh))
    result = runner.invoke(app, ["directory", "--stale"])
    assert result.stdout.strip() == "No row is older than 365 days."
