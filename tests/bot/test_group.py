"""In a group: help for members, in private; not a word to strangers, nor about anyone."""

import asyncio
import os
import signal
import time

import pytest

from bot.app import house_of
from bot.playground.params import Upload
from bot.playground.server import build, serve
from bot.playground.world import World
from bot.run import serve as serve_family
from tests.bot.fake_telegram import BOT_ID
from tests.bot.families import WORD, set_word
from tests.bot.houses import StubAnalyst, family_bot, settings_in
from tests.bot.test_check import NONE
from tests.bot.test_run import ROOT, STUB, Place, let_in

GROUP = -1001
CHAT = {"id": GROUP, "type": "supergroup", "title": "Street"}
BOT = {"id": BOT_ID, "is_bot": True, "first_name": "Guard", "username": "guard_bot"}
SCAM = "Hi mum, new number, transfer 900 pounds today, I can't call"


def said(telegram, person, **content):
    """A message of this person in the group, as Telegram describes it."""
    return {**person.message(**content), "chat": CHAT, "date": int(time.time())}


async def asks(telegram, person, text, about=None):
    """Type in the group, in reply to a message or not."""
    entities = []
    if text.startswith("/"):
        length = len(text.split()[0])
        entities.append({"type": "bot_command", "offset": 0, "length": length})
    content = {"text": text, "entities": entities}
    if about is not None:
        content["reply_to_message"] = about
    await telegram.delivers({"message": said(telegram, person, **content)})


def voice(telegram, person, content=b"sound", **more):
    """A memo of this person in the group."""
    file_id = f"f{next(telegram.numbers)}"
    telegram.files[file_id] = content
    described = {
        "file_id": file_id,
        "file_unique_id": f"u{file_id}",
        "file_size": len(content),
        "duration": 5,
    }
    return said(telegram, person, voice=described, **more)


def group_screen(telegram):
    """What the bot said in the group."""
    return [shown.text for shown in telegram.screens.get(GROUP, [])]


async def test_a_memo_is_checked_in_private(tmp_path):
    """«/check» below a memo: the copy and the verdict come in Anna's own chat."""
    analyst = StubAnalyst()
    async with family_bot(tmp_path, analyst) as telegram:
        anna, eve = telegram.person(1), telegram.person(99, name="Eve")
        await asks(telegram, anna, "/check", voice(telegram, eve))
        shown = await anna.sees(NONE)
        await telegram.quiet()
        assert shown.reply_to == anna.screen[0].message_id
        assert len(analyst.memos) == 1
        assert group_screen(telegram) == []
        assert house_of(telegram.app).store.mailbox.unfinished() == []


@pytest.mark.parametrize("command", ["/check", "/check@guard_bot", "/CHECK@Guard_Bot"])
async def test_a_text_is_checked_in_private(tmp_path, command):
    """With the bot's name or without."""
    async with family_bot(tmp_path) as telegram:
        anna, eve = telegram.person(1), telegram.person(99)
        await asks(telegram, anna, command, said(telegram, eve, text=SCAM))
        await anna.sees("Do not pay")
        assert group_screen(telegram) == []


async def test_a_reply_to_the_bot_is_checked(tmp_path):
    """A memo sent in reply to the bot's note in the group."""
    analyst = StubAnalyst()
    async with family_bot(tmp_path, analyst) as telegram:
        anna = telegram.person(1)
        note = {"message_id": 5, "date": 1_750_000_000, "chat": CHAT, "from": BOT, "text": "Hello"}
        await telegram.delivers({"message": voice(telegram, anna, reply_to_message=note)})
        await anna.sees(NONE)
        assert group_screen(telegram) == []


async def test_what_is_said_in_a_group_answers_no_question(tmp_path):
    """The bot waits for words in the private chat; a reply in a group is only ever checked."""
    async with family_bot(tmp_path) as telegram:
        anna, house = telegram.person(1), house_of(telegram.app)
        family = house.store.accounts.get(1).family_id
        house.store.dialogues.begin(1, family, "anything", house.now(), step=1)
        note = {"message_id": 5, "date": 1_750_000_000, "chat": CHAT, "from": BOT, "text": "Hello"}
        await asks(telegram, anna, "shall we have dinner on Sunday?", note)
        await anna.sees("No warning signs")
        assert house.store.dialogues.of(1, house.now()).data == {"step": 1}


@pytest.mark.parametrize(
    "text", ["/privacy@guard_bot", "/export@guard_bot", "/start@guard_bot", "/help", "/language"]
)
async def test_all_else_is_answered_in_private(tmp_path, text):
    """«I do that only here», and nothing in the group."""
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        await asks(telegram, anna, text)
        await anna.sees("I do that only here")
        assert group_screen(telegram) == []


@pytest.mark.parametrize(
    "text", ["hello", "/check@other_bot", "/unknown", "see /check", "/help@other_bot"]
)
async def test_what_is_not_meant_for_the_bot_is_let_be(tmp_path, text):
    """Talk, other bots' commands, and commands that nobody knows."""
    async with family_bot(tmp_path) as telegram:
        anna, eve = telegram.person(1), telegram.person(99)
        before = len(telegram.calls)
        await asks(telegram, anna, text, said(telegram, eve, text=SCAM))
        await telegram.quiet()
        assert telegram.calls[before:] == []


async def test_check_alone_is_explained_in_private(tmp_path):
    """There is no message below it, or only the bot's own."""
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        await asks(telegram, anna, "/check")
        await anna.sees("Reply to that message there")
        note = {"message_id": 5, "date": 1_750_000_000, "chat": CHAT, "from": BOT, "text": "Hello"}
        await asks(telegram, anna, "/check", note)
        await telegram.quiet()
        assert len(anna.screen) == 2
        assert group_screen(telegram) == []


async def test_what_may_not_be_forwarded_is_checked_all_the_same(tmp_path):
    """The group is closed to forwarding; the verdict comes with a sentence instead of a copy."""
    async with family_bot(tmp_path) as telegram:
        anna, eve = telegram.person(1), telegram.person(99)
        telegram.fails("forwardMessage", 400, "Bad Request: message can't be forwarded")
        await asks(telegram, anna, "/check", voice(telegram, eve))
        await anna.sees("I cannot bring it here")
        await anna.sees(NONE)
        assert group_screen(telegram) == []


async def test_attack_14_whoever_has_blocked_the_bot_is_not_told_on(tmp_path):
    """Row 14: a word in the group would show strangers that they belong to a family."""
    async with family_bot(tmp_path) as telegram:
        anna, eve = telegram.person(1), telegram.person(99)
        telegram.is_blocked_by(anna)
        await asks(telegram, anna, "/check", voice(telegram, eve))
        await telegram.quiet()
        assert group_screen(telegram) == []


@pytest.mark.parametrize("text", ["/check", "/check@guard_bot", "/start@guard_bot", "hello"])
async def test_a_stranger_in_a_group_is_met_with_silence(tmp_path, text):
    """Attack 14: whether anyone here belongs to a family does not show."""
    async with family_bot(tmp_path) as telegram:
        anna, eve = telegram.person(1), telegram.person(99)
        note = {"message_id": 5, "date": 1_750_000_000, "chat": CHAT, "from": BOT, "text": "Hello"}
        before = len(telegram.calls)
        await asks(telegram, eve, text)
        await asks(telegram, eve, text, voice(telegram, anna))
        await asks(telegram, eve, text, note)
        await telegram.quiet()
        assert telegram.calls[before:] == []


def arrival(person, status="member", before="left", chat=CHAT):
    """Telegram's note that this person brought the bot into a chat, or out of it."""
    return {
        "my_chat_member": {
            "chat": chat,
            "from": person._user,
            "date": 1_750_000_000,
            "old_chat_member": {"status": before, "user": BOT},
            "new_chat_member": {"status": status, "user": BOT, "until_date": 0},
        }
    }


async def test_attack_14_it_says_once_and_in_private_how_it_works_there(tmp_path):
    """Row 14: a member brings the bot in; strangers in the group read nothing, so no membership."""
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1, name="Anna Secret")
        await telegram.delivers(arrival(anna))
        await telegram.quiet()
        await telegram.delivers(arrival(anna, status="left", before="member"))
        await telegram.delivers(arrival(anna))
        await telegram.quiet()
        assert group_screen(telegram) == []
        (note,) = anna.screen
        assert "/check@guard_bot" in note.text


async def test_attack_14_bringing_the_bot_in_after_blocking_it_says_nothing_either(tmp_path):
    """Row 14: nor does it fail in the log."""
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        telegram.is_blocked_by(anna)
        await telegram.delivers(arrival(anna))
        await telegram.quiet()
        assert group_screen(telegram) == []


async def test_attack_2_a_word_in_a_closed_group_takes_no_other_message_away(tmp_path):
    """Row 2: what is deleted is the note in the private chat, not whatever bears that number."""
    async with family_bot(tmp_path) as telegram:
        house = house_of(telegram.app)
        set_word(house, house.store.accounts.get(1).family_id)
        anna, eve = telegram.person(1), telegram.person(99)
        telegram.fails("forwardMessage", 400, "Bad Request: message can't be forwarded")
        about = said(telegram, eve, text=f"was it {WORD}?")
        await asks(telegram, anna, "/check", about)
        await anna.sees("knows the word")
        (call,) = [one for one in telegram.calls if one[0] == "deleteMessage"]
        assert int(call[1]["chat_id"]) == 1
        assert int(call[1]["message_id"]) != about["message_id"]
        assert not any("I cannot bring it here" in shown.text for shown in anna.screen)


async def test_a_stranger_who_brings_the_bot_in_gets_no_word(tmp_path):
    """Attack 14: nor when they let it into, or out of, their own chat."""
    async with family_bot(tmp_path) as telegram:
        eve = telegram.person(99)
        before = len(telegram.calls)
        await telegram.delivers(arrival(eve))
        private = {"id": 99, "type": "private", "first_name": "Eve"}
        await telegram.delivers(arrival(eve, "kicked", "member", private))
        await telegram.quiet()
        assert telegram.calls[before:] == []


async def test_a_flood_in_a_group_is_dropped_without_a_word(tmp_path):
    """Attack 15: the limit of the private chat holds here too, unseen by the group."""
    analyst = StubAnalyst()
    async with family_bot(tmp_path, analyst, message_burst=4, clock=lambda: 0.0) as telegram:
        anna, eve = telegram.person(1), telegram.person(99)
        for number in range(20):
            await asks(telegram, anna, "/check", voice(telegram, eve, str(number).encode()))
        await telegram.quiet()
        assert len(analyst.memos) <= 4
        assert group_screen(telegram) == []


async def test_a_button_under_a_note_in_a_group_does_nothing(tmp_path):
    """Whoever presses it, and whatever its data say."""
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        query = {
            "id": "5",
            "from": anna._user,
            "chat_instance": "1",
            "data": "language:nl",
            "message": {"message_id": 5, "date": 1, "chat": CHAT, "from": BOT, "text": "x"},
        }
        before = len(telegram.calls)
        await telegram.delivers({"callback_query": query})
        await telegram.quiet()
        assert telegram.calls[before:] == []
        assert house_of(telegram.app).store.accounts.get(1).language == "en"


async def test_in_a_group_over_http_with_privacy_mode_on(tmp_path, monkeypatch):
    """As Telegram does it: added, asked below a stranger's memo, answered in private."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    world = World()
    async with serve(build(world)) as url:
        place = Place(url, world)
        people, anna, bot = place.people, place.anna, place.bot
        eve = world.add_person("Eve", "stranger")
        street = world.add_group("Street", [anna, eve])
        settings = settings_in(tmp_path, telegram_token=bot.token, telegram_api_url=url)
        let_in(settings.data_dir, anna.id)
        place.starts()
        running = asyncio.create_task(serve_family(settings, STUB))
        await place.sees("Good to see you")
        people.add_to_group(anna, street, bot)
        file = Upload(data=b"say shall we have dinner", name="memo.ogg", mime="audio/ogg")
        memo = people.send(eve, street, "voice", file, seconds=5)
        people.say(eve, street, "/check@family_guard_bot", reply_to=memo.id)
        people.say(anna, street, "hello everyone")
        people.say(anna, street, "/check@family_guard_bot", reply_to=memo.id)
        await place.sees(NONE)
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(running, 20)
        assert not any(one.sender is bot for one in street.messages.values())
        written = [one.text or "" for one in place.chat.messages.values() if one.sender is bot]
        assert any("/check@family_guard_bot" in text for text in written)
        assert world.find_private(eve, bot) is None
        (copy,) = [one for one in place.chat.messages.values() if one.media]
        assert copy.sender is bot
        assert copy.media.file.unique_id == memo.media.file.unique_id
