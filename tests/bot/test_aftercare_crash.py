"""The bot is killed in the middle of what follows a verdict: nothing is lost, nothing comes twice.

Each act is stopped at every call to Telegram that it makes, before that call gets through; then
another bot starts on what the disk held at that moment.  The screens must look as if there had been
no kill.
"""

import asyncio
import copy
import itertools
import re
import shutil

import pytest

from bot.aftercare.aftercare_routes import look
from bot.context import Context
from familyguard.drill import UNMASK_AFTER
from tests.bot.fake_telegram import running_bot
from tests.bot.houses import StubAnalyst, settings_in
from tests.bot.test_aftercare import asked_for_money
from tests.bot.test_case import Clock, at_home
from tests.bot.test_letters_chat import TYPED, planned
from tests.bot.test_prevention import wants_drills
from tests.bot.thumbs import Thumb

pytestmark = pytest.mark.usefixtures("looks_when_told")

MOST_CALLS = 12
"""More than any of these acts makes."""

DRAWN = re.compile(r"\b[0-9a-f]{8}\b|(?:[0-9a-f]{4} ){15}[0-9a-f]{4}")
"""The number of a case, and the fingerprint of a key."""


class Hold:
    """Lets `count` calls through and keeps the next one waiting, as a bad connection would."""

    def __init__(self, telegram, count):
        self.reached, self.free = asyncio.Event(), asyncio.Event()
        self._left = count
        self._telegram, self._pass_on = telegram, telegram.do_request
        telegram.do_request = self._call

    async def _call(self, *args, **values):
        if self._left == 0:
            self.reached.set()
            await self.free.wait()
        self._left -= 1
        return await self._pass_on(*args, **values)

    def let_go(self):
        self.free.set()
        self._telegram.do_request = self._pass_on


def seen(telegram):
    """What stands on everybody's screen, but for keys and numbers that are drawn anew each time."""
    return [
        (
            chat,
            DRAWN.sub("#", one.text),
            *one.buttons,
            one.document and DRAWN.sub("#", one.document[0]),
        )
        for chat, screen in telegram.screens.items()
        for one in screen
    ]


async def tap_last(telegram, label):
    """The last tap of a story."""
    person = telegram.person(1)
    await person.taps(label)
    await telegram.quiet()


async def looks(telegram):
    """The bot looks what is due."""
    await look(Context(telegram.app))
    await telegram.quiet()


async def to_the_pack(telegram):
    """All but the last tap to a file for the police."""
    anna = telegram.person(1)
    await asked_for_money(telegram, anna)
    await Thumb(telegram, anna).tap("It was a scam", "I paid", "That is all")


async def to_the_steps(telegram):
    """All but the last tap to the steps."""
    anna = telegram.person(1)
    await asked_for_money(telegram, anna)
    await Thumb(telegram, anna).tap("It was a scam", "I paid")


async def to_the_last_answer(telegram):
    """A letter, but for its last answer."""
    thumb = await planned(telegram, telegram.person(1))
    await thumb.tap("Letter to the maker")
    await thumb.types(*TYPED[:-1])


async def to_the_first_answer(telegram):
    """A letter was chosen, and its maker is asked for."""
    thumb = await planned(telegram, telegram.person(1))
    await thumb.tap("Letter to the maker")


async def to_the_second_question(telegram):
    """Two of the questions were answered."""
    thumb = Thumb(telegram, telegram.person(1))
    await thumb.command("/deepfake")
    await thumb.tap("Me", "No")


async def to_a_tip(telegram):
    """A tip is due."""
    thumb = Thumb(telegram, telegram.person(1))
    await thumb.command("/tips")
    await thumb.tap("One tip a month")
    telegram.time.time = telegram.house.store.reminders.get(1, "tip").due_at + 1


async def to_a_drill(telegram):
    """An exercise is due."""
    await wants_drills(telegram, telegram.person(1))
    telegram.time.time = telegram.house.store.reminders.get(1, "drill").due_at + 1


async def into_a_drill(telegram):
    """An exercise has begun."""
    await to_a_drill(telegram)
    await looks(telegram)


async def to_the_unmasking(telegram):
    """An exercise was not answered for most of an hour."""
    await into_a_drill(telegram)
    telegram.time.time += UNMASK_AFTER.total_seconds() + 1


def tapping(label):
    return lambda telegram: tap_last(telegram, label)


def typing(words):
    return lambda telegram: Thumb(telegram, telegram.person(1)).types(words)


STORIES = {
    "steps": (to_the_steps, tapping("That is all")),
    "pack": (to_the_pack, tapping("Make a file for the police")),
    "question": (to_the_second_question, tapping("No")),
    "back": (to_the_second_question, tapping("Back")),
    "answer": (to_the_first_answer, typing("Kim")),
    "letter": (to_the_last_answer, typing(TYPED[-1])),
    "letter now": (to_the_first_answer, tapping("Make the letter now")),
    "tip": (to_a_tip, looks),
    "drill": (to_a_drill, looks),
    "drill goes on": (into_a_drill, tapping("Who is this?")),
    "drill ends": (into_a_drill, tapping("I will call you back")),
    "unmasking": (to_the_unmasking, looks),
}


async def in_peace(folder, prepare, act):
    """The screens without a kill."""
    async with at_home(folder, now=Clock()) as telegram:
        await prepare(telegram)
        await act(telegram)
        await looks(telegram)
    return seen(telegram)


async def killed(folder, prepare, act, calls):
    """The screens with a kill after so many calls; None where the act makes no more of them."""
    clock, after = Clock(), folder / "after"
    async with at_home(folder / "before", now=clock) as telegram:
        await prepare(telegram)
        hold = Hold(telegram, calls)
        acting = asyncio.create_task(act(telegram))
        reached = asyncio.create_task(hold.reached.wait())
        await asyncio.wait({acting, reached}, return_when=asyncio.FIRST_COMPLETED)
        if not hold.reached.is_set():
            reached.cancel()
            hold.let_go()
            return None
        shutil.copytree(settings_in(folder / "before").data_dir, after)
        screens = copy.deepcopy(telegram.screens)
        hold.let_go()
        await acting
    telegram.screens = screens
    settings = settings_in(folder / "before", data_dir=after)
    async with running_bot(settings, StubAnalyst(), telegram, now=clock) as again:
        await again.quiet()
        await looks(again)
    return seen(again)


@pytest.mark.parametrize("name", STORIES)
async def test_a_kill_at_any_call_changes_nothing_that_is_seen(tmp_path, name):
    """Stopped before its first call, its second, and so on."""
    prepare, act = STORIES[name]
    expected = await in_peace(tmp_path / "peace", prepare, act)
    for calls in itertools.count():
        assert calls < MOST_CALLS
        found = await killed(tmp_path / f"{calls}", prepare, act, calls)
        if found is None:
            break
        assert found == expected, f"killed after {calls} calls"
    assert calls >= 1
