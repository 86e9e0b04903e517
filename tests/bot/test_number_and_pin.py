"""The own call-back number, which changes slowly, and the PIN before what only keepers may do."""

import pytest

from bot.app import house_of
from bot.family import deeds
from familyguard.changes import Kind
from familyguard.family import Role
from familyguard.setup import Step
from tests.bot.fake_telegram import running_bot
from tests.bot.families import WORD, set_word
from tests.bot.houses import StubAnalyst, admit, family_bot, let_in, settings_in
from tests.bot.scripts import memo
from tests.bot.test_check import SCAM
from tests.bot.test_family import HOUR, invited, person_id, store_of, time_passes
from tests.bot.test_setup import shares

OLD, NEW = "+31612345678", "+31687654321"
PIN = "2580"


def phone_of(telegram, user_id: int) -> str:
    """What is stored for the person behind an account."""
    store = store_of(telegram)
    account = store.accounts.get(user_id)
    return store.people.get(account.family_id, account.person_id).phone


async def stores(person, phone: str = OLD, **more) -> None:
    """Store the own number."""
    await person.sends("/number")
    await person.sees("On which number")
    await shares(person, phone, **more)


async def sets_pin(keeper, pin: str = PIN) -> None:
    """Choose a PIN while the family is being set up: later it would wait a day."""
    house = house_of(keeper.telegram.app)
    # No conversation sets back a clock.
    house.store._db.execute("update families set created_at = ?", [house.now()])
    await keeper.sends("/pin")
    await keeper.sees("Choose a PIN")
    await keeper.sends(pin)
    await keeper.sees("Type it once more")
    await keeper.sends(pin)
    await keeper.sees("The PIN is set")


async def test_the_first_number_is_stored_at_once_and_told(tmp_path):
    """It replaces nothing; the number itself is shown to nobody here."""
    async with family_bot(tmp_path) as telegram:
        anna, bert = telegram.person(1), telegram.person(2)
        await stores(bert, "31612345678")
        await bert.sees("Your number is stored")
        told = await anna.sees("“Person 2” has a call-back number")
        assert "5678" not in told.text
        assert phone_of(telegram, 2) == OLD
        await bert.sends("/number")
        assert "+31 6 12345678" in (await bert.sees("Stored for you")).text


async def test_6_somebody_elses_number_is_refused(tmp_path):
    """Row 6: a contact that is not the sender's own, or a forwarded one, is not stored."""
    async with family_bot(tmp_path) as telegram:
        bert = telegram.person(2)
        await stores(bert, NEW, whose=77)
        await bert.sees("somebody else")
        contact = {"phone_number": NEW, "first_name": "B", "user_id": 2}
        origin = {"type": "hidden_user", "date": 1, "sender_user_name": "Eve"}
        await bert.sends_message(contact=contact, forward_origin=origin)
        await bert.sends_message(contact={"phone_number": NEW, "first_name": "B"})
        await telegram.quiet()
        assert phone_of(telegram, 2) == ""


@pytest.mark.parametrize("phone", ["+888 0123 4567", "112", "0", "not a number"])
async def test_a_number_that_nobody_can_call_is_refused(tmp_path, phone):
    """An anonymous number of Telegram's, or nonsense, would fail in the hour it is needed."""
    async with family_bot(tmp_path) as telegram:
        bert = telegram.person(2)
        await stores(bert, phone)
        await bert.sees("Nobody can be called on that number")
        assert phone_of(telegram, 2) == ""


async def test_6_another_number_waits_a_day_and_anyone_stops_it(tmp_path):
    """Row 6: all are told to call the old number; a child may stop it."""
    now = 1e6
    async with family_bot(tmp_path, now=lambda: now) as telegram:
        store = store_of(telegram)
        admit(store, store.accounts.get(1).family_id, 9, Role.CHILD)
        anna, bert, kim = telegram.person(1), telegram.person(2), telegram.person(9)
        await stores(bert)
        await stores(bert, NEW)
        await bert.sees("Your number changes in a day")
        asked = await kim.sees("The call-back number of “Person 2” is to change")
        assert list(asked.buttons) == ["Stop this"]
        now += 23 * HOUR
        await time_passes(telegram)
        assert phone_of(telegram, 2) == OLD
        await kim.taps("Stop this")
        await anna.sees("has stopped the new call-back number of “Person 2”")
        await telegram.quiet()
        now += 48 * HOUR
        await time_passes(telegram)
        assert phone_of(telegram, 2) == OLD


async def test_6_a_day_later_the_number_changes_also_after_a_restart(tmp_path):
    """Row 6: what waits lies in the database; a freeze holds it up, and an hour more."""
    now = 1e6
    settings = settings_in(tmp_path)
    async with running_bot(settings, StubAnalyst(), now=lambda: now) as telegram:
        let_in(store_of(telegram), 1, 2)
        bert = telegram.person(2)
        await stores(bert)
        await stores(bert, NEW)
        await bert.sees("Your number changes in a day")
        await telegram.quiet()
        now += 20 * HOUR
        await telegram.person(1).sends("/freeze")
        await bert.sees("has frozen the family")
        await telegram.quiet()
    now += 10 * HOUR
    async with running_bot(settings, StubAnalyst(), now=lambda: now) as telegram:
        await time_passes(telegram)
        assert phone_of(telegram, 2) == OLD
        now += 15 * HOUR
        await time_passes(telegram)
        assert phone_of(telegram, 2) == OLD
        await telegram.person(1).sees("The call-back number of “Person 2” is to change")
        await telegram.quiet()
        now += HOUR
        await time_passes(telegram)
        assert phone_of(telegram, 2) == NEW
        await telegram.person(1).sees("“Person 2” has a call-back number")
        assert (
            store_of(telegram).changes.waiting(store_of(telegram).accounts.get(1).family_id) == []
        )


async def test_6_a_second_adult_confirms_it_at_once(tmp_path):
    """Row 6: not the one who asked, and not a member who is no adult."""
    async with family_bot(tmp_path) as telegram:
        store = store_of(telegram)
        admit(store, store.accounts.get(1).family_id, 9, Role.MEMBER)
        bert, cora, kim = (telegram.person(n) for n in (2, 3, 9))
        await stores(bert)
        await stores(bert, NEW)
        asked = await cora.sees("is to change")
        data = asked.buttons["I called, it is right"]
        for person in (bert, kim):
            await person.presses(data)
        await telegram.quiet()
        assert phone_of(telegram, 2) == OLD
        await cora.taps("I called, it is right")
        await cora.sees("It is done")
        assert phone_of(telegram, 2) == NEW
        await kim.presses(data)
        await telegram.quiet()
        assert "no longer remember" in telegram.alerts[-1]


async def test_6_an_adult_of_today_confirms_nothing(tmp_path):
    """Row 6: a thief of the keeper's account lets in, or appoints, a second adult of their own."""
    async with family_bot(tmp_path) as telegram:
        store, now = store_of(telegram), house_of(telegram.app).now()
        family = store.accounts.get(1).family_id
        admit(store, family, 9, Role.ADULT, now=now)
        admit(store, family, 10, Role.MEMBER)
        anna, bert, eve, kim = (telegram.person(n) for n in (1, 2, 9, 10))
        await anna.presses(f"family:adult:{person_id(telegram, 10)}")
        await bert.sees("another role: adult")
        await bert.taps("I called, it is right")
        await kim.sees("has another role now: adult")
        await stores(bert)
        await stores(bert, NEW)
        for person in (eve, kim):
            await person.sees("is to change")
            await person.taps("I called, it is right")
        await telegram.quiet()
        assert phone_of(telegram, 2) == OLD
        assert ["less than a day" in alert for alert in telegram.alerts] == [True, True]


async def test_the_change_of_somebody_who_left_is_not_made(tmp_path):
    """It ends with them."""
    now = 1e6
    async with family_bot(tmp_path, now=lambda: now) as telegram:
        bert = telegram.person(2)
        await stores(bert)
        await stores(bert, NEW)
        await bert.sees("changes in a day")
        await bert.sends("/leave")
        await bert.sees("Do you want to leave?")
        await bert.taps("Yes, I leave")
        await bert.sees("You have left")
        await telegram.quiet()
        now += 25 * HOUR
        await time_passes(telegram)
        assert not telegram.person(1).last.text.startswith("“someone")


async def test_7_a_stolen_keepers_account_is_asked_the_pin(tmp_path):
    """Row 7: each administrative act, from a command or a button, stops at the PIN."""
    async with family_bot(tmp_path, clock=lambda: 0.0, message_burst=100) as telegram:
        store, keeper = store_of(telegram), telegram.person(1)
        await sets_pin(keeper)
        house_of(telegram.app).unlocked.drop(1)
        target = person_id(telegram, 2)
        before = store.people.of_family(store.accounts.get(1).family_id)
        for data in ("invite:new:", f"family:gone:{target}", f"family:keeper:{target}",
                     f"family:name:{target}"):  # fmt: skip
            shown = len(keeper.screen)
            await keeper.presses(data)
            await telegram.quiet()
            assert "I need the PIN" in keeper.screen[shown].text
        await keeper.sends("1234")
        await keeper.sees("That is not the PIN")
        assert store.people.of_family(store.accounts.get(1).family_id) == before
        assert not keeper.has_seen("?start=")


async def test_digits_typed_at_the_offer_of_a_pin_leave_the_chat(tmp_path):
    """The question is not open yet, and a verdict on a number alone is no use to anybody."""
    async with family_bot(tmp_path) as telegram:
        store, keeper = store_of(telegram), telegram.person(1)
        store.families.come_to(store.accounts.get(1).family_id, Step.PIN)
        await keeper.sends(PIN)
        told = await keeper.sees("I had not asked for one yet")
        assert list(told.buttons) == ["Set a PIN"]
        assert telegram.count("deleteMessage") == 1
        assert PIN not in told.text
        await keeper.taps("Set a PIN")
        await keeper.sees("Choose a PIN of four to eight digits")


async def test_digits_typed_after_the_question_closed_leave_the_chat_too(tmp_path):
    """Ten minutes are over; a number that somebody else types or forwards stays what it is."""
    async with family_bot(tmp_path) as telegram:
        keeper, bert = telegram.person(1), telegram.person(2)
        await sets_pin(keeper)
        deleted = telegram.count("deleteMessage")
        await keeper.sends(PIN)
        await keeper.sees("in case they are your PIN")
        assert telegram.count("deleteMessage") == deleted + 1
        await bert.sends(PIN)
        await bert.sees("You can send me a message")
        assert telegram.count("deleteMessage") == deleted + 1


async def test_digits_that_cannot_be_deleted_are_told_of(tmp_path):
    """Telegram lets a bot delete for two days: after that their writer has to."""
    async with family_bot(tmp_path) as telegram:
        keeper = telegram.person(1)
        await sets_pin(keeper)
        telegram.fails("deleteMessage", 400, "Bad Request: message can't be deleted")
        await keeper.sends(PIN)
        told = await keeper.sees("Please do it yourself")
        assert "in case they are your PIN" not in told.text


async def test_7_the_right_pin_lets_the_act_go_on_for_ten_minutes(tmp_path):
    """Row 7: then it is asked again; the message with the PIN is deleted each time."""
    clock = 0.0
    async with family_bot(tmp_path, clock=lambda: clock) as telegram:
        keeper = telegram.person(1)
        await sets_pin(keeper)
        await keeper.sends("/invite")
        await keeper.sees("I need the PIN")
        deleted = telegram.count("deleteMessage")
        await keeper.sends(PIN)
        await keeper.sees("For ten minutes")
        assert telegram.count("deleteMessage") == deleted + 1
        await keeper.taps("Go on")
        await keeper.sees("works once")
        await invited(telegram)
        clock += 601
        shown = len(keeper.screen)
        await keeper.sends("/invite")
        await telegram.quiet()
        assert "I need the PIN" in keeper.screen[shown].text


async def test_7_guessing_the_pin_means_waiting(tmp_path):
    """Row 7: after three tries even the right one has to wait, and each is in the audit log."""
    now = 1e6
    async with family_bot(tmp_path, now=lambda: now, clock=lambda: 0.0) as telegram:
        store, keeper = store_of(telegram), telegram.person(1)
        admit(store, store.accounts.get(1).family_id, 9, Role.KEEPER)
        await sets_pin(keeper)
        await keeper.sends("/invite")
        await keeper.sees("I need the PIN")
        for guess in ("1357", "1358", "1359", "1360"):
            await keeper.sends(guess)
        await keeper.sends(PIN)
        await keeper.sees("wrong too often")
        await telegram.person(9).sees("typed the wrong PIN several times")
        assert not keeper.has_seen("For ten minutes")
        now += 61
        await keeper.sends(PIN)
        await keeper.sees("For ten minutes")
        lines = store.audit.lines(store.accounts.get(1).family_id)
        assert [line.act for line in lines].count("wrong_pin") == 4
        assert "1357" not in repr(lines)


async def test_attack_7_saying_the_code_word_gives_no_new_tries_at_the_pin(tmp_path):
    """Row 7: a thief of the keeper's account who has heard the word guesses no faster for it."""
    now = 1e6
    async with family_bot(tmp_path, now=lambda: now) as telegram:
        store, keeper = store_of(telegram), telegram.person(1)
        family = store.accounts.get(1).family_id
        set_word(house_of(telegram.app), family)
        await sets_pin(keeper)
        await keeper.sends("/invite")
        await keeper.sees("I need the PIN")
        for guess in ("1357", "1358", "1359", "1360"):
            await keeper.sends(guess)
        await telegram.quiet()
        counted = [store.codewords.attempts(family, one) for one in ("pin", "pin:1")]
        await keeper.presses("word:test:")
        await keeper.records(memo(WORD, seconds=3.0))
        await keeper.sees("I recognise that word")
        assert [store.codewords.attempts(family, one) for one in ("pin", "pin:1")] == counted
        store.codewords.remove(family)
        assert store.codewords.attempts(family, "pin") is not None


async def test_7_the_pin_is_changed_by_whoever_knows_it(tmp_path):
    """Row 7: the old one first; two different new ones are asked again; easy ones are refused."""
    async with family_bot(tmp_path) as telegram:
        keeper = telegram.person(1)
        await sets_pin(keeper)
        await keeper.sends("/pin")
        await keeper.sees("Type the PIN that you have now")
        await keeper.sends("9999")
        await keeper.sees("That is not the PIN")
        await keeper.sends(PIN)
        await keeper.sees("Choose a PIN")
        await keeper.sends("1111")
        await keeper.sees("Everyone would try that one first")
        await keeper.sends("13579")
        await keeper.sees("Type it once more")
        await keeper.sends("13578")
        await keeper.sees("two different PINs")
        await keeper.sends("13579")
        await keeper.sends("13579")
        await telegram.quiet()
        await keeper.sends("/pin")
        await keeper.sends("13579")
        await telegram.quiet()
        await keeper.taps("Remove the PIN")
        await keeper.sees("has no PIN any more")


async def test_attack_7_a_pin_that_was_begun_before_does_not_replace_a_newer_one(tmp_path):
    """Row 7: a thief began while there was none; the other keeper's PIN stands."""
    async with family_bot(tmp_path) as telegram:
        store, thief, keeper = store_of(telegram), telegram.person(1), telegram.person(9)
        family = store.accounts.get(1).family_id
        admit(store, family, 9, Role.KEEPER)
        await thief.sends("/pin")
        await thief.sees("Choose a PIN")
        await thief.sends("8642")
        await thief.sees("Type it once more")
        await sets_pin(keeper)
        before = store.families.pin(family)
        await thief.sends("8642")
        await thief.sees("I no longer remember this one.")
        assert store.families.pin(family) == before


async def test_7_a_forgotten_pin_takes_a_day_and_can_be_stopped(tmp_path):
    """Row 7: a thief who claims to have forgotten it is seen by everyone."""
    now = 1e6
    async with family_bot(tmp_path, now=lambda: now) as telegram:
        store, keeper, bert = store_of(telegram), telegram.person(1), telegram.person(2)
        family = store.accounts.get(1).family_id
        await sets_pin(keeper)
        for stopped in (True, False):
            await keeper.sends("/pin")
            await keeper.sees("Type the PIN that you have now")
            await keeper.taps("I forgot it")
            await bert.sees("forgot the PIN of the family")
            if stopped:
                await bert.taps("Stop this")
                await keeper.sees("has stopped the removal")
                await telegram.quiet()
            now += 25 * HOUR
            await time_passes(telegram)
            assert (store.families.pin(family) is not None) is stopped


async def test_a_pasted_fraud_is_checked_even_while_the_pin_is_asked(tmp_path):
    """Nobody has to end a conversation before getting help, and that message is not deleted."""
    async with family_bot(tmp_path) as telegram:
        keeper = telegram.person(1)
        await sets_pin(keeper)
        await keeper.sends("/invite")
        await keeper.sees("I need the PIN")
        deleted = telegram.count("deleteMessage")
        await keeper.sends(SCAM)
        await keeper.sees("Do not pay yet")
        assert telegram.count("deleteMessage") == deleted


async def test_4_the_pin_is_nowhere_in_the_database(tmp_path):
    """Row 4: only a slow hash, keyed with what the database does not hold."""
    pin = "80813579"
    async with family_bot(tmp_path) as telegram:
        await sets_pin(telegram.person(1), pin)
        await telegram.quiet()
        store_of(telegram).clean()
        for path in (tmp_path / "data").glob("familyguard.db*"):
            assert pin.encode() not in path.read_bytes()


async def test_23_a_change_that_was_cut_short_is_made_again(tmp_path, monkeypatch):
    """Row 23: when the server dies in the middle of the deed, the next look makes it."""
    now = 1e6
    async with family_bot(tmp_path, now=lambda: now) as telegram:
        bert = telegram.person(2)
        await stores(bert)
        await stores(bert, NEW)
        await bert.sees("changes in a day")
        await telegram.quiet()
        now += 25 * HOUR
        whole = deeds.DEEDS[Kind.CALL_BACK_NUMBER]

        async def dies(*_):
            raise OSError("power")

        monkeypatch.setitem(deeds.DEEDS, Kind.CALL_BACK_NUMBER, dies)
        await time_passes(telegram)
        assert phone_of(telegram, 2) == OLD
        monkeypatch.setitem(deeds.DEEDS, Kind.CALL_BACK_NUMBER, whole)
        await time_passes(telegram)
        assert phone_of(telegram, 2) == NEW


async def test_the_same_wish_twice_is_one_change(tmp_path):
    """Asking again neither starts the day anew nor tells everybody twice."""
    now = 1e6
    async with family_bot(tmp_path, now=lambda: now) as telegram:
        bert, cora = telegram.person(2), telegram.person(3)
        await stores(bert)
        await stores(bert, NEW)
        await cora.sees("is to change")
        await telegram.quiet()
        now += 20 * HOUR
        await stores(bert, NEW)
        await telegram.quiet()
        assert sum("is to change" in shown.text for shown in cora.screen) == 1
        now += 5 * HOUR
        await time_passes(telegram)
        assert phone_of(telegram, 2) == NEW
