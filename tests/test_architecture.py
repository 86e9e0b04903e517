"""The house stays as it was drawn: arrows, sizes, tidy code, and nothing that does not belong."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("familyguard", "bot", "voice")
MAX_LINES = 400
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")
REGISTRIES = re.compile(r"pypi\.org|pythonhosted|registry\.npmjs|deb\.debian\.org", re.IGNORECASE)


def sources() -> list[Path]:
    """Every Python file of the three packages."""
    return [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def project_files() -> list[Path]:
    """Every text file that belongs to the project."""
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    names = [ROOT / name for name in listed.stdout.splitlines()]
    return [path for path in names if path.suffix in {".py", ".md", ".toml", ".po", ".js", ".html"}]


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a tool of the test extra on the project."""
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_the_arrows_point_one_way():
    """The bot knows the rules and the voice; those two know neither the bot nor each other."""
    script = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run(
        [script, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_linter_has_nothing_to_say():
    """Style and common mistakes, with the exceptions explained in pyproject.toml."""
    result = run("ruff", "check", ".")
    assert result.returncode == 0, result.stdout


def test_the_code_is_formatted():
    """One layout for all files."""
    result = run("ruff", "format", "--check", ".")
    assert result.returncode == 0, result.stdout


@pytest.mark.timeout(600)
def test_the_types_hold():
    """mypy, strict, over the three packages."""
    result = run("mypy")
    assert result.returncode == 0, result.stdout


def test_modules_stay_small():
    """A module that no longer fits on a few screens wants to be two."""
    long = {
        str(path.relative_to(ROOT)): lines
        for path in sources()
        if (lines := len(path.read_text().splitlines())) > MAX_LINES
    }
    assert long == {}


def test_every_module_says_what_it_is_for():
    """Each module begins with a docstring."""
    silent = [
        str(path.relative_to(ROOT))
        for path in sources()
        if not path.read_text().lstrip().startswith(('"""', 'r"""'))
    ]
    assert silent == []


def test_nothing_is_left_unfinished():
    """No marks of unfinished work in the packages."""
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sources()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if UNFINISHED.search(line)
    ]
    assert found == []


def test_no_package_registry_is_named():
    """Where packages come from is for the user's own configuration to say."""
    found = [
        str(path.relative_to(ROOT))
        for path in project_files()
        if path != Path(__file__) and REGISTRIES.search(path.read_text(errors="replace"))
    ]
    assert found == []


def test_the_light_process_stays_light():
    """Importing the bot loads neither a neural network nor a plotting library."""
    code = (
        "import sys, bot.app, bot.judgement, bot.wording; "
        "heavy = {'torch', 'torchaudio', 'matplotlib', 'faster_whisper', 'ctranslate2', 'av'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.stdout.strip() == "[]", result.stdout + result.stderr
