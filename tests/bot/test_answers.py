"""Stories of the challenge: a one-time phrase is given out, and an answer comes back."""

import re

import pytest

from bot.words import overheard
from bot.words.codewords import count_attempts
from familyguard.challenge import VALID_SECONDS
from familyguard.codeword import Attempts, familiar
from familyguard.expected import context
from familyguard.family import Role
from familyguard.phrase import Phrase
from tests.bot.families import DURESS, WORD, enrol, set_word
from tests.bot.houses import admit
from tests.bot.scripts import memo
from tests.bot.test_case import BILL, at_home, forward_text, sender

STRONG = "Do not pay yet – strong warning signs."
WRONG_WORD = "The code word was missing or different."
WRONG_PHRASE = "The one-time phrase was missing, different or too late."
SPOKEN = "The one-time words were in it."


async def challenged(telegram, member=1, text="Hi mum, this is my new number"):
    """A member was given a phrase to ask for; the phrase."""
    person = telegram.person(member)
    await forward_text(person, text, sender(telegram))
    await person.sees("Careful" if text.startswith("Hi mum") else STRONG)
    await person.taps("Ask for the code word")
    shown = await person.sees("Ask for a new voice memo")
    return re.search(r"\n\n(\w+ \w+ \d \d)\n\n", shown.text)[1]


async def answers(telegram, say, member=1, **more):
    """The member forwards an answer of the same sender."""
    voice = more.pop("voice", "somebody")
    person = telegram.person(member)
    await person.forwards_voice(memo(say, voice=voice, **more), forward_origin=sender(telegram))
    await telegram.quiet()
    return await person.sees("Checked on")


def family_of(telegram):
    """The family's id."""
    return telegram.people["Anna"].family_id


async def test_a_right_answer_is_recorded_and_clears_nothing(tmp_path):
    """Row 3: word, phrase and voice are all there, and the advice is still to call back."""
    async with at_home(tmp_path) as telegram:
        set_word(telegram.house, family_of(telegram))
        phrase = await challenged(telegram)
        card = await answers(telegram, f"it is me, {WORD}, {phrase}")
        assert card.text.startswith("Careful")
        assert SPOKEN in card.text
        assert "This proves nothing, because a clone or a thief can do it too:" in card.text
        assert "Call the person yourself" in card.text


async def test_a_word_without_the_phrase_is_a_recording(tmp_path):
    """Row 1: the code word is right and the phrase is missing."""
    async with at_home(tmp_path) as telegram:
        set_word(telegram.house, family_of(telegram))
        await challenged(telegram)
        card = await answers(telegram, f"hi mum it is me, {WORD}, please hurry")
        assert card.text.startswith(STRONG)
        assert WRONG_PHRASE in card.text
        assert WRONG_WORD not in card.text


async def test_a_phrase_without_the_word_is_a_strong_warning(tmp_path):
    """Wrong or missing on a live challenge: never an alarm on that alone."""
    async with at_home(tmp_path) as telegram:
        set_word(telegram.house, family_of(telegram))
        phrase = await challenged(telegram)
        card = await answers(telegram, f"here you are, {phrase}, now pay")
        assert card.text.startswith(STRONG)
        assert WRONG_WORD in card.text


async def test_a_failed_answer_in_another_voice_after_a_request_is_an_alarm(tmp_path):
    """Money, a voice that is not Tom's, and a failed challenge."""
    async with at_home(tmp_path) as telegram:
        set_word(telegram.house, family_of(telegram))
        enrol(telegram.house, telegram.people["Tom"], "tom")
        await challenged(telegram, text="It's Tom, mum. " + BILL)
        card = await answers(telegram, "mum please, I am in trouble", voice="other")
        assert card.text.startswith("Do not pay. This is a scam.")


async def test_words_of_an_answer_are_never_shown_nor_kept(tmp_path):
    """Row 2: neither on the card, nor under Details, nor in the case; the request stays hidden."""
    async with at_home(tmp_path) as telegram:
        set_word(telegram.house, family_of(telegram))
        phrase = await challenged(telegram)
        anna = telegram.person(1)
        said = f"{WORD} {phrase} I need 950 euro today on {BILL}"
        await answers(telegram, said, expected=(said,))
        await anna.taps("Details")
        await anna.sees("These are hints, not proof.")
        first = WORD.split()[0]
        for person in (1, 2, 3):
            for shown in telegram.person(person).screen:
                assert first not in shown.text
                assert all(first not in text for text in shown.history)
        stored = telegram.house.store.cases.of_account(family_of(telegram), 1)
        assert all(first not in case.state for case in stored)
        (heard,) = (
            shown.judgement.analysis.transcript
            for _, shown in telegram.house.shown._things.values()
            if shown.judgement.analysis
        )
        assert (heard.text, heard.words) == ("", ())
        assert (heard.alternatives, heard.expected) == ((), ())
        assert "NL91" not in "".join(case.state for case in stored)


async def test_attack_2_what_an_answer_said_does_not_stay_in_memory(tmp_path):
    """Row 2: nor what a memo said that held the word unasked; others are remembered for a day."""
    async with at_home(tmp_path) as telegram:
        set_word(telegram.house, family_of(telegram))
        phrase = await challenged(telegram)
        await answers(telegram, f"it is me, {WORD}, {phrase}")
        bert = telegram.person(3)
        await bert.forwards_voice(memo(f"hello {WORD}"), forward_origin=sender(telegram))
        await telegram.quiet()
        assert len(telegram.house.findings) == 0
        await bert.forwards_voice(memo("we need bread"), forward_origin=sender(telegram))
        await telegram.quiet()
        held = [one.heard.transcript.text for _, one in telegram.house.findings._things.values()]
        assert held == ["we need bread"] * 2


async def test_a_word_that_nobody_asked_for_is_hidden_and_not_reported(tmp_path):
    """Row 5 and 18: no card tells that the word was right; its memo shows no words at all."""
    async with at_home(tmp_path) as telegram:
        set_word(telegram.house, family_of(telegram))
        bert = telegram.person(3)
        said = f"mum it is me, {WORD}, I need 950 euro today"
        await bert.forwards_voice(memo(said), forward_origin=sender(telegram))
        await telegram.quiet()
        await bert.taps("Details")
        await bert.sees("These are hints, not proof.")
        for shown in bert.screen:
            assert "elephant" not in shown.text
            assert "code word was" not in shown.text
        assert telegram.house.store.codewords.attempts(family_of(telegram), "3") is None
        # But whoever spoke it knows it, so the keeper is asked for another one.
        await telegram.person(1).sees("Your code word was spoken in a memo.")


async def test_a_duress_word_that_nobody_asked_for_alerts_too(tmp_path):
    """Row 22: whoever is forced may find no other moment to say it."""
    async with at_home(tmp_path) as telegram:
        set_word(telegram.house, family_of(telegram), duress=True)
        bert = telegram.person(3)
        await bert.forwards_voice(memo(f"hello {DURESS}"), forward_origin=sender(telegram))
        await telegram.person(1).sees("Silent alarm.")
        await telegram.quiet()
        assert not any("alarm" in shown.text.lower() for shown in bert.screen)


async def test_words_of_more_memos_than_are_looked_at_are_hidden(tmp_path):
    """Row 5: nobody guesses the word by the memos whose words are hidden."""
    async with at_home(tmp_path) as telegram:
        set_word(telegram.house, family_of(telegram))
        used = Attempts(overheard.MEMBER.free - 1, telegram.house.now())
        count_attempts(telegram.house, family_of(telegram), "overheard:3", used)
        bert = telegram.person(3)
        for number in range(2):
            say = memo(f"we need some bread {number}")
            await bert.forwards_voice(say, forward_origin=sender(telegram, 900 + number))
            await telegram.quiet()
            await bert.taps("Details")
            await telegram.quiet()
        assert len([one for one in bert.screen if "some bread" in one.text]) == 1
        told = await telegram.person(1).sees("very many voice memos")
        assert "/freeze" in told.text


async def test_a_lock_that_closes_is_told_to_the_keeper(tmp_path):
    """Row 5: too many wrong ones; only the keeper reads that it is locked."""
    async with at_home(tmp_path) as telegram:
        set_word(telegram.house, family_of(telegram))
        count_attempts(telegram.house, family_of(telegram), 3, Attempts(9, telegram.house.now()))
        phrase = await challenged(telegram, member=3)
        card = await answers(telegram, f"green giraffe {phrase}", member=3)
        assert WRONG_WORD in card.text
        await telegram.person(1).sees("I no longer check it until you speak it to me again")
        assert "lock" not in card.text


async def test_a_refusal_after_the_answer_changes_nothing(tmp_path):
    """The phrase was answered rightly; the old button is forgotten."""
    async with at_home(tmp_path) as telegram:
        phrase = await challenged(telegram)
        await answers(telegram, f"here you are {phrase}")
        await telegram.person(1).taps("They refuse to say it")
        await telegram.quiet()
        assert telegram.alerts == ["I no longer remember this one."]


async def test_right_and_none_set_look_the_same_to_a_member(tmp_path):
    """Row 5: the same cards, word for word, for the right word and where no word is set."""
    cards = []
    for with_word in (True, False):
        async with at_home(tmp_path / str(with_word)) as telegram:
            if with_word:
                set_word(telegram.house, family_of(telegram))
            phrase = await challenged(telegram, member=3)
            said = f"it is me {WORD} {phrase}"
            card = await answers(telegram, said, member=3)
            cards.append(re.sub(r"File \w+\.", "", card.text))
    assert cards[0] == cards[1]


async def test_wrong_and_locked_look_the_same_to_a_member(tmp_path):
    """Row 5: after too many wrong ones the right one is not looked at, and nobody can tell."""
    async with at_home(tmp_path, message_burst=200) as telegram:
        set_word(telegram.house, family_of(telegram))
        cards = []
        for number in range(12):
            phrase = await challenged(telegram, member=3, text=BILL + "!" * number)
            say = f"it is me {WORD if number == 11 else 'green giraffe'} {phrase}"
            card = await answers(telegram, say, member=3)
            assert WRONG_WORD in card.text
            cards.append(card.text.split("Not checked")[0].replace("New: ", ""))
            telegram.time.time += 2 * VALID_SECONDS
        assert cards[-1].splitlines()[0] == cards[-2].splitlines()[0]


async def test_attack_22_a_lock_does_not_keep_the_duress_word_from_the_others(tmp_path):
    """Row 22: whoever locked the word with wrong ones has not silenced the one who is forced."""
    async with at_home(tmp_path) as telegram:
        set_word(telegram.house, family_of(telegram), duress=True)
        locked = Attempts(30, telegram.house.now(), locked=True)
        count_attempts(telegram.house, family_of(telegram), "family", locked)
        phrase = await challenged(telegram, member=3)
        card = await answers(telegram, f"it is me {DURESS} {phrase}", member=3)
        assert WRONG_WORD in card.text
        await telegram.person(1).sees("Silent alarm.")
        assert not telegram.person(3).has_seen("Silent alarm.")


async def test_attack_22_a_keeper_who_is_watched_reads_the_same_after_either_word(tmp_path):
    """Row 22: the news that the word was spoken does not stay away after the duress word."""
    screens = []
    for word in (WORD, DURESS):
        async with at_home(tmp_path / word.replace(" ", "-")) as telegram:
            set_word(telegram.house, family_of(telegram), duress=True)
            anna = telegram.person(1)
            phrase = await challenged(telegram)
            await answers(telegram, f"it is me {word} {phrase}")
            await anna.sees("Your code word was spoken in a memo.")
            texts = [shown.text.replace(phrase, "…") for shown in anna.screen]
            screens.append([re.sub(r"File \w+\.|\d\d:\d\d", "", text) for text in texts])
    assert screens[0] == screens[1]


async def test_only_the_keeper_reads_that_the_word_was_right(tmp_path):
    """Everyone else sees the phrase alone."""
    async with at_home(tmp_path) as telegram:
        set_word(telegram.house, family_of(telegram))
        for member in (1, 3):
            phrase = await challenged(telegram, member=member)
            card = await answers(telegram, f"{WORD} {phrase}", member=member, salt=str(member))
            assert ("The code word was in it." in card.text) is (member == 1)


async def test_a_word_that_was_used_is_due_for_another(tmp_path):
    """Row 1: whoever heard the memo knows it now; the keeper is asked to choose a new one."""
    async with at_home(tmp_path) as telegram:
        set_word(telegram.house, family_of(telegram))
        phrase = await challenged(telegram, member=3)
        await answers(telegram, f"{WORD} {phrase}", member=3)
        await telegram.person(1).sees("Your code word was spoken in a memo.")
        assert telegram.person(2).screen == []
        word = telegram.house.store.codewords.get(family_of(telegram))
        assert word.used_at is not None
        assert word.rotate_why == "used"


async def test_a_duress_word_looks_accepted_and_alerts_the_others(tmp_path):
    """Row 22: not the asker, who may be watched, nor the one who is forced."""
    async with at_home(tmp_path) as telegram:
        set_word(telegram.house, family_of(telegram), duress=True)
        admit(telegram.house.store, family_of(telegram), 4, Role.MEMBER)
        anna, tom, bert, kim = (telegram.person(number) for number in (1, 2, 3, 4))
        phrase = await challenged(telegram, member=3, text="Hi mum, it's Tom, new number")
        card = await answers(telegram, f"it is me {DURESS} {phrase}", member=3)
        assert card.text.startswith("Careful")
        assert SPOKEN in card.text
        for other in (anna, kim):
            alarm = await other.sees("Silent alarm.")
            assert "It was supposed to come from Tom." in alarm.text
        for told in (bert, tom):
            assert not any("alarm" in shown.text.lower() for shown in told.screen)
        acts = [line.act for line in telegram.house.store.audit.lines(family_of(telegram))]
        assert "duress" in acts


async def test_a_phrase_that_is_heard_only_by_who_expects_it_counts(tmp_path):
    """A relative with an accent said it: «mum, motor cup» is what is heard without knowing it."""
    async with at_home(tmp_path) as telegram:
        phrase = await challenged(telegram)
        *words, first, second = phrase.split()
        mumbled = f"mumble {first} {second}"
        card = await answers(telegram, mumbled, salt="1")
        assert WRONG_PHRASE in card.text
        card = await answers(telegram, mumbled, expected=(" ".join(words),), salt="2")
        assert SPOKEN in card.text
        assert card.text.startswith("Careful") or card.text.startswith(STRONG)


async def test_what_is_only_copied_from_what_was_told_is_no_answer(tmp_path):
    """Row 1: a recording in which the recogniser writes the words that it was given."""
    async with at_home(tmp_path) as telegram:
        phrase = await challenged(telegram)
        told = context(Phrase.parse(phrase), familiar("en"))
        card = await answers(telegram, f"mumble {phrase[-3:]}", expected=(told,))
        assert WRONG_PHRASE in card.text


async def test_the_code_word_is_not_looked_for_where_words_were_expected(tmp_path):
    """Row 5: what a recogniser writes that was told words is no try at the code word."""
    async with at_home(tmp_path) as telegram:
        set_word(telegram.house, family_of(telegram))
        phrase = await challenged(telegram)
        card = await answers(telegram, f"mumble {phrase}", expected=(f"{WORD} {phrase}",))
        assert WRONG_WORD in card.text


async def test_an_answer_that_was_sent_in_time_is_heard_as_one_when_it_is_forwarded_late(tmp_path):
    """The relative looked at the telephone a quarter of an hour later."""
    async with at_home(tmp_path) as telegram:
        phrase = await challenged(telegram)
        anna = telegram.person(1)
        *words, first, second = phrase.split()
        said = memo(f"mumble {first} {second}", expected=(" ".join(words),), voice="somebody")
        sent = sender(telegram, date=int(telegram.time.time) + 60)
        telegram.time.time += VALID_SECONDS + 300
        await anna.forwards_voice(said, forward_origin=sent)
        await telegram.quiet()
        card = await anna.sees("Checked on")
        assert SPOKEN in card.text


async def test_a_late_answer_is_named_late(tmp_path):
    """After ten minutes the phrase could have been cut together."""
    async with at_home(tmp_path) as telegram:
        phrase = await challenged(telegram)
        telegram.time.time += VALID_SECONDS + 300
        card = await answers(telegram, f"here you are {phrase}")
        assert WRONG_PHRASE in card.text


async def test_a_memo_of_somebody_else_is_no_answer(tmp_path):
    """The neighbour's memo in the same ten minutes does not fail the challenge."""
    async with at_home(tmp_path) as telegram:
        await challenged(telegram)
        anna = telegram.person(1)
        origin = sender(telegram, 778, "Neighbour")
        await anna.forwards_voice(memo("see you at the bakery"), forward_origin=origin)
        await telegram.quiet()
        assert anna.last.text.startswith("No warning signs found")


async def test_a_refusal_is_a_strong_warning(tmp_path):
    """One tap; only the relative can know."""
    async with at_home(tmp_path) as telegram:
        await challenged(telegram)
        anna = telegram.person(1)
        await anna.taps("They refuse to say it")
        await anna.sees("Then that is a warning sign.")
        await telegram.quiet()
        assert anna.screen[0].text.startswith(STRONG)


async def test_a_second_tap_shows_the_same_phrase(tmp_path):
    """Two phrases at once would confuse whoever is in a hurry."""
    async with at_home(tmp_path) as telegram:
        phrase = await challenged(telegram)
        anna = telegram.person(1)
        await anna.taps("Ask for the code word")
        await telegram.quiet()
        assert phrase in anna.last.text


async def test_the_text_of_a_challenge_does_not_tell_whether_a_word_is_set(tmp_path):
    """Row 5: the same sentences with and without a code word."""
    texts = []
    for with_word in (True, False):
        async with at_home(tmp_path / str(with_word)) as telegram:
            if with_word:
                set_word(telegram.house, family_of(telegram))
            phrase = await challenged(telegram)
            texts.append(telegram.person(1).last.text.replace(phrase, "…"))
    assert texts[0] == texts[1]


async def test_a_replayed_answer_is_named(tmp_path):
    """Row 1: the very recording that answered once is played again to another relative."""
    async with at_home(tmp_path) as telegram:
        set_word(telegram.house, family_of(telegram))
        phrase = await challenged(telegram)
        await answers(telegram, f"{WORD} {phrase}", sound="the answer")
        telegram.time.time += 24 * 3600
        await challenged(telegram, member=3)
        card = await answers(
            telegram, f"{WORD} {phrase}", member=3, sound="the answer", salt="again"
        )
        assert "I heard this same recording before, on 18 November 2026." in card.text
        assert card.text.startswith(STRONG)


async def test_repeated_near_matches_are_told_to_the_keeper(tmp_path):
    """Row 18: someone tunes a clone; the third time in three days the keeper hears of it."""
    async with at_home(tmp_path) as telegram:
        enrol(telegram.house, telegram.people["Tom"], "tom")
        bert = telegram.person(3)
        for number in range(3):
            await bert.forwards_voice(
                memo(f"it's Tom here, try {number}", voice="tom", synthetic=2.2),
                forward_origin=sender(telegram, 800 + number),
            )
            await telegram.quiet()
        await telegram.person(1).sees("several memos that were almost right")
        assert not any("almost right" in shown.text for shown in bert.screen)


@pytest.mark.parametrize("verb", ["refuse", "word"])
async def test_nobody_touches_the_challenge_of_somebody_else(tmp_path, verb):
    """Row 14: the same sentence for all."""
    async with at_home(tmp_path) as telegram:
        await challenged(telegram)
        anna, bert = telegram.person(1), telegram.person(3)
        data = anna.last.buttons["They refuse to say it"]
        await bert.presses(data.replace("refuse", verb))
        await telegram.quiet()
        assert telegram.alerts == ["I no longer remember this one."]
