"""The documents are true: what they name exists, and what can be set or typed is written down."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\((?!https?:|mailto:|#)([^)#\s]+)")
COMMAND = re.compile(r"familyguard ((?:[a-z][a-z-]*)(?: [a-z][a-z-]*)?)")
NOT_COMMANDS = {"is", "on", "and", "runs", "in", "cd"}


def name(path: Path) -> str:
    """A short id for a document."""
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_links_lead_somewhere(document):
    """Every relative link of a document leads to a file or folder of the project."""
    missing = [
        link for link in LINK.findall(document.read_text()) if not (document.parent / link).exists()
    ]
    assert missing == []


def test_the_tour_names_functions_that_exist():
    """Each `name` after a file in the tour stands in that file."""
    tour = (ROOT / "docs/tour.md").read_text()
    stops = re.findall(r"\[([\w/]+\.py)\]\([^)]*\)\*\* – `([\w.]+)`", tour)
    assert len(stops) >= 3
    for file, function in stops:
        source = (ROOT / file).read_text()
        for part in function.split("."):
            assert re.search(rf"\b(def|class) {part}\b", source), (file, function)


def commands() -> set[str]:
    """Every command and sub-command of `familyguard`."""
    from bot.cli import app

    root = get_command(app)
    names = set()
    for top, command in root.commands.items():
        names.add(top)
        names |= {f"{top} {sub}" for sub in getattr(command, "commands", {})}
    return names


def shell_lines(document: Path) -> list[str]:
    """The lines of a document's shell blocks, and what stands in its code marks."""
    text = document.read_text()
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    inline = re.findall(r"`([^`\n]*familyguard [^`\n]*)`", text)
    return [line for block in blocks for line in block.splitlines()] + inline


def test_every_command_in_the_documents_exists():
    """What a reader is told to type is a command."""
    known = commands()
    for document in DOCUMENTS:
        for line in shell_lines(document):
            for found in COMMAND.findall(line):
                words = found.split()
                if words[0] in NOT_COMMANDS:
                    continue
                assert words[0] in known, (name(document), line)


def test_every_command_is_written_down():
    """No command is a secret: each one stands in some document."""
    written = "\n".join(document.read_text() for document in DOCUMENTS)
    assert [command for command in commands() if f"familyguard {command}" not in written] == []


def test_every_setting_is_written_down():
    """docs/configuration.md names each setting with its meaning."""
    from bot.settings import PREFIX, Settings

    page = (ROOT / "docs/configuration.md").read_text()
    for setting, field in Settings.model_fields.items():
        assert f"`{PREFIX}{setting.upper()}`" in page, setting
        assert field.description, setting
        assert field.description in page, setting


def test_the_readme_runs_what_the_build_server_runs():
    """The test command of the README is the line of .ci/run, to the letter."""
    line = "python3 -m venv .venv && .venv/bin/pip install -e '.[test]' && .venv/bin/pytest"
    assert line in (ROOT / "README.md").read_text()
    assert line in (ROOT / ".ci/run").read_text()


def test_every_model_is_described():
    """docs/models.md has a line for each model, with its licence."""
    from voice.models import MODELS

    page = (ROOT / "docs/models.md").read_text()
    for model in MODELS.values():
        assert f"`{model.name}`" in page, model.name
        assert model.licence in page, model.name
