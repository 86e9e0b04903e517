"""Who is let in, and what everyone else sees."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.app import house_of
from tests.bot.fake_telegram import TOKEN
from tests.bot.houses import StubAnalyst, family_bot
from tests.bot.test_check import NONE

STRANGER = "This is a private bot."

words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
file = {"file_id": "f", "file_unique_id": "u", "file_size": 10}
things = st.one_of(
    words.map(lambda text: {"text": text}),
    words.map(lambda text: {"text": f"/start {text}"}),
    st.sampled_from(["/start", "/help", "/language", "/codeword", "/privacy", "/export"]).map(
        lambda text: {"text": text}
    ),
    st.just({"voice": {**file, "duration": 3}}),
    st.just({"voice": {**file, "duration": 3, "file_size": 10**12}}),
    st.just({"document": {**file, "mime_type": "application/pdf"}}),
    st.just({"contact": {"phone_number": "+31600000000", "first_name": "Anna"}}),
    st.just({"location": {"longitude": 4.9, "latitude": 52.4}}),
    st.just({"photo": [{**file, "width": 9, "height": 9}]}),
    st.just({"dice": {"emoji": "🎲", "value": 3}}),
    st.just({"sticker": {**file, "width": 9, "height": 9, "type": "regular",
                         "is_animated": False, "is_video": False}}),
)  # fmt: skip
taps = st.one_of(words, st.sampled_from(["details:x", "language:nl", "language:en"]))


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    thing=st.one_of(things.map(lambda it: ("message", it)), taps.map(lambda it: ("tap", it))),
    edited=st.booleans(),
    speaks=st.sampled_from(["nl", "en", "de", ""]),
)
def test_a_stranger_gets_one_and_the_same_answer_whatever_they_send(
    tmp_path_factory, thing, edited, speaks
):
    """Attack 14: nothing that a stranger tries shows anything but that the bot is private."""
    import asyncio

    async def story():
        async with family_bot(tmp_path_factory.mktemp("bot")) as telegram:
            usual, eve = telegram.person(98), telegram.person(99, speaks)
            await usual.sends("hello")
            kind, content = thing
            if kind == "tap":
                await eve.presses(content)
            else:
                name = "edited_message" if edited else "message"
                await telegram.delivers({name: eve.message(**content)})
            await telegram.quiet()
            expected = [(shown.html, shown.buttons, shown.photo) for shown in usual.screen]
            seen = [(shown.html, shown.buttons, shown.photo) for shown in eve.screen]
            assert seen == expected
            assert len(seen) == 1
            assert telegram.alerts == []
            assert telegram.count("getFile") == 0

    asyncio.run(story())


async def test_the_answer_to_strangers_is_the_same_with_and_without_a_family(tmp_path):
    """Not even whether anyone lives here shows."""
    answers = []
    for members in ((), (1, 2)):
        async with family_bot(tmp_path / str(len(members)), members=members) as telegram:
            eve = telegram.person(99)
            await eve.sends("/start")
            answers.append((await eve.sees(STRANGER)).html)
    assert answers[0] == answers[1]


async def test_a_stranger_who_goes_on_is_no_longer_answered(tmp_path):
    """Three answers, then silence for ten minutes."""
    now = 0.0
    async with family_bot(tmp_path, clock=lambda: now) as telegram:
        eve = telegram.person(99)
        for _ in range(20):
            await eve.sends("who lives here?")
        await telegram.quiet()
        assert len(eve.screen) == 3
        now += 601
        for _ in range(5):
            await eve.sends("and now?")
        await telegram.quiet()
        assert len(eve.screen) == 4


async def test_attack_15_whoever_waits_for_the_keeper_floods_nobody(tmp_path):
    """Row 15: somebody with an invitation is answered as seldom as any stranger."""
    async with family_bot(tmp_path, clock=lambda: 0.0) as telegram:
        house = house_of(telegram.app)
        family = house.store.accounts.get(1).family_id
        code = house.store.invitations.create(family, 1, house.now())
        eve = telegram.person(99)
        await eve.sends(f"/start {code}")
        for _ in range(20):
            await eve.sends("let me in")
        await telegram.quiet()
        assert len(eve.screen) == 3


async def test_an_invitation_lets_one_person_in_once(tmp_path):
    """Attack 13: the second person with the same link is a stranger."""
    async with family_bot(tmp_path) as telegram:
        house = house_of(telegram.app)
        code = house.store.invitations.claim(house.now())
        cora, eve = telegram.person(50, "nl"), telegram.person(99)
        await cora.sends(f"/start {code}")
        await cora.sees("Fijn dat je er bent")
        await eve.sends(f"/start {code}")
        await eve.sees(STRANGER)


async def test_two_people_with_one_code_at_the_same_moment(tmp_path):
    """Exactly one of them gets in."""
    async with family_bot(tmp_path) as telegram:
        house = house_of(telegram.app)
        code = house.store.invitations.claim(house.now())
        people = [telegram.person(number) for number in (50, 51, 52, 53)]
        for person in people:
            await person.sends(f"/start {code}")
        await telegram.quiet()
        assert sum(person.has_seen("Good to see you") for person in people) == 1
        assert sum(person.has_seen(STRANGER) for person in people) == 3


async def test_an_old_invitation_opens_nothing(tmp_path):
    """Sixteen minutes later the code is void, and the answer is the usual one."""
    now = 1_000.0
    async with family_bot(tmp_path, now=lambda: now) as telegram:
        code = house_of(telegram.app).store.invitations.create(None, None, now)
        now += 16 * 60
        eve = telegram.person(99)
        await eve.sends(f"/start {code}")
        await eve.sees(STRANGER)


async def test_a_memo_right_after_the_invitation_is_a_members(tmp_path):
    """What one person sends is handled in the order in which it was sent."""
    async with family_bot(tmp_path) as telegram:
        house = house_of(telegram.app)
        cora = telegram.person(50)
        await cora.sends(f"/start {house.store.invitations.claim(house.now())}")
        await cora.forwards_voice()
        await cora.sees(NONE)
        assert not cora.has_seen(STRANGER)


async def test_a_members_code_is_not_used_up_by_themselves(tmp_path):
    """Anna tries the link she made for Cora; Cora can still use it."""
    async with family_bot(tmp_path) as telegram:
        house = house_of(telegram.app)
        code = house.store.invitations.claim(house.now())
        anna, cora = telegram.person(1), telegram.person(50)
        await anna.sends(f"/start {code}")
        await anna.sees("Good to see you")
        await cora.sends(f"/start {code}")
        await cora.sees("Good to see you")


@pytest.mark.parametrize("kind", ["group", "supergroup", "channel"])
async def test_groups_are_met_with_silence(tmp_path, kind):
    """Also where a member asks."""
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        chat = {"id": -100, "type": kind, "title": "The family"}
        before = len(telegram.calls)
        await telegram.delivers({"message": {**anna.message(text="/start"), "chat": chat}})
        await telegram.quiet()
        assert len(telegram.calls) == before


async def test_a_flood_from_one_member_leaves_the_others_served(tmp_path):
    """Attack 15: two hundred memos from Anna; Bert is answered, Anna asked to wait once."""
    analyst = StubAnalyst()
    async with family_bot(tmp_path, analyst, message_burst=5, clock=lambda: 0.0) as telegram:
        anna, bert = telegram.person(1), telegram.person(2)
        for number in range(200):
            await anna.forwards_voice(str(number).encode())
        await bert.forwards_voice(b"bert")
        await bert.sees(NONE)
        await telegram.quiet()
        assert len(analyst.memos) == 6
        assert sum("Wait a minute" in shown.text for shown in anna.screen) == 1


async def test_a_member_may_go_on_after_a_while(tmp_path):
    """One more message for each interval that passed."""
    now = 0.0
    async with family_bot(
        tmp_path, message_burst=1, message_interval=6.0, clock=lambda: now
    ) as telegram:
        anna = telegram.person(1)
        await anna.sends("/help")
        await anna.sends("/help")
        await telegram.quiet()
        assert sum("How it works" in shown.text for shown in anna.screen) == 1
        now += 6.0
        await anna.sends("/help")
        await telegram.quiet()
        assert sum("How it works" in shown.text for shown in anna.screen) == 2


async def test_an_error_is_told_without_details(tmp_path, monkeypatch, caplog):
    """One line in the log, one sentence in the chat, the token in neither."""
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        telegram.fails("sendMessage", 400, f"Bad Request: see /bot{TOKEN}/sendMessage")
        await anna.sends("/help")
        shown = await anna.sees("Something went wrong")
        assert TOKEN not in shown.html


@pytest.mark.parametrize("broken", ["accounts.get", "invitations.redeem"])
async def test_a_gate_that_fails_is_a_closed_gate(tmp_path, broken):
    """Attack 14: with the database locked, a stranger learns nothing and nothing is listened to."""
    analyst = StubAnalyst()
    async with family_bot(tmp_path, analyst) as telegram:
        store = house_of(telegram.app).store

        def locked(*_args, **_more):
            raise OSError("database is locked")

        room, verb = broken.split(".")
        setattr(getattr(store, room), verb, locked)
        eve = telegram.person(99)
        await eve.sends("/start 0123456789abcdef0123456789abcdef")
        await eve.sends("Hi mum, new number, transfer 900 pounds today, I can't call")
        await eve.forwards_voice()
        await telegram.quiet()
        assert analyst.memos == []
        assert telegram.count("getFile") == 0
        assert all(
            shown.text.startswith(("This is a private", "Dit is een")) for shown in eve.screen
        )


@pytest.mark.parametrize("code", [400, 403, 500])
async def test_a_stranger_whose_answer_cannot_be_sent_is_still_a_stranger(tmp_path, code):
    """Attack 14: blocking the bot, or any refusal of Telegram's, opens no gate."""
    analyst = StubAnalyst()
    async with family_bot(tmp_path, analyst) as telegram:
        telegram.fails("sendMessage", code, "refused", times=1000)
        eve = telegram.person(99)
        await eve.forwards_voice()
        await telegram.quiet()
        assert analyst.memos == []
        assert telegram.count("getFile") == 0
        assert eve.screen == []
