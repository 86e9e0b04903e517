"""`/privacy`, `/export`, `/forget`: in chat, to oneself alone, and with nothing left behind."""

import json

import pytest

from bot.app import house_of
from bot.handlers.privacy import ALL_GONE, GONE, tidy_up
from bot.handlers.withdrawal import VOICE
from familyguard.family import Role
from familyguard.store.voices import StoredVoice
from tests.bot.houses import StubAnalyst, admit, family_bot, let_in

NOW = 1_790_000_000.0


def enrol(telegram, user_id):
    """A number and a voice of this member."""
    store = house_of(telegram.app).store
    account = store.accounts.get(user_id)
    family, person = account.family_id, account.person_id
    store.people.call_on(family, person, f"+3161234{user_id:04}", NOW)
    store.voices.consent(family, person, "voice", user_id, "v1", NOW)
    store.voices.put(family, StoredVoice(person, "campplus", (0.6, 0.8), 20.0, NOW))
    return account


async def test_privacy_tells_what_is_stored_and_what_not(tmp_path):
    """Name, number with its date, voice and consent, checks, log; how long, and for whom."""
    async with family_bot(tmp_path, now=lambda: NOW) as telegram:
        enrol(telegram, 2)
        bert = telegram.person(2)
        await bert.sends("/privacy")
        text = (await bert.sees("What I know about you")).text
        for words in (
            "Your name: Person 2",
            "+31 6 12340002, stored on 21 September 2026",
            "Your voiceprint: yes, made on 21 September 2026",
            "Agreed to on 21 September 2026",
            "I do not keep: recordings",
            "30 days",
            "Telegram can see",
        ):
            assert words in text, words
        assert "Person 1" not in text
        assert "Person 3" not in text


async def test_without_number_and_voice_it_says_so(tmp_path):
    """And offers no button for what is not there."""
    async with family_bot(tmp_path, now=lambda: NOW) as telegram:
        anna = telegram.person(1)
        await anna.sends("/privacy")
        shown = await anna.sees("I do not have it")
        assert "I have none" in shown.text
        assert set(shown.buttons) == {"Send me everything", "Forget me"}


async def test_an_export_comes_as_two_files_that_may_be_forwarded(tmp_path):
    """One for programs, one for people; nothing of the others in either."""
    async with family_bot(tmp_path, now=lambda: NOW) as telegram:
        enrol(telegram, 2)
        enrol(telegram, 3)
        bert = telegram.person(2)
        await bert.sends("/privacy")
        await bert.sees("What I know")
        await bert.taps("Send me everything")
        await bert.sees("The same in plain words")
        files = {shown.document[0]: shown for shown in bert.screen if shown.document}
        assert set(files) == {"familyguard.json", "familyguard.txt"}
        assert not any(shown.protected for shown in files.values())
        written = json.loads(files["familyguard.json"].document[1])
        assert written["call_back_number"] == "+31612340002"
        assert "Your name: Person 2" in files["familyguard.txt"].document[1].decode()
        for shown in files.values():
            assert b"0003" not in shown.document[1]
            assert b"Person 3" not in shown.document[1]


async def test_the_voice_goes_with_one_tap(tmp_path):
    """No question, no delay; that it was taken back is shown."""
    async with family_bot(tmp_path, now=lambda: NOW) as telegram:
        account = enrol(telegram, 2)
        bert = telegram.person(2)
        await bert.sends("/privacy")
        await bert.sees("What I know")
        await bert.taps("Delete my voice")
        await bert.sees("Your voiceprint is deleted")
        assert house_of(telegram.app).store.voices.of_family(account.family_id) == []
        await bert.sends("/privacy")
        await bert.sees("taken back on 21 September 2026")


async def test_nobody_takes_away_the_voice_of_another(tmp_path):
    """With a made-up button, not even the keeper; and nobody learns whether it exists."""
    async with family_bot(tmp_path, now=lambda: NOW) as telegram:
        account = enrol(telegram, 2)
        keeper = telegram.person(1)
        await keeper.presses(VOICE + account.person_id)
        await keeper.presses(VOICE + "0" * 16)
        await telegram.quiet()
        assert telegram.alerts == ["I no longer remember this one."] * 2
        assert len(house_of(telegram.app).store.voices.of_family(account.family_id)) == 1


async def test_a_guardian_sees_and_withdraws_for_the_child(tmp_path):
    """Minors: a parent consented, a parent can take it back."""
    async with family_bot(tmp_path, now=lambda: NOW) as telegram:
        store = house_of(telegram.app).store
        parent = store.accounts.get(2)
        child = admit(store, parent.family_id, 9, Role.CHILD)
        store._db.execute(
            "update persons set guardian_id = ? where id = ?", [parent.person_id, child.person_id]
        )
        enrol(telegram, 9)
        bert = telegram.person(2)
        await bert.sends("/privacy")
        await bert.sees("You decide for Person 9, whose voiceprint I have")
        await bert.taps("Delete the voice of Person 9")
        await bert.sees("The voiceprint of Person 9 is deleted")
        assert store.voices.of_family(parent.family_id) == []


async def test_forget_me_takes_one_confirmation_and_tells_the_others(tmp_path):
    """Afterwards they are a stranger like any other."""
    async with family_bot(tmp_path, now=lambda: NOW) as telegram:
        enrol(telegram, 2)
        bert, store = telegram.person(2), house_of(telegram.app).store
        await bert.sends("/forget")
        await bert.sees("Shall I delete everything about you?")
        assert store.accounts.get(2) is not None
        await bert.taps("Yes, forget me")
        gone = await bert.sees("Everything about you is deleted")
        assert "Most back-ups keep it for 28 days" in gone.text
        for other in (telegram.person(1), telegram.person(3)):
            await other.sees("“Person 2” had everything about themselves deleted")
        await telegram.quiet()
        assert store.accounts.get(2) is None
        await bert.sends("/privacy")
        await bert.sees("This is a private bot.")


async def test_not_now_forgets_nothing(tmp_path):
    """The question can be put aside."""
    async with family_bot(tmp_path, now=lambda: NOW) as telegram:
        bert = telegram.person(2)
        await bert.sends("/forget")
        await bert.sees("Shall I delete")
        await bert.taps("Not now")
        await telegram.quiet()
        assert house_of(telegram.app).store.accounts.get(2) is not None


async def test_after_forgetting_no_file_of_the_bot_holds_a_trace(tmp_path):
    """Database, write-ahead log and everything else below the data folder; memory too."""
    analyst = StubAnalyst()
    async with family_bot(tmp_path, analyst, now=lambda: NOW) as telegram:
        account = enrol(telegram, 2)
        bert, house = telegram.person(2, name="Bert Unmistakable"), house_of(telegram.app)
        await bert.forwards_voice()
        await telegram.quiet()
        assert len(house.shown) > 0
        await bert.sends("/forget")
        await bert.sees("Shall I delete")
        await bert.taps("Yes, forget me")
        await bert.sees("Everything about you is deleted")
        await telegram.quiet()
        house.store.clean()
        assert len(house.shown) == len(house.findings) == 0
        for file in (tmp_path / "data").rglob("*"):
            content = file.read_bytes() if file.is_file() else b""
            for trace in (b"Unmistakable", b"Person 2", b"12340002", account.person_id.encode()):
                assert trace not in content, (file.name, trace)


async def test_the_last_keeper_hands_over_or_ends_the_family(tmp_path):
    """Anna cannot simply go; the whole family has a confirmation of its own."""
    async with family_bot(tmp_path, now=lambda: NOW) as telegram:
        anna, store = telegram.person(1), house_of(telegram.app).store
        other = let_in(store, 50)
        await anna.presses(GONE)
        await anna.sees("You are the only keeper")
        await anna.taps("Delete the whole family")
        await anna.sees("Nobody can undo this")
        assert store.accounts.get(2) is not None
        await anna.taps("Yes, delete everything")
        await anna.sees("In a day I delete the whole family")
        await telegram.person(2).sees("wants to delete the whole family")
        await telegram.person(2).taps("I called, it is right")
        await anna.sees("Everything about you is deleted")
        for user_id in (2, 3):
            await telegram.person(user_id).sees("has deleted the whole family")
        await telegram.quiet()
        assert [family.id for family in store.families.all()] == [other]
        assert telegram.person(50).screen == []


async def test_whoever_is_alone_deletes_the_family_at_once(tmp_path):
    """There is nobody whom it would take anything from."""
    async with family_bot(tmp_path, members=(1,), now=lambda: NOW) as telegram:
        anna, store = telegram.person(1), house_of(telegram.app).store
        await anna.presses(ALL_GONE)
        await anna.sees("Everything about you is deleted")
        assert store.families.all() == []


@pytest.mark.parametrize("user_id", [2, 50])
async def test_only_a_keeper_ends_a_family_and_only_their_own(tmp_path, user_id):
    """Attack 14: a made-up button of a member, or of another family's keeper."""
    async with family_bot(tmp_path, now=lambda: NOW) as telegram:
        store = house_of(telegram.app).store
        let_in(store, 50, 51)
        family = store.accounts.get(1).family_id
        await telegram.person(user_id).presses(ALL_GONE)
        await telegram.quiet()
        assert store.accounts.get(2) is not None
        assert family in {one.id for one in store.families.all()}


async def test_in_a_frozen_family_the_family_stays(tmp_path):
    """Attack 6: a keeper who is being talked round; but each may always go."""
    async with family_bot(tmp_path, now=lambda: NOW) as telegram:
        store = house_of(telegram.app).store
        store.families.freeze(store.accounts.get(1).family_id, NOW + 3600)
        await telegram.person(1).presses(ALL_GONE)
        await telegram.quiet()
        assert store.accounts.get(1) is not None
        await telegram.person(2).presses(GONE)
        await telegram.person(2).sees("Everything about you is deleted")


async def test_the_hourly_job_forgets_what_is_old(tmp_path):
    """A case of forty days ago goes, today's stays."""
    async with family_bot(tmp_path, now=lambda: NOW) as telegram:
        store = house_of(telegram.app).store
        family = store.accounts.get(1).family_id
        old = store.cases.open(family, 1, "sender", "{}", NOW - 40 * 86_400)
        new = store.cases.open(family, 1, "sender", "{}", NOW)
        await tidy_up(telegram.app.context_types.context(telegram.app))
        assert store.cases.get(family, old.id) is None
        assert store.cases.get(family, new.id) is not None
