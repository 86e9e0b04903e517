"""Stories of `/tips`, `/card` and `/drill`: before anything happens."""

import io

import pytest
from structlog.testing import capture_logs

from bot import moments
from bot.aftercare.aftercare_routes import DEEDS, look
from bot.app import house_of
from bot.context import Context
from familyguard.drill import UNMASK_AFTER, Choice
from familyguard.family import Role
from tests.bot.fake_telegram import running_bot
from tests.bot.houses import StubAnalyst, admit, family_bot, settings_in
from tests.bot.test_case import Clock, at_home

pytestmark = pytest.mark.usefixtures("looks_when_told")

HOUR = 3600.0
UNMASKED = "This was an exercise. It was me, the bot."


async def passes(telegram, seconds):
    """Time goes by, and the bot looks what is due."""
    telegram.time.time += seconds
    await look(Context(telegram.app))
    await telegram.quiet()


async def until_due(telegram, user, kind):
    """Until what is planned for somebody is due."""
    due = telegram.house.store.reminders.get(user, kind).due_at
    await passes(telegram, due - telegram.time.time + 1)


async def test_tips_shows_that_of_the_month_and_all_of_them(tmp_path):
    """One tap to the list, one more to a tip."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        await anna.sends("/tips")
        await anna.sees("The tip of this month:")
        await telegram.quiet()
        await anna.taps("All tips")
        await anna.sees("Small things that help.")
        await telegram.quiet()
        await anna.taps("Two steps to sign in")
        await anna.sees("Switch on two-step verification")


async def test_a_tip_a_month_comes_to_who_wants_it_until_they_do_not(tmp_path):
    """Once a month, and stopped with one tap under it."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        await anna.sends("/tips")
        await telegram.quiet()
        await anna.taps("One tip a month")
        await anna.sees("from next month on")
        await telegram.quiet()
        seen = len(anna.screen)
        await passes(telegram, 60)
        assert len(anna.screen) == seen
        await until_due(telegram, 1, "tip")
        assert anna.last.text.startswith("The tip of this month:")
        await passes(telegram, 60)
        assert len(anna.screen) == seen + 1
        await anna.taps("No more tips")
        await anna.sees("no more tips. You always find them")
        await telegram.quiet()
        assert telegram.house.store.reminders.get(1, "tip") is None


async def test_the_card_bears_the_numbers_and_the_bots_name_and_not_the_code_word(tmp_path):
    """Two papers, and a word on numbers that are missing."""
    pdfium = pytest.importorskip("pypdfium2", reason="reads papers; comes with the test extra")
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        await anna.sends("/card")
        await anna.sees("Each of you can store their own with /number.")
        papers = {one.document[0]: one.document[1] for one in anna.screen if one.document}
        assert set(papers) == {"card-for-the-telephone.pdf", "what-we-agreed.pdf"}
        for paper in papers.values():
            document = pdfium.PdfDocument(io.BytesIO(paper))
            text = " ".join(page.get_textpage().get_text_bounded() for page in document)
            assert "Tom" in text
            assert "+31 6 12345678" in text
            assert "@guard_bot" in text


async def wants_drills(telegram, person, named=False):
    """Opted in, for the third of the month at ten."""
    await person.sends("/drill")
    await telegram.quiet()
    for label in ("Yes, let us practise", "3", "10:00"):
        await person.taps(label)
        await telegram.quiet()
    label = "Yes, you may use my name" if named else "No, do not use my name"
    await person.taps(label)
    await telegram.quiet()


async def test_a_drill_comes_at_the_chosen_time_and_is_unmasked_when_it_is_over(tmp_path):
    """By the clock on the wall; three messages at the most, then who it was and how it went."""
    async with at_home(tmp_path) as telegram:
        anna, tom = telegram.person(1), telegram.person(2)
        await wants_drills(telegram, anna)
        planned = telegram.house.store.reminders.get(1, "drill").due_at
        local = moments.local(planned)
        assert (local.day, local.hour) == (3, 10)
        await until_due(telegram, 1, "drill")
        assert "Stop the exercise" in anna.last.buttons
        assert anna.last.protected
        for _ in range(3):
            await anna.taps("All right, I will help")
            await telegram.quiet()
        await anna.sees(UNMASKED)
        assert "nothing to be ashamed of" in anna.last.text
        assert "Only you can see how it went." in anna.last.text
        assert tom.screen == []
        assert telegram.house.store.reminders.get(1, "drill").due_at > planned


async def test_who_calls_back_is_praised_at_once(tmp_path):
    """One tap ends it well; a tap on an old message changes nothing."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        await wants_drills(telegram, anna)
        await until_due(telegram, 1, "drill")
        await anna.taps("I will call you back")
        await anna.sees("Well done. Calling back")
        await anna.presses(f"drill:do:1:{Choice.ASK}")
        await telegram.quiet()
        assert telegram.alerts == ["I no longer remember this one."]


async def test_who_does_not_answer_is_told_within_the_hour_also_after_a_restart(tmp_path):
    """The unmasking lies in the store."""
    clock = Clock()
    async with at_home(tmp_path, now=clock) as telegram:
        anna = telegram.person(1)
        await wants_drills(telegram, anna)
        await until_due(telegram, 1, "drill")
        assert not anna.has_seen(UNMASKED)
    clock.time += UNMASK_AFTER.total_seconds() + 1
    async with running_bot(
        settings_in(tmp_path), StubAnalyst(), telegram=telegram, now=clock
    ) as again:
        await look(Context(again.app))
        page = await telegram.person(1).sees(UNMASKED)
        assert "You did not answer." in page.text


async def test_a_relative_is_played_by_name_only_if_they_allowed_it(tmp_path):
    """Over a year of exercises: Tom's name never, then Tom's name, and never one's own."""
    async with at_home(tmp_path) as telegram:
        anna, tom = telegram.person(1), telegram.person(2)
        await wants_drills(telegram, anna)
        for named in (False, True):
            if named:
                await wants_drills(telegram, tom, named=True)
                telegram.house.store.reminders.drop(2, "drill")
            for _ in range(5):
                await until_due(telegram, 1, "drill")
                await anna.taps("Stop the exercise")
                await telegram.quiet()
            said = " ".join(one.text for one in anna.screen if "Stop the exercise" in one.buttons)
            assert ("Tom" in said) is named
            assert "it's Anna" not in said


async def test_a_name_that_was_allowed_can_be_taken_back_at_any_time(tmp_path):
    """Under /drill, also for somebody who takes part in none; the next exercise plays nobody."""
    async with at_home(tmp_path) as telegram:
        anna, tom = telegram.person(1), telegram.person(2)
        await wants_drills(telegram, anna)
        await wants_drills(telegram, tom, named=True)
        telegram.house.store.reminders.drop(2, "drill")
        await tom.sends("/drill")
        await telegram.quiet()
        await tom.taps("No, do not use my name")
        await tom.sees("I never use your name for this.")
        for _ in range(5):
            await until_due(telegram, 1, "drill")
            await anna.taps("Stop the exercise")
            await telegram.quiet()
        assert not anna.has_seen("it's Tom")
        await tom.sends("/drill")
        await telegram.quiet()
        assert "No, do not use my name" not in tom.last.buttons


async def test_no_drill_while_the_family_is_frozen_nor_long_after_its_time(tmp_path):
    """Then something is going on that is no exercise; and nobody is frightened at night."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        await wants_drills(telegram, anna)
        due = telegram.house.store.reminders.get(1, "drill").due_at
        family = telegram.people["Anna"].family_id
        telegram.house.store.families.freeze(family, due + 2 * HOUR)
        await until_due(telegram, 1, "drill")
        assert "Stop the exercise" not in anna.last.buttons
        due = telegram.house.store.reminders.get(1, "drill").due_at
        await passes(telegram, due - telegram.time.time + 2 * HOUR)
        assert "Stop the exercise" not in anna.last.buttons
        assert telegram.house.store.reminders.get(1, "drill").due_at > telegram.time.time


async def test_children_are_not_drilled(tmp_path):
    """Neither offered nor by a made-up button."""
    async with family_bot(tmp_path, now=Clock()) as telegram:
        store = house_of(telegram.app).store
        admit(store, store.accounts.get(1).family_id, 9, Role.CHILD)
        child = telegram.person(9)
        await child.sends("/drill")
        await child.sees("I do this with grown-ups only.")
        await child.presses("drill:hour:3:10")
        await telegram.quiet()
        assert store.reminders.get(9, "drill") is None


async def test_no_more_exercises(tmp_path):
    """One tap under /drill."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        await wants_drills(telegram, anna)
        await anna.sends("/drill")
        await anna.sees("every month around day 3, at 10:00")
        await telegram.quiet()
        await anna.taps("No more exercises")
        await anna.sees("I do not practise with you any more.")
        await telegram.quiet()
        assert telegram.house.store.reminders.get(1, "drill") is None


async def test_a_deed_that_fails_holds_up_no_other(tmp_path, monkeypatch):
    """One exercise that breaks must not keep every later tip and unmasking from the family."""

    async def breaks(context, due):
        raise ValueError(due.kind)

    async with at_home(tmp_path) as telegram:
        monkeypatch.setitem(DEEDS, "broken", breaks)
        anna, store = telegram.person(1), telegram.house.store
        family = telegram.people["Anna"].family_id
        now = telegram.time.time
        store.reminders.put(3, family, "broken", now - HOUR)
        await anna.sends("/tips")
        await telegram.quiet()
        await anna.taps("One tip a month")
        await anna.sees("from next month on")
        seen = len(anna.screen)
        with capture_logs() as lines:
            await until_due(telegram, 1, "tip")
        assert len(anna.screen) == seen + 1
        assert [line for line in lines if line["event"] == "deed_failed"] == [
            {"event": "deed_failed", "log_level": "error", "kind": "broken", "error": "ValueError"}
        ]
        assert store.reminders.get(3, "broken") is not None
