"""`/status` in chat, and what keepers hear unasked."""

import sqlite3

import pytest
import structlog

from bot.app import house_of
from bot.upkeep import look
from familyguard.backup import make
from familyguard.backup_log import REMIND_SECONDS, BackupLog
from familyguard.keys import load_keys
from familyguard.recovery import MADE
from tests.bot.fake_telegram import TOKEN
from tests.bot.families import name_them
from tests.bot.houses import StubAnalyst, family_bot, let_in

NOW = 1_790_000_000.0


@pytest.fixture
def plenty(monkeypatch):
    """A disk and a memory that are large enough, whatever this machine has."""
    monkeypatch.setattr("bot.doctor.machine.DISK_BYTES", 0)
    monkeypatch.setattr("bot.doctor.machine.MEMORY_BYTES", 0)


def in_order(folder) -> None:
    """A back-up that was made and tried, and a recovery sheet that was made with the keys."""
    data = folder / "data"
    (data / MADE).touch(0o600)
    make(data / "familyguard.db", load_keys(data / "keys.json"), data / "backups", NOW - 3600)
    BackupLog(tested_at=NOW - 3600).save(data)


async def status(telegram, number: int) -> str:
    """What somebody reads after `/status`."""
    person = telegram.person(number)
    await person.sends("/status")
    await telegram.quiet()
    return person.last.text


async def test_the_keeper_reads_how_it_is_doing(tmp_path, plenty):
    """At work since when, the queue, back-up and test, order, version, models; one message."""
    async with family_bot(tmp_path, now=lambda: NOW) as telegram:
        in_order(tmp_path)
        said = await status(telegram, 1)
    for words in ("I am at work, since", "wait: 0.", "Last back-up: ", "Last test", "in order"):
        assert words in said, words
    assert "Version: " in said
    assert "whisper-base" in said
    assert "none yet" not in said


async def test_what_is_wrong_is_named_without_paths(tmp_path, plenty):
    """Telegram can read the chat: what needs a look stands there, where it lies does not."""
    async with family_bot(tmp_path, now=lambda: NOW) as telegram:
        (tmp_path / "data" / "recovery-sheet.txt").touch(0o600)
        (tmp_path / "data" / "keys.json").chmod(0o644)
        said = await status(telegram, 1)
    assert "This needs a look: Closed files, Recovery sheet, Last back-up" in said
    assert "familyguard doctor" in said
    assert "there is none yet" in said
    assert str(tmp_path) not in said
    assert TOKEN not in said


async def test_memos_in_hand_are_counted(tmp_path, plenty):
    """Those that wait and those that are listened to, of everybody together."""
    analyst = StubAnalyst()
    async with family_bot(tmp_path, now=lambda: NOW) as telegram:
        from bot.health.figures import CountedAnalyst

        house = house_of(telegram.app)
        house.analyst = CountedAnalyst(analyst, house.figures)
        analyst.free.clear()
        for number in (2, 3):
            await telegram.person(number).records(b"memo %d" % number)
        await telegram.until(lambda: house.figures.in_hand == 2, "two memos in hand")
        await telegram.person(1).sends("/status")
        await telegram.person(1).sees("wait: 2.")
        analyst.free.set()
        await telegram.quiet()


async def test_row_14_others_read_that_it_is_at_work_and_no_more(tmp_path, plenty):
    """Members that it is there; strangers what strangers always read."""
    async with family_bot(tmp_path, now=lambda: NOW) as telegram:
        name_them(house_of(telegram.app), Tom=1, Annabel=2)
        member = await status(telegram, 2)
        await telegram.person(99).sends("/start")
        await telegram.quiet()
        usual = telegram.person(99).last.text
        assert await status(telegram, 99) == usual
    assert member == "I am at work. Send me what you want to have checked."


async def test_row_14_where_families_share_a_bot_no_keeper_reads_of_the_others(tmp_path, plenty):
    """How much is sent, and how full the disk is, is the business of whoever runs it."""
    async with family_bot(tmp_path, now=lambda: NOW) as telegram:
        let_in(house_of(telegram.app).store, 71)
        for keeper in (1, 71):
            assert await status(telegram, keeper) == (
                "I am at work. Send me what you want to have checked."
            )


async def test_it_speaks_dutch_too(tmp_path, plenty):
    """The person's own language."""
    async with family_bot(tmp_path, now=lambda: NOW) as telegram:
        house_of(telegram.app).store.accounts.speak(1, "nl")
        in_order(tmp_path)
        said = await status(telegram, 1)
    assert "Ik ben aan het werk, sinds" in said
    assert "in orde" in said


async def test_keepers_hear_of_a_disk_that_fills_once_in_three_days(tmp_path, monkeypatch):
    """Keepers alone, before nothing works any more; and again when it fills anew."""
    at = [NOW]
    async with family_bot(tmp_path, now=lambda: at[0]) as telegram:
        context = telegram.app.context_types.context(telegram.app)
        monkeypatch.setattr("bot.doctor.machine.DISK_BYTES", 0)
        await look(context)
        assert telegram.screens == {}
        monkeypatch.setattr("bot.doctor.machine.DISK_BYTES", 10**18)
        for hours in (0, 1, 24, 71):
            at[0] = NOW + 3600 * hours
            await look(context)
        assert list(telegram.screens) == [1]
        [warning] = telegram.screens[1]
        assert "almost full" in warning.text
        at[0] = NOW + REMIND_SECONDS
        await look(context)
        assert len(telegram.screens[1]) == 2
        monkeypatch.setattr("bot.doctor.machine.DISK_BYTES", 0)
        await look(context)
        monkeypatch.setattr("bot.doctor.machine.DISK_BYTES", 10**18)
        await look(context)
        assert len(telegram.screens[1]) == 3


async def test_where_families_share_a_bot_only_the_log_hears_of_its_disk(tmp_path, monkeypatch):
    """A thousand keepers cannot make room on a machine that is not theirs."""
    monkeypatch.setattr("bot.doctor.machine.DISK_BYTES", 10**18)
    async with family_bot(tmp_path, now=lambda: NOW) as telegram:
        let_in(house_of(telegram.app).store, 71)
        with structlog.testing.capture_logs() as lines:
            await look(telegram.app.context_types.context(telegram.app))
        assert telegram.screens == {}
    assert "doctor.disk.little" in [line.get("what") for line in lines]


async def test_keepers_hear_of_a_database_that_breaks_while_it_runs(tmp_path, plenty):
    """The bot goes on: advice on a message needs no memory. The log has it every hour."""
    async with family_bot(tmp_path, now=lambda: NOW) as telegram:
        context = telegram.app.context_types.context(telegram.app)
        path = tmp_path / "data" / "familyguard.db"
        house_of(telegram.app).store.clean()
        content = bytearray(path.read_bytes())
        with sqlite3.connect(path) as db:
            page = db.execute("select rootpage from sqlite_master where name = 'heard'").fetchone()
            size = db.execute("pragma page_size").fetchone()[0]
        begin = (page[0] - 1) * size
        content[begin : begin + 100] = b"\xff" * 100
        with path.open("r+b") as file:
            file.write(content)
        with structlog.testing.capture_logs() as lines:
            await look(context)
        assert "needs_upkeep" in [line["event"] for line in lines]
        assert "Something is wrong with my database" in telegram.screens[1][0].text


def test_a_status_is_one_of_the_commands_that_are_shown(tmp_path):
    """Beside the field in which one types."""
    from bot.app import COMMANDS

    assert "status" in COMMANDS
