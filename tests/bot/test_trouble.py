"""Staying alive: what fails because of a full disk, a lock or a lost line is done later, once."""

import asyncio
import errno
import io
import os
import signal
import sqlite3

import pytest
import structlog
from telegram import Update
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TimedOut

from bot import arrears, inbox, inhand
from bot.app import house_of
from bot.inbox import MAX_TRIES, NotStored
from bot.playground.quick_worker import QuickAnalyser, draw
from bot.playground.server import build, serve
from bot.playground.world import World
from bot.protocol import EVENT, CheckJob, Failed, Heard
from bot.trouble import of_storing, passes
from bot.worker import Worker
from familyguard.store.desk import Mailbox
from tests.bot.fake_telegram import UPDATE_NUMBERS, running_bot
from tests.bot.houses import StubAnalyst, family_bot, settings_in
from tests.bot.test_check import NONE
from tests.bot.test_run import STUB, Place, let_in

LATER = "I cannot store anything just now"
SCAM = "Hi mum, this is my new number, can you transfer 900 pounds today? I can't call"
WARNED = "Do not pay"


def full(*_args, **_more):
    """What SQLite says on a full disk."""
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    raise error


def fails_at_first(monkeypatch, room, verb, times):
    """Let a method of the store fail so often."""
    usual, left = getattr(room, verb), iter(range(times))

    def sometimes(*args, **more):
        return full() if next(left, None) is not None else usual(*args, **more)

    monkeypatch.setattr(room, verb, sometimes)


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    """Nobody waits for seconds in a test."""
    monkeypatch.setattr(arrears, "PAUSE_SECONDS", 0.02)
    monkeypatch.setattr(inbox, "MAX_PAUSE_SECONDS", 0.05)
    monkeypatch.setattr(inhand.PutOff, "__init__", _short(inhand.PutOff.__init__))


def _short(usual):
    def made(self, tries, times=0, pause=0.02, told=False, sent=None):
        usual(self, tries, times, pause, told, sent if sent is not None else {})

    return made


async def settled(telegram):
    """Wait until nothing is put off any more."""
    mailbox = house_of(telegram.app).store.mailbox
    async with asyncio.timeout(10):
        while mailbox.unfinished():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    await telegram.quiet()


async def test_a_memo_on_a_full_disk_is_told_and_becomes_its_verdict_later(tmp_path, monkeypatch):
    """One message: what it does, that it has to wait, and then the verdict."""
    async with family_bot(tmp_path) as telegram:
        anna, store = telegram.person(1), house_of(telegram.app).store
        fails_at_first(monkeypatch, store.cases, "open", 2)
        with structlog.testing.capture_logs() as lines:
            await anna.forwards_voice()
            await anna.sees(NONE)
            await settled(telegram)
        assert len(anna.screen) == 1
        assert anna.has_seen(LATER)
        assert "handler_failed" not in [line["event"] for line in lines]
        assert len(telegram.files) == 1
        assert list(house_of(telegram.app).settings.incoming.iterdir()) == []


async def test_a_message_on_a_full_disk_is_told_once_and_answered_once(tmp_path, monkeypatch):
    """However often it has to be tried: more often than an update that kills the bot may be."""
    async with family_bot(tmp_path) as telegram:
        anna, store = telegram.person(1), house_of(telegram.app).store
        fails_at_first(monkeypatch, store.cases, "open", MAX_TRIES + 3)
        await anna.sends_message(text=SCAM, forward_origin=telegram.origin())
        await anna.sees(WARNED)
        await settled(telegram)
        assert [LATER in shown.text for shown in anna.screen] == [True, False]
        assert not anna.has_seen("Something went wrong")


async def test_what_was_sent_before_the_disk_filled_is_not_sent_again(tmp_path, monkeypatch):
    """The card stands there already when the case can no longer be stored, nor the card noted."""
    async with family_bot(tmp_path) as telegram:
        anna, store = telegram.person(1), house_of(telegram.app).store
        fails_at_first(monkeypatch, store.cases, "show_at", 2)
        fails_at_first(monkeypatch, store.mailbox, "sent", 2)
        await anna.sends_message(text=SCAM, forward_origin=telegram.origin())
        await anna.sees(LATER)
        await settled(telegram)
        assert sum(LATER in shown.text for shown in anna.screen) == 1
        assert len(anna.screen) == 2


async def test_what_a_full_disk_refuses_at_the_door_is_told_and_answered_when_it_comes_again(
    tmp_path,
):
    """A database that may not grow: Telegram keeps the message, and its sender knows."""
    async with family_bot(tmp_path) as telegram:
        anna, store = telegram.person(1), house_of(telegram.app).store
        pages = store._db.execute("pragma page_count").fetchone()[0]
        store._db.execute(f"pragma max_page_count = {pages}")
        long = {"text": f"{SCAM} {'and so on ' * 350}", "forward_origin": telegram.origin()}
        number = next(UPDATE_NUMBERS)
        update = {"update_id": number, "message": anna.message(**long)}
        with pytest.raises(NotStored):
            await _until_full(telegram, update)
        await anna.sees(LATER)
        store._db.execute("pragma max_page_count = 1000000")
        await settled(telegram)
        before = len(anna.screen)
        await telegram.delivers(update)
        await settled(telegram)
        assert len(anna.screen) == before + 1
        assert sum(LATER in shown.text for shown in anna.screen) <= 2


async def _until_full(telegram, update):
    """Free pages are used up first."""
    for _ in range(30):
        await telegram.delivers(update | {"update_id": next(UPDATE_NUMBERS)})


async def test_a_refused_update_is_told_of_once_however_often_it_comes(tmp_path, monkeypatch):
    """Telegram sends it again every few seconds as long as the disk is full."""
    async with family_bot(tmp_path) as telegram:
        anna, store = telegram.person(1), house_of(telegram.app).store
        fails_at_first(monkeypatch, store.mailbox, "receive", 3)
        update = {"update_id": next(UPDATE_NUMBERS), "message": anna.message(text="/help")}
        for _ in range(3):
            with pytest.raises(NotStored):
                await telegram.app.update_queue.put(Update.de_json(update, telegram.app.bot))
        await anna.sees(LATER)
        await telegram.delivers(update)
        await telegram.quiet()
        assert sum(LATER in shown.text for shown in anna.screen) == 1


async def test_a_stranger_hears_nothing_of_a_full_disk(tmp_path, monkeypatch):
    """Attack 14: not even that somebody lives here."""
    async with family_bot(tmp_path) as telegram:
        eve, store = telegram.person(99), house_of(telegram.app).store
        fails_at_first(monkeypatch, store.mailbox, "receive", 1)
        with pytest.raises(NotStored):
            await eve.sends("hello")
        await telegram.quiet()
        assert eve.screen == []


async def test_a_database_that_somebody_locks_loses_nothing(tmp_path):
    """Another process writes and does not come to an end; then it does."""
    async with family_bot(tmp_path) as telegram:
        anna, store = telegram.person(1), house_of(telegram.app).store
        store._db.execute("pragma busy_timeout = 20")
        other = sqlite3.connect(store.path, isolation_level=None)
        other.execute("begin immediate")
        update = {"update_id": next(UPDATE_NUMBERS), "message": anna.message(text="/help")}
        with pytest.raises(NotStored):
            await telegram.app.update_queue.put(Update.de_json(update, telegram.app.bot))
        await anna.sees(LATER)
        other.rollback()
        other.close()
        await telegram.delivers(update)
        await settled(telegram)
        assert not anna.has_seen("Something went wrong")


async def test_a_lock_in_the_middle_of_a_memo_delays_its_verdict(tmp_path):
    """The memo is being listened to when the lock falls; the verdict comes when it is gone."""
    analyst = StubAnalyst()
    analyst.free.clear()
    async with family_bot(tmp_path, analyst) as telegram:
        anna, store = telegram.person(1), house_of(telegram.app).store
        store._db.execute("pragma busy_timeout = 20")
        await anna.forwards_voice()
        await anna.sees("comparing")
        other = sqlite3.connect(store.path, isolation_level=None)
        other.execute("begin immediate")
        analyst.free.set()
        await anna.sees(LATER)
        other.rollback()
        other.close()
        await anna.sees(NONE)
        await settled(telegram)
        assert len(anna.screen) == 1


@pytest.mark.parametrize("method", ["sendMessage", "getFile", "editMessageText"])
async def test_telegram_gone_for_longer_than_anyone_retries_loses_no_memo(tmp_path, method):
    """Six tries of each call, then the whole is put off, and in the end there is one answer."""
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        telegram.fails(method, 502, "Bad Gateway", times=15)
        with structlog.testing.capture_logs() as lines:
            await anna.forwards_voice()
            await anna.sees(NONE)
            await settled(telegram)
        assert len(anna.screen) == 1
        assert "handler_failed" not in [line["event"] for line in lines]


async def test_nothing_is_put_off_for_ever(tmp_path, monkeypatch):
    """After a day of tries the sender is told, and it is over."""
    monkeypatch.setattr(inbox, "MAX_TIMES", 3)
    async with family_bot(tmp_path) as telegram:
        anna, store = telegram.person(1), house_of(telegram.app).store
        monkeypatch.setattr(store.cases, "open", full)
        await anna.sends_message(text=SCAM, forward_origin=telegram.origin())
        await anna.sees("Something went wrong")
        await settled(telegram)
        assert len(anna.screen) == 2


async def test_what_was_finished_on_a_full_disk_is_noted_when_it_has_room(tmp_path, monkeypatch):
    """Else a crash much later would have it answered once more."""
    async with family_bot(tmp_path) as telegram:
        anna, store = telegram.person(1), house_of(telegram.app).store
        fails_at_first(monkeypatch, Mailbox, "finish", 3)
        await anna.sends("/help")
        await anna.sees("How it works")
        await settled(telegram)
        assert store.mailbox.unfinished() == []
        assert len(anna.screen) == 1


@pytest.mark.parametrize(
    ("error", "later", "storing"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), True, True),
        (OSError(errno.EFBIG, "File too large"), True, True),
        (OSError(errno.ENOENT, "No such file"), False, False),
        (NetworkError("Bad Gateway (502)"), True, False),
        (NetworkError("Request Entity Too Large (413)"), False, False),
        (TimedOut(), True, False),
        (RetryAfter(3), True, False),
        (BadRequest("Chat not found"), False, False),
        (Forbidden("blocked"), False, False),
        (ValueError("a mistake of ours"), False, False),
        (sqlite3.IntegrityError("a mistake of ours"), False, False),
        (None, False, False),
    ],
)
def test_only_what_passes_by_itself_is_put_off(error, later, storing):
    """A mistake of ours does not get better by waiting."""
    assert passes(error) is later
    assert of_storing(error) is storing


def test_sqlites_own_errors_are_told_apart(tmp_path):
    """As the library raises them: full, locked, and a statement that makes no sense."""
    path = tmp_path / "x.db"
    db, other = (sqlite3.connect(path, isolation_level=None, timeout=0) for _ in range(2))
    db.execute("create table t (x)")
    other.execute("begin immediate")
    with pytest.raises(sqlite3.OperationalError) as locked:
        db.execute("insert into t values (1)")
    other.rollback()
    db.execute("pragma max_page_count = 2")
    with pytest.raises(sqlite3.OperationalError) as no_room:
        db.execute("insert into t values (zeroblob(100000))")
    with pytest.raises(sqlite3.OperationalError) as nonsense:
        db.execute("insert into nowhere values (1)")
    assert [of_storing(one.value) for one in (locked, no_room, nonsense)] == [True, True, False]
    db.close()
    other.close()


async def test_a_bot_that_is_stopped_leaves_the_rest_for_its_next_start(tmp_path):
    """Two memos wait while it is stopped: no verdict, no farewell, and after the start two."""
    analyst = StubAnalyst()
    analyst.free.clear()
    async with family_bot(tmp_path, analyst) as telegram:
        anna, bert = telegram.person(1), telegram.person(2)
        await anna.forwards_voice(b"one")
        await anna.sees("comparing")
        telegram.app.update_queue.leave()
        await bert.sends("/help")
        await telegram.app.leave(0.01)
        mailbox = house_of(telegram.app).store.mailbox
        assert [tries for _, _, tries in mailbox.unfinished()] == [1, 0]
        assert len(anna.screen) == 1
        assert anna.has_seen("comparing")
        assert bert.screen == []
    async with running_bot(settings_in(tmp_path), StubAnalyst(), telegram) as again:
        await anna.sees(NONE)
        await bert.sees("How it works")
        await again.quiet()
        assert len(anna.screen) == 1


async def test_a_bot_starts_also_while_somebody_locks_its_database(tmp_path, monkeypatch):
    """What has grown old is forgotten an hour later then."""
    from bot import run

    def locked(*_args):
        raise sqlite3.OperationalError("database is locked")

    monkeypatch.setattr(run, "tidy", locked)
    world = World()
    async with serve(build(world)) as url:
        place = Place(url, world)
        settings = settings_in(tmp_path, telegram_token=place.bot.token, telegram_api_url=url)
        let_in(settings.data_dir, place.anna.id)
        place.starts()
        bot = asyncio.create_task(run.serve(settings, STUB))
        await place.sees("Good to see you")
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(bot, 20)


def test_a_worker_without_memory_gives_up_one_memo_and_goes_on(tmp_path):
    """The memo is told to have run into a limit; the next one is heard."""

    class Hungry(QuickAnalyser):
        def analyse(self, path, **rest):
            if path.name == "huge":
                raise MemoryError
            return super().analyse(path, **rest)

    jobs = io.BytesIO()
    for number, name in enumerate(("huge", "small")):
        (tmp_path / name).write_bytes(b"say hello")
        job = CheckJob(number=number, path=str(tmp_path / name), language="en")
        jobs.write(job.model_dump_json().encode() + b"\n")
    jobs.seek(0)
    said = io.BytesIO()
    Worker(Hungry(0.0), draw, jobs, said).serve()
    events = [EVENT.validate_json(line) for line in said.getvalue().splitlines()]
    assert [one.reason for one in events if isinstance(one, Failed)] == ["limit"]
    assert [one.analysis.transcript.text for one in events if isinstance(one, Heard)] == ["hello"]
