"""`familyguard doctor`: what is wrong is found, told in one sentence, and no secret with it."""

import asyncio
import base64
import contextlib
import os
import shutil
import sqlite3
import time

import pytest
from aiohttp import web
from typer.testing import CliRunner

from bot.cli import app
from bot.doctor import State, examine
from bot.doctor.machine import memory, processor
from bot.playground.server import build, serve
from bot.playground.updates import Webhook
from bot.playground.world import World
from bot.texts import LANGUAGES, Texts, terminal_language
from familyguard.backup import make, stored_name
from familyguard.backup_log import BackupLog
from familyguard.keys import load_keys
from familyguard.recovery import MADE, lines, sheet_files
from familyguard.store import open_store
from tests.bot.houses import let_in
from voice.models import MODELS

DAY = 24 * 3600.0


@pytest.fixture
def world():
    """The Telegram that it asks."""
    return World()


@pytest.fixture
def telegram(world):
    """The bot as Telegram knows it."""
    return world.add_bot("FamilyGuard", "family_guard_bot")


@pytest.fixture
async def home(monkeypatch, tmp_path, world, telegram):
    """A bot in perfect order but for its models, which are not there; its data folder."""
    for name in [name for name in os.environ if name.startswith("FAMILYGUARD_")]:
        monkeypatch.delenv(name)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    data = tmp_path / "data"
    with open_store(data / "familyguard.db") as store:
        let_in(store, 1)
    make(data / "familyguard.db", load_keys(data / "keys.json"), data / "backups", time.time())
    BackupLog(tested_at=time.time()).save(data)
    (data / MADE).touch(0o600)
    data.chmod(0o700)
    async with serve(build(world)) as url:
        env = tmp_path / ".env"
        env.touch(mode=0o600)
        env.write_text(
            f"FAMILYGUARD_TELEGRAM_TOKEN={telegram.token}\nFAMILYGUARD_TELEGRAM_API_URL={url}\n"
            f"FAMILYGUARD_DATA_DIR={data}\nFAMILYGUARD_MODELS_DIR={tmp_path / 'models'}\n"
        )
        yield data


async def findings(later: float = 0.0):
    """What the doctor finds, by subject; also that both languages have a sentence for it."""
    found = await asyncio.to_thread(lambda: list(examine(time.time() + later)))
    for one in found:
        for language in LANGUAGES:
            assert Texts(language).get(one.key or "doctor.fine", **one.values)
            assert Texts(language).get(f"doctor.{one.subject}")
    return {one.subject: one for one in found}


async def wrong(later: float = 0.0) -> set[str]:
    """The keys of what is not in order, but for the models."""
    found = await findings(later)
    return {one.key for one in found.values() if one.state is State.WRONG} - {
        "doctor.models.absent"
    }


async def test_nothing_is_wrong_with_a_bot_in_order(home):
    """Every line is fine; only the models are missing, which this test does not fetch."""
    assert await wrong() == set()
    assert (await findings())["token"].state is State.FINE
    assert (await findings())["clock"].state is State.FINE


async def test_row_20_no_secret_is_in_the_output(home):
    """Neither token nor keys nor a line of the sheet, whatever is wrong and however it fails."""
    env = home.parent / ".env"
    content = env.read_text()
    token = content.partition("TOKEN=")[2].splitlines()[0]
    keys = load_keys(home / "keys.json")
    secret = {token, token.partition(":")[2], *(str(line)[3:] for line in lines(keys))}
    for key in (keys.pepper, *keys.sealing.values()):
        secret |= {key.hex(), base64.b64encode(key).decode()}
    said = []
    for change in (
        content,
        content.replace("http://", "https://"),
        content.replace(token, token[:-1] + "~"),
        content.replace(token, token[:-1] + ("A" if token[-1] != "A" else "B")),
    ):
        env.write_text(change)
        secret.add(change.partition("TOKEN=")[2].splitlines()[0])
        result = await asyncio.to_thread(CliRunner().invoke, app, ["doctor"])
        assert result.exit_code == 1
        assert "Traceback" not in result.output
        said.append(result.output + result.stderr)
    (home / "keys.json").write_text("{" + " ".join(secret))
    result = await asyncio.to_thread(CliRunner().invoke, app, ["doctor"])
    said.append(result.output + result.stderr)
    assert not [one for one in secret if any(one in output for output in said)]
    assert "Token: fine" in said[0]
    assert "cannot reach" in said[1]
    assert "does not know it" in said[3]


async def test_it_ends_with_0_when_all_is_fine(home, monkeypatch):
    """For a timer that writes a mail."""
    monkeypatch.setattr("voice.models.verify", lambda name, folder: {})
    result = await asyncio.to_thread(CliRunner().invoke, app, ["doctor"])
    assert result.exit_code == 0, result.output
    assert "✗" not in result.output


async def test_it_speaks_the_language_of_the_terminal(home, monkeypatch):
    """As all commands do."""
    monkeypatch.setenv("LANG", "nl_NL.UTF-8")
    result = await asyncio.to_thread(CliRunner().invoke, app, ["doctor"])
    assert "Geheugen: in orde" in result.output


async def test_it_names_a_damaged_list_of_what_was_erased(home):
    """Where it lies, and where the bot put it aside."""
    for name in ("erased.json", "erased-damaged-1.json"):
        (home / name).write_text("[broken")
        assert "doctor.erased.damaged" in await wrong()
        assert (await findings())["erased"].values["path"] == home / name
        (home / name).unlink()


async def test_it_changes_nothing(home):
    """Not even what it could mend."""
    (home / "keys.json").chmod(0o644)
    before = {path: path.stat().st_mode for path in sorted(home.rglob("*"))}
    await findings()
    assert {path: path.stat().st_mode for path in sorted(home.rglob("*"))} == before


async def test_a_wrong_clock_is_told(home):
    """Against the time at Telegram; some seconds do no harm."""
    assert "doctor.clock.off" in await wrong(later=300)
    assert "doctor.clock.off" not in await wrong(later=20)


async def test_without_telegram_the_rest_is_still_looked_at(home):
    """Offline is one sentence, and the clock cannot be compared."""
    env = home.parent / ".env"
    env.write_text(env.read_text() + "FAMILYGUARD_TELEGRAM_API_URL=http://127.0.0.1:9\n")
    found = await findings()
    assert found["token"].key == "doctor.token.unreachable"
    assert found["clock"].state is State.UNKNOWN
    assert found["database"].state is State.FINE


async def test_a_server_that_is_ill_is_not_a_wrong_token(home):
    """502 says nothing about the token."""

    async def ill(request):
        return web.Response(status=502)

    server = web.Application()
    server.router.add_route("*", "/{all:.*}", ill)
    async with serve(server) as url:
        env = home.parent / ".env"
        env.write_text(env.read_text() + f"FAMILYGUARD_TELEGRAM_API_URL={url}\n")
        assert (await findings())["token"].key == "doctor.token.busy"


@pytest.mark.parametrize("name", ["keys.json", "familyguard.db", "backups"])
async def test_a_file_that_others_can_read_is_told(home, name):
    """With the command that mends it."""
    (home / name).chmod(0o755 if name == "backups" else 0o644)
    found = await findings()
    assert found["modes"].key == "doctor.modes.open"
    assert found["modes"].values["path"] == home / name


async def test_an_open_env_file_is_told(home):
    """The token is in it; nothing else can be looked at then."""
    (home.parent / ".env").chmod(0o644)
    found = await findings()
    assert found["settings"].state is State.WRONG
    assert "chmod 600" in str(found["settings"].values["why"])
    assert "token" not in found


async def test_missing_keys_are_told(home):
    """The recovery sheet brings them back."""
    (home / "keys.json").unlink()
    assert "doctor.keys.other" in await wrong()


async def test_an_older_a_newer_and_a_damaged_database_are_told_apart(home):
    """Each needs something else."""
    database = home / "familyguard.db"
    with sqlite3.connect(database) as db:
        db.execute("update _sqlite_migrations set name = 'telepathy' where name like 'evidence%'")
    assert "doctor.database.newer" in await wrong()
    with sqlite3.connect(database) as db:
        db.execute("delete from _sqlite_migrations where name = 'telepathy'")
    assert "doctor.database.older" in await wrong()
    database.write_bytes(b"no database at all" * 1000)
    assert "doctor.database.damaged" in await wrong()


async def test_messages_that_wait_are_told(home):
    """A message of ten minutes ago is stuck; one that just came is not."""
    with open_store(home / "familyguard.db") as store:
        store.mailbox.receive(1, "{}", time.time() - 3600)
        store.mailbox.receive(2, "{}", time.time())
    found = (await findings())["waiting"]
    assert (found.key, found.values) == ("doctor.waiting.some", {"count": 1})


async def test_old_and_missing_backups_are_told(home):
    """Three days for the back-up, a month for the test."""
    assert "doctor.backup.old" in await wrong(later=4 * DAY)
    assert {"doctor.backup.old", "doctor.tested.old"} <= await wrong(later=40 * DAY)
    shutil.rmtree(home / "backups")
    (home / "backups.json").unlink()
    assert {"doctor.backup.none", "doctor.tested.never"} <= await wrong()
    (home / "backups").mkdir(mode=0o700)
    (home / "backups" / stored_name(time.time(), "nightly")).touch(0o600)
    assert "doctor.backup.none" not in await wrong()


async def test_row_24_a_replaced_model_is_told(home):
    """A file that is not the pinned one is told apart from those that are not there."""
    [file] = MODELS["campplus"].files
    folder = home.parent / "models" / "campplus"
    folder.mkdir(parents=True)
    (folder / file.name).write_bytes(b"weights of somebody else's")
    found = await asyncio.to_thread(lambda: list(examine(time.time())))
    names = {one.key: str(one.values["names"]) for one in found if one.subject == "models"}
    assert names["doctor.models.replaced"] == "campplus"
    assert "whisper-base" in names["doctor.models.absent"]
    assert "campplus" not in names["doctor.models.absent"]


def test_a_small_or_old_machine_is_told(tmp_path):
    """From what the kernel says; where it says nothing, nothing is claimed."""
    file = tmp_path / "facts"
    file.write_text("MemTotal: 900000 kB\nSwapTotal: 0 kB\n")
    assert next(memory(file)).key == "doctor.memory.little"
    file.write_text("MemTotal: 900000 kB\nSwapTotal: 2000000 kB\n")
    assert next(memory(file)).state is State.FINE
    file.write_text("flags : fpu sse4_1\n")
    assert next(processor(file)).key == "doctor.processor.slow"
    file.unlink()
    assert next(memory(file)).state is next(processor(file)).state is State.UNKNOWN


async def test_a_locked_database_is_not_called_damaged(home):
    """Whoever restored an old back-up for that would lose what is newer."""
    with contextlib.closing(sqlite3.connect(home / "familyguard.db")) as other:
        other.execute("pragma locking_mode = exclusive")
        other.execute("begin exclusive")
        found = await wrong()
    assert "doctor.database.locked" in found
    assert "doctor.database.damaged" not in found


@pytest.mark.parametrize("kind", ["pdf", "txt"])
async def test_row_4_a_recovery_sheet_beside_the_keys_is_told(home, kind):
    """Whoever steals the machine, or its disk, would open every back-up with it."""
    (home / f"recovery-sheet.{kind}").touch(0o600)
    assert "doctor.sheet.left" in await wrong()
    result = await asyncio.to_thread(CliRunner().invoke, app, ["keys", "sheet", "--delete"])
    assert result.exit_code == 0, result.output
    assert "doctor.sheet.left" not in await wrong()


@pytest.mark.parametrize(("answer", "is_left"), [("", True), ("n", True), ("ja", False)])
async def test_whoever_deletes_the_sheet_by_hand_is_asked_first(home, monkeypatch, answer, is_left):
    """What is not on paper by then is lost; anything but a yes leaves it."""
    (home / "recovery-sheet.txt").touch(0o600)
    monkeypatch.setattr("bot.commands.keys.is_asked_in_person", lambda: True)
    command = ["keys", "sheet", "--delete"]
    await asyncio.to_thread(CliRunner().invoke, app, command, input=f"{answer}\n")
    assert (home / "recovery-sheet.txt").exists() == is_left


async def test_it_names_commands_as_they_can_be_typed(home, tmp_path, monkeypatch):
    """Installed into a virtual environment, the program is not found by its bare name."""
    (home / "recovery-sheet.txt").touch(0o600)
    program = tmp_path / ".venv" / "bin" / "familyguard"
    monkeypatch.setattr("sys.argv", [str(program)])
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    result = await asyncio.to_thread(CliRunner().invoke, app, ["doctor"])
    assert f"{program} keys sheet --delete" in result.output


@pytest.mark.parametrize("kind", ["pipe", "folder", "endless"])
def test_attack_23_a_folder_of_somebody_else_holds_up_no_command(tmp_path, monkeypatch, kind):
    """Row 23: «.env» there may be a pipe, a folder or a device; it is left alone."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FAMILYGUARD_LANGUAGE", raising=False)
    monkeypatch.setenv("LC_ALL", "nl_NL.UTF-8")
    trap = tmp_path / ".env"
    if kind == "pipe":
        os.mkfifo(trap)
    elif kind == "folder":
        trap.mkdir()
    else:
        trap.symlink_to("/dev/zero")
    assert terminal_language() == "nl"


async def test_it_speaks_the_language_that_was_set_up(home, monkeypatch):
    """A server in English may be looked after in Dutch."""
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    with (home.parent / ".env").open("a") as env:
        env.write("FAMILYGUARD_LANGUAGE=nl\n")
    result = await asyncio.to_thread(CliRunner().invoke, app, ["doctor"])
    assert Texts("nl").get("doctor.fine") in result.output
    (home.parent / ".env").write_bytes(b"FAMILYGUARD_LANGUAGE=\xff\n")
    assert terminal_language() == "en"


async def test_a_sheet_that_went_into_a_log_is_told_until_there_are_new_keys(home):
    """Shown where no terminal is: refused, or noted; `keys rotate` is what helps."""
    (home / "recovery-sheet.txt").touch(0o600)
    (home / "recovery-sheet.txt").write_text("1A. AAAA")
    refused = await asyncio.to_thread(CliRunner().invoke, app, ["keys", "sheet"])
    assert refused.exit_code == 1
    assert "AAAA" not in refused.output
    assert "doctor.sheet.shown" not in await wrong()
    shown = await asyncio.to_thread(CliRunner().invoke, app, ["keys", "sheet", "--anyway"])
    assert "1A. AAAA" in shown.output
    await asyncio.to_thread(CliRunner().invoke, app, ["keys", "sheet", "--delete"])
    assert "doctor.sheet.shown" in await wrong()
    rotated = await asyncio.to_thread(CliRunner().invoke, app, ["keys", "rotate"])
    assert rotated.exit_code == 0, rotated.output
    assert "doctor.sheet.shown" not in await wrong()


async def test_keys_without_a_sheet_are_told_and_get_one(home):
    """Who made the keys without a sheet has back-ups that die with the machine."""
    (home / MADE).unlink()
    assert "doctor.sheet.never" in await wrong()
    stored = await asyncio.to_thread(CliRunner().invoke, app, ["backup"])
    assert "no recovery sheet yet" in " ".join(stored.output.split())
    made = await asyncio.to_thread(CliRunner().invoke, app, ["keys", "sheet", "--anyway"])
    assert made.exit_code == 0, made.output
    assert all(str(line) in made.output for line in lines(load_keys(home / "keys.json")))
    assert all(file.exists() for file in sheet_files(home))
    await asyncio.to_thread(CliRunner().invoke, app, ["keys", "sheet", "--delete"])
    again = await asyncio.to_thread(CliRunner().invoke, app, ["keys", "sheet"])
    assert "any more" in again.output
    assert "doctor.sheet.never" not in await wrong()


async def test_before_there_are_keys_nobody_says_that_the_sheet_is_fine(home):
    """The sheet is made together with the keys: `init` makes both."""
    for file in (home / "keys.json", home / "familyguard.db", home / MADE):
        file.unlink()
    assert (await findings())["sheet"].key == "doctor.sheet.no_keys"
    refused = await asyncio.to_thread(CliRunner().invoke, app, ["keys", "sheet"])
    assert refused.exit_code == 1
    assert "familyguard init" in refused.output


async def test_databases_that_were_put_aside_are_told(home):
    """They are no fault: they go by themselves. But somebody should know that they are there."""
    assert "aside" not in await findings()
    (home / f"familyguard-before-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}.db").touch(0o600)
    aside = (await findings())["aside"]
    assert (aside.state, aside.values["count"]) == (State.UNKNOWN, 1)


async def test_deliveries_that_do_not_arrive_are_told(home, telegram, monkeypatch):
    """Behind a proxy that passes nothing on the bot is well, and hears nothing."""
    address = "http://127.0.0.1:9/guard"
    assert "deliveries" not in await findings()
    monkeypatch.setenv("FAMILYGUARD_WEBHOOK_URL", address)
    monkeypatch.setenv("FAMILYGUARD_WEBHOOK_SECRET", "x" * 43)
    assert "doctor.deliveries.elsewhere" in await wrong()
    telegram.queue.webhook = Webhook(address, "x" * 43)
    assert (await findings())["deliveries"].state is State.FINE
    telegram.queue.webhook.last_error = "Wrong response from the webhook: 502 Bad Gateway"
    telegram.queue.webhook.last_error_date = int(time.time())
    found = (await findings())["deliveries"]
    assert (found.key, found.values["why"]) == (
        "doctor.deliveries.failing",
        "Wrong response from the webhook: 502 Bad Gateway",
    )
    assert "doctor.deliveries.failing" not in await wrong(later=3600)
