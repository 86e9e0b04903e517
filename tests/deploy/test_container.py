"""The image is one that may be trusted with a family: no root, no secret, nothing unseen."""

import configparser
import re
from pathlib import Path

import pytest

from bot.settings import PREFIX, Settings

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "deploy/Containerfile"


def instructions() -> list[tuple[str, str]]:
    """The instructions of the Containerfile, one a line, without comments."""
    joined = re.sub(r"\\\n", " ", FILE.read_text())
    lines = [line.strip() for line in joined.splitlines()]
    pairs = [line.partition(" ") for line in lines if line and not line.startswith("#")]
    return [(word, " ".join(rest.split())) for word, _, rest in pairs]


def last_stage() -> list[tuple[str, str]]:
    """What the image itself is made of."""
    found = instructions()
    start = max(number for number, (word, _) in enumerate(found) if word == "FROM")
    return found[start:]


def test_it_does_not_run_as_root():
    """The last word on who runs it is a number that is not 0, so that an engine can check it."""
    users = [rest for word, rest in last_stage() if word == "USER"]
    assert users == ["10001:10001"]
    words = [word for word, _ in last_stage()]
    assert words.index("USER") < words.index("CMD")
    assert "RUN" not in words[words.index("USER") :]


def test_the_base_is_one_version():
    """Not «latest», and the same in both stages."""
    [base] = [rest for word, rest in instructions() if word == "ARG" and rest.startswith("BASE=")]
    assert re.fullmatch(r"BASE=python:\d+\.\d+\.\d+-slim-\w+", base)
    assert [rest for word, rest in instructions() if word == "FROM"] == [
        "${BASE} AS build",
        "${BASE}",
    ]


def test_the_base_is_a_python_that_the_project_supports():
    """requires-python, and 3.11 or newer."""
    minor = int(re.search(r"BASE=python:3\.(\d+)", FILE.read_text())[1])
    assert minor >= 11


def test_nothing_is_fetched_but_packages():
    """No ADD, which takes addresses; no curl, no wget, no script from the internet."""
    assert "ADD" not in {word for word, _ in instructions()}
    code = " ".join(rest for word, rest in instructions() if word == "RUN")
    assert not re.search(r"curl|wget|git clone|https?:|\| *sh\b|--trusted-host", code)


def test_no_secret_is_in_it():
    """Only the code is copied, by name, and no setting that holds a secret has a value."""
    copied = [rest for word, rest in instructions() if word == "COPY" and "--from" not in rest]
    assert copied == [
        "pyproject.toml README.md LICENSE ./",
        "familyguard familyguard",
        "voice voice",
        "bot bot",
    ]
    text = FILE.read_text().upper()
    secret = [
        name for name, field in Settings.model_fields.items() if "Secret" in str(field.annotation)
    ]
    assert {"telegram_token", "webhook_secret"} <= set(secret)
    assert [name for name in secret if PREFIX + name.upper() in text] == []


def test_what_is_sent_to_the_engine_is_a_list_of_what_is_wanted():
    """`.env`, keys and a database in the folder stay out even of the cache."""
    first, *rest = (ROOT / "deploy/Containerfile.dockerignore").read_text().splitlines()[1:]
    assert first == "*"
    wanted = {line[1:] for line in rest if line.startswith("!")}
    assert wanted == {"pyproject.toml", "README.md", "LICENSE", "familyguard", "voice", "bot"}


def test_its_settings_are_settings():
    """A name that is misspelt would be passed over in silence."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    assert set(re.findall(rf"{PREFIX}[A-Z_]+", FILE.read_text())) <= known


def test_it_has_what_a_cluster_takes():
    """One image for the bot and for its workers on other machines."""
    assert 'pip install ".[cluster]"' in FILE.read_text()


def test_it_ends_and_is_watched_as_the_bot_expects():
    """SIGTERM finishes the memos in hand; the health check asks the port that is set."""
    found = dict(last_stage())
    assert found["STOPSIGNAL"] == "SIGTERM"
    [port] = re.findall(r"FAMILYGUARD_HEALTH_PORT=(\d+)", FILE.read_text())
    assert f"127.0.0.1:{port}/livez" in found["HEALTHCHECK"]
    assert found["ENTRYPOINT"] == '["familyguard"]'


def test_the_file_for_quadlet_shuts_what_can_be_shut():
    """Read-only, no capability, no new rights, no port."""
    file = configparser.RawConfigParser(strict=False)
    file.optionxform = str
    file.read(ROOT / "deploy/familyguard.container")
    container = file["Container"]
    assert container["ReadOnly"] == container["NoNewPrivileges"] == "true"
    assert container["DropCapability"] == "all"
    assert "PublishPort" not in container


@pytest.mark.parametrize("name", ["Containerfile", "familyguard.container", "familyguard.service"])
def test_what_is_installed_says_how(name):
    """Each file names the page, or the command, that it belongs to."""
    assert re.search(r"docs/install|systemctl", (ROOT / "deploy" / name).read_text())
