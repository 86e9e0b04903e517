"""Stories of `/deepfake` and `/video`: questions, steps, letters, and images that are refused."""

import pytest

from bot.app import house_of
from tests.bot.scripts import memo
from tests.bot.test_case import BILL, at_home
from tests.bot.test_casefile import kept_files
from tests.bot.test_screenshot import photo

PUBLIC = (
    "Me",
    "No",
    "No",
    "It hurts someone's good name",
    "On social media",
    "Yes",
    "No",
)
"""The longest way: seven questions."""


async def answer(telegram, person, labels):
    """Begin, and tap these answers."""
    family = telegram.people["Anna"].family_id
    telegram.house.store.families.live_in(family, "NL")
    await person.sends("/deepfake")
    await telegram.quiet()
    for label in labels:
        await person.taps(label)
        await telegram.quiet()


@pytest.mark.parametrize("labels", [("Me", "Yes"), ("Me", "No", "I do not know")])
async def test_where_it_may_be_sexual_or_a_minor_every_image_is_refused(tmp_path, labels):
    """Photo, video and file, own or forwarded: never fetched, never judged, never kept."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        await answer(telegram, anna, labels)
        await anna.sends_message(**photo(telegram))
        await anna.sends_message(**photo(telegram), forward_origin=telegram.origin())
        await anna.forwards("video")
        await anna.forwards("document", own=True, file={"mime_type": "image/png"})
        await anna.forwards("document", file={"mime_type": "application/zip"})
        await telegram.quiet()
        refusals = [one for one in anna.screen if "have not kept this one" in one.text]
        assert len(refusals) == 5
        assert telegram.count("getFile") == telegram.count("download") == 0
        assert kept_files(telegram) == []


async def test_something_else_can_be_checked_after_a_refusal(tmp_path):
    """A criminal's video does not wait until a talk about a deepfake is over."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        await answer(telegram, anna, ("Me", "Yes"))
        await anna.forwards("video")
        await anna.sees("have not kept this one")
        await anna.taps("This is about something else")
        await anna.sees("Send it once more, then I check it.")
        await anna.forwards("video")
        await anna.sees("No warning signs found")


async def test_after_the_last_answer_the_refusal_stands_and_the_helpline_comes_first(tmp_path):
    """A minor in it: help first, no offer to keep images."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        labels = ("Someone in my family", "No", "Yes", "None of these", "On a website", "No", "No")
        await answer(telegram, anna, labels)
        page = await anna.sees("talk to people who know about this")
        assert page.html.index("Helpwanted") < page.html.index("<b>2.")
        assert all("Keep evidence" not in one.buttons for one in anna.screen)
        await anna.presses("deepfake:keep:")
        await anna.sends_message(**photo(telegram))
        await anna.sees("have not kept this one")
        assert telegram.count("getFile") == 0


async def test_evidence_is_kept_where_it_harms_nobody_and_goes_when_an_answer_changes(tmp_path):
    """By choice; a later «yes, sexual» deletes the pictures at once."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        await answer(telegram, anna, PUBLIC)
        await anna.taps("Keep evidence")
        await anna.sees("Send me your screenshots now")
        await anna.sends_message(**photo(telegram))
        await anna.sees("I keep this one with your case.")
        await telegram.quiet()
        assert len(kept_files(telegram)) == 1
        await anna.presses("deepfake:option:sexual:yes")
        await anna.sees("have not kept this one")
        await telegram.quiet()
        assert kept_files(telegram) == []


async def test_back_goes_one_question_back_and_an_old_button_is_forgotten(tmp_path):
    """Nothing gets lost by a wrong tap."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        await answer(telegram, anna, ("Me",))
        await anna.sees("Is it naked or sexual?")
        await anna.taps("Back")
        await anna.sees("Who can be seen or heard in it?")
        await anna.taps("Not now")
        await telegram.quiet()
        await anna.presses("deepfake:option:who:me")
        await anna.presses("deepfake:letter:erasure_maker")
        await telegram.quiet()
        assert telegram.alerts == ["I no longer remember this one."] * 2


async def test_who_made_one_reads_what_the_personal_circle_means(tmp_path):
    """No letters, but what the exception is and when it ends."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        labels = ("I made one myself", "No", "No", "Only a small circle of friends or family")
        await answer(telegram, anna, labels)
        page = await anna.sees("Keep it in the small circle.")
        assert "Letter to the maker" not in page.buttons


@pytest.mark.parametrize(("who", "kept"), [(1, "NL"), (3, None)])
async def test_without_a_country_the_letters_are_there_and_a_tap_brings_the_numbers(
    tmp_path, who, kept
):
    """European law holds in all of Europe; only what a keeper taps stays the family's country."""
    async with at_home(tmp_path) as telegram:
        person = telegram.person(who)
        await person.sends("/deepfake")
        await telegram.quiet()
        for label in PUBLIC:
            await person.taps(label)
            await telegram.quiet()
        page = await person.sees("Tap your country, then I show its numbers.")
        assert "Letter to the maker" in page.buttons
        assert "European Data Protection Board" in page.text
        await person.taps("Netherlands")
        page = await person.sees("Autoriteit Persoonsgegevens")
        assert "0900-8844" in page.text
        assert "Tap your country" not in page.text
        family = telegram.house.store.families.get(telegram.people["Anna"].family_id)
        assert family.country == kept


async def test_outside_europe_no_letter_is_offered(tmp_path):
    """They rest on European law, and the page says so."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        await anna.sends("/deepfake")
        await telegram.quiet()
        for label in (*PUBLIC, "United States"):
            await anna.taps(label)
            await telegram.quiet()
        page = await anna.sees("The letters rest on European law.")
        assert "Letter to the maker" not in page.buttons


async def test_a_text_that_is_forwarded_meanwhile_is_checked(tmp_path):
    """A forward is never an answer."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        await answer(telegram, anna, ("Me",))
        await anna.sends_message(text="See you on Sunday", forward_origin=telegram.origin())
        await anna.sees("No warning signs found")


async def test_eight_looks_at_a_video_end_in_an_advice_and_never_in_a_clearance(tmp_path):
    """One question at a time with how to look; the sound of the video stands beside it."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        await anna.forwards("video")
        await anna.sees("No warning signs found")
        await telegram.quiet()
        await anna.sends("/video")
        await anna.sees("Eight things to look at.")
        await telegram.quiet()
        for label in ("Nothing odd",) * 6 + ("I cannot tell", "Nothing odd"):
            await anna.taps(label)
            await telegram.quiet()
        page = await anna.sees("You saw nothing odd. That is no proof")
        assert "call back on a number that you already had" in page.text
        assert "this is not proof" in page.text


async def test_where_the_sound_asks_for_money_what_to_do_stands_first(tmp_path):
    """Before what was seen, however harmless that was."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        await anna.forwards("video", memo(BILL))
        await anna.sees("Do not pay yet")
        await telegram.quiet()
        await anna.sends("/video")
        await telegram.quiet()
        for label in ("Nothing odd",) * 8:
            await anna.taps(label)
            await telegram.quiet()
        page = await anna.sees("You saw nothing odd.")
        assert page.text.startswith("Do not pay yet")


async def test_two_odd_things_are_named_and_the_sound_is_asked_for(tmp_path):
    """Without the video itself, how to have its sound heard."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        await anna.sends("/video")
        await telegram.quiet()
        for label in ("That looks odd",) * 2 + ("Nothing odd",) * 6:
            await anna.taps(label)
            await telegram.quiet()
        page = await anna.sees("Several things do not fit.")
        assert "Do the lips and the sound go together?" in page.text
        assert "Forward the video to me too." in page.text
        assert house_of(telegram.app).store.dialogues.of(1, telegram.time.time) is not None
