"""What somebody types about what is happening to them: the answer is what to do."""

import pytest

from bot.aftercare.helplines import emergency_number
from bot.texts import LANGUAGES, Texts
from familyguard.plea import Plea
from tests.bot.houses import family_bot
from tests.bot.test_case import CAUTION, STRONG, at_home, forward_text, sender
from tests.bot.test_check import NONE, SCAM

FOUND_NOTHING = "I found nothing"


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("Er staat een politieman aan de deur die mijn pasje wil hebben", "Do not open."),
        ("There is somebody at the door from the bank", "Do not open."),
        ("Ze vragen om mijn pincode", "Hang up."),
        ("Ik word nu gebeld door de Rabobank", "Hang up."),
        ("They say my son is in jail and I must bring cash", "Hang up."),
        ("I am scared", "Stop for a moment."),
        ("Ik heb mijn pas meegegeven", "Have your card blocked now"),
        ("I gave them my card", "Have your card blocked now"),
        ("Iemand heeft mijn computer overgenomen met anydesk", "Turn the internet off now"),
        ("I let them into my computer", "Turn the internet off now"),
    ],
)
async def test_whoever_types_what_happens_to_them_reads_first_what_to_do(tmp_path, typed, first):
    """No verdict, no case, and nothing about what was found in their words."""
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        await anna.sends(typed)
        shown = await anna.sees(first)
        await telegram.quiet()
        assert shown.text.startswith(first)
        assert len(anna.screen) == 1
        assert not anna.has_seen(FOUND_NOTHING)


async def test_an_emergency_is_never_glued_onto_an_earlier_case(tmp_path):
    """Another answer beside it would be read as the answer about the man at the door."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        await anna.sends(SCAM)
        await anna.sees(STRONG)
        await anna.sends("Someone has taken over my laptop with AnyDesk")
        shown = await anna.sees("Turn the internet off now")
        await telegram.quiet()
        assert "my answer stays" not in shown.text
        family = telegram.people["Anna"].family_id
        assert len(telegram.house.store.cases.of_account(family, 1)) == 1
        await anna.sends("thanks")
        await anna.sees("my answer stays: Do not pay yet")


async def test_a_card_that_is_gone_is_not_where_the_number_is_looked_for(tmp_path):
    """And what comes after the call is one tap away."""
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        await anna.sends("I gave them my card")
        shown = await anna.sees("Have your card blocked now")
        assert "number on your bank card" not in shown.text
        assert "bank statement" in shown.text
        await anna.taps("It was a scam")
        await anna.sees("What has happened?")


async def test_a_forwarded_message_is_judged_as_ever(tmp_path):
    """Whatever it says: it is somebody else who says it."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        await forward_text(anna, "Ze vragen om mijn pincode", sender(telegram))
        await telegram.quiet()
        assert anna.last.text.startswith(NONE)


async def test_words_with_a_strong_warning_are_judged_beside_the_plea(tmp_path):
    """They may have been copied after all: the plea lowers nothing."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        await anna.sends(f"{SCAM} They are asking for my PIN")
        await telegram.quiet()
        assert any(shown.text.startswith(STRONG) for shown in anna.screen)


async def test_a_stranger_who_is_afraid_gets_the_answer_of_a_stranger(tmp_path):
    """The bot says nothing to anybody else."""
    async with family_bot(tmp_path) as telegram:
        stranger = telegram.person(99)
        await stranger.sends("There is somebody at the door from the bank")
        await telegram.quiet()
        assert not stranger.has_seen("Do not open")


@pytest.mark.parametrize("typed", ["asdfgh", "hallo", "hi there"])
async def test_what_is_no_message_is_told_what_can_be_sent(tmp_path, typed):
    """«I found nothing» would be a verdict on a slip of the fingers."""
    async with family_bot(tmp_path) as telegram:
        await telegram.person(1).sends(typed)
        shown = await telegram.person(1).sees("You can send me a message")
        assert FOUND_NOTHING not in shown.text
        assert "on a number you already had" in shown.text


async def test_something_else_can_be_typed_as_well_as_tapped(tmp_path):
    """The latest upload gets a case of its own, as with the button."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        await anna.sends("Hi mum, this is my new number")
        await anna.sees(CAUTION)
        await anna.sends(SCAM)
        merged = await anna.sees(STRONG)
        await telegram.quiet()
        await anna.sends("This is about something else")
        await telegram.quiet()
        assert "I have closed this earlier case" in merged.text
        assert anna.last is not merged
        family = telegram.people["Anna"].family_id
        assert len(telegram.house.store.cases.of_account(family, 1)) == 2


async def test_something_else_without_two_stories_asks_for_the_other_one(tmp_path):
    """Nothing is closed, so no warning is forgotten."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        await anna.sends(SCAM)
        await anna.sees(STRONG)
        await anna.sends("This is about something else")
        await anna.sees("Send me the message that it is about")
        await anna.sends("thanks")
        await anna.sees("my answer stays")


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_plea_has_its_answer_and_no_number_stays_open(language):
    """And who lives where no number is known still reads whom to call."""
    texts = Texts(language)
    for plea in set(Plea) - {Plea.HELP}:
        assert "{" not in texts.get(f"chat.plea.{plea}", emergency="112")
    assert emergency_number("NL", texts) == emergency_number("BE", texts) == "112"
    assert "112" in emergency_number("", texts)
