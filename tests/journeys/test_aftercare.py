"""Whole journeys after a verdict: to a file for the police and to a letter, over loopback HTTP."""

import io
import zipfile

from familyguard.evidence_check import check
from tests.bot.test_deepfake_chat import PUBLIC
from tests.journeys.stories import story

BILL = "Can you pay 950 euro to NL91ABNA0417164300 today? I will explain later, do not tell dad"


def documents(told, who):
    """The files that the bot sent to somebody, by name."""
    found = (message.media.file for message in told.screen(who) if message.media)
    return {file.name: file.data for file in found}


async def test_from_a_request_for_money_to_a_file_for_the_police(tmp_path):
    """Warned, tapped through, and the file is whole; one changed byte shows."""
    async with story(tmp_path) as told:
        told.house.store.families.live_in(told.family, "NL")
        told.gets_and_forwards("Anna", BILL)
        await told.sees("Anna", "Do not pay yet")
        await told.taps("Anna", "It was a scam")
        await told.sees("Anna", "You did nothing wrong.")
        await told.taps("Anna", "I paid")
        await told.sees("Anna", "You did nothing wrong.")
        await told.taps("Anna", "That is all")
        await told.sees("Anna", "1. Call your bank now.")
        await told.taps("Anna", "Make a file for the police")
        await told.sees("Anna", "The fingerprint of our key:")
        ((name, content),) = documents(told, "Anna").items()
        assert name.endswith(".zip")
        assert check(content).intact
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            assert BILL.encode() in [packed.read(entry) for entry in packed.namelist()]
        assert not check(content.replace(b"950 euro", b"050 euro")).intact


async def test_from_deepfake_to_a_letter(tmp_path):
    """Nine taps, the command counted, and five typed answers: nothing is left to fill in."""
    async with story(tmp_path) as told:
        told.house.store.families.live_in(told.family, "NL")
        told.writes_to_bot("Anna", "/deepfake")
        for number, label in enumerate(PUBLIC, 1):
            await told.sees("Anna", f"({number} of ")
            await told.taps("Anna", label)
        await told.sees("Anna", "This is information, not legal advice.")
        await told.taps("Anna", "Letter to the maker")
        for asked, typed in (
            ("Who made or posted it?", "Łukasz Groß"),
            ("Where is it?", "https://example.org/clip"),
            ("What can be seen or heard?", "my voice asks for money"),
            ("On which day", "yesterday"),
            ("Who signs the letter?", "Anna Bos, anna@example.org"),
        ):
            await told.sees("Anna", asked)
            told.writes_to_bot("Anna", typed)
        await told.sees("Anna", "The same as text")
        papers = documents(told, "Anna")
        assert papers["letter-to-the-maker.pdf"].startswith(b"%PDF")
        text = papers["letter-to-the-maker.txt"].decode()
        assert text.startswith("Anna Bos\nanna@example.org\n\nŁukasz Groß\n")
        assert "____" not in text
