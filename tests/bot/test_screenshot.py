"""Stories of screenshots that are sent to the bot."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app import house_of
from bot.handlers import screenshot as handler
from bot.judgement import judge_screenshot
from bot.screenshots.model import Bubble, PictureProblem, Screenshot, UnreadablePicture
from bot.texts import LANGUAGES, Texts
from familyguard.model import Level
from tests.bot.families import WORD, set_word
from tests.bot.houses import family_bot
from voice.audio import MAX_FILE_BYTES

ASKS = "Mum, my phone broke, this is my new number, I need 950 euro today, do not call me"
SCAM = Screenshot((Bubble(ASKS, "left"), Bubble("Which bank?", "right")), "<b>Sophie</b> new")
STRONG = "Do not pay yet – strong warning signs."


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch):
    """Let pictures say what the test wants; returns the contents that were handed over."""
    seen: list[bytes] = []

    def let(outcome: Screenshot | UnreadablePicture) -> list[bytes]:
        def read(path: Path, folder: Path) -> Screenshot:
            seen.append(path.read_bytes())
            if isinstance(outcome, UnreadablePicture):
                raise outcome
            return outcome

        monkeypatch.setattr(handler, "read_picture", read)
        return seen

    return let


def photo(telegram, content: bytes = b"picture", **rest: object) -> dict[str, object]:
    """A photo in two sizes, as Telegram describes it; the second is the larger."""
    telegram.files |= {"small": b"thumbnail", "large": content}
    sizes = [("small", 90), ("large", 1280)]
    return {
        "photo": [
            {"file_id": name, "file_unique_id": f"u{name}", "width": 9, "height": side, **rest}
            for name, side in sizes
        ]
    }


async def test_a_photo_is_read_and_judged_by_its_words(tmp_path, reads):
    """One message that shows the step and becomes the verdict; the largest size is fetched."""
    seen = reads(SCAM)
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        await anna.sends_message(**photo(telegram))
        card = await anna.sees(STRONG)
        assert anna.screen == [card]
        assert seen == [b"picture"]
        assert "That is what it claims to be; anyone can choose a name." in card.text
        assert "the picture itself" in card.text
        assert "<b>Sophie" not in card.html
        await anna.taps("Details")
        await anna.sees("claims to be")
        assert not list((tmp_path / "data" / "incoming").iterdir())


@pytest.mark.parametrize("number", ["+31 6 98765432", "06-98765432", "06 9876 5432 ~Sophie"])
@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "Do not call this number"), ("nl", "Bel dit nummer niet")],
)
async def test_a_number_as_the_sender_is_not_to_be_called(
    tmp_path, reads, number, language, sentence
):
    """Whoever wrote it picks up; unless it is what the family stored, which a card says to call."""
    reads(replace(SCAM, sender=number))
    async with family_bot(tmp_path) as telegram:
        store, anna = house_of(telegram.app).store, telegram.person(1)
        store.accounts.speak(1, language)
        await anna.sends_message(**photo(telegram))
        card = await anna.sees(sentence)
        assert number in card.text
        await anna.taps({"en": "Details", "nl": "Meer uitleg"}[language])
        await telegram.quiet()
        assert sentence in anna.screen[-1].text
        other = store.accounts.get(2)
        store.people.call_on(other.family_id, other.person_id, "+31698765432", 1.0)
        before = len(anna.screen)
        await anna.sends_message(**photo(telegram), forward_origin=telegram.origin())
        await telegram.quiet()
        assert all(sentence not in shown.text for shown in anna.screen[before:])


async def test_attack_2_the_word_in_a_picture_is_found_and_the_picture_goes(tmp_path, reads):
    """Row 2: a relative wrote it in another app, and somebody took a picture of that."""
    reads(Screenshot((Bubble(f"{ASKS}. {WORD}, really!", "left"),), "Sophie"))
    async with family_bot(tmp_path) as telegram:
        house = house_of(telegram.app)
        family = house.store.accounts.get(1).family_id
        set_word(house, family)
        bert = telegram.person(2)
        await bert.sends_message(**photo(telegram), forward_origin=telegram.origin())
        await bert.sees("whoever wrote it knows the word")
        await telegram.person(1).sees("The code word was in a message")
        assert telegram.count("deleteMessage") == 1
        assert house.store.codewords.get(family).rotate_why == "leaked"
        assert not house.store.cases.of_account(family, 2)


async def test_a_picture_sent_as_a_file_is_read_too(tmp_path, reads):
    """PNG as a document."""
    seen = reads(SCAM)
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        await anna.forwards("document", b"file", file={"mime_type": "image/png"})
        await anna.sees(STRONG)
        assert seen == [b"file"]


@pytest.mark.parametrize("reason", PictureProblem)
async def test_an_unreadable_picture_gets_one_sentence(tmp_path, reads, reason):
    """I cannot judge this, and why; never silence, never an all-clear."""
    reads(UnreadablePicture(reason))
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        await anna.sends_message(**photo(telegram))
        card = await anna.sees("I cannot judge this. Call back.")
        assert Texts("en").get(f"reason.unjudgeable.picture_{reason}") in card.text


async def test_a_caption_beside_a_picture_counts(tmp_path, reads):
    """Words typed under an unreadable picture are judged all the same."""
    reads(UnreadablePicture(PictureProblem.NO_WORDS))
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        await anna.sends_message(**photo(telegram), caption=ASKS)
        await anna.sees(STRONG)


async def test_a_picture_declared_too_large_is_not_fetched(tmp_path, reads):
    """Telegram would refuse it anyway."""
    seen = reads(SCAM)
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        await anna.sends_message(**photo(telegram, file_size=MAX_FILE_BYTES + 1))
        await anna.sees("I cannot judge this. Call back.")
        assert telegram.count("getFile") == 0
        assert seen == []


async def test_the_bot_answers_others_while_it_reads(tmp_path, monkeypatch):
    """A slow picture holds up nobody: not even its sender's next command."""
    release = asyncio.Event()
    loop = asyncio.get_running_loop()

    def slow(path: Path, folder: Path) -> Screenshot:
        asyncio.run_coroutine_threadsafe(release.wait(), loop).result(30)
        return SCAM

    monkeypatch.setattr(handler, "read_picture", slow)
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        await anna.sends_message(**photo(telegram))
        await anna.sees("reading the picture")
        await anna.sends("/help")
        await anna.sees("How it works")
        release.set()
        await anna.sees(STRONG)


def test_only_the_other_persons_words_are_a_request():
    """«Shall I send you 950 euro?» on the right is the owner's own."""
    own = Screenshot((Bubble("See you on Sunday", "left"), Bubble(ASKS, "right")))
    assert judge_screenshot(own, language="en").verdict.level is Level.NONE
    unsided = Screenshot((Bubble("See you on Sunday", None), Bubble(ASKS, None)))
    assert judge_screenshot(unsided, language="en").verdict.level >= Level.STRONG


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_problem_has_its_sentence(language):
    """In both languages."""
    texts = Texts(language)
    assert all(texts.has(f"reason.unjudgeable.picture_{problem}") for problem in PictureProblem)
