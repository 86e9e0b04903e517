"""Who belongs to the family: invitations, approval, roles, removal, the freeze."""

import pytest

from bot import access
from bot.app import house_of
from bot.family.family_routes import _look
from bot.markup import GAP
from bot.words.speaking import Speaking
from familyguard.admission import Knock, knock
from familyguard.codeword import Which
from familyguard.family import Role
from familyguard.resettle import RESTORED
from familyguard.store import Store
from tests.bot.houses import admit, family_bot, let_in

STRANGER = "This is a private bot."
HOUR = 3600.0


def store_of(telegram) -> Store:
    """The bot's database."""
    return house_of(telegram.app).store


def person_id(telegram, user_id: int) -> str:
    """The person behind an account."""
    return store_of(telegram).accounts.get(user_id).person_id


async def time_passes(telegram) -> None:
    """What the bot does by itself every minute."""
    from bot.context import Context

    await _look(Context.from_update(None, telegram.app))


async def invited(telegram, keeper=None) -> str:
    """The keeper makes an invitation; the code in it."""
    keeper = keeper or telegram.person(1)
    await keeper.sends("/invite")
    await keeper.sees("works once, for 15 minutes")
    letter = next(shown for shown in reversed(keeper.screen) if "?start=" in shown.text)
    return letter.text.partition("?start=")[2].split()[0]


async def test_an_invitation_from_the_chat_to_the_welcome(tmp_path):
    """Link, knock, the keeper sees who came, approval, everyone told, welcome."""
    async with family_bot(tmp_path) as telegram:
        anna, bert, dora = telegram.person(1), telegram.person(2), telegram.person(50, name="Dora")
        code = await invited(telegram)
        await dora.sends(f"/start {code}")
        await dora.sees("has reached the keeper")
        asked = await anna.sees("Somebody used your invitation")
        assert "“Dora”" in asked.text
        assert "…0050" in asked.text
        assert "call them first" in asked.text.lower()
        await dora.forwards_voice()
        await telegram.quiet()
        assert telegram.count("getFile") == 0
        await anna.taps("Someone new: member")
        await anna.sees("“Dora” is in now, as: member")
        await dora.sees("Does a message or a voice memo feel odd?")
        told = await bert.sees("“Dora” has joined the family")
        assert "approved by “Person 1”" in told.text
        assert store_of(telegram).accounts.get(50).role is Role.MEMBER


async def test_13_a_stolen_invitation_works_once_and_shows_who_came(tmp_path):
    """Row 13: the thief is seen by name and account, kept out, and the link is used up."""
    async with family_bot(tmp_path) as telegram:
        anna, eve, dora = (telegram.person(n, name=f"P{n}") for n in (1, 99, 50))
        code = await invited(telegram)
        await eve.sends(f"/start {code}")
        await anna.sees("“P99”")
        await dora.sends(f"/start {code}")
        await dora.sees(STRANGER)
        await anna.taps("No, keep them out")
        await anna.sees("“P99” stays out")
        await eve.sees(STRANGER)
        assert store_of(telegram).accounts.get(99) is None
        await eve.sends(f"/start {code}")
        await telegram.quiet()
        assert store_of(telegram).accounts.applicant(99) is None


async def test_13_a_withdrawn_invitation_opens_nothing(tmp_path):
    """Row 13: revocable, also by another keeper and in a frozen family."""
    async with family_bot(tmp_path) as telegram:
        anna, eve = telegram.person(1), telegram.person(99)
        code = await invited(telegram)
        await anna.taps("Withdraw")
        await anna.sees("no longer works")
        await eve.sends(f"/start {code}")
        await eve.sees(STRANGER)


async def test_13_whoever_waits_for_a_day_is_forgotten(tmp_path):
    """Row 13: an approval that comes too late lets nobody in."""
    now = 1e6
    async with family_bot(tmp_path, now=lambda: now) as telegram:
        anna, eve = telegram.person(1), telegram.person(99)
        await eve.sends(f"/start {await invited(telegram)}")
        await anna.sees("Somebody used your invitation")
        await telegram.quiet()
        now += 23 * HOUR
        await time_passes(telegram)
        assert store_of(telegram).accounts.applicant(99) is not None
        now += 2 * HOUR
        await time_passes(telegram)
        await anna.taps("Someone new: adult")
        await telegram.quiet()
        assert store_of(telegram).accounts.get(99) is None
        assert "no longer remember" in telegram.alerts[-1]


async def test_6_a_keeper_talked_round_cannot_hide_it(tmp_path):
    """Row 6: the warning stands above the buttons, everyone is told, anyone can freeze."""
    async with family_bot(tmp_path) as telegram:
        anna, bert, eve = telegram.person(1), telegram.person(2), telegram.person(99, name="Mum")
        await eve.sends(f"/start {await invited(telegram)}")
        asked = await anna.sees("Did they only write to you")
        assert "on a number you already had" in asked.text
        await anna.taps("Someone new: adult")
        told = await bert.sees("“Mum” has joined")
        assert "/freeze" in told.text
        await bert.sends("/freeze")
        await anna.sees("has frozen the family")
        await anna.sends("/invite")
        await anna.sees("nothing can be changed for a day")


async def test_6_my_new_number_does_not_make_a_second_mum_at_once(tmp_path):
    """Row 6: a second account, which could answer in her name, takes a day, and all can stop it."""
    now = 1e6
    async with family_bot(tmp_path, now=lambda: now) as telegram:
        store = store_of(telegram)
        anna, bert, cora, eve = (telegram.person(n, name=f"P{n}") for n in (1, 2, 3, 99))
        await eve.sends(f"/start {await invited(telegram)}")
        await anna.sees("Somebody used your invitation")
        await anna.taps("Second account of …")
        warned = await anna.sees("Whose second account")
        assert "is how scammers begin" in warned.text
        await anna.taps("Person 2")
        await anna.sees("In a day this account belongs to “Person 2”")
        await bert.sees("wants to add a second account for “Person 2”")
        asked = await cora.sees("wants to add a second account")
        assert list(asked.buttons) == ["Stop this", "I called, it is right"]
        now += 23 * HOUR
        await time_passes(telegram)
        assert store.accounts.get(99) is None
        await bert.taps("Stop this")
        await anna.sees("“Person 2” has stopped the second account")
        await telegram.quiet()
        now += 48 * HOUR
        await time_passes(telegram)
        assert store.accounts.get(99) is None
        assert store.accounts.applicant(99) is None


async def test_6_the_one_who_asked_cannot_be_the_second_adult(tmp_path):
    """Row 6: nor can a second account of the same person; another adult can, at once."""
    async with family_bot(tmp_path) as telegram:
        store = store_of(telegram)
        anna, bert, dora = telegram.person(1), telegram.person(2), telegram.person(50)
        await dora.sends(f"/start {await invited(telegram)}")
        await anna.sees("Somebody used your invitation")
        await anna.taps("Second account of …")
        await anna.sees("Whose second account")
        await anna.taps("Person 3")
        asked = await anna.sees("wants to add a second account")
        assert list(asked.buttons) == ["Stop this"]
        await anna.presses(asked.buttons["Stop this"].replace("stop", "yes"))
        await telegram.quiet()
        assert store.accounts.get(50) is None
        await bert.taps("I called, it is right")
        await dora.sees("Does a message or a voice memo feel odd?")
        assert store.accounts.get(50).person_id == person_id(telegram, 3)
        assert store.accounts.get(50).role is Role.ADULT


async def test_a_child_has_whoever_approved_it_as_guardian(tmp_path):
    """Somebody must be there to consent for it."""
    async with family_bot(tmp_path) as telegram:
        anna, kim = telegram.person(1), telegram.person(50)
        await kim.sends(f"/start {await invited(telegram)}")
        await anna.sees("Somebody used your invitation")
        await anna.taps("Someone new: child")
        await anna.sees("as: child")
        store, account = store_of(telegram), store_of(telegram).accounts.get(50)
        child = store.people.get(account.family_id, account.person_id)
        assert (child.role, child.guardian_id) == (Role.CHILD, person_id(telegram, 1))


async def test_members_see_names_and_keepers_see_more(tmp_path):
    """Names are family; who has a voice and a number is for whoever looks after it."""
    async with family_bot(tmp_path) as telegram:
        anna, bert = telegram.person(1), telegram.person(2)
        await bert.sends("/family")
        shown = await bert.sees("Your family")
        assert "• Person 3, adult" in shown.text
        assert "number" not in shown.text
        assert shown.buttons == {}
        await anna.sends("/family")
        shown = await anna.sees("no number")
        assert "voice not known" in shown.text
        assert set(shown.buttons) == {"Person 1", "Person 2", "Person 3"}


async def test_12_a_name_in_the_list_is_only_words(tmp_path):
    """Row 12: what somebody calls themselves in Telegram cannot be tapped."""
    async with family_bot(tmp_path) as telegram:
        anna, eve = telegram.person(1), telegram.person(99, name="t.me/evil <b>@Mum</b>")
        await eve.sends(f"/start {await invited(telegram)}")
        asked = await anna.sees("Somebody used your invitation")
        line = next(row for row in asked.html.splitlines() if "evil" in row)
        assert f"t.{GAP}me/{GAP}evil &lt;b&gt;@{GAP}Mum&lt;/{GAP}b&gt;" in line


async def test_a_role_is_changed_and_told(tmp_path):
    """Everyone hears who may decide from now on; the last keeper stays one."""
    async with family_bot(tmp_path) as telegram:
        anna, bert, cora = (telegram.person(n) for n in (1, 2, 3))
        await anna.sends("/family")
        await anna.sees("Your family")
        await anna.taps("Person 1")
        await anna.sees("What do you want to change?")
        await anna.taps("Role: member")
        await telegram.quiet()
        assert "only keeper" in telegram.alerts[-1]
        await anna.taps("Back")
        await anna.sees("Your family")
        await anna.taps("Person 2")
        await anna.sees("What do you want to change?")
        await anna.taps("Role: keeper")
        await cora.sees("“Person 1” wants to give “Person 2” another role: keeper")
        await cora.taps("I called, it is right")
        await cora.sees("“Person 2” has another role now: keeper")
        await bert.sends("/invite")
        await bert.sees("works once")


async def test_somebody_is_renamed(tmp_path):
    """The name that is typed is shown from then on; a pasted message is a check."""
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        await anna.presses(f"family:name:{person_id(telegram, 3)}")
        await anna.sees("What does the family call “Person 3”?")
        await anna.sends("x" * 60)
        await anna.sends("Aunt Cora")
        await anna.sees("“Person 3” is now called “Aunt Cora”")


async def test_attack_6_nobody_is_renamed_behind_their_backs(tmp_path):
    """Row 6: a stranger who was let in and is then called «Tom» would be called back as Tom."""
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        await anna.presses(f"family:name:{person_id(telegram, 3)}")
        await anna.sees("What does the family call “Person 3”?")
        await anna.sends("Tom")
        for other in (2, 3):
            told = await telegram.person(other).sees("another name: “Tom”")
            assert "“Person 1” has given “Person 3”" in told.text
            assert "/freeze" in told.text


async def test_21_a_removed_member_leaves_nothing_behind(tmp_path):
    """Row 21: accounts gone, invitations void, everyone told, the code word asked for anew."""
    async with family_bot(tmp_path) as telegram:
        store, reasons = store_of(telegram), []
        store.codewords.get = lambda family: object()  # some word is set
        store.codewords.ask_to_rotate = lambda family, why: reasons.append(why)
        anna, bert, cora, eve = (telegram.person(n) for n in (1, 2, 3, 99))
        family = store.accounts.get(1).family_id
        store.people.appoint(family, person_id(telegram, 3), Role.MEMBER)
        code = await invited(telegram)
        await anna.presses(f"family:remove:{person_id(telegram, 3)}")
        await anna.sees("They still know the code word")
        await anna.taps("Yes, remove")
        await anna.sees("Choose a new one: /codeword")
        await bert.sees("“Person 1” has removed “Person 3”")
        await cora.sees("You no longer belong")
        assert store.accounts.get(3) is None
        assert reasons == ["member_removed"]
        await eve.sends(f"/start {code}")
        await eve.sees(STRANGER)
        await cora.sends("hello")
        await cora.sees(STRANGER)


async def test_a_member_leaves_by_themselves(tmp_path):
    """Also in a frozen family: nobody is kept."""
    async with family_bot(tmp_path) as telegram:
        anna, cora = telegram.person(1), telegram.person(3)
        await anna.sends("/leave")
        await anna.sees("You are the only keeper")
        await anna.sends("/freeze")
        await cora.sends("/leave")
        await cora.sees("Do you want to leave?")
        await cora.taps("Yes, I leave")
        await cora.sees("You have left")
        await anna.sees("“Person 3” has left the family")
        assert store_of(telegram).accounts.get(3) is None


@pytest.mark.parametrize("members", [(1,), (1, 2)])
async def test_attack_4_nothing_of_somebody_who_leaves_stays_in_memory_or_by_number(
    tmp_path, members
):
    """Row 4: no spoken code word, no unlocked PIN, and no row with their Telegram id."""
    async with family_bot(tmp_path, members=members) as telegram:
        house, one = house_of(telegram.app), members[-1]
        family = house.store.accounts.get(1).family_id
        house.speaking.put(one, Speaking(Which.WORD, "en"))
        house.unlocked.put(one, family)
        house.store.tidyings.plan(one, 5, 2e9)
        await telegram.person(one).presses("family:leave:")
        await telegram.quiet()
        assert house.store.accounts.get(one) is None
        assert house.speaking.get(one) is None
        assert house.unlocked.get(one) is None
        assert (one, 5) not in house.store.tidyings.due(3e9)
        if members == (1,):
            assert house.store._db.execute("select count(*) from invitations").fetchone() == (0,)


async def test_the_last_one_takes_the_family_along(tmp_path):
    """Nothing is left of a family without people."""
    async with family_bot(tmp_path, members=(1,)) as telegram:
        anna = telegram.person(1)
        await anna.sends("/leave")
        await anna.sees("You are the only one")
        await anna.taps("Yes, I leave")
        await anna.sees("You have left")
        assert store_of(telegram).families.all() == []
        assert store_of(telegram).is_empty()


@pytest.mark.parametrize("role", [Role.ADULT, Role.MEMBER, Role.CHILD])
async def test_7_only_a_keeper_decides_whatever_buttons_are_pressed(tmp_path, role):
    """Row 7: a stolen account of anybody else changes nothing, with made-up buttons neither."""
    async with family_bot(tmp_path, members=(1, 2)) as telegram:
        store = store_of(telegram)
        family = store.accounts.get(1).family_id
        admit(store, family, 9, role)
        thief, eve = telegram.person(9), telegram.person(99)
        await eve.sends(f"/start {await invited(telegram)}")
        await telegram.person(1).sees("Somebody used your invitation")
        before = [store.people.get(family, one.id) for one in store.people.of_family(family)]
        target = person_id(telegram, 2)
        for data in (
            "invite:new:", "invite:revoke:", "admit:adult:99", "admit:second:99", "admit:no:99",
            f"admit:as:99.{target}", f"family:keeper:{person_id(telegram, 9)}",
            f"family:name:{target}", f"family:remove:{target}", f"family:gone:{target}",
            f"family:show:{target}", "pin:set:", "pin:remove:", "pin:forgotten:",
        ):  # fmt: skip
            await thief.presses(data)
        for command in ("/invite", "/setup", "/pin"):
            await thief.sends(command)
            await thief.sees("Only the keeper")
        await telegram.quiet()
        assert [store.people.get(family, one.id) for one in before] == before
        assert store.accounts.get(99) is None
        assert store.accounts.applicant(99) is not None
        assert store.families.pin(family) is None


async def test_14_ids_of_another_family_are_forgotten_ones(tmp_path):
    """Row 14: persons, applicants and changes of the neighbours look like made-up ones."""
    async with family_bot(tmp_path, members=(1, 2)) as telegram:
        store = store_of(telegram)
        let_in(store, 11, 12)
        eve, anna = telegram.person(99), telegram.person(1)
        await eve.sends(f"/start {await invited(telegram, telegram.person(11))}")
        await telegram.person(11).sees("Somebody used your invitation")
        theirs, ours = person_id(telegram, 12), person_id(telegram, 2)
        foreign = store.people.of_family(store.accounts.get(11).family_id)
        for data in (
            f"family:show:{theirs}", f"family:keeper:{theirs}", f"family:name:{theirs}",
            f"family:remove:{theirs}", f"family:gone:{theirs}", "admit:adult:99", "admit:no:99",
            f"admit:as:99.{ours}", "admit:second:99", "family:show:0123456789abcdef",
            "admit:adult:x", "change:stop:0123456789abcdef", "change:yes:x",
        ):  # fmt: skip
            telegram.alerts.clear()
            await anna.presses(data)
            await telegram.quiet()
            assert telegram.alerts == ["I no longer remember this one."], data
        assert store.people.of_family(store.accounts.get(11).family_id) == foreign
        assert store.accounts.get(99) is None
        assert store.accounts.applicant(99) is not None
        assert anna.screen == []


async def test_a_freeze_ends_by_time_alone(tmp_path):
    """Row 6: any member starts it, nobody can end it, and a day later all is as before."""
    now = 1e6
    async with family_bot(tmp_path, now=lambda: now) as telegram:
        anna, cora = telegram.person(1), telegram.person(3)
        await cora.sends("/freeze")
        await cora.sees("The family is frozen until")
        await anna.sends("/invite")
        await anna.sees("nothing can be changed for a day")
        await telegram.quiet()
        now += 23 * HOUR
        await anna.sends("/pin")
        await telegram.quiet()
        assert not anna.has_seen("Choose a PIN")
        now += 2 * HOUR
        await anna.sends("/invite")
        await anna.sees("works once")


async def test_23_a_knock_that_was_cut_short_still_reaches_the_keeper(tmp_path, monkeypatch):
    """Row 23: the code is used up, the keeper was not asked; handled again, they are."""
    async with family_bot(tmp_path) as telegram:
        store, anna, dora = store_of(telegram), telegram.person(1), telegram.person(50)
        code = await invited(telegram)
        assert knock(store, code, 50, "Dora", "en", 1.0) is Knock.WAITING
        await dora.sends(f"/start {code}")
        await dora.sees("has reached the keeper")
        assert not anna.has_seen("Somebody used your invitation")
        monkeypatch.setattr(access, "is_again", lambda: True)
        await dora.sends(f"/start {code}")
        await anna.sees("Somebody used your invitation")


async def test_attack_21_keepers_hear_once_what_a_backup_may_have_brought_back(tmp_path):
    """Row 21: who had left may be here again, so somebody must look; the others need not know."""
    now = 1_790_000_000.0
    async with family_bot(tmp_path, now=lambda: now) as telegram:
        store, anna, bert = store_of(telegram), telegram.person(1), telegram.person(2)
        family = store.accounts.get(1).family_id
        await time_passes(telegram)
        await telegram.quiet()
        assert anna.screen == []
        store.audit.note(family, RESTORED, now, made_at=now - 3 * 24 * HOUR)
        for _ in range(2):
            await time_passes(telegram)
            await telegram.quiet()
        told = await anna.sees("put back from a back-up of 18 September 2026")
        assert "/family" in told.text
        assert "/codeword" in told.text
        assert len(anna.screen) == 1
        assert bert.screen == []
