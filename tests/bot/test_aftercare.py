"""Stories after a scam: what has happened, the steps, and a file for the police in a few taps."""

import io
import json
import zipfile

import pytest

from bot.keyboards import CASE
from familyguard.evidence_check import check
from familyguard.evidence_pack import fingerprint, signing_key
from tests.bot.families import WORD, set_word
from tests.bot.houses import PNG, StubAnalyst
from tests.bot.scripts import memo
from tests.bot.test_case import BILL, at_home, forward_text, sender
from tests.bot.test_check import SCAM

pytest.importorskip("fpdf", reason="writes papers")


def opened_pack(shown):
    """The name and the files of a pack, which must be whole."""
    name, content = shown.document
    assert check(content).intact
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return name, {entry: packed.read(entry) for entry in packed.namelist()}


async def pack_of(person):
    """Wait for the file."""
    return await person.telegram.until(
        lambda: next((one for one in person.screen if one.document), None), "a document"
    )


async def asked_for_money(telegram, person):
    """A request for money comes in and is judged."""
    telegram.house.store.families.live_in(telegram.people["Anna"].family_id, "NL")
    await forward_text(person, BILL, sender(telegram))
    await person.sees("Do not pay yet")
    await telegram.quiet()


async def test_from_it_was_a_scam_to_a_file_for_the_police_in_four_taps(tmp_path):
    """Six are allowed; the file is whole, signed, and says what was tapped and what came in."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        await asked_for_money(telegram, anna)
        taps = ("It was a scam", "I paid", "That is all", "Make a file for the police")
        for label in taps:
            await anna.taps(label)
            await telegram.quiet()
        assert len(taps) <= 6
        shown = await pack_of(anna)
        name, files = opened_pack(shown)
        assert name.endswith(".zip")
        summary = files["summary.txt"].decode()
        assert "Reported by: Anna" in summary
        assert "I paid." in summary
        assert "strong warning signs" in summary
        (original,) = [one for one in files if one.startswith("originals/")]
        assert files[original].decode() == BILL
        key = fingerprint(signing_key(telegram.house.store.keys).public_key())
        assert key in shown.text


async def test_a_changed_byte_in_the_file_shows(tmp_path):
    """What the bot sends fails its check once somebody touches it."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        await asked_for_money(telegram, anna)
        for label in ("It was a scam", "That is all", "Make a file for the police"):
            await anna.taps(label)
            await telegram.quiet()
        content = bytearray((await pack_of(anna)).document[1])
        content[len(content) // 2] ^= 1
        assert not check(bytes(content)).intact


async def test_a_second_tap_takes_a_choice_back(tmp_path):
    """And what is chosen is marked."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        await asked_for_money(telegram, anna)
        await anna.taps("It was a scam")
        await telegram.quiet()
        await anna.taps("I gave a code or access")
        await telegram.quiet()
        await anna.taps("✓ I gave a code or access")
        await telegram.quiet()
        await anna.taps("I gave bank details or my PIN")
        await telegram.quiet()
        await anna.taps("That is all")
        page = await anna.sees("1. Call your bank now.")
        assert "change your password" not in page.text


async def test_taps_that_are_faster_than_the_screen_are_all_counted(tmp_path):
    """Somebody in a hurry: the buttons of before the first tap do not undo it."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        await asked_for_money(telegram, anna)
        await anna.taps("It was a scam")
        await telegram.quiet()
        shown = dict(anna.last.buttons)
        for label in ("I paid", "I gave a code or access", "I paid", "That is all"):
            await anna.presses(shown[label], anna.last)
        page = await anna.sees("1. Call your bank now.")
        assert "change your password" in page.text


async def test_the_steps_come_also_where_the_case_is_gone(tmp_path):
    """Who taps a card of last year is helped all the same, without a file to make."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        await anna.presses(f"{CASE}scam:0123456789abcdef")
        await telegram.quiet()
        await anna.taps("That is all")
        page = await anna.sees("Stop answering, and pay nothing more.")
        assert page.buttons == {}
        assert "I do not know the numbers for your country." in page.text


async def test_who_said_the_code_word_has_the_keeper_told_to_take_another(tmp_path):
    """The word is due for rotation, and nobody is blamed."""
    async with at_home(tmp_path) as telegram:
        anna, bert = telegram.person(1), telegram.person(3)
        family = telegram.people["Anna"].family_id
        set_word(telegram.house, family)
        await bert.sends(SCAM)
        await bert.sees("Do not pay yet")
        for label in ("It was a scam", "I said our code word", "That is all"):
            await bert.taps(label)
            await telegram.quiet()
        await bert.sees("Choose a new code word with your family.")
        await anna.sees("Bert says that a stranger may know your code word now.")
        assert telegram.house.store.codewords.get(family).rotate_why == "leaked"


async def test_the_original_of_a_memo_is_in_the_file_with_what_was_said_and_its_times(tmp_path):
    """Byte for byte, fetched from Telegram; with transcript and the clocks that times come from."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        sound = memo(BILL)
        await anna.forwards_voice(sound, forward_origin=sender(telegram))
        await anna.sees("Do not pay yet")
        await telegram.quiet()
        await anna.sends("/case")
        await telegram.quiet()
        await anna.presses(next(iter(anna.last.buttons.values())), anna.last)
        await telegram.quiet()
        await anna.taps("Make a file for the police")
        _, files = opened_pack(await pack_of(anna))
        (original,) = [one for one in files if one.startswith("originals/")]
        assert files[original] == sound
        assert files["picture-01.png"] == PNG
        assert b"950 euro" in files["transcript-01.txt"]
        manifest = json.loads(files["manifest.json"])
        (listed,) = manifest["originals"]
        assert [time["origin"] for time in listed["times"]] == ["telegram", "forward", "server"]
        assert listed["origin"] == "Stranger"
        assert manifest["custody"][0]["who"] == "Anna"
        assert not telegram.house.store.evidence.folder.exists()


async def test_a_memo_with_the_code_word_is_not_in_the_file(tmp_path):
    """Neither its sound nor its words: it would hand the word to whoever reads the file."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        set_word(telegram.house, telegram.people["Anna"].family_id)
        await forward_text(anna, BILL, sender(telegram))
        await anna.sees("Do not pay yet")
        await anna.forwards_voice(
            memo(f"it is me, {WORD}, pay now"), forward_origin=sender(telegram)
        )
        await telegram.quiet()
        for label in ("It was a scam", "That is all", "Make a file for the police"):
            await anna.taps(label)
            await telegram.quiet()
        _, files = opened_pack(await pack_of(anna))
        assert len([one for one in files if one.startswith("originals/")]) == 1
        assert not any(WORD.encode() in content for content in files.values())


async def test_a_file_that_telegram_no_longer_has_is_told(tmp_path):
    """The rest is packed all the same."""
    async with at_home(tmp_path, analyst=StubAnalyst()) as telegram:
        anna = telegram.person(1)
        await forward_text(anna, BILL, sender(telegram))
        await anna.sees("Do not pay yet")
        file = await anna.forwards_voice(memo("send it today"), forward_origin=sender(telegram))
        await telegram.quiet()
        del telegram.files[file]
        for label in ("It was a scam", "That is all", "Make a file for the police"):
            await anna.taps(label)
            await telegram.quiet()
        await anna.sees("Not in it: 1.")
        _, files = opened_pack(await pack_of(anna))
        assert len([one for one in files if one.startswith("originals/")]) == 1


async def test_the_same_in_dutch(tmp_path):
    """Steps, summary and report are in the language of whoever asks."""
    async with at_home(tmp_path) as telegram:
        telegram.house.store.accounts.speak(1, "nl")
        anna = telegram.person(1)
        telegram.house.store.families.live_in(telegram.people["Anna"].family_id, "NL")
        await forward_text(anna, BILL, sender(telegram))
        await anna.sees("Nog niet betalen")
        await telegram.quiet()
        for label in ("Het was oplichting", "Ik heb betaald", "Dit is alles"):
            await anna.taps(label)
            await telegram.quiet()
        await anna.sees("Bel nu je bank.")
        await anna.taps("Maak een dossier voor de politie")
        _, files = opened_pack(await pack_of(anna))
        assert "Ik heb betaald." in files["summary.txt"].decode()
