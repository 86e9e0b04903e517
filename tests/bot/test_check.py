"""Stories of memos and messages that are forwarded to the bot."""

import asyncio
import stat

import pytest

from bot.app import house_of
from bot.errors import CannotListen, QueueFull, Stopping
from bot.handlers import check
from tests.bot.analyses import analysis
from tests.bot.houses import PNG, StubAnalyst, family_bot
from voice.audio import MAX_FILE_BYTES, MAX_SECONDS
from voice.errors import Undecodable
from voice.results import Problem, Provenance, Watermark

NONE = "No warning signs found – this is not proof. Call back."
UNCLEAR = "I cannot judge this. Call back."
SCAM = "Mum, my phone broke, this is my new number, I need 950 euro today, do not call me"
KINDS = ("voice", "audio", "document", "video", "video_note")


@pytest.mark.parametrize("kind", KINDS)
async def test_everything_with_sound_gets_a_verdict(tmp_path, kind):
    """Voice notes, audio, files, videos and round videos, forwarded."""
    analyst = StubAnalyst()
    async with family_bot(tmp_path, analyst) as telegram:
        anna = telegram.person(1)
        await anna.forwards(kind, b"the very bytes")
        await anna.sees(NONE)
        assert analyst.contents == [b"the very bytes"]


async def test_a_memo_is_answered_at_once_and_the_answer_becomes_the_verdict(tmp_path):
    """One message: a reply to the memo that shows the steps and then the verdict."""
    analyst = StubAnalyst()
    analyst.free.clear()
    async with family_bot(tmp_path, analyst) as telegram:
        anna = telegram.person(1)
        await anna.forwards_voice()
        await anna.sees("Do not pay yet")
        await anna.sees("comparing the voice")
        analyst.free.set()
        card = await anna.sees(NONE)
        assert anna.screen == [card]
        assert card.reply_to is not None
        assert anna.has_seen("fetching")


async def test_a_verdict_can_neither_be_forwarded_nor_show_previews(tmp_path):
    """Protected from the first word on, for an edit cannot protect it later."""
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        await anna.forwards_voice()
        assert (await anna.sees(NONE)).protected
        writing = [data for name, data in telegram.calls if name in _WRITING]
        assert all(data["link_preview_options"] == {"is_disabled": True} for data in writing)


_WRITING = ("sendMessage", "editMessageText")


async def test_words_beside_a_memo_count_too(tmp_path):
    """The caption asks for money though the memo does not."""
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        await anna.forwards_voice(caption=SCAM)
        await anna.sees("Do not pay yet – strong warning signs.")


async def test_an_edited_caption_is_judged_again(tmp_path):
    """The file is the same and need not be heard twice, the words are new."""
    analyst = StubAnalyst()
    async with family_bot(tmp_path, analyst) as telegram:
        anna = telegram.person(1)
        telegram.files["f"] = b"sound"
        voice = {"file_id": "f", "file_unique_id": "u", "duration": 4, "file_size": 5}
        await anna.sends_message(voice=voice)
        await anna.sees(NONE)
        await telegram.delivers(
            {"edited_message": anna.message(voice=voice, caption=SCAM, edit_date=1_750_000_009)}
        )
        await anna.sees("Do not pay yet – strong warning signs.")
        assert len(analyst.memos) == 1


async def test_a_forwarded_text_is_judged_by_its_words(tmp_path):
    """No sound: the card says that only text was seen."""
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        await anna.sends(SCAM)
        card = await anna.sees("Do not pay yet – strong warning signs.")
        assert "Not checked: " in card.text
        await anna.taps("Details")
        await anna.sees("These are hints, not proof.")
        assert telegram.count("sendPhoto") == 0


async def test_every_item_of_an_album_gets_its_own_verdict(tmp_path):
    """Three files sent together are three memos."""
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        for content in (b"a", b"b", b"c"):
            await anna.forwards("audio", content, media_group_id="7")
        await telegram.quiet()
        assert sum(NONE in shown.text for shown in anna.screen) == 3


async def test_foreign_words_stay_words(tmp_path):
    """Mark-up, links, names and telephone numbers from a criminal are shown, not obeyed."""
    said = "<b>Dad</b> send 900 euro to www.bank-nl.example/pay or call +31612345678 @helper"
    async with family_bot(tmp_path, StubAnalyst(analysis(said))) as telegram:
        anna = telegram.person(1)
        await anna.forwards_voice(caption=said)
        await telegram.quiet()
        await anna.taps("Details")
        shown = await anna.sees("www.bank-nl.example/pay")
        assert "&lt;b&gt;Dad" in shown.html
        assert "<b>Dad" not in shown.html
        for tappable in ("www.bank-nl", "bank-nl.example", "31612345678", "@helper"):
            assert tappable not in shown.html


async def test_details_show_the_picture_and_the_table(tmp_path):
    """The picture from the worker, and every factor in words."""
    found = analysis("hello", provenance=Provenance(watermark=Watermark("perth", 0.99)))
    async with family_bot(tmp_path, StubAnalyst(found)) as telegram:
        anna = telegram.person(1)
        await anna.forwards_voice()
        await anna.sees("Do not pay yet")
        await telegram.quiet()
        await anna.taps("Details")
        table = await anna.sees("These are hints, not proof.")
        assert "perth" in table.text
        photo = next(shown for shown in anna.screen if shown.photo)
        assert photo.photo == PNG
        assert photo.protected


async def test_nobody_opens_the_details_of_another_chat(tmp_path):
    """An unknown, an expired and another person's button all get the same sentence."""
    now = 0.0
    async with family_bot(tmp_path, clock=lambda: now) as telegram:
        anna, bert = telegram.person(1), telegram.person(2)
        await anna.forwards_voice()
        card = await anna.sees(NONE)
        data = card.buttons["Details"]
        assert len(data.encode()) <= 64
        await bert.presses(data)
        await bert.presses("details:made-up")
        await telegram.quiet()
        now += 24 * 60 * 60 + 1
        await anna.taps("Details")
        await telegram.quiet()
        assert len(telegram.alerts) == 3
        assert len(set(telegram.alerts)) == 1
        assert bert.screen == []


@pytest.mark.parametrize("reason", list(Undecodable))
async def test_a_file_that_cannot_be_heard_says_why_and_to_call_back(tmp_path, reason):
    """Every reason of the decoder has its card."""
    async with family_bot(tmp_path, StubAnalyst(reason)) as telegram:
        anna = telegram.person(1)
        await anna.forwards("document")
        card = await anna.sees(UNCLEAR)
        texts = [f"reason.unjudgeable.{reason}", "advice.call_back"]
        from bot.texts import Texts

        assert all(Texts("en").get(key) in card.text for key in texts)


async def test_sound_that_cannot_be_judged_is_not_cleared(tmp_path):
    """Too little speech: no verdict but to call back."""
    found = analysis(None, problems=(Problem.TOO_SHORT,))
    async with family_bot(tmp_path, StubAnalyst(found)) as telegram:
        anna = telegram.person(1)
        await anna.forwards_voice()
        await anna.sees(UNCLEAR)


@pytest.mark.parametrize(
    ("declared", "reason"),
    [
        ({"file_size": MAX_FILE_BYTES + 1}, "too large"),
        ({"duration": MAX_SECONDS + 1}, "too long"),
    ],
)
async def test_what_is_declared_too_large_is_refused_before_it_is_fetched(
    tmp_path, declared, reason
):
    """No download, and a card that says why."""
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        await anna.forwards("audio", file=declared)
        card = await anna.sees(UNCLEAR)
        assert reason in card.text
        assert telegram.count("getFile") == 0


async def test_a_file_that_lies_about_its_size_is_refused_by_telegram(tmp_path):
    """Declared small, larger than 20 MB: getFile refuses, and the person reads the reason."""
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        await anna.forwards("document", bytes(MAX_FILE_BYTES + 1), file={"file_size": 1000})
        card = await anna.sees(UNCLEAR)
        assert "too large" in card.text


async def test_the_same_memo_is_heard_once(tmp_path):
    """Forwarded again, or uploaded again under another id: answered from the first result."""
    analyst = StubAnalyst()
    async with family_bot(tmp_path, analyst) as telegram:
        anna, bert = telegram.person(1), telegram.person(2)
        await anna.forwards_voice(b"same", unique_id="one")
        await anna.sees(NONE)
        await bert.forwards_voice(b"same", unique_id="one")
        await bert.sees(NONE)
        await bert.forwards("document", b"same", unique_id="two")
        await telegram.quiet()
        assert len(bert.screen) == 2
        assert len(analyst.memos) == 1
        assert telegram.count("getFile") == 2


async def test_two_copies_at_once_are_heard_once(tmp_path):
    """The second waits for the first."""
    analyst = StubAnalyst()
    analyst.free.clear()
    async with family_bot(tmp_path, analyst) as telegram:
        anna = telegram.person(1)
        await anna.forwards_voice(b"same", unique_id="one")
        await anna.forwards_voice(b"same", unique_id="two")
        await anna.sees("comparing")
        await asyncio.sleep(0.05)
        analyst.free.set()
        await telegram.quiet()
        assert [NONE in shown.text for shown in anna.screen] == [True, True]
        assert len(analyst.memos) == 1


async def test_one_members_memo_never_holds_up_another_member(tmp_path):
    """While Anna's memo is being heard, Bert is greeted."""
    analyst = StubAnalyst()
    analyst.free.clear()
    async with family_bot(tmp_path, analyst) as telegram:
        anna, bert = telegram.person(1), telegram.person(2)
        await anna.forwards_voice()
        await anna.sees("comparing")
        await bert.sends("/start")
        await bert.sees("Good to see you")
        await anna.sends("/help")
        await anna.sees("How it works")
        analyst.free.set()


async def test_files_are_private_and_gone_after_the_verdict(tmp_path):
    """Mode 0700 and 0600 while the memo is heard, and nothing left afterwards."""
    analyst = StubAnalyst()
    analyst.free.clear()
    async with family_bot(tmp_path, analyst) as telegram:
        anna = telegram.person(1)
        await anna.forwards_voice()
        await anna.sees("comparing")
        path = analyst.memos[0].path
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert len(path.name) == 32
        analyst.free.set()
        await anna.sees(NONE)
        await telegram.quiet()
        assert list(path.parent.iterdir()) == []


async def test_an_error_leaves_a_sentence_and_no_file(tmp_path):
    """Whatever breaks: the progress goes away, the person is told, the file is gone."""
    async with family_bot(tmp_path, StubAnalyst(RuntimeError("a bug"))) as telegram:
        anna = telegram.person(1)
        await anna.forwards_voice()
        await anna.sees("Something went wrong, and it was not your fault.")
        await telegram.quiet()
        assert len(anna.screen) == 1
        assert list(house_of(telegram.app).settings.incoming.iterdir()) == []


async def test_leftovers_of_a_crash_are_cleared_at_the_start(tmp_path):
    """A memo that was on disk when the power went is deleted."""
    left = tmp_path / "data" / "incoming" / "abc"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"somebody's voice")
    async with family_bot(tmp_path):
        assert not left.exists()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (QueueFull(own=True), "A few of your recordings are still waiting."),
        (QueueFull(own=False), "It is very busy right now."),
        (CannotListen(), "I cannot listen right now."),
        (Stopping(), "I am just being restarted."),
    ],
)
async def test_a_memo_that_cannot_be_taken_is_answered_all_the_same(tmp_path, error, words):
    """The progress message turns into one sentence that never forgets «do not pay»."""
    async with family_bot(tmp_path, StubAnalyst(error)) as telegram:
        anna = telegram.person(1)
        await anna.forwards_voice()
        shown = await anna.sees(words)
        assert "not pay anything" in shown.text


async def test_a_blocked_bot_goes_on(tmp_path):
    """Anna blocked the bot in the middle: nothing breaks, Bert is served."""
    analyst = StubAnalyst()
    analyst.free.clear()
    async with family_bot(tmp_path, analyst) as telegram:
        anna, bert = telegram.person(1), telegram.person(2)
        await anna.forwards_voice(b"one")
        await anna.sees("comparing")
        telegram.is_blocked_by(anna)
        analyst.free.set()
        await bert.forwards_voice(b"two")
        await bert.sees(NONE)
        await telegram.quiet()
        assert not anna.has_seen(NONE)


async def test_the_bot_waits_as_long_as_telegram_asks(tmp_path):
    """«Too many requests» delays the verdict, and does not lose it."""
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        too_many = "Too Many Requests: retry after 1"
        telegram.fails("editMessageText", 429, too_many, times=2, retry_after=1)
        await anna.forwards_voice()
        await anna.sees(NONE)


async def test_a_bad_connection_does_not_lose_the_verdict(tmp_path):
    """The gateway fails a few times; the verdict comes."""
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        telegram.fails("editMessageText", 502, "Bad Gateway", times=4)
        await anna.forwards_voice()
        await anna.sees(NONE)


@pytest.mark.parametrize("method", ["sendMessage", "getFile"])
async def test_a_bad_connection_at_the_start_does_not_lose_the_memo(tmp_path, method):
    """Neither the first reply nor the download gives up at once."""
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        telegram.fails(method, 502, "Bad Gateway", times=3)
        await anna.forwards_voice()
        await anna.sees(NONE)


async def test_a_deleted_progress_message_is_replaced(tmp_path):
    """Anna swept the message away; the verdict comes as a new one."""
    analyst = StubAnalyst()
    analyst.free.clear()
    async with family_bot(tmp_path, analyst) as telegram:
        anna = telegram.person(1)
        await anna.forwards_voice()
        await anna.sees("comparing")
        anna.screen.clear()
        analyst.free.set()
        await anna.sees(NONE)


async def test_a_file_that_telegram_no_longer_has_says_send_it_again(tmp_path):
    """getFile fails for good."""
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        telegram.fails("getFile", 400, "Bad Request: file is temporarily unavailable")
        await anna.forwards_voice()
        card = await anna.sees(UNCLEAR)
        assert "Please send it again" in card.text


async def test_progress_is_edited_no_more_than_once_in_its_pause(tmp_path):
    """A hundred steps at once are one edit."""
    analyst = StubAnalyst()
    analyst.steps = ("decode", "words") * 50
    async with family_bot(tmp_path, analyst) as telegram:
        anna = telegram.person(1)
        await anna.forwards_voice()
        await anna.sees(NONE)
        assert telegram.count("editMessageText") <= 3


async def test_a_picture_that_never_comes_does_not_hold_up_the_table(tmp_path, monkeypatch):
    """Drawing hangs: the words come without it."""
    monkeypatch.setattr(check, "PICTURE_SECONDS", 0.05)
    async with family_bot(tmp_path, _NeverDraws()) as telegram:
        anna = telegram.person(1)
        await anna.forwards_voice()
        await anna.sees(NONE)
        await anna.taps("Details")
        await anna.sees("These are hints, not proof.")


class _NeverDraws(StubAnalyst):
    async def listen(self, memo, tell):
        finding = await super().listen(memo, tell)
        return type(finding)(finding.heard, asyncio.get_running_loop().create_future())


@pytest.mark.parametrize("words", ["Is this real?", "is dit echt?", "thanks", "hello"])
async def test_typed_talk_gets_help_and_not_a_verdict(tmp_path, words):
    """«Is this real?» is a question about something else: no headline may pass for its answer."""
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        await anna.sends(words)
        shown = await anna.sees("Forward it to me")
        assert "on a number you already had" in shown.text
        assert "No warning signs" not in shown.text


@pytest.mark.parametrize(
    ("typed", "words"),
    [("I have already paid 900 pounds", "Call your bank now"), ("Help!", "How it works:")],
)
async def test_a_cry_for_help_is_not_judged_as_a_message(tmp_path, typed, words):
    """«I found nothing in these words» would be an answer to a question that nobody asked."""
    async with family_bot(tmp_path) as telegram:
        await telegram.person(1).sends(typed)
        shown = await telegram.person(1).sees(words)
        assert "I found nothing" not in shown.text
