"""Stories after a scam: what has happened, the steps, and a file for the police in a few taps."""

import hashlib
import io
import json
import zipfile

import pytest

from bot.keyboards import CASE
from bot.words.codewords import count_attempts
from bot.words.overheard import MEMBER
from familyguard.codeword import Attempts
from familyguard.evidence_check import check
from familyguard.evidence_pack import fingerprint, signing_key
from familyguard.phrase import Phrase, parts_heard
from tests.bot.families import WORD, set_word
from tests.bot.houses import PNG, StubAnalyst
from tests.bot.scripts import memo
from tests.bot.test_case import BILL, at_home, forward_text, sender
from tests.bot.test_check import SCAM
from tests.bot.thumbs import Thumb

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
        thumb = Thumb(telegram, anna)
        await thumb.tap("It was a scam", "I paid", "That is all", "Make a file for the police")
        assert thumb.taps == 4
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


async def test_whoever_must_say_more_and_lives_nowhere_yet_needs_six_taps(tmp_path):
    """Two things happened, and the country is asked for: the file is still six taps away."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        await forward_text(anna, BILL, sender(telegram))
        await anna.sees("Do not pay yet")
        await telegram.quiet()
        thumb = Thumb(telegram, anna)
        await thumb.tap("It was a scam", "I paid", "I gave a code or access", "That is all")
        await thumb.tap("Netherlands", "Make a file for the police")
        assert thumb.taps == 6
        _, files = opened_pack(await pack_of(anna))
        assert "I gave a code or access" in files["summary.txt"].decode()


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


async def test_the_steps_and_the_file_come_also_where_the_case_is_gone(tmp_path):
    """Who taps a card of last year is helped all the same, with a new case for what they tapped."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        await anna.presses(f"{CASE}scam:0123456789abcdef")
        await telegram.quiet()
        await anna.taps("I paid")
        await telegram.quiet()
        await anna.taps("That is all")
        page = await anna.sees("Stop answering, and pay nothing.")
        assert "I do not know the numbers for your country." in page.text
        await anna.taps("Make a file for the police")
        _, files = opened_pack(await pack_of(anna))
        assert "I paid." in files["summary.txt"].decode()


@pytest.mark.parametrize(("who", "kept"), [(1, "NL"), (3, None)])
async def test_without_a_country_the_steps_hold_everywhere_and_ask_for_it(tmp_path, who, kept):
    """Bank, police and 112; a tap brings the numbers, and only a keeper's stays the family's."""
    async with at_home(tmp_path) as telegram:
        person = telegram.person(who)
        await forward_text(person, BILL, sender(telegram))
        await person.sees("Do not pay yet")
        await telegram.quiet()
        for label in ("It was a scam", "I paid", "That is all"):
            await person.taps(label)
            await telegram.quiet()
        page = await person.sees("1. Call your bank now.")
        assert "112" in page.text
        assert "Make a file for the police" in page.buttons
        await person.taps("Netherlands")
        await telegram.quiet()
        assert "I do not know the numbers" not in person.last.text
        assert "https://www.politie.nl" in person.last.text
        assert "Netherlands" not in person.last.buttons
        assert "Make a file for the police" in person.last.buttons
        family = telegram.house.store.families.get(telegram.people["Anna"].family_id)
        assert family.country == kept


async def test_the_file_says_that_not_me_was_answered_and_what_the_whole_case_comes_to(tmp_path):
    """Who was asked, their answer, and the verdict that came of it, which no single message has."""
    async with at_home(tmp_path) as telegram:
        anna, tom = telegram.person(1), telegram.person(2)
        text = "Hi Anna, this is Tom, new number. Transfer 900 pounds today, I cannot call"
        await forward_text(anna, text, sender(telegram))
        await tom.sees("Did you")
        await tom.taps("Not me!")
        await anna.sees("Do not pay. This is a scam")
        await telegram.quiet()
        card = next(one for one in reversed(anna.screen) if "It was a scam" in one.buttons)
        await anna.presses(card.buttons["It was a scam"], card)
        await telegram.quiet()
        for label in ("I paid", "That is all", "Make a file for the police"):
            await anna.taps(label)
            await telegram.quiet()
        _, files = opened_pack(await pack_of(anna))
        summary = files["summary.txt"].decode()
        assert "I paid. Tom was asked on 20" in summary
        assert ": Not me." in summary
        assert "What the program says of the whole case: this is a scam." in summary


async def challenged(telegram, person):
    """A case whose sender is asked for a phrase and the code word; and the phrase."""
    set_word(telegram.house, telegram.people["Anna"].family_id)
    await forward_text(person, BILL, sender(telegram))
    await person.sees("Do not pay yet")
    await person.taps("Ask for the code word")
    await person.sees("Ask for a new voice memo")
    await telegram.quiet()
    (asked,) = telegram.house.store.challenges.unanswered(
        telegram.people["Anna"].family_id, person.user_id
    )
    return asked.phrase


async def file_of_the_case(telegram, person):
    """The files of the pack of the only case."""
    await person.sends("/case")
    await telegram.quiet()
    await person.presses(next(iter(person.last.buttons.values())), person.last)
    await telegram.quiet()
    await person.taps("Make a file for the police")
    return opened_pack(await pack_of(person))[1]


async def test_an_answer_that_is_left_out_is_named_with_its_hash_and_why(tmp_path):
    """The police learn that there was one; the word itself is nowhere in the file."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        phrase = await challenged(telegram, anna)
        sound = memo(f"{phrase} {WORD}")
        await anna.forwards_voice(sound, forward_origin=sender(telegram, date=now_of(telegram)))
        await telegram.quiet()
        files = await file_of_the_case(telegram, anna)
        summary = files["summary.txt"].decode()
        assert "left out of this file: 1." in summary
        assert f"SHA-256 {hashlib.sha256(sound).hexdigest()}" in summary
        assert sound not in files.values()
        assert not any(WORD.encode() in content for content in files.values())


async def test_attack_15_a_memo_that_comes_after_very_many_is_judged_and_kept_as_evidence(tmp_path):
    """Row 15: whoever floods the bot, or makes Anna forward a lot, must not empty the file for the
    police.  The words of that memo are in no case and no file, since nobody looked through them."""
    async with at_home(tmp_path) as telegram:
        set_word(telegram.house, telegram.people["Anna"].family_id)
        anna, family = telegram.person(1), telegram.people["Anna"].family_id
        used = Attempts(MEMBER.free, telegram.house.now())
        count_attempts(telegram.house, family, "overheard:1", used)
        sound = memo("Hi mum, it is Tom. I broke my phone, please pay 950 euro today.")
        await anna.forwards_voice(sound, forward_origin=sender(telegram, date=now_of(telegram)))
        await anna.sees("Do not pay yet")
        await telegram.quiet()
        (case,) = telegram.house.store.cases.of_account(family, 1)
        assert "broke my phone" not in case.state
        files = await file_of_the_case(telegram, anna)
        assert sound in files.values()
        assert "left out" not in files["summary.txt"].decode()
        assert not any(
            b"broke my phone" in content for content in files.values() if content != sound
        )


PLAIN = ("hurry up, send the money now", "do it", "we must go", "please pay this bill at once")


async def test_an_answer_without_any_of_the_phrase_or_the_word_is_plain_evidence(tmp_path):
    """The scammer's next memo is in the file, but not its words."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        phrase = Phrase.parse(await challenged(telegram, anna))
        # The phrase is drawn anew each time, and may sound a little like one of these.
        words = next(one for one in PLAIN if not parts_heard(phrase, [one]))
        sound = memo(words)
        await anna.forwards_voice(sound, forward_origin=sender(telegram, date=now_of(telegram)))
        await telegram.quiet()
        files = await file_of_the_case(telegram, anna)
        assert sound in files.values()
        assert "left out" not in files["summary.txt"].decode()
        assert not [name for name in files if name.startswith("transcript")]
        said = words.encode()
        assert not any(said in content for content in files.values() if content != sound)


def now_of(telegram):
    """The time of the house, as forwards tell it."""
    return int(telegram.house.now())


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
