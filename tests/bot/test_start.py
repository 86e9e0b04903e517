"""Greeting, help, language, and everything that cannot be checked."""

import pytest

from bot.app import publish_commands
from tests.bot.houses import family_bot
from tests.bot.test_check import SCAM

FILE = {"file_id": "f", "file_unique_id": "u", "file_size": 10}


async def test_a_member_is_greeted(tmp_path):
    """Warmly, and told that Telegram can see what is sent."""
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        await anna.sends("/start")
        shown = await anna.sees("Good to see you")
        assert "Telegram itself can see" in shown.text


async def test_a_tap_changes_the_language_for_good(tmp_path):
    """The next verdict is Dutch; a second tap on the same button does no harm."""
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        await anna.sends("/language")
        await anna.sees("Which language")
        await anna.taps("Nederlands")
        await anna.sees("ik praat Nederlands")
        await anna.taps("Nederlands")
        await telegram.quiet()
        assert not anna.has_seen("Something went wrong")
        await anna.sends(SCAM)
        await anna.sees("Nog niet betalen")
        await anna.taps("English")
        await anna.sees("I will speak English")


async def test_a_language_nobody_offered_changes_nothing(tmp_path):
    """Made-up button data is ignored."""
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        await anna.presses("language:tlh")
        await anna.sends("/help")
        await anna.sees("How it works")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"document": {**FILE, "mime_type": "application/pdf"}}, "cannot listen to this"),
        ({"animation": {**FILE, "width": 9, "height": 9, "duration": 2},
          "document": {**FILE, "mime_type": "video/mp4"}}, "cannot listen to this"),
        ({"contact": {"phone_number": "+31600000000", "first_name": "A"}}, "cannot listen to this"),
        ({"location": {"longitude": 4.9, "latitude": 52.4}}, "cannot listen to this"),
        ({"dice": {"emoji": "🎲", "value": 3}}, "cannot listen to this"),
        ({"poll": {"id": "1", "question": "?", "options": [], "total_voter_count": 0,
                   "is_closed": False, "is_anonymous": True, "type": "regular",
                   "allows_multiple_answers": False, "allows_revoting": False,
                   "members_only": False}}, "cannot listen to this"),
        ({"sticker": {**FILE, "width": 9, "height": 9, "type": "regular", "is_animated": False,
                      "is_video": False}}, "cannot listen to this"),
        ({"text": "/unknown", "entities": [{"type": "bot_command", "offset": 0, "length": 8}]},
         "do not know that command"),
    ],
)  # fmt: skip
async def test_anything_else_gets_a_friendly_sentence(tmp_path, content, words):
    """What to send instead, without blame."""
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        await anna.sends_message(**content)
        await anna.sees(words)


async def test_a_place_that_moves_is_answered_once(tmp_path):
    """Live locations come as edits, every few seconds."""
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        place = {"longitude": 4.9, "latitude": 52.4, "live_period": 900}
        await anna.sends_message(location=place)
        for _ in range(5):
            await telegram.delivers({"edited_message": anna.message(location=place)})
        await telegram.quiet()
        assert len(anna.screen) == 1


async def test_notes_of_telegram_itself_are_not_answered(tmp_path):
    """«Message pinned» is nobody's question."""
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        await anna.sends_message(message_auto_delete_timer_changed={"message_auto_delete_time": 60})
        await telegram.quiet()
        assert anna.screen == []


async def test_an_old_button_says_that_it_is_old(tmp_path):
    """A button of an earlier release is answered, not left spinning."""
    async with family_bot(tmp_path) as telegram:
        await telegram.person(1).presses("something:else")
        await telegram.quiet()
        assert len(telegram.alerts) == 1


async def test_the_commands_are_published_in_both_languages(tmp_path):
    """Dutch, English, and the family's own as default."""
    async with family_bot(tmp_path, language="nl") as telegram:
        await publish_commands(telegram.app)
        published = {
            data.get("language_code"): data["commands"][0]["description"]
            for name, data in telegram.calls
            if name == "setMyCommands"
        }
        assert published == {None: "Begin hier", "nl": "Begin hier", "en": "Start here"}
