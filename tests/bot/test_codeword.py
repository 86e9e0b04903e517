"""The code word in chat: set by voice, tested, changed, leaked, forced, and found nowhere."""

import json

import pytest

from bot.app import house_of
from bot.context import WRITTEN_INTERVAL, WRITTEN_LOOKS, Context
from bot.words import rotation
from bot.words.codewords import count_attempts
from bot.words.word_routes import tidying
from familyguard.codeword import Attempts, Rotation, Which
from familyguard.family import Role
from familyguard.retention import tidy
from tests.bot.families import DURESS, WORD, set_word
from tests.bot.houses import admit, family_bot
from tests.bot.scripts import memo

PHRASE = "velvet tractor"
HOUR, DAY = 3600.0, 86400.0


class Clock:
    """A time of day that the test moves."""

    def __init__(self) -> None:
        self.at = 1_750_000_000.0

    def __call__(self) -> float:
        """Seconds since 1970."""
        return self.at


def stored(telegram):
    """The family's code word as it lies in the database."""
    store = house_of(telegram.app).store
    return store.codewords.get(store.accounts.get(1).family_id)


def family_of(telegram) -> str:
    """The family of the people in this test."""
    return house_of(telegram.app).store.accounts.get(1).family_id


async def tidied(telegram) -> None:
    """What the bot takes away by itself."""
    await tidying.look(Context.from_update(None, telegram.app))


async def spoken(keeper, phrase=PHRASE, times=3) -> None:
    """Say the same words a few times."""
    for number in range(times):
        await keeper.records(memo(phrase, seconds=2.0, salt=str(number)))
        await keeper.telegram.quiet()


async def begun(keeper, label="Set a code word") -> None:
    """The keeper asks for `/codeword` and taps."""
    await keeper.sends("/codeword")
    await keeper.telegram.until(
        lambda: any(label in shown.buttons for shown in keeper.screen), label
    )
    await keeper.taps(label)
    await keeper.sees("You may take these words")


async def set_by_voice(keeper, phrase=PHRASE) -> None:
    """The whole conversation."""
    await begun(keeper)
    await spoken(keeper, phrase)
    await keeper.sees("Is this it?")
    await keeper.taps("Yes, that is it")
    await keeper.sees("The code word is set")


async def test_the_keeper_sets_the_word_by_saying_it_three_times(tmp_path):
    """Shown once under a cover, hashed, forgotten; everyone hears that there is one."""
    async with family_bot(tmp_path) as telegram:
        anna, bert = telegram.person(1), telegram.person(2)
        await begun(anna)
        await anna.records(memo(PHRASE, seconds=2.0))
        await anna.sees("That was number 1 of 3")
        await spoken(anna, times=2)
        shown = await anna.sees("Is this it?")
        assert f"<tg-spoiler>{PHRASE}</tg-spoiler>" in shown.html
        await anna.taps("Yes, that is it")
        done = await anna.sees("The code word is set")
        assert "digits" in done.text
        await bert.sees("Something has changed about the code word")
        assert not any(PHRASE in shown.text for shown in [*anna.screen, *bert.screen])
        assert stored(telegram).tags.has(Which.WORD)


async def test_one_memo_may_hold_all_three(tmp_path):
    """Three memos of one word, or one memo with three: the second memo is not asked for."""
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        await begun(anna)
        await anna.records(memo(PHRASE, seconds=2.0))
        await telegram.quiet()
        assert len(house_of(telegram.app).speaking.get(1).recordings) == 1


async def test_attack_2_the_word_is_found_nowhere_after_it_was_set(tmp_path, caplog):
    """Database, write-ahead log, keys, folders, log lines: no spelling of it, in no file."""
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        await set_by_voice(anna)
        await telegram.quiet()
        spellings = [PHRASE, *PHRASE.split(), PHRASE.replace(" ", ""), PHRASE.upper()]
        for file in tmp_path.rglob("*"):
            if file.is_file():
                content = file.read_bytes().lower()
                assert not any(one.lower().encode() in content for one in spellings), file
        assert not any(one.lower() in caplog.text.lower() for one in spellings)


async def test_the_memos_and_the_shown_word_leave_the_chat(tmp_path):
    """Each memo at once, the covered word after thirty seconds, the offer after ten minutes."""
    now = Clock()
    async with family_bot(tmp_path, now=now) as telegram:
        anna = telegram.person(1)
        await begun(anna)
        deleted = telegram.count("deleteMessage")
        await spoken(anna)
        await anna.sees("Is this it?")
        assert telegram.count("deleteMessage") == deleted + 3
        now.at += 29
        await tidied(telegram)
        assert any("Is this it?" in shown.text for shown in anna.screen)
        now.at += 2
        await tidied(telegram)
        assert not any("Is this it?" in shown.text for shown in anna.screen)
        told = anna.last.text
        assert told.startswith("I have taken the question away")
        assert PHRASE not in told
        assert house_of(telegram.app).speaking.get(1).enrolment is None
        now.at += 600
        await tidied(telegram)
        assert anna.last.text == told
        assert not any("You may take these words" in shown.text for shown in anna.screen)


async def test_who_was_too_late_for_the_question_speaks_again_and_answers_it(tmp_path):
    """And after an answer nothing is said when its time has come."""
    now = Clock()
    async with family_bot(tmp_path, now=now) as telegram:
        anna = telegram.person(1)
        await begun(anna)
        await spoken(anna)
        await anna.sees("Is this it?")
        now.at += 31
        await tidied(telegram)
        await anna.sees("Say them three times again, and I ask once more.")
        await spoken(anna)
        await anna.sees("Is this it?")
        await anna.taps("Yes, that is it")
        await anna.sees("The code word is set")
        await telegram.quiet()
        messages = len(anna.screen)
        now.at += 31
        await tidied(telegram)
        assert len(anna.screen) == messages


async def test_nothing_is_said_of_paying_while_a_code_word_is_heard(tmp_path):
    """It is no message about money: whoever sets a word would wonder what not to pay."""
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        await begun(anna)
        first = len(telegram.calls)
        await spoken(anna, times=1)
        said = [str(call) for call in telegram.calls[first:]]
        assert any("I am listening …" in one for one in said)
        assert not any("Do not pay" in one for one in said)


async def test_attack_2_a_shown_word_that_is_too_old_to_delete_is_told_of(tmp_path):
    """Row 2: the server was away for days; the person deletes it, since the bot cannot."""
    now = Clock()
    async with family_bot(tmp_path, now=now) as telegram:
        store, anna = house_of(telegram.app).store, telegram.person(1)
        await begun(anna)
        await telegram.quiet()
        planned = store.tidyings.due(now.at + DAY)
        now.at += 5 * DAY
        tidy(store, now.at)  # what the start does before anything else
        assert store.tidyings.due(now.at) == planned
        telegram.fails("deleteMessage", 400, "Bad Request: message can't be deleted")
        await tidied(telegram)
        await anna.sees("it is too old for me to delete")
        assert not store.tidyings.due(now.at)


async def test_a_typed_word_is_taken_away_and_never_accepted(tmp_path):
    """The bot says why and offers other words."""
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        await begun(anna)
        offered = house_of(telegram.app).speaking.get(1).suggested
        await anna.sends(offered)
        await anna.sees("Never type a code word")
        await telegram.quiet()
        assert house_of(telegram.app).speaking.get(1).suggested != offered
        assert telegram.count("deleteMessage") == 1
        assert stored(telegram) is None


@pytest.mark.parametrize(
    "typed",
    [
        "velvet tractor?",
        "Shall we take Velvet Tractor as our word, mum? I think that is one we can all keep",
        "it was velvettractor or something like that, written in one, said the man on the phone",
    ],
)
async def test_attack_2_what_somebody_typed_before_is_refused(tmp_path, typed):
    """Telegram has seen it, and so may others have; also in the middle of a long message."""
    async with family_bot(tmp_path) as telegram:
        anna, bert = telegram.person(1), telegram.person(2)
        await bert.sends(typed)
        await telegram.quiet()
        await begun(anna)
        await spoken(anna)
        await anna.sees("Somebody has typed these words")
        assert stored(telegram) is None


@pytest.mark.parametrize(
    ("phrase", "sentence"),
    [
        ("elephant", "one word is easy to guess"),
        ("Person tractor", "a name of your family"),
        ("nineteen eighty four", "Numbers and dates"),
    ],
)
async def test_a_weak_word_is_refused_with_a_reason(tmp_path, phrase, sentence):
    """And the keeper may begin again at once."""
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        await begun(anna)
        await spoken(anna, phrase)
        await anna.sees(sentence)
        await spoken(anna)
        await anna.sees("Is this it?")


async def test_different_words_make_no_code_word(tmp_path):
    """The keeper hears that, and begins again."""
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        await begun(anna)
        for phrase in ("velvet tractor", "yellow mountain", "broken umbrella"):
            await spoken(anna, phrase, times=1)
        await anna.sees("I heard different words each time")


async def test_a_forwarded_memo_is_checked_and_never_taken_for_the_word(tmp_path):
    """Attack 11: whoever sends the keeper a memo cannot set the word with it."""
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        await begun(anna)
        await anna.forwards_voice(memo(PHRASE, seconds=8.0))
        await anna.sees("No warning signs found")
        assert not house_of(telegram.app).speaking.get(1).recordings


async def test_only_a_keeper_sets_it_or_learns_that_there_is_one(tmp_path):
    """Attack 5: to everyone else a family with and without a word look the same."""
    seen = []
    for has_word in (False, True):
        async with family_bot(tmp_path / str(has_word)) as telegram:
            bert = telegram.person(2)
            if has_word:
                set_word(house_of(telegram.app), family_of(telegram))
            await bert.sends("/codeword")
            await bert.sees("Your family may have a code word")
            await bert.taps("Test it")
            await bert.sees("Say the code word")
            await bert.records(memo("something quite different", seconds=3.0))
            await bert.sees("not the words that I learned")
            await bert.presses("word:begin:word")
            await bert.presses("word:gone:")
            await telegram.quiet()
            assert (stored(telegram) is not None) == has_word
            seen.append([shown.text for shown in bert.screen])
    assert seen[0] == seen[1]


async def test_a_member_who_knows_the_word_hears_so(tmp_path):
    """And that it proves nothing."""
    async with family_bot(tmp_path) as telegram:
        set_word(house_of(telegram.app), family_of(telegram))
        bert = telegram.person(2)
        await bert.sends("/codeword")
        await bert.sees("may have a code word")
        await bert.taps("Test it")
        await bert.sees("Say the code word")
        await bert.records(memo(f"well it is {WORD} I think", seconds=4.0))
        shown = await bert.sees("I recognise that word")
        assert "proves nothing" in shown.text
        assert telegram.count("deleteMessage") >= 1


async def test_attack_5_guessing_locks_and_the_keeper_unlocks_by_saying_it(tmp_path):
    """Wrong words count; the lock looks like «wrong» to a member; the right word opens it."""
    now = Clock()
    async with family_bot(tmp_path, now=now, message_burst=200) as telegram:
        house = house_of(telegram.app)
        set_word(house, family_of(telegram))
        anna, bert = telegram.person(1), telegram.person(2)
        for number in range(12):
            await bert.presses("word:test:")
            await telegram.quiet()
            await bert.records(memo(f"guess {number} umbrella", seconds=3.0))
            await telegram.quiet()
            now.at += DAY / 2
        await bert.presses("word:test:")
        await bert.records(memo(WORD, seconds=3.0))
        await telegram.quiet()
        assert not bert.has_seen("I recognise that word")
        assert not bert.has_seen("too many wrong words")
        await anna.presses("word:test:")
        await anna.records(memo(WORD, seconds=3.0))
        await anna.sees("I recognise that word")
        await bert.presses("word:test:")
        await bert.records(memo(WORD, seconds=3.0))
        await bert.sees("I recognise that word")


async def test_attack_6_another_word_waits_a_day_and_anyone_can_stop_it(tmp_path):
    """A keeper who was talked round changes nothing behind the others' backs."""
    async with family_bot(tmp_path) as telegram:
        set_word(house_of(telegram.app), family_of(telegram))
        before = stored(telegram)
        anna, bert = telegram.person(1), telegram.person(2)
        await begun(anna, "Choose another code word")
        await spoken(anna)
        await anna.sees("Is this it?")
        await anna.taps("Yes, that is it")
        await anna.sees("It takes a day")
        await bert.sees("wants to change or remove the code word")
        assert stored(telegram) == before
        await bert.taps("Stop this")
        await anna.sees("has stopped the change of the code word")
        assert stored(telegram) == before


async def test_a_second_adult_confirms_another_word_at_once(tmp_path):
    """Then the old one is forgotten."""
    async with family_bot(tmp_path) as telegram:
        set_word(house_of(telegram.app), family_of(telegram))
        before = stored(telegram)
        anna, bert = telegram.person(1), telegram.person(2)
        await begun(anna, "Choose another code word")
        await spoken(anna)
        await anna.sees("Is this it?")
        await anna.taps("Yes, that is it")
        await bert.sees("wants to change or remove the code word")
        await bert.taps("I called, it is right")
        await anna.sees("Something has changed about the code word")
        after = stored(telegram)
        assert after.tags.salt != before.tags.salt
        assert after.tags.version == before.tags.version + 1


async def test_attack_2_a_typed_code_word_is_deleted_and_due(tmp_path):
    """Whoever typed it learns why, the keeper is asked to take another one."""
    async with family_bot(tmp_path) as telegram:
        set_word(house_of(telegram.app), family_of(telegram))
        anna, bert = telegram.person(1), telegram.person(2)
        await bert.sends("was it Purple Elephant, mum?")
        await bert.sees("Your code word was in that message")
        await anna.sees("The code word was in a message")
        assert telegram.count("deleteMessage") == 1
        assert stored(telegram).rotate_why == Rotation.LEAKED
        assert not any("urple" in shown.text for shown in [*anna.screen, *bert.screen])


FILLER = "the baker round the corner sells good bread and warm rolls every morning "


@pytest.mark.parametrize(
    "content",
    [
        {"text": f"/codeword {WORD}"},
        {"text": f"/check@guard\n{WORD} please"},
        {"text": "yes", "quote": {"text": f"is it {WORD}?", "position": 0}},
        {"contact": {"phone_number": "+316", "first_name": "Purple", "last_name": "Elephant"}},
        {"text": FILLER * 40 + WORD + " " + FILLER * 5},
        {
            "poll": {
                "id": "1", "question": "Which word?", "total_voter_count": 0, "is_closed": False,
                "is_anonymous": True, "type": "regular", "allows_multiple_answers": False,
                "allows_revoting": False, "members_only": False,
                "options": [{"text": WORD, "voter_count": 0, "persistent_id": "1"}],
            }
        },
        {
            "document": {
                "file_id": "a", "file_unique_id": "b", "file_name": "purple_elephant.ogg",
                "mime_type": "audio/ogg",
            }
        },
    ],
    ids=["command", "command-with-name", "quote", "contact", "end-of-a-long-text", "poll", "file"],
)  # fmt: skip
async def test_attack_2_the_word_is_found_wherever_it_was_typed(tmp_path, content):
    """Row 2: not in plain text alone, and not at its beginning alone."""
    async with family_bot(tmp_path) as telegram:
        set_word(house_of(telegram.app), family_of(telegram))
        bert = telegram.person(2)
        await bert.sends_message(**content)
        await bert.sees("Your code word was in that message")
        await telegram.quiet()
        assert telegram.count("deleteMessage") == 1
        assert stored(telegram).rotate_why == Rotation.LEAKED


async def test_attack_5_nobody_guesses_by_writing_to_see_what_is_taken_away(tmp_path):
    """Row 5: after thirty messages that might hold the word the sender sees nothing any more.

    The keeper does: row 2, a word that leaks is due for another however much was written before.
    """
    clock = 0.0
    async with family_bot(tmp_path, clock=lambda: clock, message_burst=200) as telegram:
        set_word(house_of(telegram.app), family_of(telegram))
        bert = telegram.person(2)
        for number in range(WRITTEN_LOOKS):
            await bert.sends(f"orange elephant number {number}")
        await bert.sends(WORD)
        await telegram.quiet()
        assert telegram.count("deleteMessage") == 0
        assert stored(telegram).rotate_why == Rotation.LEAKED
        await telegram.person(1).sees("“Person 2” sent me")
        await bert.sends(WORD)
        await telegram.quiet()
        told = [one for one in telegram.person(1).screen if "“Person 2” sent me" in one.text]
        assert len(told) == 1
        clock += WRITTEN_INTERVAL
        await bert.sends(WORD)
        await bert.sees("Your code word was in that message")


async def test_attack_5_a_long_message_counts_for_all_the_guesses_in_it(tmp_path):
    """Row 5: hundreds of guesses fit into one message, so its pieces are counted, by family too."""
    async with family_bot(tmp_path, clock=lambda: 0.0, message_burst=200) as telegram:
        set_word(house_of(telegram.app), family_of(telegram))
        guesses = " ".join(f"orange elephant number{number}" for number in range(130))
        for _ in range(WRITTEN_LOOKS // 4):
            await telegram.person(2).sends(guesses)
        await telegram.person(3).sends(WORD)
        await telegram.person(1).sees("“Person 3” sent me")
        assert telegram.count("deleteMessage") == 0


async def test_attack_2_a_word_that_is_typed_after_it_was_heard_is_not_taken(tmp_path):
    """Row 2: the button that confirms what was heard confirms nothing any more."""
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        await begun(anna)
        await spoken(anna)
        await anna.sees("Is this it?")
        await anna.sends(PHRASE)
        await telegram.quiet()
        await anna.taps("Yes, that is it")
        await telegram.quiet()
        assert stored(telegram) is None


async def test_attack_3_a_forwarded_message_with_the_word_warns(tmp_path):
    """Whoever wrote it knows the word: that is said, and no card quotes it."""
    async with family_bot(tmp_path) as telegram:
        set_word(house_of(telegram.app), family_of(telegram))
        bert = telegram.person(2)
        text = "Mum, purple elephant! Please transfer 900 pounds today, I cannot call"
        await bert.sends_message(text=text, forward_origin=telegram.origin())
        shown = await bert.sees("whoever wrote it knows the word")
        assert "Do not pay anything" in shown.text
        assert not any("urple" in shown.text for shown in bert.screen)


async def test_ordinary_messages_are_no_leak(tmp_path):
    """They are answered as always."""
    async with family_bot(tmp_path) as telegram:
        set_word(house_of(telegram.app), family_of(telegram))
        bert = telegram.person(2)
        await bert.sends("is the grey elephant in the zoo still alive?")
        await bert.sees("I found nothing in these words")
        assert telegram.count("deleteMessage") == 0


async def test_attack_22_the_duress_word_looks_accepted_and_warns_the_others(tmp_path):
    """Bert is forced; his screen shows the same as after the right word."""
    async with family_bot(tmp_path) as telegram:
        set_word(house_of(telegram.app), family_of(telegram), duress=True)
        anna, bert = telegram.person(1), telegram.person(2)
        screens = []
        for phrase in (WORD, DURESS):
            start = len(bert.screen)
            await bert.presses("word:test:")
            await bert.records(memo(phrase, seconds=3.0))
            await telegram.quiet()
            screens.append([shown.text for shown in bert.screen[start:]])
        assert screens[0] == screens[1]
        await anna.sees("said the emergency word")


async def test_attack_22_a_keeper_is_forced_to_open_the_lock(tmp_path):
    """Row 22: the duress word opens it like the right one, and the others are told."""
    async with family_bot(tmp_path) as telegram:
        house, family = house_of(telegram.app), family_of(telegram)
        set_word(house, family, duress=True)
        anna, bert = telegram.person(1), telegram.person(2)
        screens = []
        for phrase in (WORD, DURESS):
            count_attempts(house, family, "family", Attempts(30, house.now(), locked=True))
            start = len(anna.screen)
            await anna.presses("word:test:")
            await anna.records(memo(phrase, seconds=3.0))
            await telegram.quiet()
            screens.append([shown.text for shown in anna.screen[start:]])
            assert house.store.codewords.attempts(family, "family") is None
        assert screens[0] == screens[1]
        await bert.sees("said the emergency word")


async def test_a_duress_word_is_set_like_the_code_word(tmp_path):
    """Quite different words, at once, since it replaces none."""
    async with family_bot(tmp_path) as telegram:
        set_word(house_of(telegram.app), family_of(telegram))
        anna = telegram.person(1)
        await begun(anna, "Set an emergency word")
        await spoken(anna, "broken umbrella")
        await anna.sees("Is this it?")
        await anna.taps("Yes, that is it")
        await anna.sees("The emergency word is set")
        assert stored(telegram).has_duress


async def test_after_a_restart_the_keeper_begins_anew(tmp_path):
    """What was spoken lives in memory only; the memo that comes then is deleted all the same."""
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        await begun(anna)
        await spoken(anna, times=1)
        house_of(telegram.app).speaking.drop(1)
        await spoken(anna, times=1)
        await anna.sees("I no longer remember what you said before")
        assert telegram.count("deleteMessage") == 2


async def test_attack_7_a_stolen_keeper_account_needs_the_pin(tmp_path):
    """Without it neither a new word nor removal begins."""
    async with family_bot(tmp_path) as telegram:
        house = house_of(telegram.app)
        house.store.families.set_pin(family_of(telegram), b"salt" * 4, b"tag" * 8, 1.0)
        set_word(house, family_of(telegram))
        anna = telegram.person(1)
        await anna.presses("word:begin:word")
        await anna.sees("I need the PIN")
        await anna.presses("word:gone:")
        await telegram.quiet()
        assert not house.store.changes.waiting(family_of(telegram))


async def test_a_keeper_is_reminded_once_a_week(tmp_path):
    """Of a word that leaked, or is half a year old."""
    now = Clock()
    async with family_bot(tmp_path, now=now) as telegram:
        house = house_of(telegram.app)
        admit(house.store, family_of(telegram), 9, Role.MEMBER)
        set_word(house, family_of(telegram))
        house.store.codewords.ask_to_rotate(family_of(telegram), Rotation.LEAKED)
        anna, nine = telegram.person(1), telegram.person(9)
        for days in (0, 1, 6.5):
            now.at += days * DAY
            await rotation.remind(Context.from_update(None, telegram.app))
        reminders = [shown for shown in anna.screen if "was written in a message" in shown.text]
        assert len(reminders) == 2
        assert not nine.screen


async def test_what_waits_in_the_database_holds_hashes_only(tmp_path):
    """A change that waits is sealed, and what it seals are tags."""
    async with family_bot(tmp_path) as telegram:
        house = house_of(telegram.app)
        set_word(house, family_of(telegram))
        anna = telegram.person(1)
        await begun(anna, "Choose another code word")
        await spoken(anna)
        await anna.sees("Is this it?")
        await anna.taps("Yes, that is it")
        await anna.sees("It takes a day")
        (waiting,) = house.store.changes.waiting(family_of(telegram))
        text = json.dumps(waiting.data)
        assert "velvet" not in text
        assert "tractor" not in text


async def test_a_sound_file_is_no_code_word_and_does_not_stay(tmp_path):
    """Attack 2: the words in it would otherwise be checked, and kept with a case."""
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        await begun(anna)
        await anna.forwards("audio", memo(PHRASE, seconds=8.0), own=True)
        await anna.sees("Never type a code word")
        await telegram.quiet()
        assert telegram.count("deleteMessage") == 1
        assert telegram.count("getFile") == 0
