"""Row 23: every update is stored before it is acknowledged, and is answered exactly once."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import sqlite3

import pytest
import structlog
from telegram import Update
from telegram.error import TelegramError

from bot.app import house_of
from bot.delivery import PatientLimiter
from bot.inbox import ALONE_FROM, MAX_TRIES, Inbox, InHand, NotStored, in_hand
from bot.inhand import holding
from bot.playground.server import build, serve
from bot.playground.world import World
from bot.run import serve as serve_family
from familyguard.store import open_store
from familyguard.store.desk import Mailbox
from tests.bot.fake_telegram import UPDATE_NUMBERS, running_bot
from tests.bot.houses import StubAnalyst, family_bot, settings_in
from tests.bot.test_check import NONE
from tests.bot.test_run import ROOT, STUB, Place, let_in

USER = {"id": 1, "is_bot": False, "first_name": "Ann", "language_code": "nl"}
CHAT = {"id": 1, "type": "private", "first_name": "Ann"}
MESSAGE = {"message_id": 7, "date": 1_750_000_000, "chat": CHAT, "from": USER}
FILE = {"file_id": "f", "file_unique_id": "u", "file_size": 10, "duration": 3}
ORIGIN = {"type": "hidden_user", "date": 1_749_000_000, "sender_user_name": "Mum"}


@pytest.fixture
def store(tmp_path):
    """A store of its own."""
    with open_store(tmp_path / "familyguard.db") as opened:
        yield opened


async def nobody(_update):
    """Gives up without a word."""


def full(*_args):
    """What SQLite says on a full disk, without its code."""
    raise sqlite3.OperationalError("database or disk is full")


async def took():
    """A call that Telegram answers with no more than that."""
    return True


def inbox(store):
    """An inbox of that store."""
    return Inbox(store, lambda: 1.0, nobody)


def update(number=1, **content):
    """An update with a message."""
    return Update.de_json({"update_id": number, "message": {**MESSAGE, **content}}, None)


async def test_a_stored_update_that_cannot_be_read_does_not_stop_the_start(store):
    """A webhook's updates are stored as they come; the odd one passes, the next is answered."""
    broken = json.dumps({"update_id": 1, "message": {**MESSAGE, "date": "yesterday"}})
    store.mailbox.receive(1, broken, 1.0)
    store.mailbox.receive(2, json.dumps(update(2, text="hello").to_dict()), 1.0)
    box = inbox(store)
    box.replay(None)
    assert (await box.get()).update_id == 2
    assert [number for number, *_ in store.mailbox.unfinished()] == [2]


@pytest.mark.parametrize(
    "content",
    [
        {"message": {**MESSAGE, "text": "/start x", "entities": [
            {"type": "bot_command", "offset": 0, "length": 6}]}},
        {"message": {**MESSAGE, "voice": FILE, "forward_origin": ORIGIN, "caption": "é 👵"}},
        {"message": {**MESSAGE, "contact": {"phone_number": "+31", "first_name": "A",
                                            "user_id": 1}}},
        {"message": {**MESSAGE, "reply_to_message": {**MESSAGE, "text": "x"}, "text": "y"}},
        {"edited_message": {**MESSAGE, "edit_date": 1_750_000_001, "text": "z"}},
        {"callback_query": {"id": "9", "from": USER, "chat_instance": "1", "data": "a:b:c",
                            "message": {**MESSAGE, "text": "x"}}},
        {"callback_query": {"id": "9", "from": USER, "chat_instance": "1", "data": "a:b:c",
                            "message": {"chat": CHAT, "message_id": 3, "date": 0}}},
        {"my_chat_member": {"chat": {"id": -5, "type": "group", "title": "We"}, "from": USER,
                            "date": 1_750_000_000,
                            "old_chat_member": {"status": "left", "user": USER},
                            "new_chat_member": {"status": "member", "user": USER}}},
    ],
)  # fmt: skip
def test_a_stored_update_comes_back_as_it_was(content):
    """Whatever Telegram sends survives being written down and read again."""
    first = Update.de_json({"update_id": 5, **content}, None)
    again = Update.de_json(json.loads(first.to_json()), None)
    assert again.to_dict() == first.to_dict()
    assert again.effective_user == first.effective_user


@pytest.mark.parametrize("kind", ["message", "my_chat_member"])
async def test_a_field_in_an_unexpected_place_keeps_nothing_from_being_stored(store, kind):
    """Telegram adds fields at any time, and polling would end with the first that surprises us."""
    odd = {"until_date": 1_750_000_000, "brand_new": {"a": [1, {"b": None}]}}
    content = {
        "message": {**MESSAGE, "text": "x", **odd},
        "my_chat_member": {"chat": CHAT, "from": USER, "date": 1_750_000_000,
                           "old_chat_member": {"status": "left", "user": USER, **odd},
                           "new_chat_member": {"status": "member", "user": USER, **odd}},
    }  # fmt: skip
    one = Update.de_json({"update_id": 5, kind: content[kind]}, None)
    await inbox(store).put(one)
    ((_, body, _),) = store.mailbox.unfinished()
    assert Update.de_json(json.loads(body), None).effective_user == one.effective_user


async def test_an_update_is_stored_before_it_is_queued(store):
    """Whoever takes it from the queue finds it in the store."""
    box = inbox(store)
    await box.put(update(5, text="hello"))
    ((number, body, tries),) = store.mailbox.unfinished()
    assert (number, tries) == (5, 0)
    assert json.loads(body)["message"]["text"] == "hello"
    assert box.qsize() == 1


async def test_telegram_may_send_an_update_twice(store):
    """The second copy is dropped: while the first is in hand, and after it was finished too."""
    box = inbox(store)
    await box.put(update(5))
    await box.put(update(5))
    assert box.qsize() == 1
    store.mailbox.finish(5)
    await box.put(update(5))
    assert box.qsize() == 1


async def test_what_cannot_be_stored_is_not_acknowledged(store, monkeypatch):
    """On a full disk the update is refused with an error that the library's polling survives."""
    monkeypatch.setattr(store.mailbox, "receive", full)
    box = inbox(store)
    with pytest.raises(NotStored) as refused:
        await box.put(update(5, text="a secret of Ann's"))
    assert isinstance(refused.value, TelegramError)
    assert "secret" not in str(refused.value)
    assert box.empty()


async def test_after_a_full_disk_everything_is_answered_once(tmp_path, monkeypatch):
    """Telegram keeps what was not acknowledged and sends it again."""
    world = World()
    failures = iter([True, True])
    usual = Mailbox.receive

    def sometimes_full(self, *args):
        if next(failures, False):
            full()
        return usual(self, *args)

    monkeypatch.setattr(Mailbox, "receive", sometimes_full)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    async with serve(build(world)) as url:
        place = Place(url, world)
        settings = settings_in(tmp_path, telegram_token=place.bot.token, telegram_api_url=url)
        let_in(settings.data_dir, place.anna.id)
        place.starts()
        place.people.say(place.anna, place.chat, "/language")
        bot = asyncio.create_task(serve_family(settings, STUB))
        await place.sees("Good to see you")
        await place.sees("Which language")
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(bot, 20)
    assert next(failures, "used up") == "used up"
    said = [one.text for one in place.chat.messages.values() if one.sender is place.bot]
    for words in ("Good to see you", "Which language"):
        assert sum(words in text for text in said) == 1


async def test_a_memo_is_not_finished_before_it_was_judged(tmp_path):
    """It runs beside everything else; what the person sends meanwhile is answered meanwhile."""
    analyst = StubAnalyst()
    analyst.free.clear()
    async with family_bot(tmp_path, analyst) as telegram:
        anna, mailbox = telegram.person(1), house_of(telegram.app).store.mailbox
        await anna.forwards_voice()
        await telegram.until(lambda: analyst.memos, "the memo at the analyst")
        await anna.sends("/help")
        await anna.sees("How it works")
        await telegram.app.update_queue.join()
        assert [tries for _, _, tries in mailbox.unfinished()] == [1]
        analyst.free.set()
        await anna.sees(NONE)
        await telegram.quiet()
        assert mailbox.unfinished() == []


@contextlib.asynccontextmanager
async def crashed(tmp_path, happens):
    """A bot that dies while `happens` is under way, and the next one on what was on the disk."""
    analyst = StubAnalyst()
    analyst.free.clear()
    settings = settings_in(tmp_path)
    copy = tmp_path / "after"
    async with running_bot(settings, analyst) as telegram:
        let_in_here(telegram)
        await happens(telegram, analyst)
        # What a killed process leaves is what the disk holds at that moment.
        shutil.copytree(settings.data_dir, copy)
        screens = {chat: list(screen) for chat, screen in telegram.screens.items()}
        shapes = {
            shown.message_id: (shown.html, dict(shown.buttons), list(shown.history))
            for screen in screens.values()
            for shown in screen
        }
        analyst.free.set()
    telegram.screens = screens
    for screen in screens.values():
        for shown in screen:
            shown.html, shown.buttons, shown.history = shapes[shown.message_id]
    telegram.calls.clear()
    async with running_bot(settings_in(tmp_path, data_dir=copy), StubAnalyst(), telegram) as again:
        yield again


def let_in_here(telegram):
    """Anna is a member."""
    from tests.bot.houses import let_in as make_family

    make_family(house_of(telegram.app).store, 1)


async def test_after_a_crash_the_progress_message_becomes_the_verdict(tmp_path):
    """One answer: the message that stood there when the bot died."""

    async def memo(telegram, analyst):
        await telegram.person(1).forwards_voice()
        await telegram.until(lambda: analyst.memos, "the memo at the analyst")

    async with crashed(tmp_path, memo) as telegram:
        anna = telegram.person(1)
        await anna.sees(NONE)
        await telegram.quiet()
        assert len(anna.screen) == 1
        assert telegram.count("sendMessage") == 0
        assert telegram.count("download") == 1
        assert house_of(telegram.app).store.mailbox.unfinished() == []


async def test_what_was_not_begun_is_handled_in_order(tmp_path):
    """Stored, acknowledged, and then the power failed."""

    async def stored(telegram, _analyst):
        anna = telegram.person(1)
        mailbox = house_of(telegram.app).store.mailbox
        for text in ("/help", "/language"):
            entities = [{"type": "bot_command", "offset": 0, "length": len(text)}]
            number = next(UPDATE_NUMBERS)
            message = anna.message(text=text, entities=entities)
            mailbox.receive(number, json.dumps({"update_id": number, "message": message}), 1.0)

    async with crashed(tmp_path, stored) as telegram:
        anna = telegram.person(1)
        await telegram.quiet()
        assert ["How it works" in anna.screen[0].text, "language" in anna.screen[1].text] == [
            True,
            True,
        ]
        assert len(anna.screen) == 2


async def test_a_repeated_edit_or_deletion_is_no_error_after_a_crash(tmp_path):
    """The verdict stood there already when the bot died: nobody hears that something went wrong."""

    async def nearly_finished(telegram, analyst):
        await telegram.person(1).forwards_voice()
        await telegram.until(lambda: analyst.memos, "the memo at the analyst")

    async with crashed(tmp_path, nearly_finished) as telegram:
        telegram.fails("editMessageText", 400, "Bad Request: message is not modified", times=9)
        await telegram.quiet()
        anna = telegram.person(1)
        assert len(anna.screen) == 1
        assert not anna.has_seen("went wrong")


async def test_an_update_that_kills_the_bot_is_given_up_with_one_sentence(tmp_path):
    """After four tries: a sentence to the sender, a line in the log, and no fifth crash."""

    async def poison(telegram, _analyst):
        mailbox = house_of(telegram.app).store.mailbox
        number = next(UPDATE_NUMBERS)
        message = telegram.person(1).message(text="/help")
        mailbox.receive(number, json.dumps({"update_id": number, "message": message}), 1.0)
        for _ in range(MAX_TRIES):
            mailbox.try_again(number)

    with structlog.testing.capture_logs() as lines:
        async with crashed(tmp_path, poison) as telegram:
            anna = telegram.person(1)
            await anna.sees("I have stopped trying")
            await telegram.quiet()
            assert len(anna.screen) == 1
            assert house_of(telegram.app).store.mailbox.unfinished() == []
    assert [line["event"] for line in lines].count("update_given_up") == 1


async def test_suspects_are_tried_one_by_one(store):
    """So that the update that kills the bot does not use up the tries of its neighbours."""
    box, at_once = inbox(store), []
    running = 0

    async def handling():
        nonlocal running
        running += 1
        at_once.append(running)
        await asyncio.sleep(0)
        running -= 1

    for number in (1, 2, 3):
        await box.put(update(number))
        for _ in range(ALONE_FROM):
            store.mailbox.try_again(number)
    box = inbox(store)
    assert box.replay(None) == 3
    updates = [box.get_nowait() for _ in range(3)]
    await asyncio.gather(*(box.handle(one, handling()) for one in updates))
    assert at_once == [1, 1, 1]
    assert store.mailbox.unfinished() == []


async def test_a_cancelled_handler_leaves_its_update_for_the_next_start(store):
    """The bot was stopped in the middle."""
    box = inbox(store)
    await box.put(update(5))
    task = asyncio.create_task(box.handle(box.get_nowait(), asyncio.sleep(60)))
    await asyncio.sleep(0.01)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert [number for number, _, _ in store.mailbox.unfinished()] == [5]


async def test_a_call_made_before_the_crash_is_not_made_again(store):
    """By its place among the calls to that chat; a further one is made."""
    store.mailbox.receive(5, "{}", 1.0)
    message = {"message_id": 8, "date": 3, "chat": {**CHAT, "id": 1}, "text": "Secret words"}
    calls = []

    async def call():
        calls.append(1)
        return message

    before = InHand(5, False, store)
    assert await before.once("sendMessage", 1, call) == message
    after = InHand(5, True, store)
    kept = {"message_id": 8, "date": 3, "chat": {"id": 1, "type": "private"}}
    assert await after.once("sendMessage", 1, call) == kept
    assert await after.once("sendMessage", 2, call) == message
    assert await after.once("sendMessage", 1, call) == message
    assert len(calls) == 3


async def test_a_full_disk_takes_no_answer_away(store, monkeypatch):
    """What was sent was sent, whether or not that could be noted."""

    monkeypatch.setattr(store.mailbox, "sent", full)
    assert await InHand(5, False, store).once("sendMessage", 1, took) is True


async def test_what_a_full_disk_kept_from_being_noted_is_noted_before_the_bot_ends(
    store, monkeypatch
):
    """Stopped a minute after the disk was full, the next start would send it once more."""

    box = inbox(store)
    await box.put(update(5))
    await box.put(update(6))
    with monkeypatch.context() as disk:
        disk.setattr(store.mailbox, "sent", full)
        disk.setattr(store.mailbox, "finish", full)
        await InHand(5, False, store, notes=box.arrears).once("sendMessage", 1, took)
        await box.handle(box.get_nowait(), asyncio.sleep(0))
        await box.handle(box.get_nowait(), asyncio.sleep(0))
        assert not box.arrears.settle()
        assert len(store.mailbox.unfinished()) == 2
    await InHand(6, False, store, notes=box.arrears).once("sendMessage", 1, took)
    assert box.arrears.settle()
    assert store.mailbox.unfinished() == []
    assert (store.mailbox.answer(5, "sendMessage/1/1"), box.arrears.settle()) == (None, True)


async def test_an_answer_that_was_not_noted_is_noted_later(store, monkeypatch):
    """The handler failed after it: the update is handled again, perhaps by the next start."""

    box = inbox(store)
    await box.put(update(5))
    with monkeypatch.context() as disk:
        disk.setattr(store.mailbox, "sent", full)
        await InHand(5, False, store, notes=box.arrears).once("sendMessage", 1, took)
    assert store.mailbox.answer(5, "sendMessage/1/1") is None
    assert box.arrears.settle()
    assert store.mailbox.answer(5, "sendMessage/1/1") is True


async def test_a_message_on_its_way_when_the_bot_is_stopped_is_not_sent_again(store):
    """Telegram has it already: its answer is waited for, and noted, and only then all ends."""
    store.mailbox.receive(5, "{}", 1.0)
    taken, answered = asyncio.Event(), asyncio.Event()

    async def telegram():
        taken.set()
        await answered.wait()
        return {"message_id": 8}

    async def handler():
        hand = InHand(5, False, store)
        with holding(hand):
            data = {"chat_id": 1}
            await PatientLimiter(()).process_request(telegram, [], {}, "sendMessage", data, None)
            raise AssertionError("the bot was stopped, and this goes on")

    task = asyncio.create_task(handler())
    await taken.wait()
    task.cancel()
    await asyncio.sleep(0)
    answered.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert store.mailbox.answer(5, "sendMessage/1/1") == {"message_id": 8}


async def test_a_message_that_waits_for_its_turn_is_not_sent_when_the_bot_is_stopped(store):
    """Nobody has it yet; the next start sends it."""
    store.mailbox.receive(5, "{}", 1.0)
    limiter = PatientLimiter(())
    limiter._retry_after_event.clear()  # Telegram asked to wait
    sent = []

    async def telegram():
        sent.append(1)

    async def handler():
        with holding(InHand(5, False, store)):
            data = {"chat_id": 1}
            await limiter.process_request(telegram, [], {}, "sendMessage", data, None)

    task = asyncio.create_task(handler())
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (sent, store.mailbox.answer(5, "sendMessage/1/1")) == ([], None)


async def test_a_job_belongs_to_no_update(tmp_path):
    """A reminder planned by a handler is not mistaken for a part of its answer."""
    seen = []

    async def reminder(_context):
        seen.append(in_hand())

    async with family_bot(tmp_path) as telegram:
        box = telegram.app.update_queue

        async def handling():
            seen.append(in_hand())
            telegram.app.job_queue.run_once(reminder, 0.01)
            await asyncio.sleep(0.2)

        await box.handle(update(next(UPDATE_NUMBERS)), handling())
    assert isinstance(seen[0], InHand)
    assert seen[1] is None
    assert in_hand() is None


async def test_a_tap_that_waited_too_long_still_counts(tmp_path):
    """After an outage the little clock on the button is gone; the handler goes on."""
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        await anna.sends("/language")
        await anna.sees("language")
        late = "Bad Request: query is too old and response timeout expired or query ID is invalid"
        telegram.fails("answerCallbackQuery", 400, late)
        await anna.taps("Nederlands")
        await anna.sees("Goed, ik praat Nederlands met je.")
        assert not anna.has_seen("Something went wrong")


async def test_what_was_only_in_hand_at_three_crashes_is_not_given_up(store):
    """Three power failures in a row are bad luck; only what was alone twice is to blame."""
    await inbox(store).put(update(7))
    for _ in range(ALONE_FROM + 1):
        store.mailbox.try_again(7)
    box = inbox(store)
    box.replay(None)
    handled = []

    async def handling():
        handled.append(7)

    await box.handle(box.get_nowait(), handling())
    assert handled == [7]
    assert store.mailbox.unfinished() == []
