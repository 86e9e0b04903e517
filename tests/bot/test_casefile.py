"""Stories of `/case`: what was checked, what is added and kept, and how it goes away again."""

import re

from bot.app import house_of
from tests.bot.families import WORD, set_word
from tests.bot.scripts import memo
from tests.bot.test_aftercare import opened_pack, pack_of
from tests.bot.test_case import BILL, at_home, forward_text, sender
from tests.bot.test_check import SCAM
from tests.bot.test_screenshot import photo


def kept_files(telegram):
    """What lies in the folder of kept originals."""
    folder = house_of(telegram.app).store.evidence.folder
    return sorted(folder.iterdir()) if folder.exists() else []


async def open_case(telegram, person):
    """A case with one memo in it, opened on the screen."""
    await person.forwards_voice(memo(BILL), forward_origin=sender(telegram))
    await person.sees("Do not pay yet")
    await telegram.quiet()
    await show_case(telegram, person)


async def show_case(telegram, person):
    """`/case`, and its latest one."""
    await person.sends("/case")
    await telegram.quiet()
    await person.presses(next(iter(person.last.buttons.values())), person.last)
    await telegram.quiet()


async def test_the_list_shows_only_ones_own_cases_with_their_level_in_words(tmp_path):
    """Date and level on a button; of Tom's case Anna sees nothing."""
    async with at_home(tmp_path) as telegram:
        anna, tom = telegram.person(1), telegram.person(2)
        await tom.sends("/case")
        await tom.sees("You have no case yet.")
        await forward_text(anna, SCAM, sender(telegram))
        await anna.sees("Do not pay yet")
        await anna.sends("/case")
        await telegram.quiet()
        (label,) = anna.last.buttons
        assert re.fullmatch(r"\d+ \w+ \d\d:\d\d, message: strong warning signs", label)
        stolen = anna.last.buttons[label]
        await tom.presses(stolen)
        await telegram.quiet()
        assert telegram.alerts == ["I no longer remember this one."]


async def test_two_cases_of_one_day_can_be_told_apart(tmp_path):
    """What it was, from whom it would be, and at what time."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        await forward_text(anna, SCAM, sender(telegram))
        await telegram.quiet()
        await anna.sends("/case")
        await telegram.quiet()
        await anna.presses(next(iter(anna.last.buttons.values())), anna.last)
        await telegram.quiet()
        await anna.taps("Close")
        await telegram.quiet()
        await anna.forwards_voice(
            memo(BILL, voice="tom"), forward_origin=sender(telegram, 2, "Tom")
        )
        await telegram.quiet()
        await anna.sends("/case")
        await telegram.quiet()
        labels = sorted(anna.last.buttons, key=lambda label: "memo from Tom" in label)
        assert [label.split(", ")[1].split(":")[0] for label in labels] == [
            "message",
            "memo from Tom",
        ]


async def test_without_a_wish_no_original_is_kept(tmp_path):
    """Recordings are deleted after the verdict."""
    async with at_home(tmp_path) as telegram:
        await open_case(telegram, telegram.person(1))
        assert kept_files(telegram) == []
        assert "I have no recordings of it." in telegram.person(1).last.text


async def test_a_kept_case_has_its_originals_sealed_and_lets_them_go_again(tmp_path):
    """One tap each way."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        await open_case(telegram, anna)
        await anna.taps("Keep this case")
        await anna.sees("I keep this case with its recordings")
        await telegram.quiet()
        (path,) = kept_files(telegram)
        assert b"950" not in path.read_bytes()
        await anna.sends("/privacy")
        await anna.sees("Originals that you keep with your cases: 1.")
        assert anna.has_seen("recordings (unless you keep a case)")
        assert anna.has_seen("30 days (unless you keep a case)")
        await telegram.quiet()
        await anna.forwards_voice(memo("pay it now"), forward_origin=sender(telegram))
        await telegram.quiet()
        assert len(kept_files(telegram)) == 2
        await anna.taps("Keep it no longer")
        await anna.sees("I have no recordings of it.")
        await telegram.quiet()
        assert kept_files(telegram) == []


async def test_pictures_and_notes_are_added_and_come_with_the_file_also_without_telegram(tmp_path):
    """A screenshot of one's own is kept without a verdict; what is written is a note."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        await open_case(telegram, anna)
        await anna.taps("Add something")
        await anna.sees("Send me what belongs to it")
        await telegram.quiet()
        await anna.sends_message(**photo(telegram, b"\xff\xd8 a screenshot"))
        await anna.sees("I keep this one with your case. In the case now: 2.")
        await anna.sends("He called on Monday at ten")
        await anna.sees("Notes in this case: 1.")
        telegram.files.clear()
        await anna.taps("Done")
        await telegram.quiet()
        assert "Messages: 2. Notes: 1." in anna.last.text
        await anna.taps("Make a file for the police")
        _, files = opened_pack(await pack_of(anna))
        originals = [content for name, content in files.items() if name.startswith("originals/")]
        assert sorted(originals) == sorted([memo(BILL), b"\xff\xd8 a screenshot"])
        assert "He called on Monday at ten" in files["summary.txt"].decode()


async def test_what_is_forwarded_while_adding_is_checked_and_kept_in_that_case(tmp_path):
    """A forward is always something to check, and here it is evidence too."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        await open_case(telegram, anna)
        await anna.taps("Add something")
        await telegram.quiet()
        other = sender(telegram, 778, "Another")
        await anna.forwards_voice(memo("see you on Sunday"), forward_origin=other)
        await anna.sees("No warning signs found")
        await anna.sees("In the case now: 2.")
        await telegram.quiet()
        assert len(kept_files(telegram)) == 2


async def test_a_memo_with_the_code_word_is_never_kept(tmp_path):
    """Not even in a case that is kept."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        set_word(telegram.house, telegram.people["Anna"].family_id)
        await open_case(telegram, anna)
        await anna.taps("Keep this case")
        await telegram.quiet()
        await anna.forwards_voice(memo(f"it is me, {WORD}"), forward_origin=sender(telegram))
        await telegram.quiet()
        assert len(kept_files(telegram)) == 1


async def test_deleting_asks_once_and_takes_everything(tmp_path):
    """The case, its notes and its originals; the button is dead afterwards."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        await open_case(telegram, anna)
        await anna.taps("Keep this case")
        await telegram.quiet()
        await anna.taps("Delete")
        await anna.sees("I cannot bring it back.")
        await telegram.quiet()
        data = anna.last.buttons["Yes, delete it"]
        await anna.taps("Yes, delete it")
        await anna.sees("The case is gone")
        await telegram.quiet()
        assert kept_files(telegram) == []
        await anna.presses(data)
        await telegram.quiet()
        assert telegram.alerts == ["I no longer remember this one."]


async def test_forget_me_takes_kept_originals_at_once(tmp_path):
    """/forget of a relative, with what they kept."""
    async with at_home(tmp_path) as telegram:
        bert = telegram.person(3)
        await open_case(telegram, bert)
        await bert.taps("Keep this case")
        await telegram.quiet()
        assert len(kept_files(telegram)) == 1
        await bert.sends("/forget")
        await telegram.quiet()
        (yes, *_) = bert.last.buttons.values()
        await bert.presses(yes, bert.last)
        await telegram.quiet()
        assert telegram.house.store.accounts.get(3) is None
        assert kept_files(telegram) == []


async def test_a_closed_case_is_not_continued(tmp_path):
    """The next message of the same sender is a new story; the list still leads to the old one."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        await open_case(telegram, anna)
        await anna.taps("Close")
        await anna.sees("The case is closed.")
        await anna.sends("/case")
        listed = await anna.sees("These are your cases.")
        assert [label for label in listed.buttons if not label.endswith("(closed)")] == []
        await forward_text(anna, "See you on Sunday", sender(telegram))
        await anna.sees("No warning signs found")
