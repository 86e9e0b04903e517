"""Conversations: what is an answer, what is a check, and how they end."""

import pytest
from telegram import Update
from telegram.ext import filters

from bot import talk
from bot.app import house_of
from bot.context import Context
from bot.family import announce, roles
from bot.family.roles import RULES, Act
from bot.markup import GAP, Own, fill, harmless
from bot.texts import Texts
from familyguard.family import Role
from tests.bot.houses import admit, family_bot
from tests.bot.test_check import NONE

TOPIC = "test.colour"


async def answered(update: Update, context: Context) -> None:
    """Take the answer, and end."""
    assert context.dialogue is not None
    talk.end(update, context)
    await context.bot.send_message(
        update.effective_chat.id, f"{update.message.text} after {context.dialogue.data['n']}"
    )


def expect(telegram) -> None:
    """Let the bot know the topic."""
    house = house_of(telegram.app)
    handler = talk.Expected(house, TOPIC, filters.TEXT, answered)
    # In front of the others, as a line of the routing table would be.
    telegram.app.handlers[0].insert(0, handler)


def wait_for(telegram, user_id: int, seconds: float | None = None) -> None:
    """Begin the conversation, as a handler would."""
    house = house_of(telegram.app)
    account = house.store.accounts.get(user_id)
    house.store.dialogues.begin(user_id, account.family_id, TOPIC, house.now(), seconds, n=7)


async def test_what_is_waited_for_goes_to_its_handler_once(tmp_path):
    """The answer arrives with the data of the conversation; the next text is an ordinary one."""
    async with family_bot(tmp_path) as telegram:
        expect(telegram)
        anna, bert = telegram.person(1), telegram.person(2)
        wait_for(telegram, 1)
        await bert.sends("blue")
        await anna.sends("red")
        await anna.sees("red after 7")
        await anna.sends("green")
        await telegram.quiet()
        assert not anna.has_seen("green after")
        assert not bert.has_seen("blue after")


async def test_a_forwarded_message_is_a_check_and_never_an_answer(tmp_path):
    """Whatever the bot waits for, what was forwarded gets a verdict, and the waiting goes on."""
    async with family_bot(tmp_path) as telegram:
        expect(telegram)
        anna = telegram.person(1)
        wait_for(telegram, 1)
        origin = {"type": "hidden_user", "date": 1, "sender_user_name": "Mum"}
        await anna.sends_message(text="shall we have dinner on Sunday", forward_origin=origin)
        await anna.sees(NONE)
        await anna.sends("/help")
        await anna.sees("How it works")
        await anna.sends("red")
        await anna.sees("red after 7")


async def test_an_edited_message_is_no_answer(tmp_path):
    """Only a new one counts: an old message that is edited would answer by accident."""
    async with family_bot(tmp_path) as telegram:
        expect(telegram)
        anna = telegram.person(1)
        wait_for(telegram, 1)
        await telegram.delivers({"edited_message": anna.message(text="red")})
        await telegram.quiet()
        assert not anna.has_seen("red after")


async def test_a_conversation_that_is_too_old_is_over(tmp_path):
    """Nobody's ordinary message of tomorrow is taken for an answer."""
    now = 1000.0
    async with family_bot(tmp_path, now=lambda: now) as telegram:
        expect(telegram)
        anna = telegram.person(1)
        wait_for(telegram, 1, seconds=60)
        now += 61
        await anna.sends("red")
        await telegram.quiet()
        assert not anna.has_seen("red after")


async def test_not_now_ends_it_but_an_old_not_now_does_not_end_another(tmp_path):
    """The button belongs to its topic."""
    async with family_bot(tmp_path) as telegram:
        expect(telegram)
        anna = telegram.person(1)
        wait_for(telegram, 1)
        await anna.presses(talk.NOT_NOW + "something.else")
        await anna.sends("red")
        await anna.sees("red after 7")
        wait_for(telegram, 1)
        await anna.presses(talk.NOT_NOW + TOPIC)
        await anna.sends("green")
        await telegram.quiet()
        assert not anna.has_seen("green after")


async def test_everybody_is_told_in_their_own_language_and_a_blocked_one_is_passed_over(tmp_path):
    """One who blocked the bot keeps the news from nobody else."""
    async with family_bot(tmp_path) as telegram:
        house = house_of(telegram.app)
        anna, bert, cora = (telegram.person(number) for number in (1, 2, 3))
        house.store.accounts.speak(3, "nl")
        telegram.is_blocked_by(bert)
        family = house.store.accounts.get(1).family_id
        context = Context.from_update(None, telegram.app)
        reached = await announce.tell(
            context, announce.everyone(context, family), "roles.only_keeper"
        )
        assert reached == 2
        assert "Only the keeper" in anna.last.text
        assert "alleen de beheerder" in cora.last.text
        assert [account.user_id for account in announce.keepers(context, family)] == [1]
        assert [account.user_id for account in announce.everyone(context, family, but=1)] == [2, 3]


@pytest.mark.parametrize(
    "name",
    ["https://evil.example", "@mum", "/start x", "call 0031 6 1234 5678", "a\u202eb", "x" * 500],
)
def test_a_name_is_shown_as_words_only(name):
    """Attack 12: a display name holds no link, no mention, no command, no number, no tricks."""
    shown = harmless(name + "\nsecond line")
    assert "\n" not in shown
    assert "\u202e" not in shown
    assert len(shown.replace(GAP, "")) <= 64
    for mark in ("://", "@m", "/s", "5678", "l.e"):
        assert mark not in shown


def test_values_of_a_sentence_are_foreign_unless_they_are_ours():
    """Our own link stays one; a value may depend on the language."""
    key = "chat.claim"
    shown = fill(Texts("en"), key, link=Own("https://t.me/x"), code=lambda texts: texts.language)
    assert "https://t.me/x" in shown
    assert "/start en" in shown


def test_every_act_has_its_rule():
    """Nothing is allowed by having been forgotten."""
    assert set(RULES) == set(Act)
    for act in Act:
        assert RULES[act].roles


@pytest.mark.parametrize("role", list(Role))
async def test_only_keepers_act_and_a_frozen_family_does_not(tmp_path, role):
    """Attack 6: the table holds for each role; a freeze stops what changes something."""
    now = 1000.0
    async with family_bot(tmp_path, members=(1,), now=lambda: now) as telegram:
        house = house_of(telegram.app)
        family = house.store.accounts.get(1).family_id
        admit(house.store, family, 9, role)
        context, account = Context.from_update(None, telegram.app), house.store.accounts.get(9)
        refused = {act for act in Act if roles.refusal(context, account, act)}
        if role is Role.KEEPER:
            assert refused == set()
        else:
            assert {Act.INVITE, Act.REMOVE, Act.CODE_WORD, Act.SET_PIN, Act.SET_UP} <= refused
            assert (Act.CONFIRM in refused) is (role is not Role.ADULT)
        house.store.families.freeze(family, now + 60)
        frozen = {act for act in Act if roles.refusal(context, account, act)}
        assert {Act.FREEZE, Act.STOP} & frozen == set()
        assert {Act.OWN_NUMBER, Act.INVITE, Act.CODE_WORD, Act.CONFIRM, Act.SET_PIN} <= frozen
