"""Whole journeys of requests for money, through the real application over loopback HTTP."""

import asyncio

import pytest

from tests.bot.families import DURESS, WORD, enrol, set_word
from tests.bot.scripts import memo
from tests.journeys.stories import story

CAUTION = "Careful – check another way first."
STRONG = "Do not pay yet – strong warning signs."
ALARM = "Do not pay. This is a scam."
ASKS = "Mum, it's Tom. I need 950 euro today, my phone broke, do not call me"


async def test_hi_mum_ends_with_not_me(tmp_path):
    """A text that names Tom: Tom is asked, says Not me, and the whole family is warned."""
    async with story(tmp_path) as told:
        told.gets_and_forwards("Anna", f"Hi {ASKS}")
        card = await told.sees("Anna", STRONG)
        assert "It is supposed to come from Tom." in card
        assert "Call Tom on +31 6 12345678." in card
        await told.sees("Anna", "I have asked Tom in Telegram")
        await told.sees("Tom", "Did you just ask Anna for money?")
        await told.taps("Tom", "Not me!")
        await told.sees("Anna", "Alarm. Tom says: that was not me.")
        await told.sees("Bert", "Alarm for the family.")
        await told.sees("Anna", ALARM)
        assert told.house.store.families.get(told.family).is_frozen(told.house.now())
        await told.taps("Anna", "It was a scam")
        await told.sees("Anna", "You did nothing wrong.")


async def test_a_clone_with_the_right_word_but_without_the_phrase(tmp_path):
    """Row 3: the voice is Tom's and so is the word; the phrase of just now gives it away."""
    async with story(tmp_path) as told:
        set_word(told.house, told.family)
        enrol(told.house, told.relatives["Tom"], "tom")
        told.gets_and_forwards("Anna", memo(ASKS, voice="tom"))
        await told.sees("Anna", STRONG)
        await told.phrase("Anna")
        told.gets_and_forwards("Anna", memo(f"it is me, {WORD}, hurry", voice="tom"))
        card = await told.sees("Anna", "The one-time phrase was missing, different or too late.")
        assert card.startswith(STRONG)
        assert "The voice sounds like Tom." in card
        assert "This proves nothing" in card
        assert not told.has_seen("Anna", WORD.split()[0])


async def test_a_relative_who_answers_well_is_still_to_be_called(tmp_path):
    """Tom needs money indeed: word, phrase, voice and his yes; nothing of that clears anything."""
    async with story(tmp_path) as told:
        set_word(told.house, told.family)
        enrol(told.house, told.relatives["Tom"], "tom")
        request = told.sends_memo(
            "Tom", "Anna", memo("Mum, can you lend me 900 euro?", voice="tom")
        )
        told.forwards("Anna", request)
        await told.sees("Anna", "It is supposed to come from Tom.")
        first = await told.sees("Anna", CAUTION)
        assert "Call Tom on +31 6 12345678." in first
        await told.taps("Tom", "Yes, that was me")
        said_yes = await told.sees("Anna", "The account of Tom says: yes, that was me.")
        assert "An account can be stolen" in said_yes
        phrase = await told.phrase("Anna")
        reply = told.sends_memo("Tom", "Anna", memo(f"{WORD}, {phrase}", voice="tom"))
        told.forwards("Anna", reply)
        card = await told.sees("Anna", "The one-time words were in it.")
        assert card.startswith(CAUTION)
        assert "Call Tom on +31 6 12345678." in card
        assert "This proves nothing" in card


async def test_a_replayed_code_word_is_named_as_heard_before(tmp_path):
    """Row 1: the memo that answered yesterday is played to Bert today."""
    async with story(tmp_path) as told:
        set_word(told.house, told.family)
        told.gets_and_forwards("Anna", "Hi mum, this is my new number")
        phrase = await told.phrase("Anna")
        good = memo(f"{WORD}, {phrase}", voice="tom", sound="the answer")
        told.gets_and_forwards("Anna", good)
        await told.sees("Anna", "The one-time words were in it.")
        await told.sees("Anna", "Your code word was spoken in a memo.")
        told.gets_and_forwards("Bert", "Hi dad, this is my new number")
        await told.phrase("Bert")
        await asyncio.sleep(1.1)  # Telegram counts seconds: two in one would be one message
        again = memo(f"{WORD}, {phrase}", voice="tom", sound="the answer", salt="once more")
        told.gets_and_forwards("Bert", again)
        card = await told.sees("Bert", "I heard this same recording before, on")
        assert card.startswith(STRONG)
        assert "The one-time phrase was missing, different or too late." in card


async def test_somebody_who_is_forced_alerts_the_others_in_silence(tmp_path):
    """Row 22: Bert sees an accepted answer, Anna a silent alarm, Tom nothing at all."""
    async with story(tmp_path) as told:
        set_word(told.house, told.family, duress=True)
        told.gets_and_forwards("Bert", "Hi dad, it's Tom, this is my new number")
        phrase = await told.phrase("Bert")
        told.gets_and_forwards("Bert", memo(f"{DURESS}, {phrase}", voice="tom"))
        await told.sees("Anna", "Silent alarm.")
        card = await told.sees("Bert", "The one-time words were in it.")
        assert card.startswith(CAUTION)
        for name in ("Bert", "Tom"):
            assert not told.has_seen(name, "alarm")


async def test_a_conversation_warns_before_money_is_named(tmp_path):
    """New number, small talk, a reason not to call: strong before any amount."""
    async with story(tmp_path) as told:
        told.gets_and_forwards("Anna", "Hi mum, this is my new number, save it")
        await told.sees("Anna", CAUTION)
        told.gets_and_forwards("Anna", "How are you? Are you busy?")
        told.gets_and_forwards("Anna", "My microphone is broken so you cannot call me")
        card = await told.sees("Anna", "This is more serious than I said before.")
        assert card.startswith(STRONG)
        assert "asks for money" not in card
        told.gets_and_forwards("Anna", "Can you pay a bill of 1,240 euro for me today?")
        await told.sees("Anna", "It asks for money")


@pytest.mark.parametrize("answer", ["Yes, that was me", "Not me!"])
async def test_whoever_the_criminal_is_the_level_never_falls(tmp_path, answer):
    """Row 7: a stolen account says yes, a later message smooths it over; nothing is undone."""
    async with story(tmp_path) as told:
        told.gets_and_forwards("Anna", f"Hi {ASKS}")
        await told.sees("Anna", STRONG)
        await told.taps("Tom", answer)
        await told.sees("Anna", "Tom says: ")
        told.gets_and_forwards("Anna", "Never mind mum, all is fine again")
        card = await told.sees("Anna", "I see nothing new in this.")
        assert card.startswith(STRONG if answer.startswith("Yes") else ALARM)
