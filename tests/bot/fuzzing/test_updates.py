"""Odd updates, in small: no handler dies, nothing reaches another family."""

import random

from bot.fuzzing import hostile
from bot.fuzzing.crowd import Crowd
from bot.fuzzing.house import Flaws, TrialHouse
from bot.fuzzing.updates import FuzzReport, fuzz
from bot.playground.world import World


def test_three_hundred_odd_updates_do_no_harm():
    """The same that the command does at length."""
    said = []
    report = fuzz(300, seed=11, say=said.append)
    assert report.passed, f"{report.in_words()}\n{said}"
    assert report.done == 300
    assert report.sent > 40
    assert report.not_understood > 40


def test_the_same_seed_makes_the_same_updates():
    """So that what went wrong can be looked at again."""

    def made():
        dice = random.Random("7/0")
        crowd = Crowd(World(lambda: 1.0), World().add_bot("x", "y_bot"), dice)
        return [
            hostile.mutated(crowd.update(crowd.strangers[0]), dice, crowd.ids).keys()
            for _ in range(50)
        ]

    assert made() == made()


async def test_a_word_on_the_wrong_screen_is_found(tmp_path):
    """The trial would notice what it is there for."""
    flaws = Flaws()
    house = TrialHouse(tmp_path, random.Random(1), flaws)
    async with house.open():
        chat = house.crowd.chat(house.crowd.second[0])
        house.world.new_message(chat, house.bot, text="Aardvarkname0 asks for money")
        house._look_at_screens()
    assert flaws == {"a word of one family on another's screen": 1}


async def test_a_change_to_a_family_that_does_nothing_is_found(tmp_path):
    """Rows and screens are compared."""
    house = TrialHouse(tmp_path, random.Random(1), Flaws())
    async with house.open():
        before = house._state()
        assert before[0]["persons"]
        assert house._state() == before
        store = house._store
        family = store.accounts.get(house.crowd.first[0].id).family_id
        store.families.come_to(family, None)
        assert house._state() == before
        store.people.add(family, "adult", 1.0, "Mallory")
        assert house._state() != before


def test_a_flaw_is_a_failure():
    """One in a hundred thousand is one too many."""
    report = FuzzReport(10, 1)
    assert report.passed
    report.flaws["handler_failed"] += 1
    assert not report.passed
    assert "1 × handler_failed" in report.in_words()
