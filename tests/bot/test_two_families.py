"""Attack 14: two families and strangers do whatever they like, and learn nothing of one another."""

import asyncio
import contextlib
import json
import time

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.app import house_of
from bot.family.privacy_routes import COMMANDS as PRIVACY_COMMANDS
from bot.phone_numbers import spaced
from familyguard.store.voices import StoredVoice
from tests.bot.houses import StubAnalyst, family_bot, let_in

FIRST, SECOND, STRANGERS = (51_000_001, 51_000_002), (62_000_001, 62_000_002), (73_000_001,)
MARKS = {FIRST: "Aardvark", SECOND: "Bonobo"}
EVERYONE = (*FIRST, *SECOND, *STRANGERS)

GROUP = {"id": -1009, "type": "supergroup", "title": "Street"}

COMMANDS = ("start", "help", "family", "number", "freeze", "language", "payees", "setup", "pin",
            "leave", "case", "deepfake", "video", "tips", "drill", "codeword", "voice", "unknown",
            *PRIVACY_COMMANDS)  # fmt: skip

SCAM = "Hi mum, this is my new number, can you transfer 900 pounds today? I can't call"

acts = st.one_of(
    st.sampled_from(COMMANDS).map(lambda name: ("types", f"/{name}")),
    st.sampled_from(COMMANDS).map(lambda name: ("in the group", f"/{name}@guard_bot")),
    st.sampled_from([SCAM, "thanks", "1234"]).map(lambda words: ("types", words)),
    st.just(("checks in the group", SCAM)),
    st.just(("forwards", SCAM)),
    st.just(("sends a memo", "")),
    st.just(("shares", "")),
    st.integers(0, 10_000).map(lambda which: ("taps", which)),
    st.integers(0, 10_000).map(lambda which: ("taps what others see", which)),
)
stories = st.lists(st.tuples(st.sampled_from(EVERYONE), acts), min_size=3, max_size=25)
outsiders = st.lists(
    st.tuples(st.sampled_from((*SECOND, *STRANGERS)), acts), min_size=3, max_size=25
)


@contextlib.asynccontextmanager
async def two_families(folder):
    """Two families about whom there is something to learn, and the buttons that they see."""
    async with family_bot(folder, StubAnalyst(), members=(), clock=time.monotonic) as telegram:
        house = house_of(telegram.app)
        store = house.store
        for members, mark in MARKS.items():
            family = let_in(store, *members, now=house.now())
            store.families.rename(family, f"{mark}family")
            store.families.greet_with(family, f"{mark}greeting")
            store.families.come_to(family, None)
            for number, account in enumerate(store.accounts.of_family(family)):
                person = account.person_id
                store.people.rename(family, person, f"{mark}name{number}")
                store.people.call_on(family, person, f"+316{account.user_id}", house.now())
                store.voices.consent(family, person, "voice", account.user_id, "v1", house.now())
                voice = StoredVoice(person, "campplus", (0.6, 0.8), 20.0, house.now())
                store.voices.put(family, voice)
            for user_id in members:
                person = telegram.person(user_id)
                await person.sends("/privacy")
                await person.sends("/family")
                await person.sends_message(text=SCAM, forward_origin=origin())
        await telegram.quiet()
        yield telegram


def origin():
    """From somebody who hides."""
    return {"type": "hidden_user", "date": int(time.time()), "sender_user_name": "Mum"}


async def play(telegram, story):
    """What the people of a story do, one after the other."""
    for user_id, (act, what) in story:
        person = telegram.person(user_id, name=f"Display{user_id}")
        match act:
            case "types":
                await person.sends(what)
            case "forwards":
                await person.sends_message(text=what, forward_origin=origin())
            case "sends a memo":
                await person.forwards_voice(f"{user_id}".encode())
            case "shares":
                contact = {"phone_number": f"+316{user_id}", "first_name": "x", "user_id": user_id}
                await person.sends_message(contact=contact)
            case "in the group" | "checks in the group":
                text = what if act == "in the group" else "/check"
                length = len(text.split()[0])
                content = {
                    "text": text,
                    "entities": [{"type": "bot_command", "offset": 0, "length": length}],
                    "chat": GROUP,
                }
                if act != "in the group":
                    other = telegram.person(STRANGERS[0]).message(text=what)
                    content["reply_to_message"] = {**other, "chat": GROUP}
                await telegram.delivers({"message": {**person.message(), **content}})
            case "taps":
                await _taps(telegram, person, [user_id], what)
            case "taps what others see":
                await _taps(telegram, person, [one for one in EVERYONE if one != user_id], what)
        await telegram.quiet()


async def _taps(telegram, person, screens, which):
    """Press a button of one of these screens, as one's own."""
    data = [
        button
        for user_id in screens
        for shown in telegram.person(user_id).screen
        for button in shown.buttons.values()
    ]
    if data:
        await person.presses(data[which % len(data)])


def secrets_of(telegram, members):
    """Whatever is of one family: its words, numbers, Telegram ids and names of rows."""
    store = house_of(telegram.app).store
    found = {MARKS[members], *map(str, members)}
    account = store.accounts.get(members[0]) or store.accounts.get(members[1])
    if account is not None:
        found.add(account.family_id)
        found |= {person.id for person in store.people.of_family(account.family_id)}
        found |= {
            case.id for one in members for case in store.cases.of_account(account.family_id, one)
        }
    return found


def seen_by(telegram, people):
    """All that the bot ever sent to these people's chats, buttons included."""
    return "\n".join(
        json.dumps(data, ensure_ascii=False, default=str).replace("\u200b", "")
        for _, data in telegram.calls
        if data.get("chat_id") in people
    )


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(story=stories)
def test_no_word_of_one_family_reaches_another_or_a_stranger(tmp_path_factory, story):
    """Whatever they type, forward, share, tap, or tap of what others were shown."""

    async def told():
        async with two_families(tmp_path_factory.mktemp("bot")) as telegram:
            secrets = {members: secrets_of(telegram, members) for members in MARKS}
            for members, mark in MARKS.items():  # there is something that could leak
                assert mark in seen_by(telegram, members)
                assert spaced(f"+316{members[0]}") in seen_by(telegram, members)
            await play(telegram, story)
            for members, known in secrets.items():
                others = {one for one in EVERYONE if one not in members} | {GROUP["id"]}
                text = seen_by(telegram, others) + "\n".join(telegram.alerts)
                # What a member of the other family types themselves is not ours to hide.
                leaked = {
                    secret for secret in known | secrets_of(telegram, members) if secret in text
                }
                assert leaked == set()

    asyncio.run(told())


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(story=outsiders)
def test_nothing_that_outsiders_do_changes_or_reaches_a_family(tmp_path_factory, story):
    """Its rows stay as they are, its people hear nothing; even if its own buttons are pressed."""

    async def told():
        async with two_families(tmp_path_factory.mktemp("bot")) as telegram:
            store = house_of(telegram.app).store
            family = store.accounts.get(FIRST[0]).family_id
            before, heard = rows_of(store, family), seen_by(telegram, FIRST)
            await play(telegram, story)
            assert rows_of(store, family) == before
            assert seen_by(telegram, FIRST) == heard

    asyncio.run(told())


def rows_of(store, family):
    """Everything in the database that belongs to a family."""
    tables = store._db.table_names()
    with_family = [
        name for name in tables if "family_id" in {c.name for c in store._db.table(name).columns}
    ]
    return {
        name: store._db.execute(
            f"select * from {name} where family_id = ? order by 1, 2", [family]
        ).fetchall()
        for name in with_family
    }
