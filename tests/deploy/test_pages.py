"""The pages about installing: what they tell to type exists, and what can run here is run."""

import json
import re
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from bot.cli import app
from bot.settings import PREFIX, Settings

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "docs/install").glob("*.md"))
STEPS = [page for page in PAGES if page.name != "README.md"]
CALL = re.compile(r"(?:^|[\s/`«])familyguard ((?:[a-z]+)(?: [^`\n]*)?)")
SUBJECTS = {"is", "and", "familyguard"}


def lines(page: Path) -> list[str]:
    """What a page tells to type: its shell blocks, and what stands in code marks."""
    text = page.read_text()
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    inline = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    return [line.strip() for block in blocks for line in block.splitlines()] + inline


def calls(page: Path) -> list[list[str]]:
    """The words behind each `familyguard`, where those are a command of its own."""
    known = get_command(app).commands
    found = [call.split() for line in lines(page) for call in CALL.findall(line)]
    return [words for words in found if words[0] in known]


@pytest.mark.parametrize("page", STEPS, ids=lambda page: page.name)
def test_each_page_is_ten_steps_or_fewer(page):
    """Whoever installs reads one page, once."""
    steps = re.findall(r"^\d+\. ", page.read_text(), re.MULTILINE)
    assert 4 <= len(steps) <= 10


def test_the_pages_call_the_program_at_all():
    """Or the tests below would hold of nothing."""
    assert sum(len(calls(page)) for page in PAGES) > 12


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_has_the_options_that_are_shown(page):
    """Each option of each call is one of that command's."""
    root = get_command(app)
    for words in calls(page):
        command, rest = root.commands[words[0]], words[1:]
        if hasattr(command, "commands"):
            command, rest = command.commands[rest[0]], rest[1:]
        known = {name for parameter in command.params for name in parameter.opts}
        given = {word for word in rest if word.startswith("--")}
        assert given <= known, words


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_settings_and_files_that_are_named_exist(page):
    """FAMILYGUARD_… is a setting, deploy/… is a file."""
    text = page.read_text()
    settings = {PREFIX + name.upper() for name in Settings.model_fields} | {f"{PREFIX}SECRETS_DIR"}
    assert set(re.findall(rf"{PREFIX}[A-Z_]+", text)) <= settings
    assert all((ROOT / file).exists() for file in re.findall(r"\bdeploy/[\w.]+\w", text))


def test_the_extras_that_are_named_exist():
    """pip install '.[cluster]'"""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for page in PAGES:
        named = set(re.findall(r"'\.\[(\w+)\]'", page.read_text()))
        assert named <= set(project["optional-dependencies"])


def test_what_needs_no_telegram_and_no_root_runs(tmp_path, monkeypatch):
    """The steps after the installation, in an empty folder: each ends as the page expects."""
    import os

    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FAMILYGUARD_OFFLINE", "1")
    monkeypatch.setenv("FAMILYGUARD_MODELS_DIR", str(tmp_path / "models"))
    monkeypatch.setenv("FAMILYGUARD_DATA_DIR", str(tmp_path / "data"))
    run = CliRunner()
    assert run.invoke(app, ["doctor"]).exit_code == 1  # no token yet
    env = tmp_path / ".env"
    env.touch(mode=0o600)
    env.write_text("FAMILYGUARD_TELEGRAM_TOKEN=12345:abcdefghijklmnopqrstuvwxyz\n")
    monkeypatch.setenv("FAMILYGUARD_TELEGRAM_API_URL", "http://127.0.0.1:9")
    from bot.commands.recovery_sheet import write_sheet
    from bot.settings import load_settings
    from bot.texts import Texts
    from familyguard.store import open_store

    settings = load_settings()
    with open_store(settings.database) as store:
        write_sheet(Texts("en"), settings, store.keys, "guard_bot")
    refused = run.invoke(app, ["keys", "sheet"])
    assert refused.exit_code == 1
    assert "terminal" in refused.stderr
    assert run.invoke(app, ["backup"]).exit_code == 0
    assert run.invoke(app, ["keys", "sheet", "--delete"]).exit_code == 0
    assert not list(settings.data_dir.glob("recovery-sheet*"))
    assert run.invoke(app, ["models", "list"]).exit_code == 0


def test_the_size_in_the_page_is_the_one_that_is_measured():
    """`python deploy/size.py` runs, and what it says of this machine is of the size that is told.

    Machines of tests have other builds, so the figure is held to its order alone.
    """
    result = subprocess.run(
        [sys.executable, "deploy/size.py"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    inside = int(re.search(r"in the image: (\d+) MB", result.stdout)[1])
    told = re.search(r"([\d,]+) MB of packages", (ROOT / "docs/install/container.md").read_text())
    assert 0.6 < inside / int(told[1].replace(",", "")) < 1.7


def test_the_list_of_everything_names_each_model_with_its_hashes():
    """What no package holds, and no tool for packages would list."""
    import runpy

    from voice.models import MODELS

    listed = runpy.run_path(str(ROOT / "deploy/sbom.py"))["models"]()
    found = {
        (model["name"], file["name"]): file["hashes"][0]["content"]
        for model in listed
        for file in model["components"]
    }
    assert found == {
        (model.name, file.name): file.sha256 for model in MODELS.values() for file in model.files
    }
    assert all(model["licenses"][0]["license"]["name"] for model in listed)


@pytest.mark.skipif(find_spec("cyclonedx_py") is None, reason="no cyclonedx-bom installed")
def test_the_list_of_everything_is_made():
    """CycloneDX, with packages and models in one list."""
    result = subprocess.run(
        [sys.executable, "deploy/sbom.py"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    bom = json.loads(result.stdout)
    names = {component["name"].lower() for component in bom["components"]}
    assert bom["bomFormat"] == "CycloneDX"
    assert {"torch", "python-telegram-bot", "whisper-base", "campplus"} <= names
