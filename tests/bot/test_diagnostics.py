"""`familyguard diagnostics`: useful to whoever is asked, and safe to paste."""

import asyncio
import io
import json
import logging
import re
import secrets

import pytest
import structlog
from typer.testing import CliRunner

from bot.cli import app
from bot.diagnostics import _events, report
from bot.logs import set_up_logging
from familyguard.keys import load_keys
from familyguard.recovery import lines as sheet_lines
from familyguard.store import open_store
from tests.bot.houses import let_in

run = CliRunner()
ANNABEL = 734_512_001
IBAN, NUMBER = "NL91ABNA0417164300", "+31612345678"


@pytest.fixture
def home(monkeypatch, tmp_path):
    """A bot whose folders, settings, family and log are full of what must not get out."""
    import os

    for name in [name for name in os.environ if name.startswith("FAMILYGUARD_")]:
        monkeypatch.delenv(name)
    place = tmp_path / "home" / "annabel-jansen"
    place.mkdir(parents=True)
    monkeypatch.chdir(place)
    data = place / "Jansens"
    with open_store(data / "familyguard.db") as store:
        store.families.rename(let_in(store, ANNABEL, 2), "Jansen")
    token = f"{secrets.randbelow(10**9) + 10**9}:{secrets.token_urlsafe(26)}"
    hook = secrets.token_urlsafe(32)
    env = place / ".env"
    env.touch(mode=0o600)
    env.write_text(
        f"FAMILYGUARD_TELEGRAM_TOKEN={token}\n"
        "FAMILYGUARD_TELEGRAM_API_URL=http://127.0.0.1:9\n"
        f"FAMILYGUARD_DATA_DIR={data}\n"
        f"FAMILYGUARD_MODELS_DIR={place / 'models'}\n"
        "FAMILYGUARD_WEBHOOK_URL=https://jansen.example.org/hook\n"
        f"FAMILYGUARD_WEBHOOK_SECRET={hook}\n"
        "FAMILYGUARD_LANGUAGE=nl\nFAMILYGUARD_QUEUE_LENGTH=17\n"
    )
    keys = load_keys(data / "keys.json")
    hidden = {token, token.partition(":")[2], token.partition(":")[0], hook, "annabel", "jansen"}
    hidden |= {str(ANNABEL), IBAN, NUMBER, "127.0.0.1", "example.org", "purple teapot"}
    hidden |= {str(line)[3:] for line in sheet_lines(keys)}
    (place / "bot.log").write_text(a_log(token, place))
    return place, hidden


def a_log(token: str, place) -> str:
    """What a bad evening leaves: our lines, the libraries', tracebacks, and things that break."""
    stream = io.StringIO()
    root = logging.getLogger()
    before = root.handlers[:], root.level, structlog.get_config()
    try:
        set_up_logging((), stream=stream, human=False)
        ours = structlog.get_logger("bot.inbox")
        ours.info("update_known", number=ANNABEL, who="Annabel", why=f"{IBAN} {NUMBER}")
        ours.error("annabel", path=str(place))
        ours.error("Annabel Jansen says purple teapot")
        logging.getLogger("httpx").error("POST https://jansen.example.org/bot%s/getMe", token)
        logging.getLogger("Annabel").warning("update_known")
        try:
            open_store(place / "Annabel" / "no.db").people.get("Jansen", "purple teapot").name  # noqa: B018
        except AttributeError as error:
            ours.error("handler_failed", error=f"Annabel {ANNABEL}", exc_info=error)
        try:
            raise ValueError(f"Annabel\nJansen: {NUMBER}\n{token}\nAnnabel:")
        except ValueError as error:
            ours.error("handler_failed", exc_info=error)
    finally:
        root.handlers, level, config = before
        root.setLevel(level)
        structlog.configure(**config)
    lines = stream.getvalue() + f"Annabel {token} {IBAN}\n"
    return lines + json.dumps(["Annabel"]) + "\n" + json.dumps({"event": ["Annabel"]}) + "\n"


async def told(*arguments: str, typed: str = "") -> str:
    """What the command prints."""
    result = await asyncio.to_thread(run.invoke, app, ["diagnostics", *arguments], typed)
    assert result.exit_code == 0, result.output
    return result.output


async def test_row_20_nothing_of_anybody_is_in_the_report(home):
    """Every secret, name, number, address and path that was put somewhere is searched for."""
    place, hidden = home
    said = await told("--log", str(place / "bot.log"))
    assert [one for one in hidden if one.lower() in said.lower()] == []
    assert "/" not in said.replace("bot/", "").replace("familyguard/", "").replace(
        "voice/", ""
    ).replace("site-packages/", "").replace("tests/", "")


async def test_it_tells_what_helps(home):
    """Versions, settings that are no secret, what the doctor found, and where it broke."""
    place, _ = home
    said = await told("--log", str(place / "bot.log"))
    assert re.search(r"^familyguard \d", said, re.MULTILINE)
    for line in (
        "language: nl",
        "queue_length: 17",
        "queue_per_member: default",
        "telegram_token: set",
        "webhook_secret: set",
        "data_dir: set",
        "token wrong token.unreachable",
        "models wrong models.absent",
        "database fine",
    ):
        assert line in said, line
    assert re.search(r"info bot\.inbox update_known$", said, re.MULTILINE)
    assert re.search(r"error bot\.inbox handler_failed$", said, re.MULTILINE)
    assert "    ValueError" in said
    assert "other lines were left out" in said


async def test_the_log_can_come_through_a_pipe(home):
    """journalctl -u familyguard -o cat | familyguard diagnostics --log -"""
    place, _ = home
    said = await told("--log", "-", typed=(place / "bot.log").read_text())
    assert "bot.inbox handler_failed" in said


def test_settings_that_cannot_be_read_are_no_traceback(home):
    """The report is made when something is wrong."""
    place, hidden = home
    (place / ".env").chmod(0o644)
    said = "\n".join(report(0.0))
    assert "cannot be read" in said
    assert [one for one in hidden if one in said] == []


def test_the_words_of_the_log_are_those_of_the_code():
    """Or every line would say nothing."""
    assert {"update_known", "serving", "handler_failed", "worker_died"} <= _events()
