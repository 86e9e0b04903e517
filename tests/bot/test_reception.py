"""One odd update must not end the service for everybody, nor reach a handler that trips over it."""

import json

import pytest
import structlog

from bot.app import house_of
from bot.playground.world import World
from bot.reception import Understanding, understood
from tests.bot.fake_telegram import UPDATE_NUMBERS
from tests.bot.houses import family_bot
from tests.bot.test_inbox import CHAT, FILE, MESSAGE, ORIGIN, USER

GOOD = {"update_id": 5, "message": {**MESSAGE, "text": "hello"}}


def answer_with(*updates):
    """What the library gets to read when Telegram answers with these."""
    return Understanding.parse_json_payload(json.dumps({"ok": True, "result": updates}).encode())


@pytest.mark.parametrize(
    "content",
    [
        {"message": {**MESSAGE, "text": 5}},
        {"message": {**MESSAGE, "chat": None}},
        {"message": {**MESSAGE, "date": None}},
        {"message": {**MESSAGE, "date": 10**15}},
        {"message": {**MESSAGE, "message_id": 2**63}},
        {"message": {**MESSAGE, "from": {**USER, "language_code": 1.5}}},
        {"message": {**MESSAGE, "chat": {**CHAT, "id": {"id": 1}}}},
        {"message": {**MESSAGE, "forward_origin": {**ORIGIN, "sender_user_name": None}}},
        {"message": {**MESSAGE, "forward_origin": {"type": "user", "date": 1}}},
        {"message": {**MESSAGE, "voice": {**FILE, "file_id": None}}},
        {"message": {**MESSAGE, "entities": [{"type": "bold"}]}},
        {"message": ["no", "message"]},
        {"callback_query": {"id": "9", "chat_instance": "1", "data": "a"}},
    ],
)
def test_an_update_that_cannot_be_read_passes_and_the_next_one_is_read(content):
    """Its number is kept, or Telegram would send it, and all after it, for ever."""
    read = answer_with({"update_id": 4, **content}, GOOD)
    assert read["result"] == [{"update_id": 4}, GOOD]


def test_what_the_bot_did_not_ask_for_reaches_no_handler():
    """Kinds that do not exist yet, and those that are not ours."""
    for kind in ("channel_post", "business_message", "quantum_message"):
        assert understood({"update_id": 4, kind: GOOD["message"]}) == {"update_id": 4}


def test_fields_that_nobody_knows_yet_do_no_harm():
    """Telegram adds some several times a year."""
    new = {"update_id": 4, "message": {**GOOD["message"], "mood": {"happy": [1, None]}}}
    assert understood(new) == new


def test_half_a_character_becomes_a_mark():
    """Half of a surrogate pair cannot be written into any database or file."""
    read = answer_with({"update_id": 4, "message": {**MESSAGE, "text": "a\ud800b 👵"}})
    text = read["result"][0]["message"]["text"]
    assert text == "a\ufffdb 👵"
    assert text.encode()


async def test_a_private_chat_that_is_not_the_senders_is_answered_by_nobody(tmp_path):
    """The answer would reach somebody of another family."""
    async with family_bot(tmp_path) as telegram:
        forged = telegram.person(1).message(text="/family")
        forged["chat"] = {"id": 62, "type": "private", "first_name": "Eve"}
        number = next(UPDATE_NUMBERS)
        await telegram.delivers({"update_id": number, "message": forged})
        await telegram.quiet()
        assert telegram.person(62).screen == []
        assert telegram.person(1).screen == []
        assert house_of(telegram.app).store.mailbox.unfinished() == []


async def test_a_language_is_chosen_also_under_a_message_that_is_gone(tmp_path):
    """Telegram no longer shows the bot a message that is too old to be changed."""
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        for message in (
            {"chat": anna.message()["chat"], "message_id": 3, "date": 0},
            {**anna.message(text="x"), "message_id": 999},
        ):
            query = {"id": "9", "from": anna._user, "chat_instance": "1", "data": "language:nl"}
            await telegram.delivers({"callback_query": {**query, "message": message}})
            await telegram.quiet()
        assert len(anna.screen) == 2
        assert all("Goed, ik praat Nederlands" in shown.text for shown in anna.screen)


def test_the_local_telegram_sends_what_can_be_read():
    """Or every test over it would be about nothing."""
    import random

    from bot.fuzzing.crowd import Crowd

    world = World()
    crowd = Crowd(world, world.add_bot("FamilyGuard", "guard_bot"), random.Random(1))
    updates = [{"update_id": 1, **crowd.update(crowd.first[0])} for _ in range(300)]
    ours = [one for one in updates if {"message", "edited_message", "callback_query"} & one.keys()]
    read = [understood(json.loads(json.dumps(one))) for one in ours]
    assert sum(len(one) > 1 for one in read) > 0.95 * len(ours)


async def test_whoever_left_meanwhile_is_not_answered_and_nothing_fails(tmp_path):
    """Anna forwards a memo and leaves before its turn has come."""
    async with family_bot(tmp_path) as telegram:
        anna, store = telegram.person(2), house_of(telegram.app).store
        usual = store.accounts.get
        looks = iter([usual(2)])
        store.accounts.get = lambda user: next(looks, None) if user == 2 else usual(user)
        with structlog.testing.capture_logs() as lines:
            await anna.sends("/family")
            await telegram.quiet()
        events = [line["event"] for line in lines]
        assert "left_meanwhile" in events
        assert "handler_failed" not in events
        assert anna.screen == []


async def test_marks_on_words_that_are_not_there_are_no_command(tmp_path):
    """In a group, from a message without words."""
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        marks = [{"type": "bot_command", "offset": 0, "length": 6}]
        group = {"id": -100, "type": "group", "title": "Street"}
        content = anna.message(entities=marks, voice=FILE)
        with structlog.testing.capture_logs() as lines:
            await telegram.delivers({"message": {**content, "chat": group}})
            await telegram.quiet()
        assert "handler_failed" not in [line["event"] for line in lines]
