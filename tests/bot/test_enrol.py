"""Enrolling a voice in chat: consent, fresh prompts, memos of one person, no silent change."""

import hashlib

import pytest

from bot.app import house_of
from bot.errors import QueueFull
from bot.family.consent import WORDING
from bot.family.enrolment import MAX_MEMOS, PROMPT_SECONDS
from bot.texts import Texts
from familyguard.family import Role
from familyguard.privacy import VOICE
from tests.bot import scripts
from tests.bot.fake_telegram import running_bot
from tests.bot.houses import StubAnalyst, admit, family_bot, let_in, settings_in
from tests.bot.scripts import memo
from tests.bot.test_family import HOUR, person_id, store_of, time_passes
from voice.errors import Undecodable
from voice.results import Problem

READ = "read this aloud"
KNOWN = "I know your voice now"


def lines_for(person) -> str:
    """What the person is to read now."""
    shown = next(shown for shown in reversed(person.screen) if READ in shown.text)
    return shown.text.partition("\n\n")[2]


def voices_of(telegram, user_id: int):
    """The voiceprints of somebody."""
    family = store_of(telegram).accounts.get(user_id).family_id
    whose = person_id(telegram, user_id)
    return [one for one in store_of(telegram).voices.of_family(family) if one.person_id == whose]


def is_voice(telegram, user_id: int, voice: str) -> bool:
    """Whether the stored print of somebody is that of the scripts' `voice`."""
    (stored,) = voices_of(telegram, user_id)
    known = scripts.voiceprint(voice).embedding
    return sum(a * b for a, b in zip(stored.embedding, known, strict=True)) > 0.99


async def speaks(person, content: bytes, **rest) -> None:
    """Record a voice message in the chat, and wait until it was dealt with."""
    telegram = person.telegram
    file_id = f"v{next(telegram.numbers)}"
    telegram.files[file_id] = content
    unique = rest.pop("unique_id", f"u{file_id}")
    voice = {"file_id": file_id, "file_unique_id": unique, "duration": 9, "file_size": len(content)}
    await person.sends_message(voice=voice, **rest)
    await telegram.quiet()


async def reads(person, voice: str = "own", **sound) -> bytes:
    """Read the lines that are shown; what was sent."""
    content = memo(lines_for(person).replace("\n", " "), voice=voice, **{"seconds": 9.0} | sound)
    await speaks(person, content)
    return content


async def agrees(person) -> None:
    """Ask for it and agree."""
    await person.sends("/enrol")
    await person.sees("Shall I learn your voice?")
    await person.taps("I agree")
    await person.telegram.quiet()
    await person.sees(READ)


async def enrols(person, voice: str = "own") -> None:
    """The whole of it."""
    await agrees(person)
    for _ in range(3):
        await reads(person, voice)


async def test_a_voice_is_learnt_in_three_memos_and_everyone_hears_of_it(tmp_path):
    """Consent, three prompts that differ, a voiceprint of all the speech, and the others told."""
    async with family_bot(tmp_path) as telegram:
        anna, bert = telegram.person(1), telegram.person(2)
        await agrees(bert)
        seen = []
        for number in (1, 2, 3):
            seen.append(lines_for(bert))
            await reads(bert)
            await bert.sees(f"that one counts: {number} of 3")
        await bert.sees(KNOWN)
        assert len(set(seen)) == 3
        assert is_voice(telegram, 2, "own")
        (stored,) = voices_of(telegram, 2)
        assert stored.speech_seconds > 20
        told = await anna.sees("I have learnt the voice of “Person 2”")
        assert "/freeze" in told.text
        assert not bert.has_seen("I have learnt the voice")


async def test_11_the_consent_is_recorded_with_its_text_before_anything_else(tmp_path):
    """Row 11: who agreed, when, from which account and to which words; no memo before that."""
    now = 1000.0
    async with family_bot(tmp_path, now=lambda: now) as telegram:
        store, bert = store_of(telegram), telegram.person(2)
        family, person = store.accounts.get(2).family_id, person_id(telegram, 2)
        await bert.sends("/enrol")
        shown = await bert.sees("Shall I learn your voice?")
        for said in ("delete the recordings", "What for:", "Who can use it:", "How long:"):
            assert said in shown.text
        await speaks(bert, memo("whatever", voice="own"))
        assert store.voices.consents(family, person) == []
        await bert.presses("enrol:agree:another-text")
        await bert.presses("enrol:begin:")
        await bert.presses("enrol:anew:")
        await telegram.quiet()
        assert not bert.has_seen(READ)
        await bert.taps("I agree")
        await bert.sees(READ)
        (consent,) = store.voices.consents(family, person)
        assert (consent.kind, consent.given_by, consent.given_at) == (VOICE, 2, now)
        assert consent.wording == f"{WORDING}.en"
        await agrees(bert)
        assert len(store.voices.consents(family, person)) == 1


@pytest.mark.parametrize(
    ("language", "sha256"),
    [
        ("en", "16f512d4137377ab"),
        ("nl", "32bc4551316e01dc"),
    ],
)
def test_a_changed_consent_text_needs_another_name(language, sha256):
    """What somebody agreed to can be shown later: mend WORDING when this fails, then the sum."""
    texts = Texts(language)
    keys = ("enrol.consent", "enrol.consent.child", "enrol.guardian.ask")
    said = "\n".join(texts.get(key, name="Kim") for key in keys)
    assert WORDING == "voice-2"
    assert hashlib.sha256(said.encode()).hexdigest()[:16] == sha256


async def test_11_somebody_elses_voice_in_one_of_three_memos_does_not_count(tmp_path):
    """Row 11: the odd memo is refused, the others stay, and the print is of the one voice."""
    async with family_bot(tmp_path) as telegram:
        bert = telegram.person(2)
        await agrees(bert)
        await reads(bert)
        await reads(bert, "thief")
        await bert.sees("not enough like the one before")
        await reads(bert)
        await bert.sees("2 of 3")
        assert voices_of(telegram, 2) == []
        await reads(bert)
        await bert.sees(KNOWN)
        assert is_voice(telegram, 2, "own")


async def test_11_a_stranger_who_read_first_is_left_behind_by_starting_over(tmp_path):
    """Row 11: whose voice came first decides nothing; «Start over» forgets it."""
    async with family_bot(tmp_path) as telegram:
        bert = telegram.person(2)
        await agrees(bert)
        await reads(bert, "grandchild")
        await reads(bert)
        await bert.sees("not enough like the one before")
        await bert.taps("Start over")
        await bert.sees("I have forgotten what you read so far")
        await telegram.quiet()
        for _ in range(3):
            await reads(bert)
        await bert.sees(KNOWN)
        assert is_voice(telegram, 2, "own")


async def test_11_a_forwarded_memo_is_a_check_and_never_counts(tmp_path):
    """Row 11: also one that says the right words in the right voice; files of sound neither."""
    async with family_bot(tmp_path) as telegram:
        bert = telegram.person(2)
        await agrees(bert)
        right = memo(lines_for(bert), voice="own", seconds=9.0)
        await bert.forwards_voice(right)
        await telegram.quiet()
        assert "of 3" not in bert.last.text
        for kind in ("audio", "document", "video_note"):
            content = memo(lines_for(bert), voice="own", seconds=9.0, salt=kind)
            file_id = await bert.forwards(kind, content, forward_origin=None)
            assert file_id
        await telegram.quiet()
        assert not bert.has_seen("that one counts")
        assert store_of(telegram).dialogues.of(2, 2.0).data["memos"] == []


async def test_11_a_memo_sent_by_an_inline_bot_does_not_count(tmp_path):
    """Row 11: a voice message that a soundboard put there is nobody's own."""
    async with family_bot(tmp_path) as telegram:
        bert = telegram.person(2)
        await agrees(bert)
        robot = {"id": 7, "is_bot": True, "first_name": "Soundboard"}
        await speaks(bert, memo(lines_for(bert), voice="own", seconds=9.0), via_bot=robot)
        assert not bert.has_seen("that one counts")


@pytest.mark.parametrize(
    ("sound", "words"),
    [
        ({"synthetic": 2.0}, "a voice from a machine"),
        ({"watermark": True}, "a voice from a machine"),
        ({"seconds": 3.0}, "That was too short"),
        ({"problems": (Problem.TOO_NOISY,)}, "too much noise in it. Please read the new lines"),
    ],
)
async def test_11_a_memo_that_is_not_fit_gets_one_sentence_and_loses_nothing(
    tmp_path, sound, words
):
    """Row 11: synthetic, watermarked, too short, too noisy; what counted before still counts."""
    async with family_bot(tmp_path) as telegram:
        bert = telegram.person(2)
        await agrees(bert)
        await reads(bert)
        await reads(bert, **sound)
        await bert.sees(words)
        await reads(bert, synthetic=0.5)
        await bert.sees("2 of 3")


async def test_11_a_memo_that_does_not_read_the_lines_is_refused(tmp_path):
    """Row 11: other words, the lines of another prompt, and a few words of this one."""
    async with family_bot(tmp_path) as telegram:
        bert = telegram.person(2)
        await agrees(bert)
        former = lines_for(bert)
        await speaks(bert, memo("hi it is me, I have a new number", voice="own", seconds=9.0))
        await bert.sees("did not hear those lines")
        assert lines_for(bert) != former
        await speaks(bert, memo(former, voice="own", seconds=9.0))
        few = " ".join(lines_for(bert).split()[:12])
        await speaks(bert, memo(few, voice="own", seconds=9.0))
        long = lines_for(bert) + " and now something else" * 45
        await speaks(bert, memo(long, voice="own", seconds=9.0))
        await speaks(bert, memo(None, voice="own", seconds=9.0))
        assert not bert.has_seen("that one counts")
        alternatives = (lines_for(bert),)
        await speaks(bert, memo("mumble", alternatives=alternatives, voice="own", seconds=9.0))
        await bert.sees("1 of 3")


async def test_11_a_replayed_memo_is_refused(tmp_path):
    """Row 11: the same file, the same recording coded anew, and one that was once forwarded."""
    async with family_bot(tmp_path) as telegram:
        bert = telegram.person(2)
        await bert.forwards_voice(memo("dinner on Sunday", voice="own", sound="old"))
        await telegram.quiet()
        await agrees(bert)
        first = await reads(bert, sound="first")
        await bert.sees("1 of 3")
        await speaks(bert, first)
        await bert.sees("heard this recording before")
        await reads(bert, sound="first", salt="coded anew")
        await reads(bert, sound="old")
        assert sum("heard this recording before" in shown.text for shown in bert.screen) == 3
        assert not bert.has_seen("2 of 3")


async def test_11_an_old_prompt_is_not_accepted(tmp_path):
    """Row 11: who has an hour to make a clone read it finds another prompt."""
    now = 1000.0
    async with family_bot(tmp_path, now=lambda: now) as telegram:
        bert = telegram.person(2)
        await agrees(bert)
        now += PROMPT_SECONDS + 1
        await reads(bert)
        await bert.sees("Those lines were too old")
        await reads(bert)
        await bert.sees("1 of 3")


async def test_too_little_speech_asks_for_one_more_memo(tmp_path):
    """Three memos of five seconds are not twenty."""
    async with family_bot(tmp_path) as telegram:
        bert = telegram.person(2)
        await agrees(bert)
        for _ in range(3):
            await reads(bert, seconds=5.5)
        await bert.sees("I need a little more of your voice")
        assert voices_of(telegram, 2) == []
        await reads(bert, seconds=5.5)
        await bert.sees(KNOWN)


async def test_7_another_voice_is_never_put_in_place_silently(tmp_path):
    """Row 7: everyone is told, it waits a day, anyone stops it; until then the old one holds."""
    now = 1000.0
    async with family_bot(tmp_path, now=lambda: now, message_burst=100) as telegram:
        anna, bert = telegram.person(1), telegram.person(2)
        await enrols(bert)
        await bert.sees(KNOWN)
        await enrols(bert, "thief")
        await bert.sees("Your new voice counts in a day")
        asked = await anna.sees("The voice that I know “Person 2” by is to be replaced")
        assert "Call “Person 2” now" in asked.text
        now += 23 * HOUR
        await time_passes(telegram)
        assert is_voice(telegram, 2, "own")
        await anna.taps("Stop this")
        await bert.sees("has stopped the new voice of “Person 2”")
        await telegram.quiet()
        now += 48 * HOUR
        await time_passes(telegram)
        assert is_voice(telegram, 2, "own")


async def test_7_a_day_later_or_with_a_second_adult_the_new_voice_counts(tmp_path):
    """Row 7: not by the one who asked; and what waited is not kept a second time."""
    now = 1_000_000.0
    async with family_bot(tmp_path, now=lambda: now, message_burst=100) as telegram:
        anna, bert = telegram.person(1), telegram.person(2)
        await enrols(bert)
        await enrols(bert, "older")
        asked = await anna.sees("is to be replaced")
        await bert.presses(asked.buttons["I called, it is right"])
        await telegram.quiet()
        assert is_voice(telegram, 2, "own")
        await anna.taps("I called, it is right")
        await anna.sees("It is done")
        assert is_voice(telegram, 2, "older")
        await enrols(bert, "eldest")
        now += 25 * HOUR
        await time_passes(telegram)
        assert is_voice(telegram, 2, "eldest")
        kept = store_of(telegram).changes._find(store_of(telegram).accounts.get(2).family_id)
        assert len(kept) == 3
        assert all(set(change.data) == {"person"} for change in kept)


async def test_7_taking_the_voice_back_first_does_not_open_a_side_door(tmp_path):
    """Row 7: the thief of an account takes the voice back, is seen, and still has to wait."""
    async with family_bot(tmp_path, message_burst=100) as telegram:
        anna, bert = telegram.person(1), telegram.person(2)
        await enrols(bert)
        await bert.sees(KNOWN)
        await bert.taps("Take back my voice")
        await anna.sees("“Person 2” has taken back their voice")
        assert voices_of(telegram, 2) == []
        await enrols(bert, "thief")
        await bert.sees("counts in a day")
        assert voices_of(telegram, 2) == []


async def test_7_a_frozen_family_learns_no_voice(tmp_path):
    """Row 7: neither a new enrolment nor one that had begun."""
    async with family_bot(tmp_path) as telegram:
        bert = telegram.person(2)
        await agrees(bert)
        await reads(bert)
        await telegram.person(1).sends("/freeze")
        await bert.sees("has frozen the family")
        await reads(bert)
        assert not bert.has_seen("2 of 3")
        assert "frozen" in bert.last.text
        await bert.sends("/voice")
        await telegram.quiet()
        assert not any("Shall I learn" in shown.text for shown in bert.screen)


async def test_one_tap_takes_everything_back(tmp_path):
    """The print, what waits, what was read so far and the consent are gone."""
    async with family_bot(tmp_path, message_burst=100) as telegram:
        store, bert = store_of(telegram), telegram.person(2)
        family, person = store.accounts.get(2).family_id, person_id(telegram, 2)
        await enrols(bert)
        await enrols(bert, "older")
        await agrees(bert)
        await reads(bert, "oldest")
        await bert.sends("/enrol")
        await bert.sees("Shall I learn")
        await bert.taps("Take back my voice")
        await bert.sees("Your voiceprint is deleted")
        assert voices_of(telegram, 2) == []
        assert not store.voices.agreed(family, person, VOICE)
        assert store.changes._find(family) == []
        assert store.dialogues.of(2, 2.0) is None
        await reads(bert, "oldest")
        assert not bert.last.text.startswith("Thank you")


async def test_taking_back_while_a_memo_is_heard_wins(tmp_path):
    """What comes out of it afterwards is thrown away."""
    analyst = StubAnalyst()
    async with family_bot(tmp_path, analyst) as telegram:
        bert = telegram.person(2)
        await agrees(bert)
        analyst.free.clear()
        content = memo(lines_for(bert), voice="own", seconds=9.0)
        telegram.files["v"] = content
        await bert.sends_message(voice={"file_id": "v", "file_unique_id": "uv", "duration": 9})
        await bert.sees("I am listening")
        await bert.presses(f"privacy:voice:{person_id(telegram, 2)}")
        await bert.sees("Your voiceprint is deleted")
        analyst.free.set()
        await bert.sees("We had stopped")
        await telegram.quiet()
        assert store_of(telegram).dialogues.of(2, 2.0) is None


async def test_not_now_ends_it_and_the_next_memo_is_a_check(tmp_path):
    """Nobody is trapped; a voice message without a prompt is looked at like any other."""
    async with family_bot(tmp_path) as telegram:
        bert = telegram.person(2)
        await agrees(bert)
        await reads(bert)
        await bert.taps("Not now")
        await telegram.quiet()
        assert store_of(telegram).dialogues.of(2, 2.0) is None
        await speaks(bert, memo("shall we have dinner", voice="own"))
        assert not bert.has_seen("2 of 3")


async def test_a_restart_between_two_memos_loses_nothing(tmp_path):
    """What counted counts, and the prompt that was shown may be read."""
    settings = settings_in(tmp_path)
    async with running_bot(settings, StubAnalyst()) as telegram:
        let_in(store_of(telegram), 1, 2)
        bert = telegram.person(2)
        await agrees(bert)
        await reads(bert)
        await bert.sees("1 of 3")
    async with running_bot(settings, StubAnalyst(), telegram) as telegram:
        await reads(bert)
        await bert.sees("2 of 3")
        await reads(bert)
        await bert.sees(KNOWN)


async def test_the_files_are_gone_and_the_draft_is_sealed(tmp_path):
    """No sound stays on the disk, and neither words nor numbers stand in the database in clear."""
    async with family_bot(tmp_path) as telegram:
        bert = telegram.person(2)
        # Some of the words that can be drawn are names of columns too.
        before = b"".join(path.read_bytes() for path in (tmp_path / "data").glob("familyguard.db*"))
        await agrees(bert)
        drawn = store_of(telegram).dialogues.of(2, 2.0).data["prompt"]["words"]
        words = [word for word in drawn if word.encode() not in before]
        assert words
        await reads(bert)
        assert list(house_of(telegram.app).settings.incoming.iterdir()) == []
        store_of(telegram).clean()
        for path in (tmp_path / "data").glob("familyguard.db*"):
            stored = path.read_bytes()
            assert not any(word.encode() in stored for word in words)
            assert b"embedding" not in stored


async def test_11_a_childs_voice_needs_the_guardian_from_the_guardians_account(tmp_path):
    """Row 11: the child asks, the keeper who let it in decides, nobody else can."""
    async with family_bot(tmp_path, message_burst=100) as telegram:
        store, anna, cora = store_of(telegram), telegram.person(1), telegram.person(3)
        family = store.accounts.get(1).family_id
        child = admit(store, family, 9, Role.CHILD)
        store.people.entrust(family, child.person_id, store.accounts.get(1).person_id)
        kim = telegram.person(9)
        await kim.sends("/enrol")
        asked = await kim.sees("ask the grown-up who decides for you")
        assert "I agree" not in asked.buttons
        for data in (f"enrol:agree:{WORDING}", "enrol:begin:"):
            await kim.presses(data)
        await telegram.quiet()
        assert not kim.has_seen(READ)
        await kim.taps("Yes, ask for me")
        question = await anna.sees("“Person 9” would like me to learn their voice")
        assert not cora.has_seen("would like me")
        for other in (cora, kim):
            await other.presses(question.buttons["I agree"])
        await telegram.quiet()
        assert store.voices.consents(family, child.person_id) == []
        await anna.taps("I agree")
        await anna.sees("“Person 9” can begin now")
        (consent,) = store.voices.consents(family, child.person_id)
        assert consent.given_by == 1
        await kim.sees("you may let me learn your voice")
        await kim.taps("Begin")
        await kim.sees(READ)
        for _ in range(3):
            await reads(kim, "kim")
        await kim.sees(KNOWN)
        await anna.taps("Take back the voice")
        await kim.sees("“Person 9” has taken back")
        assert voices_of(telegram, 9) == []


async def test_11_a_guardian_who_says_no_is_final(tmp_path):
    """Row 11: nothing is recorded, and the child hears it."""
    async with family_bot(tmp_path) as telegram:
        store, anna = store_of(telegram), telegram.person(1)
        family = store.accounts.get(1).family_id
        child = admit(store, family, 9, Role.CHILD)
        kim = telegram.person(9)
        await kim.sends("/enrol")
        await kim.sees("ask the grown-up")
        await kim.taps("Yes, ask for me")
        await anna.sees("would like me to learn")
        await anna.taps("No")
        await kim.sees("The answer is no")
        assert store.voices.consents(family, child.person_id) == []
        await kim.presses("enrol:begin:")
        await telegram.quiet()
        assert not kim.has_seen(READ)


async def test_11_a_childs_own_earlier_consent_is_not_enough(tmp_path):
    """Row 11: who is made a child later needs a guardian, and the keeper becomes it."""
    async with family_bot(tmp_path) as telegram:
        store, anna, bert = store_of(telegram), telegram.person(1), telegram.person(2)
        family, person = store.accounts.get(2).family_id, person_id(telegram, 2)
        await agrees(bert)
        store.people.appoint(family, person, Role.CHILD)
        await reads(bert)
        await bert.sees("We had stopped")
        await bert.sends("/enrol")
        await bert.sees("ask the grown-up")
        await bert.taps("Yes, ask for me")
        await anna.sees("would like me to learn")
        await anna.taps("I agree")
        await bert.sees("you may let me learn your voice")
        assert store.people.get(family, person).guardian_id == person_id(telegram, 1)


async def test_21_the_voice_goes_with_whoever_leaves(tmp_path):
    """Row 21: the print, and one that still waits."""
    now = 1000.0
    async with family_bot(tmp_path, now=lambda: now, message_burst=100) as telegram:
        store, bert = store_of(telegram), telegram.person(2)
        family = store.accounts.get(1).family_id
        await enrols(bert)
        await enrols(bert, "older")
        await bert.sends("/leave")
        await bert.sees("Do you want to leave?")
        await bert.taps("Yes, I leave")
        await bert.sees("You have left")
        await telegram.quiet()
        now += 25 * HOUR
        await time_passes(telegram)
        assert store.voices.of_family(family) == []
        assert store.changes.waiting(family) == []


async def test_15_another_familys_child_is_nobodys_to_decide_about(tmp_path):
    """Row 15: a button made up with another family's person opens nothing."""
    async with family_bot(tmp_path) as telegram:
        store = store_of(telegram)
        other = let_in(store, 70)
        child = admit(store, other, 71, Role.CHILD)
        await telegram.person(1).presses(f"enrol:yes:{child.person_id}:{WORDING}")
        await telegram.quiet()
        assert store.voices.consents(other, child.person_id) == []
        assert "no longer remember" in telegram.alerts[-1]


async def test_it_is_the_keepers_way_back_to_the_set_up(tmp_path):
    """Who enrols in the step «your voice» is led on to the next one."""
    async with family_bot(tmp_path) as telegram:
        store, anna = store_of(telegram), telegram.person(1)
        store.families.come_to(store.accounts.get(1).family_id, "voice")
        await enrols(anna)
        await anna.sees(KNOWN)
        await telegram.quiet()
        assert store.families.get(store.accounts.get(1).family_id).setup_step == "greeting"


async def test_dutch_is_read_in_a_dutch_family(tmp_path):
    """The lines are in the language of the family."""
    async with family_bot(tmp_path, members=()) as telegram:
        store = store_of(telegram)
        let_in(store, 4, language="nl")
        dirk = telegram.person(4, "nl")
        await dirk.sends("/enrol")
        await dirk.sees("Zal ik je stem leren kennen?")
        await dirk.taps("Ik vind het goed")
        shown = await dirk.sees("lees dit erin voor")
        lines = shown.text.partition("\n\n")[2].replace("\n", " ")
        await speaks(dirk, memo(lines, language="nl", voice="dirk", seconds=9.0))
        await dirk.sees("die telt: 1 van 3")


async def test_11_a_memo_that_counted_before_a_crash_is_not_called_a_replay(tmp_path):
    """Row 11: handled once more, it is thanked for once more, and still counts once."""
    async with family_bot(tmp_path) as telegram:
        bert = telegram.person(2)
        await agrees(bert)
        content = memo(lines_for(bert), voice="own", seconds=9.0)
        for _ in range(2):
            await speaks(bert, content, unique_id="same", message_id=4711)
        assert sum("that one counts: 1 of 3" in shown.text for shown in bert.screen) == 2
        assert not bert.has_seen("heard this recording before")
        assert store_of(telegram).dialogues.of(2, 2.0).data["memos"] == [4711]


async def test_memos_that_never_agree_end_in_a_new_beginning(tmp_path, monkeypatch):
    """Six are enough to see that something is wrong; nothing of them is kept."""
    monkeypatch.setattr("bot.family.enrolment.consistent", lambda _: False)
    async with family_bot(tmp_path, message_burst=100) as telegram:
        bert = telegram.person(2)
        await agrees(bert)
        for _ in range(MAX_MEMOS):
            await reads(bert)
        await bert.sees("These memos differ too much from each other")
        assert store_of(telegram).dialogues.of(2, 2.0) is None
        assert voices_of(telegram, 2) == []
        await bert.taps("Start over")
        await telegram.quiet()
        assert lines_for(bert)
        assert store_of(telegram).dialogues.of(2, 2.0).data["memos"] == []


async def test_no_room_to_listen_costs_nothing(tmp_path):
    """The bot says so, and the same lines still wait."""

    class Busy(StubAnalyst):
        async def enrol(self, memo, tell):
            raise QueueFull(own=True)

    async with family_bot(tmp_path, Busy()) as telegram:
        bert = telegram.person(2)
        await agrees(bert)
        lines = lines_for(bert)
        await reads(bert)
        assert bert.has_seen(Texts("en").get("chat.full.own"))
        assert lines_for(bert) == lines


async def test_a_file_that_cannot_be_opened_is_said_so(tmp_path):
    """One sentence with the reason, and new lines."""

    class Deaf(StubAnalyst):
        async def enrol(self, memo, tell):
            return Undecodable.BROKEN

    async with family_bot(tmp_path, Deaf()) as telegram:
        bert = telegram.person(2)
        await agrees(bert)
        await reads(bert)
        await bert.sees("The file is damaged")
        assert not bert.has_seen("that one counts")
