"""Stories of the question to the person that a message is supposed to come from."""

import re
from dataclasses import replace

import pytest

from bot.case import casework
from bot.case.asking import PAUSE_SECONDS
from bot.case.cases import change
from familyguard.model import Sign
from tests.bot.families import NUMBERS
from tests.bot.houses import let_in
from tests.bot.scripts import memo
from tests.bot.test_case import BILL, at_home, forward_text, sender

FROM_TOM = "Hi mum, it's Tom. " + BILL
QUESTION = "Did you just ask Anna for money?"
SCAM_ALARM = "Do not pay. This is a scam."


async def asked(telegram):
    """Anna forwards a request that names Tom; Tom has the question."""
    anna, tom = telegram.person(1), telegram.person(2)
    await forward_text(anna, FROM_TOM, sender(telegram))
    return anna, tom, await tom.sees(QUESTION)


async def test_a_request_that_names_one_relative_asks_them_at_once(tmp_path):
    """With the words as a quote; the asker reads that it was asked, and whom to call."""
    async with at_home(tmp_path) as telegram:
        anna, _, question = await asked(telegram)
        assert "950 euro" in question.text
        assert "<blockquote>" in question.html
        assert set(question.buttons) == {"Not me!", "Yes, that was me"}
        assert question.protected
        told = await anna.sees("I have asked Tom in Telegram")
        assert "+31 6 12345678" in told.text
        await telegram.quiet()
        assert "I asked Tom at" in anna.screen[0].text


async def test_not_me_alarms_everyone_and_freezes_the_family(tmp_path):
    """Each in their own language; the card of the case becomes an alarm."""
    async with at_home(tmp_path) as telegram:
        telegram.house.store.accounts.speak(3, "nl")
        anna, tom, _ = await asked(telegram)
        bert = telegram.person(3)
        await tom.taps("Not me!")
        await anna.sees("Alarm. Tom says: that was not me.")
        alarm = await bert.sees("Alarm voor de familie.")
        assert "Het bericht ging naar Anna." in alarm.text
        assert "Het was oplichting" in alarm.buttons
        await tom.sees("I have warned the whole family")
        await telegram.quiet()
        assert anna.screen[0].text.startswith(SCAM_ALARM)
        assert "Tom says: that was not me." in anna.screen[0].text
        family = telegram.house.store.families.get(telegram.people["Tom"].family_id)
        assert family.is_frozen(telegram.house.now() + 24 * 3600 - 1)
        assert not family.is_frozen(telegram.house.now() + 24 * 3600 + 1)
        lines = telegram.house.store.audit.lines(family.id)
        assert "not_me" in [line.act for line in lines]


async def test_a_yes_is_told_with_what_it_is_worth_and_lowers_nothing(tmp_path):
    """Row 7: a stolen account says yes too."""
    async with at_home(tmp_path) as telegram:
        anna, tom, _ = await asked(telegram)
        await tom.taps("Yes, that was me")
        told = await anna.sees("The account of Tom says: yes, that was me.")
        assert "An account can be stolen" in told.text
        assert "+31 6 12345678" in told.text
        await telegram.quiet()
        card = anna.screen[0]
        assert card.text.startswith("Do not pay yet")
        assert "This proves nothing" in card.text


async def test_attack_7_the_yes_of_a_suspended_account_is_not_recorded(tmp_path):
    """Row 7: whoever took the account that is to be removed would confirm the request with it; the
    asker hears so once, and «Not me» still counts."""
    async with at_home(tmp_path) as telegram:
        store, tom_is = telegram.house.store, telegram.people["Tom"]
        anna, tom, question = await asked(telegram)
        now, data = telegram.house.now(), {"person": tom_is.id}
        store.changes.ask(tom_is.family_id, "removal", data, 1, now, now + 86_400)
        for _ in range(2):
            await tom.presses(question.buttons["Yes, that was me"])
            await telegram.quiet()
            assert "your yes does not count now" in telegram.alerts[-1]
        told = [shown for shown in anna.screen if "yes, that was me" in shown.text]
        assert len(told) == 1
        assert "somebody has asked to remove Tom" in told[0].text
        assert "+31 6 12345678" in told[0].text
        assert "proves nothing" not in anna.screen[0].text
        await tom.presses(question.buttons["Not me!"])
        await anna.sees("Alarm. Tom says: that was not me.")


async def test_not_me_wins_whenever_it_comes(tmp_path):
    """Two accounts of one person disagree, in either order: one of them is in wrong hands."""
    async with at_home(tmp_path) as telegram:
        store, tom_is = telegram.house.store, telegram.people["Tom"]
        store.accounts.add(22, tom_is, "en", 1.0, "Tom at work")
        anna, tom, _ = await asked(telegram)
        other = telegram.person(22)
        await other.sees(QUESTION)
        await tom.taps("Yes, that was me")
        await anna.sees("The account of Tom says: yes")
        closed = await other.sees("You answered: yes, that was me.")
        assert set(closed.buttons) == {"Not me!"}
        data = closed.buttons["Not me!"]
        await other.taps("Not me!")
        await anna.sees("Alarm. Tom says: that was not me.")
        await telegram.quiet()
        assert anna.screen[0].text.startswith(SCAM_ALARM)
        assert tom.screen[0].buttons == {}
        # And a yes afterwards changes nothing.
        await tom.presses(data.replace(":no:", ":yes:"))
        await telegram.quiet()
        assert anna.screen[0].text.startswith(SCAM_ALARM)


async def test_the_memo_itself_goes_along(tmp_path):
    """By its file, protected from forwarding."""
    async with at_home(tmp_path) as telegram:
        anna, tom = telegram.person(1), telegram.person(2)
        file_id = await anna.forwards_voice(memo(FROM_TOM), forward_origin=sender(telegram))
        await tom.sees(QUESTION)
        attached = tom.screen[0]
        assert file_id in attached.text
        assert attached.protected


async def test_whoever_has_no_account_is_to_be_called(tmp_path):
    """Nobody is asked; the asker reads so."""
    async with at_home(tmp_path) as telegram:
        telegram.house.store.accounts.remove(2)
        anna = telegram.person(1)
        await forward_text(anna, FROM_TOM, sender(telegram))
        told = await anna.sees("Tom does not use me, so I cannot ask.")
        assert NUMBERS["Tom"][-4:] in told.text


async def test_whoever_blocked_the_bot_is_to_be_called(tmp_path):
    """The question does not arrive; the asker is not left waiting."""
    async with at_home(tmp_path) as telegram:
        telegram.is_blocked_by(telegram.person(2))
        anna = telegram.person(1)
        await forward_text(anna, FROM_TOM, sender(telegram))
        await anna.sees("I could not reach Tom in Telegram.")


async def test_one_question_in_ten_minutes(tmp_path):
    """More messages of the same case do not ask again, a tap says that it was asked."""
    async with at_home(tmp_path) as telegram:
        anna, tom, _ = await asked(telegram)
        await forward_text(anna, "please, 950 euro, hurry", sender(telegram))
        await telegram.quiet()
        assert len(tom.screen) == 1
        await anna.taps(again(anna))
        await anna.sees("I asked Tom just a few minutes ago.")
        await telegram.quiet()
        telegram.time.time += PAUSE_SECONDS + 1
        await anna.taps(again(anna))
        await telegram.quiet()
        assert len(tom.screen) == 2


def again(person) -> str:
    """The button that says when it was asked, on the newest card that has one."""
    labels = [label for shown in person.screen for label in shown.buttons]
    return next(label for label in reversed(labels) if label.startswith("Asked at "))


async def test_while_an_answer_is_awaited_the_card_says_when_it_was_asked(tmp_path):
    """Instead of «Ask Tom now», as if nobody had; with the answer it is there again."""
    async with at_home(tmp_path) as telegram:
        anna, tom, _ = await asked(telegram)
        await telegram.quiet()
        time = re.search(r"I asked Tom at (\d\d:\d\d)\.", anna.screen[0].text)[1]
        assert f"Asked at {time} – ask again" in anna.screen[0].buttons
        assert not any(label.endswith(" now") for label in anna.screen[0].buttons)
        await tom.taps("Yes, that was me")
        await anna.sees("The account of Tom says: yes")
        await telegram.quiet()
        assert "Ask Tom now" in anna.screen[0].buttons


async def test_the_button_names_whom_it_asks_and_shortens_a_long_name(tmp_path):
    """Without a claim nobody is named; a name of a whole line leaves room for the sentence."""
    async with at_home(tmp_path) as telegram:
        anna, bert = telegram.person(1), telegram.people["Bert"]
        name = "Bartholomeus Johannes van der Berg"
        telegram.house.store.people.rename(bert.family_id, bert.id, name)
        await forward_text(anna, "Hi mum, this is my new number", sender(telegram))
        card = await anna.sees("Careful")
        assert "Ask them now" in card.buttons
        await anna.taps("Who is it supposed to be?")
        await anna.sees("Choose the person")
        await anna.taps(name)
        await telegram.quiet()
        assert "Ask Bartholomeus Joha… now" in card.buttons


async def test_nobody_chooses_themselves_as_the_one_who_wrote(tmp_path):
    """The list has the others only."""
    async with at_home(tmp_path) as telegram:
        anna = telegram.person(1)
        await forward_text(anna, BILL, sender(telegram))
        await anna.sees("Do not pay yet")
        await anna.taps("Who is it supposed to be?")
        offered = await anna.sees("Choose the person")
        assert {"Tom", "Bert"} <= set(offered.buttons)
        assert "Anna" not in offered.buttons


async def test_choosing_a_relative_for_a_request_asks_them(tmp_path):
    """The claim did not name anybody; one tap does, and that is enough."""
    async with at_home(tmp_path) as telegram:
        anna, bert = telegram.person(1), telegram.person(3)
        await forward_text(anna, BILL, sender(telegram))
        await anna.sees("Do not pay yet")
        await anna.taps("Ask them now")
        await anna.sees("Choose the person that the message says it is.")
        await anna.taps("Bert")
        await bert.sees(QUESTION)


async def test_who_asks_about_themselves_is_told_that_they_know_best(tmp_path):
    """Nobody sends themselves a question, whatever an old list offers."""
    async with at_home(tmp_path) as telegram:
        anna, person = telegram.person(1), telegram.people["Anna"]
        await forward_text(anna, BILL, sender(telegram))
        await anna.sees("Do not pay yet")
        (case,) = telegram.house.store.cases.of_account(person.family_id, 1)
        await anna.presses(f"case:is:{case.id}:{person.id}")
        await anna.sees("It is supposed to come from you, Anna. Then you know best.")


@pytest.mark.parametrize("answer", ["yes", "no"])
async def test_nobody_answers_for_another_person(tmp_path, answer):
    """Row 14: Bert, a stranger's family and made-up ids get one and the same sentence."""
    async with at_home(tmp_path) as telegram:
        let_in(telegram.house.store, 66)
        anna, _, question = await asked(telegram)
        data = f"ask:{answer}:{question.buttons['Not me!'].split(':')[2]}"
        for number in (1, 3, 66):
            await telegram.person(number).presses(data)
        await telegram.person(2).presses(f"ask:{answer}:0123456789abcdef")
        await telegram.quiet()
        assert telegram.alerts == ["I no longer remember this one."] * 4
        assert anna.screen[0].text.startswith("Do not pay yet")


@pytest.mark.parametrize("forgotten", [False, True])
async def test_attack_6_not_me_is_heard_also_when_the_case_was_deleted(tmp_path, forgotten):
    """Row 6: somebody made the asker delete it, or the thief of an account left the family."""
    async with at_home(tmp_path) as telegram:
        store, anna = telegram.house.store, telegram.people["Anna"]
        _, tom, _ = await asked(telegram)
        await telegram.quiet()
        (case,) = store.cases.of_account(anna.family_id, 1)
        if forgotten:
            store.privacy.erase(anna.family_id, anna.id, [1])
        else:
            store.cases.delete(anna.family_id, case.id)
        assert store.cases.get(anna.family_id, case.id) is None
        await tom.taps("Not me!")
        await telegram.person(3).sees("Alarm")
        assert store.families.get(anna.family_id).is_frozen(telegram.house.now())


async def test_foreign_words_in_a_question_stay_words(tmp_path):
    """Row 12: mark-up, links and numbers of the criminal reach the imitated person as a quote."""
    words = "Hi mum, it's Tom <b>now</b> www.bank-nl.example/pay +31687654321. " + BILL
    async with at_home(tmp_path) as telegram:
        await forward_text(telegram.person(1), words, sender(telegram))
        question = await telegram.person(2).sees(QUESTION)
        assert "&lt;b&gt;now" in question.html
        for tappable in ("www.bank-nl", "31687654321"):
            assert tappable not in question.html


async def test_a_forward_from_a_relatives_own_account_asks_that_relative(tmp_path):
    """The message came from Tom's account, perhaps stolen: he is asked there all the same."""
    async with at_home(tmp_path) as telegram:
        await forward_text(telegram.person(1), BILL, sender(telegram, 2, "whatever"))
        await telegram.person(2).sees(QUESTION)


async def test_an_ordinary_message_asks_nobody(tmp_path):
    """«See you on Sunday» is no reason to frighten Tom."""
    async with at_home(tmp_path) as telegram:
        anna, tom = telegram.person(1), telegram.person(2)
        await forward_text(anna, "Hi mum, it's Tom. See you on Sunday", sender(telegram))
        await anna.sees("No warning signs found")
        await telegram.quiet()
        assert tom.screen == []


async def test_not_me_that_comes_while_a_card_is_on_its_way_reaches_that_card(tmp_path):
    """Tom taps just when Anna's next card is being sent: it must not stay milder than the case."""
    async with at_home(tmp_path) as telegram:
        anna, tom, _ = await asked(telegram)
        await telegram.quiet()
        usual = casework.card

        def meanwhile(context, account, opened):
            text = usual(context, account, opened)
            if Sign.NOT_ME not in {piece.sign for piece in opened.file.case.evidence()}:
                change(
                    telegram.house,
                    opened,
                    lambda file: replace(file, case=file.case.with_tap(False, 1.0)),
                )
            return text

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(casework, "card", meanwhile)
            await forward_text(anna, "please hurry", sender(telegram))
            await telegram.quiet()
        assert anna.last.text.startswith(SCAM_ALARM)
        assert tom.screen
