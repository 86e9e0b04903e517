"""`--help` in Dutch and in English."""

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from bot.cli import app
from bot.commands.dutch_help import paragraphs, sentences, translate


def said():
    """Every paragraph that some `--help` shows, in English."""
    found, rest = set(), [get_command(app)]
    while rest:
        command = rest.pop()
        context = command.context_class(command)
        texts = [command.help, *(getattr(one, "help", None) for one in command.get_params(context))]
        found.update(one for text in texts if text for one in paragraphs(text))
        rest += getattr(command, "commands", {}).values()
    return found


def test_every_explanation_exists_in_dutch_and_no_other_does():
    """A changed English sentence asks for its Dutch again."""
    assert said() == set(sentences())
    assert all(dutch.strip() and dutch != english for english, dutch in sentences().items())


@pytest.mark.parametrize(
    "typed", [[], ["--help"], ["keys"], ["keys", "sheet", "-h"], ["evaluate", "score", "--help"]]
)
def test_help_is_in_one_language(monkeypatch, typed):
    """At every depth; Dutch for a Dutch family, English for others."""
    monkeypatch.setenv("FAMILYGUARD_LANGUAGE", "nl")
    dutch = CliRunner().invoke(app, typed).output
    monkeypatch.setenv("FAMILYGUARD_LANGUAGE", "en")
    english = CliRunner().invoke(app, typed).output
    assert "Laat deze uitleg zien." in dutch
    assert "Show this message" not in dutch
    assert "Show this message and exit." in english


def test_a_paragraph_without_dutch_stays_english():
    """An explanation in the other language is better than none."""
    command = get_command(app)
    command.help = "Something new."
    translate(command, command.context_class(command))
    assert command.help == "Something new."
    assert command.commands["run"].help.startswith("Laat de bot werken")
