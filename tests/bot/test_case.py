"""Stories of cases: messages of one sender that add up, and what their cards offer."""

import asyncio
import contextlib

import pytest

from bot.app import house_of
from bot.case import casework
from bot.case.cases import opened_of
from bot.case.files import File
from bot.handlers import screenshot
from bot.screenshots.model import Bubble, Screenshot
from familyguard.admission import remove
from familyguard.family import Role
from tests.bot.families import NUMBERS, enrol, name_them
from tests.bot.houses import StubAnalyst, admit, family_bot
from tests.bot.scripts import memo
from tests.bot.test_check import NONE, SCAM
from voice.errors import Undecodable

STRONG = "Do not pay yet – strong warning signs."
CAUTION = "Careful – check another way first."
IBAN = "NL91ABNA0417164300"
BILL = f"Can you pay 950 euro to {IBAN} today? I will explain later, do not tell dad"


class Clock:
    """A time of day that the test turns."""

    def __init__(self) -> None:
        self.time = 1_795_000_000.0

    def __call__(self) -> float:
        return self.time


@contextlib.asynccontextmanager
async def at_home(tmp_path, **changes):
    """Anna (keeper, 1), Tom (2) and Bert (3)."""
    clock = changes.setdefault("now", Clock())
    async with family_bot(tmp_path, **changes) as telegram:
        house = house_of(telegram.app)
        telegram.people = name_them(house, Anna=1, Tom=2, Bert=3)
        telegram.house, telegram.time = house, clock
        yield telegram


def sender(telegram, number=777, name="Stranger", **changes):
    """A forward from an account that shows itself."""
    user = {"id": number, "is_bot": False, "first_name": name}
    date = int(telegram.house.now()) - 60
    return {"type": "user", "date": date, "sender_user": user, **changes}


async def forward_text(person, text, origin):
    """Forward words of somebody."""
    await person.sends_message(text=text, forward_origin=origin)


async def test_a_new_number_then_talk_then_a_reason_not_to_call_adds_up(tmp_path):
    """Each message alone says little; the case warns before money is named."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        origin = sender(telegram)
        await forward_text(anna, "Hi mum, this is my new number", origin)
        await anna.sees(CAUTION)
        await forward_text(anna, "my microphone is broken so you cannot call me", origin)
        card = await anna.sees(STRONG)
        assert "This is more serious than I said before." in card.text
        assert "New: " in card.text
        assert "new number" in card.text


async def test_the_earlier_card_points_to_the_newer_one_with_the_headline_of_now(tmp_path):
    """Nobody scrolls up to a milder answer."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        origin = sender(telegram)
        await forward_text(anna, "Hi mum, this is my new number", origin)
        first = await anna.sees(CAUTION)
        await forward_text(anna, BILL, origin)
        await telegram.quiet()
        assert first.text.startswith(STRONG)
        assert "Read my latest answer, further down." in first.text
        assert first.buttons == {}


async def test_another_sender_is_another_case(tmp_path):
    """What a stranger wrote says nothing about the neighbour."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        await forward_text(anna, SCAM, sender(telegram))
        await anna.sees(STRONG)
        await forward_text(anna, "See you on Sunday", sender(telegram, 778, "Neighbour"))
        card = await anna.sees(NONE)
        assert "More serious" not in card.text


async def test_a_harmless_message_never_calms_a_case(tmp_path):
    """The level of a case does not fall, and the card says that nothing is new."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        await forward_text(anna, SCAM, sender(telegram))
        await anna.sees(STRONG)
        await forward_text(anna, "Thanks, see you on Sunday", sender(telegram))
        await telegram.quiet()
        assert anna.last.text.startswith(STRONG)
        assert "I see nothing new in this. What I said before still counts." in anna.last.text


async def test_uploads_close_together_are_one_story_and_half_an_hour_later_another(tmp_path):
    """What comes from another app names no sender."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        await anna.sends("Hi mum, this is my new number")
        await anna.sees(CAUTION)
        await anna.sends(BILL)
        card = await anna.sees(STRONG)
        assert "New: " in card.text
        await telegram.quiet()
        telegram.time.time += 1801
        await anna.sends("Hi mum, this is my new number")
        await telegram.quiet()
        assert anna.last.text.startswith(CAUTION)


async def test_an_upload_about_something_else_gets_a_case_of_its_own(tmp_path):
    """One tap parts two stories; the earlier one keeps what it has."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        await anna.sends(SCAM)
        await anna.sees(STRONG)
        await anna.forwards(
            "document", memo("see you on Sunday"), forward_origin=sender(telegram, 1)
        )
        await telegram.quiet()
        assert anna.last.text.startswith(STRONG)
        first, merged = anna.screen[0], anna.last
        await anna.taps("This is about something else")
        await telegram.quiet()
        assert anna.last.text.startswith(NONE)
        assert anna.last is not merged
        assert first.text.startswith(STRONG)
        assert first.buttons == {}
        assert merged.text.startswith(STRONG)
        assert "I have closed this earlier case" in merged.text
        assert "find it again with /case." in merged.text
        assert set(merged.buttons) == {"It was a scam"}
        await anna.sends("/case")
        listed = await anna.sees("These are your cases.")
        assert any("strong" in label and "closed" in label for label in listed.buttons)


BANK = "U spreekt met Jansen van de ING. Uw rekening is gehackt, geef de code door."
POLICE = "Dit is agent Bakker van de politie. U moet vandaag borg betalen."


async def test_who_is_said_to_be_the_bank_is_called_on_the_number_of_the_bank_card(tmp_path):
    """«The person» would be the fraud, and nobody gives a stranger the family's code word."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        await forward_text(anna, BANK, sender(telegram))
        card = await anna.sees("Call your bank yourself, on the number on your bank card.")
        assert "the person" not in card.text.lower()
        assert "Ask for it when you call" not in card.text


COLLECTS = "Dit is agent Bakker van de politie. Een koerier komt uw sieraden en bankpas ophalen."


@pytest.mark.parametrize(("country", "number"), [("NL", "0900-8844"), (None, "own website")])
async def test_who_comes_to_the_house_gets_nothing_and_stays_outside(tmp_path, country, number):
    """That stands first, and the police has the number of the country where one is known."""
    async with at_home(tmp_path, country=country) as telegram:
        anna = telegram.person(1)
        await forward_text(anna, COLLECTS, sender(telegram))
        card = await anna.sees("Hand over nothing, and let nobody in.")
        assert card.text.splitlines()[2].startswith("Hand over nothing")
        assert "112" in card.text.splitlines()[2]
        assert number in next(line for line in card.text.splitlines() if "police yourself" in line)


async def test_gift_cards_are_no_visit(tmp_path):
    """Nobody comes for those."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        await forward_text(anna, "Hi mum, new number, buy gift cards now", sender(telegram))
        await telegram.quiet()
        assert "let nobody in" not in anna.last.text


async def test_where_several_offices_are_claimed_one_sentence_serves_them_all(tmp_path):
    """First the bank, then «the police»: neither number comes from the messages."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        await forward_text(anna, BANK, sender(telegram))
        await anna.sees("Call your bank yourself")
        await forward_text(anna, POLICE, sender(telegram))
        card = await anna.sees("Call them yourself, on a number you already had: from your bank")
        assert "Call your bank yourself" not in card.text


async def test_the_stored_number_of_a_relative_comes_before_every_office(tmp_path):
    """«Police, it is about Tom»: whoever chose Tom reads his number."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        await forward_text(anna, POLICE, sender(telegram))
        card = await anna.sees("Call the police yourself")
        await anna.taps("Who is it supposed to be?")
        await anna.sees("Choose the person")
        await anna.taps("Tom")
        await telegram.quiet()
        assert "Call Tom on" in card.text
        assert "police yourself" not in card.text


async def test_attack_3_a_failed_answer_that_is_parted_still_shows_that_it_failed(tmp_path):
    """Row 3: alone in a case of its own a wrong answer would show no warning signs.

    Yet the memo may be about something else: nobody is left with another story's alarm on it.
    """
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        await anna.sends("Hi mum, this is my new number")
        await anna.sees(CAUTION)
        await anna.taps("Ask for the code word")
        await anna.sees("Ask for a new voice memo")
        uploaded = sender(telegram, 1)
        await anna.forwards("document", memo("see you on Sunday"), forward_origin=uploaded)
        await telegram.quiet()
        merged = await anna.sees("The one-time phrase was missing, different or too late.")
        await anna.taps("This is about something else")
        await telegram.quiet()
        assert anna.last is not merged
        assert "new number" not in anna.last.text
        assert "The one-time phrase was missing, different or too late." in anna.last.text
        assert not anna.last.text.startswith(NONE)
        assert "I have closed this earlier case" in merged.text


async def test_a_memo_that_joins_a_disputed_case_is_not_what_was_disputed(tmp_path):
    """Tom was asked about the message before it, and the memo can be parted from that."""
    async with at_home(tmp_path) as telegram:
        anna, tom = telegram.person(1), telegram.person(2)
        await forward_text(anna, TOMS_REQUEST, sender(telegram))
        await anna.sees("Do not pay yet")
        await tom.sees("Did you just ask")
        await tom.taps("Not me!")
        await telegram.quiet()
        assert any("Tom says: that was not me." in shown.text for shown in anna.screen)
        await anna.forwards_voice(memo("see you on Sunday"), forward_origin=sender(telegram))
        await telegram.quiet()
        joined = anna.last
        assert "Tom said of an earlier message: that was not me." in joined.text
        await anna.taps("This is about something else")
        await telegram.quiet()
        assert anna.last is not joined
        assert "that was not me" not in anna.last.text
        assert joined.text.startswith("Do not pay. This is a scam.")


async def test_a_memo_adds_to_the_words_of_the_same_sender(tmp_path):
    """Text and memo of one sender are one case; a screenshot's words would be too."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        origin = sender(telegram)
        await forward_text(anna, "Hi mum, this is my new number", origin)
        await anna.forwards_voice(memo(BILL, voice="somebody"), forward_origin=origin)
        card = await anna.sees(STRONG)
        assert "new number" in card.text


async def test_the_card_says_when_which_file_and_greets_as_the_family_agreed(tmp_path):
    """Rows 17 and 19: time, short hash, and the sentence that a look-alike bot does not know."""
    async with at_home(tmp_path) as telegram:
        family = telegram.people["Anna"].family_id
        telegram.house.store.families.greet_with(family, "The cat is on the roof")
        anna = telegram.person(1)
        content = memo("see you on Sunday")
        await anna.forwards_voice(content)
        card = await anna.sees(NONE)
        import hashlib

        assert f"File {hashlib.sha256(content).hexdigest()[:12]}." in card.text
        assert "Our own sentence: “The cat is on the roof”" in card.text
        assert "Checked on 18 November 2026" in card.text
        assert card.protected


async def test_the_stored_number_stands_on_the_card_and_can_be_tapped(tmp_path):
    """Row 6 and the call-back: the number that Tom stored, with its date, in one piece."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        await forward_text(anna, "Hi mum, it's Tom. " + BILL, sender(telegram))
        card = await anna.sees("It is supposed to come from Tom.")
        assert "Call Tom on +31 6 12345678. Tom stored this number with me on" in card.text
        assert "+31 6 12345678" in card.html
        assert "Do not use a number from the message." in card.text


async def test_a_number_in_the_message_is_never_one_tap_away(tmp_path):
    """Only the stored number can be tapped."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        words = "Hi mum, it's Tom, new number +31687654321, call me there. " + BILL
        await forward_text(anna, words, sender(telegram))
        card = await anna.sees(STRONG)
        assert "87654321" not in card.html


async def test_nobody_is_assumed_from_the_voice(tmp_path):
    """A clone is made to sound like somebody: the likeness alone names nobody, on no card."""
    async with at_home(tmp_path) as telegram:
        enrol(telegram.house, telegram.people["Tom"], "tom")
        anna = telegram.person(1)
        await anna.forwards_voice(memo(BILL, voice="tom"), forward_origin=sender(telegram))
        card = await anna.sees(STRONG)
        assert "Tom" not in card.text
        assert "Who is it supposed to be?" in card.buttons


async def test_once_somebody_is_chosen_the_voice_is_compared_without_listening_again(tmp_path):
    """The scores of all relatives came with the memo; the choice picks one of them."""
    analyst = StubAnalyst()
    async with at_home(tmp_path, analyst=analyst) as telegram:
        enrol(telegram.house, telegram.people["Tom"], "tom")
        anna = telegram.person(1)
        await anna.forwards_voice(memo("see you soon, urgent: buy gift cards", voice="other"))
        await telegram.quiet()
        await anna.taps("Who is it supposed to be?")
        await anna.sees("Choose the person that the message says it is.")
        await anna.taps("Tom")
        card = await anna.sees("The voice clearly does not sound like Tom.")
        assert card.text.startswith(STRONG)
        assert len(analyst.memos) == 1


async def test_a_voice_that_matches_is_said_to_prove_nothing(tmp_path):
    """The level stays; what speaks for it stands under a sentence that says what it is worth."""
    async with at_home(tmp_path) as telegram:
        enrol(telegram.house, telegram.people["Tom"], "tom")
        anna = telegram.person(1)
        said = "Hi mum, it's Tom, please buy gift cards for me today"
        await anna.forwards_voice(memo(said, voice="tom"), forward_origin=sender(telegram))
        card = await anna.sees("The voice sounds like Tom.")
        assert "This proves nothing, because a clone or a thief can do it too:" in card.text
        assert card.text.startswith("Do not pay yet")


async def test_naming_another_person_takes_nothing_back(tmp_path):
    """A relative who is talked into choosing somebody else does not calm the case."""
    async with at_home(tmp_path) as telegram:
        enrol(telegram.house, telegram.people["Tom"], "tom")
        anna = telegram.person(1)
        said = "Hi mum, it's Tom, please buy gift cards for me today"
        await anna.forwards_voice(memo(said, voice="other"), forward_origin=sender(telegram))
        await anna.sees("The voice clearly does not sound like Tom.")
        await anna.taps("It is supposed to be someone else")
        await anna.sees("Choose the person that the message says it is.")
        await anna.taps("Bert")
        card = await anna.sees("It is supposed to come from Bert.")
        await telegram.quiet()
        assert card.text.startswith(STRONG)


async def test_many_relatives_come_page_by_page(tmp_path):
    """Eight names at once; the data of the buttons says no name."""
    members = tuple(range(1, 12))
    async with family_bot(tmp_path, members=members) as telegram:
        house = house_of(telegram.app)
        name_them(house, **{f"Person{number}": number for number in members})
        anna = telegram.person(1)
        await anna.sends(SCAM)
        await anna.sees("Do not pay yet")
        await anna.taps("Who is it supposed to be?")
        page = await anna.sees("Choose the person")
        assert sum(label.startswith("Person") for label in page.buttons) == 8
        assert all(len(data) <= 64 for data in page.buttons.values())
        assert not any("Person" in data for data in page.buttons.values())
        await anna.taps("More names")
        await telegram.quiet()
        assert sum(label.startswith("Person") for label in anna.last.buttons) == 2


@pytest.mark.parametrize("verb", ["who", "ask", "word", "is", "split", "payee", "paid"])
async def test_nobody_taps_on_the_case_of_somebody_else(tmp_path, verb):
    """Row 14: an id of another account, of another family, or made up: one and the same answer."""
    async with at_home(tmp_path) as telegram:
        anna, bert, eve = (telegram.person(number) for number in (1, 3, 66))
        from tests.bot.houses import let_in

        let_in(telegram.house.store, 66)
        await anna.sends(SCAM)
        card = await anna.sees("Do not pay yet")
        case = card.buttons["Who is it supposed to be?"].split(":")[2]
        for person in (bert, eve):
            await person.presses(f"case:{verb}:{case}:0")
        await anna.presses(f"case:{verb}:0123456789abcdef:0")
        await telegram.quiet()
        assert telegram.alerts == ["I no longer remember this one."] * 3
        assert bert.screen == []
        assert eve.screen == []


async def test_it_was_a_scam_opens_a_calm_page_for_the_country(tmp_path):
    """Stop, bank, police, report, with numbers that can be tapped."""
    async with at_home(tmp_path) as telegram:
        telegram.house.store.families.live_in(telegram.people["Anna"].family_id, "NL")
        anna = telegram.person(1)
        await anna.sends(SCAM)
        await anna.sees("Do not pay yet")
        await anna.taps("It was a scam")
        await anna.sees("You did nothing wrong.")
        await anna.taps("I paid")
        await telegram.quiet()
        await anna.taps("That is all")
        page = await anna.sees("Report it to the police.")
        assert page.text.index("Call your bank now.") < page.text.index("Report it to the police.")


async def test_an_account_on_the_card_can_be_looked_up_at_the_police(tmp_path):
    """A link, and never a word that an account is fine."""
    async with at_home(tmp_path) as telegram:
        telegram.house.store.families.live_in(telegram.people["Anna"].family_id, "NL")
        anna = telegram.person(1)
        await anna.sends(BILL)
        card = await anna.sees("You can look this account number up yourself here.")
        assert "You find nothing? It can still be a scammer's" in card.text
        assert "politie.nl" in card.html


async def test_a_known_account_calms_later_words_alone(tmp_path):
    """Added by an adult after a warning; this verdict stays, the next text weighs less."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        words = f"Please pay the gardener 120 euro, {IBAN}"
        await anna.sends(BILL)
        before = await anna.sees("Do not pay yet")
        await anna.taps("We have paid this account for years")
        question = await anna.sees("Did somebody ask you to tap this? Then do not do it.")
        assert IBAN in question.text
        await anna.taps("Yes, for years")
        await anna.sees("I keep it in a form that nobody can read back.")
        await telegram.quiet()
        assert before.text.startswith("Do not pay yet")
        assert "We have paid this account for years" not in before.buttons
        payees = telegram.house.store.payees.marks(telegram.people["Anna"].family_id)
        assert len(payees) == 1
        assert words not in str(payees)
        await anna.sends("/payees")
        await anna.sees("I know one account")
        await anna.taps("Forget them all")
        await anna.sees("From now on every account is new to me.")
        assert not telegram.house.store.payees.marks(telegram.people["Anna"].family_id)


async def test_attack_6_an_account_is_not_made_known_behind_the_others_backs(tmp_path):
    """Row 6: whoever is talked into «we have paid this for years» is asked about it by the rest."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        await anna.sends(BILL)
        await anna.sees("Do not pay yet")
        await anna.taps("We have paid this account for years")
        await anna.sees("Did somebody ask you to tap this?")
        await anna.taps("Yes, for years")
        told = await telegram.person(3).sees("your family has paid an account for years")
        assert told.text.startswith("“Anna” has told me")
        assert IBAN not in told.text
        assert not anna.has_seen("has told me that your family")


async def test_a_child_cannot_make_an_account_known(tmp_path):
    """Neither is the button offered, nor does its data work."""
    async with at_home(tmp_path) as telegram:
        family = telegram.people["Anna"].family_id
        admit(telegram.house.store, family, 9, Role.CHILD)
        kim = telegram.person(9)
        await kim.sends(BILL)
        card = await kim.sees("Do not pay yet")
        assert "We have paid this account for years" not in card.buttons
        case = card.buttons["Ask for the code word"].split(":")[2]
        await kim.presses(f"case:paid:{case}")
        await telegram.quiet()
        assert not telegram.house.store.payees.marks(family)


async def test_a_recording_that_came_by_before_is_named_with_its_day(tmp_path):
    """Row 1 and 8: the same sound in another message, though the file is another."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        first = memo("hello, shall we meet", voice="tom", sound="one sound")
        again = memo("hello, shall we meet", voice="tom", sound="one sound", salt="re-encoded")
        await anna.forwards_voice(first, forward_origin=sender(telegram))
        await anna.sees(NONE)
        telegram.time.time += 10 * 24 * 3600
        await anna.forwards_voice(again, forward_origin=sender(telegram, 778))
        card = await anna.sees("I heard this same recording before, on 18 November 2026.")
        assert card.text.startswith(CAUTION)


async def test_the_same_message_forwarded_twice_is_no_replay(tmp_path):
    """Two relatives show the bot one message."""
    async with at_home(tmp_path) as telegram:
        anna, bert = telegram.person(1), telegram.person(3)
        content, origin = memo("hello, shall we meet", voice="tom"), sender(telegram)
        await anna.forwards_voice(content, forward_origin=origin)
        await bert.forwards_voice(content, forward_origin=origin)
        await bert.sees(NONE)


async def test_an_old_memo_and_a_mere_greeting_prove_nothing(tmp_path):
    """Row 8: a voice that you know can be an old recording."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        old = sender(telegram, date=int(telegram.house.now()) - 9 * 24 * 3600)
        await anna.forwards_voice(memo("hello? can you hear me?"), forward_origin=old)
        card = await anna.sees("I hear only a greeting.")
        assert "It was sent 9 days ago." in card.text


async def test_a_case_outlives_a_restart(tmp_path):
    """What was seen before the bot was restarted still counts afterwards."""
    clock = Clock()
    async with at_home(tmp_path, now=clock) as telegram:
        anna = telegram.person(1)
        await forward_text(anna, "Hi mum, this is my new number", sender(telegram))
        await anna.sees(CAUTION)
    async with family_bot(tmp_path, members=(), now=clock) as telegram:
        telegram.house = house_of(telegram.app)
        anna = telegram.person(1)
        await forward_text(anna, BILL, sender(telegram))
        card = await anna.sees(STRONG)
        assert "new number" in card.text
        assert "This is more serious than I said before." in card.text


async def test_no_card_shows_a_number_that_a_cloner_could_tune_to(tmp_path):
    """Row 18: coarse words, no scores, on the card and under Details."""
    async with at_home(tmp_path) as telegram:
        enrol(telegram.house, telegram.people["Tom"], "tom")
        anna = telegram.person(1)
        said = "Hi mum, it's Tom, please buy gift cards for me"
        await anna.forwards_voice(
            memo(said, voice="tom", synthetic=1.2345), forward_origin=sender(telegram)
        )
        await anna.sees(STRONG)
        await anna.taps("Details")
        table = await anna.sees("These are hints, not proof.")
        for shown in anna.screen:
            assert "1.23" not in shown.text
        assert "%" not in table.text


async def test_a_person_who_left_is_no_longer_who_it_is_supposed_to_be(tmp_path):
    """The case stays, without a name."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        await forward_text(anna, "Hi mum, it's Tom. " + BILL, sender(telegram))
        await anna.sees("It is supposed to come from Tom.")
        tom = telegram.people["Tom"]
        remove(telegram.house.store, tom.family_id, tom.id, telegram.house.now(), actor=1)
        await forward_text(anna, "please hurry", sender(telegram))
        await telegram.quiet()
        assert "Tom" not in anna.last.text.splitlines()[4]
        assert NUMBERS["Tom"][-8:] not in anna.last.text
        await anna.taps("Ask for the code word")
        await anna.sees("Ask for a new voice memo")


async def test_a_memo_that_was_counted_before_a_crash_is_counted_once(tmp_path, monkeypatch):
    """Row 23: written, then the power went before the answer; afterwards one card, one piece."""
    clock, origin = Clock(), None

    def power_cut(*_):
        raise asyncio.CancelledError

    with monkeypatch.context() as patch:
        patch.setattr(casework, "card", power_cut)
        async with at_home(tmp_path, now=clock) as telegram:
            origin = sender(telegram)
            await forward_text(telegram.person(1), SCAM, origin)
            await asyncio.wait_for(telegram.app.update_queue.join(), 10)
            family = telegram.people["Anna"].family_id
            assert len(telegram.house.store.cases.of_account(family, 1)) == 1
    clock.time += 7200
    async with family_bot(tmp_path, members=(), now=clock) as telegram:
        anna = telegram.person(1)
        await anna.sees(STRONG)
        await telegram.quiet()
        house = house_of(telegram.app)
        family = house.store.accounts.get(1).family_id
        stored = house.store.cases.of_account(family, 1)
        assert [opened_of(house, one).file.case.count for one in stored] == [1]
        assert len(anna.screen) == 1


async def test_a_screenshot_adds_to_the_case_of_its_sender(tmp_path, monkeypatch):
    """Words, memo and picture of one sender are one story."""
    seen = Screenshot((Bubble(BILL, "left"),), "Stranger")
    monkeypatch.setattr(screenshot, "read_picture", lambda path, folder: seen)
    async with at_home(tmp_path) as telegram:
        anna, origin = telegram.person(1), sender(telegram)
        await forward_text(anna, "Hi mum, this is my new number", origin)
        await anna.sees(CAUTION)
        telegram.files["p"] = b"picture"
        sizes = [{"file_id": "p", "file_unique_id": "up", "width": 9, "height": 9}]
        await anna.sends_message(photo=sizes, forward_origin=origin)
        card = await anna.sees("This is more serious than I said before.")
        assert "new number" in card.text
        assert "At the top it says “Stranger”." in card.text


async def test_details_name_whom_the_voice_was_compared_with(tmp_path):
    """Chosen after the memo was heard, and still named."""
    async with at_home(tmp_path) as telegram:
        enrol(telegram.house, telegram.people["Tom"], "tom")
        anna = telegram.person(1)
        await anna.forwards_voice(memo("urgent: buy gift cards", voice="other"))
        await telegram.quiet()
        await anna.taps("Who is it supposed to be?")
        await anna.sees("Choose the person")
        await anna.taps("Tom")
        await anna.sees("The voice clearly does not sound like Tom.")
        await anna.taps("Details")
        table = await anna.sees("These are hints, not proof.")
        assert "not like Tom’s" in table.text


async def test_details_of_a_text_say_all_that_the_card_says_and_more(tmp_path):
    """Each line of the card but what to do and when; then further reasons, and the words."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        origin = sender(telegram)
        await forward_text(anna, "Hi mum, it's Tom, this is my new number", origin)
        await forward_text(anna, "I cannot call, my microphone is broken. " + BILL, origin)
        await telegram.quiet()
        card = next(shown for shown in reversed(anna.screen) if "Details" in shown.buttons)
        await anna.presses(card.buttons["Details"])
        details = await anna.sees("These are hints, not proof.")
        parts = card.text.split("\n\n")
        for part in (parts[0], *parts[2:-1]):
            for line in part.splitlines():
                assert line.removeprefix("• New: ").removeprefix("• ") in details.text, line
        assert details.text.count("• ") > card.text.count("• ")
        assert BILL in details.text


async def test_nobody_is_told_to_call_themselves(tmp_path):
    """A message that claims to come from Tom, shown by Tom."""
    async with at_home(tmp_path) as telegram:
        tom = telegram.person(2)
        await forward_text(tom, "Hi mum, it's Tom. " + BILL, sender(telegram))
        card = await tom.sees("It is supposed to come from Tom.")
        assert "+31 6" not in card.text
        assert len(tom.screen) == 1


async def test_an_upload_that_cannot_be_opened_is_a_story_of_its_own(tmp_path):
    """The card says what is wrong with the file; what comes next goes on with the former story."""
    analyst = StubAnalyst(Undecodable.BROKEN)
    async with at_home(tmp_path, analyst=analyst) as telegram:
        anna = telegram.person(1)
        await anna.sends("Hi mum, this is my new number")
        await anna.sees(CAUTION)
        own = sender(telegram, 1)
        await anna.forwards("document", b"rubbish", forward_origin=own)
        card = await anna.sees("I cannot judge this. Call back.")
        assert "The file is damaged." in card.text
        await anna.sends(BILL)
        card = await anna.sees("This is more serious than I said before.")
        assert "new number" in card.text
        # From a known sender it belongs to what they wrote.
        await forward_text(anna, SCAM, sender(telegram))
        await anna.forwards_voice(b"rubbish", forward_origin=sender(telegram))
        await telegram.quiet()
        assert anna.last.text.startswith(STRONG)


async def test_a_frightened_question_after_a_warning_is_not_calmed(tmp_path):
    """«Is this Lotte?» under an alarm gets the alarm again, and no «nothing found»."""
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        text = "Hi mum, new number, my phone broke. Transfer 900 pounds today, I cannot call"
        await anna.sends_message(text=text, forward_origin=telegram.origin())
        await anna.sees("Do not pay yet")
        await anna.sends("is that my daughter? I am scared")
        shown = await anna.sees("my answer stays")
        assert "Do not pay yet" in shown.text
        assert not anna.has_seen("I found nothing in these words")


TOMS_REQUEST = "Hi Anna, this is Tom, new number. Transfer 900 pounds today, I cannot call"


@contextlib.asynccontextmanager
async def in_toms_name(tmp_path):
    """Anna forwards a request in the name of Tom, who is of the family too."""
    async with family_bot(tmp_path) as telegram:
        name_them(house_of(telegram.app), Anna=1, Tom=2)
        anna, tom = telegram.person(1), telegram.person(2)
        await anna.sends_message(text=TOMS_REQUEST, forward_origin=telegram.origin())
        yield telegram, anna, tom


async def test_none_of_them_takes_the_name_off_the_card(tmp_path):
    """And «Ask them now» asks first who."""
    async with in_toms_name(tmp_path) as (telegram, anna, tom):
        await anna.sees("Do not pay yet")
        await telegram.quiet()
        await anna.taps("It is supposed to be someone else")
        await anna.sees("Who is it supposed to come from?")
        await anna.taps("None of them")
        await anna.sees("it is none of you")
        store = house_of(telegram.app).store
        (stored,) = store.cases.of_account(store.accounts.get(1).family_id, 1)
        assert File.from_json(stored.state).case.about is None
        assert tom.screen


async def test_an_alarm_asks_nobody_any_more(tmp_path):
    """After «Not me» the card keeps what helps, and a further forward asks no second time."""
    async with in_toms_name(tmp_path) as (telegram, anna, tom):
        await tom.sees("Did you just ask")
        await tom.taps("Not me!")
        await anna.sees("Do not pay. This is a scam")
        await telegram.quiet()
        card = next(s for s in reversed(anna.screen) if "It was a scam" in s.buttons)
        assert "Ask them now" not in card.buttons
        assert "Ask for the code word" not in card.buttons
        asked = len(tom.screen)
        await anna.sends_message(text=TOMS_REQUEST + " now!", forward_origin=telegram.origin())
        await telegram.quiet()
        assert not any("Did you" in shown.text for shown in tom.screen[asked:])
