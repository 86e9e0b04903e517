"""Nobody becomes a grown-up of the family, or is thrown out as one, behind the others' backs.

Rows 6 and 7: a keeper who is talked round, or whose account is stolen (decision 10).
"""

import asyncio

import pytest

from bot.app import house_of
from bot.case.files import File
from bot.handlers.casefile import DELETE, LET_GO, PACK, REALLY
from bot.handlers.leaving import LEAVE
from bot.handlers.privacy import ALL_GONE, EXPORT, GONE
from bot.handlers.withdrawal import VOICE, ask_again
from familyguard.case import Case
from familyguard.erased import Erased
from familyguard.family import Role
from familyguard.resettle import resettle
from familyguard.store import Store
from tests.bot.families import enrol
from tests.bot.houses import admit, family_bot, let_in
from tests.bot.test_family import HOUR, invited, person_id, store_of, time_passes
from tests.bot.test_number_and_pin import NEW, OLD, phone_of, stores

AGREE = "I called, it is right"


def role_of(telegram, user_id: int) -> Role | None:
    """The role of whoever has that account."""
    account = store_of(telegram).accounts.get(user_id)
    return account.role if account else None


def with_child(telegram) -> Store:
    """A family with somebody small in it, who has account 9."""
    store = store_of(telegram)
    admit(store, store.accounts.get(1).family_id, 9, Role.CHILD)
    return store


async def removes(telegram, user_id: int, by=1) -> None:
    """A keeper removes somebody."""
    keeper = telegram.person(by)
    await keeper.presses(f"family:remove:{person_id(telegram, user_id)}")
    await keeper.sees("Remove “")
    await keeper.taps("Yes, remove")
    await telegram.quiet()


async def asks_again(telegram) -> None:
    """The bot looks whether a voice is still to be deleted."""
    await ask_again(telegram.app.context_types.context(telegram.app))


async def refused(telegram, person, how, words):
    """A command is answered with `words`, and a button with an alert that has them."""
    if how.startswith("/"):
        await person.sends(how)
        await person.sees(words)
    else:
        await person.presses(how)
        await telegram.quiet()
        assert words in telegram.alerts[-1]


@pytest.mark.parametrize(("user_id", "given"), [(9, "adult"), (2, "keeper"), (2, "child")])
async def test_attack_6_a_role_of_a_grown_up_waits_a_day_and_a_child_stops_it(
    tmp_path, user_id, given
):
    """Row 6: neither an accomplice, nor a family of children who may confirm nothing."""
    now = 1e6
    async with family_bot(tmp_path, now=lambda: now) as telegram:
        with_child(telegram)
        before = role_of(telegram, user_id)
        anna, kim = telegram.person(1), telegram.person(9)
        await anna.presses(f"family:{given}:{person_id(telegram, user_id)}")
        await anna.sees("unless somebody stops it")
        await kim.sees(f"another role: {given}")
        await telegram.quiet()
        now += 23 * HOUR
        await time_passes(telegram)
        assert role_of(telegram, user_id) is before
        await kim.taps("Stop this")
        await anna.sees("has stopped the new role")
        await telegram.quiet()
        now += 48 * HOUR
        await time_passes(telegram)
        assert role_of(telegram, user_id) is before


async def test_attack_6_a_role_holds_after_a_day_or_when_another_adult_agrees(tmp_path):
    """Not when the one says so who is to become keeper."""
    now = 1e6
    async with family_bot(tmp_path, now=lambda: now) as telegram:
        anna, bert, cora = (telegram.person(n) for n in (1, 2, 3))
        await anna.presses(f"family:keeper:{person_id(telegram, 2)}")
        asked = await bert.sees("another role: keeper")
        assert list(asked.buttons) == ["Stop this"]
        await bert.presses(asked.buttons["Stop this"].replace("stop", "yes"))
        await telegram.quiet()
        assert role_of(telegram, 2) is Role.ADULT
        assert "Another adult" in telegram.alerts[-1]
        await cora.taps(AGREE)
        await telegram.quiet()
        assert role_of(telegram, 2) is Role.KEEPER
        await anna.presses(f"family:keeper:{person_id(telegram, 3)}")
        await cora.sees("another role: keeper")
        await telegram.quiet()
        now += 25 * HOUR
        await time_passes(telegram)
        assert role_of(telegram, 3) is Role.KEEPER


async def test_attack_6_an_accomplice_is_let_in_as_a_member_first(tmp_path):
    """Row 6: a thief of the keeper's account who lets in a second one has no second adult, also
    not a day later: a child stops it."""
    now = 1e6
    async with family_bot(tmp_path, now=lambda: now) as telegram:
        store = with_child(telegram)
        anna, kim, eve = telegram.person(1), telegram.person(9), telegram.person(99, name="Eve")
        await eve.sends(f"/start {await invited(telegram)}")
        await anna.sees("Somebody used your invitation")
        await anna.taps("Someone new: adult")
        await kim.sees("“Eve” has joined the family as: member")
        asked = await kim.sees("another role: adult")
        assert role_of(telegram, 99) is Role.MEMBER
        await kim.presses(asked.buttons["Stop this"])
        await anna.sees("has stopped the new role of “Eve”")
        await telegram.quiet()
        now += 48 * HOUR
        await time_passes(telegram)
        assert role_of(telegram, 99) is Role.MEMBER
        assert store.changes.waiting(store.accounts.get(1).family_id) == []


async def test_on_the_day_of_the_set_up_an_adult_is_one_at_once(tmp_path):
    """Nobody is there yet whom a thief could get round; they confirm nothing for a day anyway."""
    async with family_bot(tmp_path, members=()) as telegram:
        house = house_of(telegram.app)
        let_in(house.store, 1, now=house.now())
        anna, tom = telegram.person(1), telegram.person(50, name="Tom")
        await tom.sends(f"/start {await invited(telegram)}")
        await anna.sees("Somebody used your invitation")
        await anna.taps("Someone new: adult")
        await tom.sees("Does a message or a voice memo feel odd?")
        assert role_of(telegram, 50) is Role.ADULT


async def test_attack_7_what_a_suspended_account_asked_for_before_waits_too(tmp_path):
    """Row 7: a number that the thief asked for hours ago does not come into force meanwhile."""
    now = 1e6
    async with family_bot(tmp_path, now=lambda: now) as telegram:
        bert = telegram.person(2)
        await stores(bert)
        await stores(bert, NEW)
        await bert.sees("changes in a day")
        await telegram.quiet()
        now += 20 * HOUR
        await removes(telegram, 2)
        now += 5 * HOUR
        await time_passes(telegram)
        assert phone_of(telegram, 2) == OLD
        await telegram.person(3).taps("Stop this")
        await bert.sees("has stopped the removal")
        await telegram.quiet()
        before = len(telegram.person(1).screen)
        for _ in range(2):
            await time_passes(telegram)
        await telegram.quiet()
        assert phone_of(telegram, 2) == OLD
        assert len(telegram.person(1).screen) == before + 1
        assert "is to change" in telegram.person(1).screen[-1].text
        now += HOUR
        await time_passes(telegram)
        assert phone_of(telegram, 2) == NEW


async def test_attack_7_nobody_confirms_what_a_suspended_account_asked_for(tmp_path):
    """Row 7: the thief talks the second adult round by telephone, while everybody calls."""
    async with family_bot(tmp_path, now=lambda: 1e6) as telegram:
        bert, cora = telegram.person(2), telegram.person(3)
        await stores(bert)
        await stores(bert, NEW)
        asked = await cora.sees("is to change")
        await removes(telegram, 2)
        await cora.presses(asked.buttons[AGREE])
        await telegram.quiet()
        assert "Whoever asked for this is to be removed" in telegram.alerts[-1]
        assert phone_of(telegram, 2) == OLD
        await cora.sees("wants to remove “Person 2”")
        await cora.taps("Stop this")
        await bert.sees("has stopped the removal")
        await cora.presses(asked.buttons[AGREE])
        await cora.sees("It is done")
        assert phone_of(telegram, 2) == NEW


@pytest.mark.parametrize("how", ["confirmed", "due"])
@pytest.mark.parametrize("what", ["frozen", "suspended"])
async def test_attack_6_a_freeze_or_a_removal_of_the_last_moment_still_counts(tmp_path, how, what):
    """Row 6: it comes after the look at the clock, or after the second adult's tap, and before the
    deed."""
    now = 1e6
    async with family_bot(tmp_path, now=lambda: now) as telegram:
        store, bert, cora = store_of(telegram), telegram.person(2), telegram.person(3)
        family = store.accounts.get(1).family_id
        await stores(bert)
        await stores(bert, NEW)
        await cora.sees("is to change")
        (waiting,) = store.changes.waiting(family)
        if how == "due":
            now += 25 * HOUR
        async with house_of(telegram.app).listening.of(("change", waiting.id)):
            if how == "due":
                looking = asyncio.create_task(time_passes(telegram))
            else:
                looking = asyncio.create_task(cora.taps(AGREE))
            for _ in range(50):
                await asyncio.sleep(0.002)
            if what == "frozen":
                store.families.freeze(family, now + 24 * HOUR)
            else:
                data = {"person": person_id(telegram, 2)}
                store.changes.ask(family, "removal", data, 1, now, now + 24 * HOUR)
        await looking
        await telegram.quiet()
        assert phone_of(telegram, 2) == OLD
        assert all("It is done" not in shown.text for shown in cora.screen)
        assert waiting.id in {one.id for one in store.changes.waiting(family)}


@pytest.mark.parametrize("how", ["confirmed", "due"])
async def test_attack_6_what_a_keeper_asked_for_who_is_one_no_longer_is_not_done(tmp_path, how):
    """Row 6: a keeper's account was seen through and demoted, and everyone hears what lapses."""
    now = 1e6
    async with family_bot(tmp_path, now=lambda: now) as telegram:
        store, anna, cora = store_of(telegram), telegram.person(1), telegram.person(3)
        family = store.accounts.get(1).family_id
        await anna.presses(f"family:keeper:{person_id(telegram, 2)}")
        await cora.sees("another role: keeper")
        store.people.appoint(family, person_id(telegram, 3), Role.KEEPER)
        store.people.appoint(family, person_id(telegram, 1), Role.ADULT)
        if how == "confirmed":
            await cora.taps(AGREE)
            await cora.sees("This is not done")
        else:
            now += 25 * HOUR
            await time_passes(telegram)
        await cora.sees("What “Person 1” had asked for does not happen")
        assert role_of(telegram, 2) is Role.ADULT
        assert store.changes.waiting(family) == []


async def test_a_keeper_steps_down_at_once_and_members_change_at_once(tmp_path):
    """That gives power to nobody, and takes nobody else's."""
    async with family_bot(tmp_path) as telegram:
        store = with_child(telegram)
        anna, bert = telegram.person(1), telegram.person(2)
        family = store.accounts.get(1).family_id
        store.people.appoint(family, person_id(telegram, 2), Role.KEEPER)
        await anna.presses(f"family:member:{person_id(telegram, 9)}")
        await bert.sees("another role: member")
        assert role_of(telegram, 9) is Role.MEMBER
        await bert.presses(f"family:adult:{person_id(telegram, 2)}")
        await anna.sees("has given “Person 2” another role: adult")
        assert role_of(telegram, 2) is Role.ADULT


async def test_attack_7_a_stolen_keeper_account_throws_nobody_out_who_can_object(tmp_path):
    """Row 7: the thief asks for all grown-ups at once, and one is suspended at a time; whoever is
    to go can still stop it."""
    now = 1e6
    async with family_bot(tmp_path, now=lambda: now) as telegram:
        bert = telegram.person(2)
        for user_id in (2, 3):
            await removes(telegram, user_id)
        assert "You already asked to remove somebody" in telegram.alerts[-1]
        store = store_of(telegram)
        assert len(store.changes.waiting(store.accounts.get(1).family_id)) == 1
        asked = await bert.sees("“Person 1” wants to remove “Person 2”")
        assert role_of(telegram, 2) is role_of(telegram, 3) is Role.ADULT
        assert list(asked.buttons) == ["Stop this"]
        await bert.presses(asked.buttons["Stop this"])
        await telegram.person(1).sees("has stopped the removal of “Person 2”")
        await telegram.quiet()
        now += 48 * HOUR
        await time_passes(telegram)
        assert role_of(telegram, 2) is role_of(telegram, 3) is Role.ADULT


async def test_attack_7_a_stolen_keeper_account_does_not_empty_the_family_before_a_freeze(tmp_path):
    """Row 7: of the only grown-up.  One member goes at once, a lost phone perhaps; everybody hears
    how to freeze the family, and the next one stays a day, or as long as it is frozen."""
    now = 1e6
    async with family_bot(tmp_path, now=lambda: now) as telegram:
        store, anna, kim = with_child(telegram), telegram.person(1), telegram.person(9)
        family = store.accounts.get(1).family_id
        for user_id in (2, 3):
            store.people.appoint(family, person_id(telegram, user_id), Role.MEMBER)
        now += 25 * HOUR
        admit(store, family, 50, Role.MEMBER, now=now)
        await removes(telegram, 2)
        assert store.accounts.get(2) is None
        told = await kim.sees("has removed “Person 2”")
        assert "/freeze" in told.text
        await removes(telegram, 3)
        assert "You removed somebody today" in telegram.alerts[-1]
        assert role_of(telegram, 3) is Role.MEMBER
        await anna.presses(f"family:gone:{person_id(telegram, 50)}")
        await telegram.quiet()
        assert store.accounts.get(50) is None
        await kim.sends("/freeze")
        await anna.sees("has frozen the family")
        await anna.presses(f"family:gone:{person_id(telegram, 3)}")
        await telegram.quiet()
        assert role_of(telegram, 3) is Role.MEMBER
        now += 25 * HOUR
        await anna.presses(f"family:gone:{person_id(telegram, 3)}")
        await telegram.quiet()
        assert store.accounts.get(3) is None


@pytest.mark.parametrize("given", [Role.MEMBER, Role.ADULT])
async def test_attack_7_two_stolen_accounts_of_a_keeper_remove_one_person_between_them(
    tmp_path, given
):
    """Row 7: tapped in the same moment, before either removal is in the log, or waits."""
    now = 1e6
    async with family_bot(tmp_path, now=lambda: now) as telegram:
        store = store_of(telegram)
        family, keeper = store.accounts.get(1).family_id, person_id(telegram, 1)
        store.accounts.add(11, store.people.get(family, keeper), "en", 1.0, "Person 1 at work")
        for user_id in (2, 3):
            store.people.appoint(family, person_id(telegram, user_id), given)
        now += 25 * HOUR
        gone = [f"family:gone:{person_id(telegram, user_id)}" for user_id in (2, 3)]
        await asyncio.gather(
            telegram.person(1).presses(gone[0]), telegram.person(11).presses(gone[1])
        )
        await telegram.quiet()
        left = [user_id for user_id in (2, 3) if store.accounts.get(user_id) is not None]
        assert len(left) - len(store.changes.waiting(family)) == 1


@pytest.mark.parametrize(("stopper", "times"), [(3, 1), (2, 3)])
async def test_attack_7_a_stolen_keeper_account_does_not_suspend_somebody_for_good(
    tmp_path, stopper, times
):
    """Row 7: once stopped it cannot be asked again for a day; where only the one who is to go has
    stopped it, which their thief could do too, three times."""
    now = 1e6
    async with family_bot(tmp_path, now=lambda: now) as telegram:
        store, anna = store_of(telegram), telegram.person(1)
        family = store.accounts.get(1).family_id
        for _ in range(times):
            await removes(telegram, 2)
            (waiting,) = store.changes.waiting(family)
            await telegram.person(stopper).presses(f"change:stop:{waiting.id}")
            await telegram.quiet()
        await removes(telegram, 2)
        assert "Somebody stopped this today" in telegram.alerts[-1]
        assert store.changes.waiting(family) == []
        now += 25 * HOUR
        await removes(telegram, 2)
        await anna.sees("In a day “Person 2” no longer belongs")
        assert len(store.changes.waiting(family)) == 1


async def test_attack_7_a_stolen_adult_account_is_stopped_at_once(tmp_path):
    """Row 7: from the moment it is asked it confirms nothing, changes nothing, and is gone as
    soon as another adult agrees."""
    now = 1e6
    async with family_bot(tmp_path, now=lambda: now) as telegram:
        store = with_child(telegram)
        anna, bert, cora = (telegram.person(n) for n in (1, 2, 3))
        await stores(bert)
        await stores(bert, NEW)
        waiting = await cora.sees("The call-back number of “Person 2” is to change")
        await removes(telegram, 3)
        await cora.presses(waiting.buttons[AGREE])
        await telegram.quiet()
        assert phone_of(telegram, 2) == OLD
        assert "asked to remove you" in telegram.alerts[-1]
        await cora.sends("/number")
        await cora.sees("asked to remove you from the family")
        assert store.accounts.get(3) is not None
        asked = await bert.sees("wants to remove “Person 3”")
        await bert.presses(asked.buttons[AGREE])
        await cora.sees("You no longer belong to this family")
        assert store.accounts.get(3) is None
        await bert.sees("“Person 1” has removed “Person 3”")
        await anna.sees("“Person 3” no longer belongs to the family. I told everyone.")
        told = [one.text for one in anna.screen if "someone without a name" in one.text]
        assert told == []


@pytest.mark.parametrize("end", ["stopped", "frozen", "due"])
async def test_attack_7_a_stolen_keeper_account_does_not_erase_the_family_at_once(tmp_path, end):
    """Row 7: everyone hears of it, a child can stop it, and a freeze holds it up."""
    now = 1e6
    async with family_bot(tmp_path, now=lambda: now) as telegram:
        store, anna, kim = with_child(telegram), telegram.person(1), telegram.person(9)
        family = store.accounts.get(1).family_id
        for _ in range(2):
            await anna.presses(ALL_GONE)
            await anna.sees("In a day I delete the whole family")
        asked = await kim.sees("“Person 1” wants to delete the whole family")
        assert list(asked.buttons) == ["Stop this"]
        now += 23 * HOUR
        await time_passes(telegram)
        assert len(store.people.of_family(family)) == 4
        if end == "stopped":
            await kim.taps("Stop this")
            await anna.sees("has stopped the deletion of the family")
        elif end == "frozen":
            await kim.sends("/freeze")
            await anna.sees("has frozen the family")
            await telegram.quiet()
        now += 2 * HOUR
        await time_passes(telegram)
        await telegram.quiet()
        assert len(store.people.of_family(family)) == (0 if end == "due" else 4)
        told = [shown.text for shown in kim.screen if "has deleted the whole family" in shown.text]
        assert len(told) == (end == "due")


@pytest.mark.parametrize("how", ["/forget", "/leave", GONE, LEAVE])
async def test_attack_7_a_suspended_account_deletes_nothing(tmp_path, how):
    """Row 7: a thief would take the number and the voice along that the owner wants to keep."""
    now = 1e6
    async with family_bot(tmp_path, now=lambda: now) as telegram:
        store, bert = store_of(telegram), telegram.person(2)
        await removes(telegram, 2)
        await refused(telegram, bert, how, "Until then I delete nothing")
        assert store.accounts.get(2) is not None
        now += 25 * HOUR
        await time_passes(telegram)
        assert store.accounts.get(2) is None


def give_voice(telegram, user_id: int) -> None:
    """The voice of whoever has that account is known."""
    store = store_of(telegram)
    account = store.accounts.get(user_id)
    person = store.people.get(account.family_id, account.person_id)
    enrol(house_of(telegram.app), person, "Tom")


@pytest.mark.parametrize("end", ["stopped", "removed"])
async def test_attack_7_a_suspended_account_destroys_no_voice_and_is_asked_again(tmp_path, end):
    """Row 7: a thief would destroy what their clone is compared with.  The removal destroys it
    anyway; whoever stays is asked once, and one tap does it."""
    now = 1e6
    async with family_bot(tmp_path, now=lambda: now) as telegram:
        store, bert = store_of(telegram), telegram.person(2)
        family = store.accounts.get(2).family_id
        give_voice(telegram, 2)
        await bert.sends("/privacy")
        await bert.sees("What I know")
        await removes(telegram, 2)
        await bert.taps("Delete my voice")
        await bert.sees("If not, I ask you here once more")
        await asks_again(telegram)
        assert len(store.voices.of_family(family)) == 1
        if end == "removed":
            now += 25 * HOUR
            await time_passes(telegram)
            assert store.voices.of_family(family) == []
            return
        await telegram.person(3).taps("Stop this")
        await bert.sees("has stopped the removal")
        for _ in range(2):
            await asks_again(telegram)
        asked = [shown for shown in bert.screen if "You stay in the family" in shown.text]
        assert len(asked) == 1
        assert len(store.voices.of_family(family)) == 1
        await bert.presses(asked[0].buttons["Delete my voice"])
        await bert.sees("Your voiceprint is deleted")
        assert store.voices.of_family(family) == []


@pytest.mark.parametrize("how", ["/forget", "/leave", "/export", EXPORT])
async def test_attack_7_who_stops_their_own_removal_takes_nothing_along_for_a_day(tmp_path, how):
    """Row 7: the thief of a suspended account taps «stop» and would be free to empty it."""
    now = 1e6
    async with family_bot(tmp_path, now=lambda: now) as telegram:
        store, bert = store_of(telegram), telegram.person(2)
        await removes(telegram, 2)
        await bert.taps("Stop this")
        await bert.sees("has stopped the removal")
        await refused(telegram, bert, how, "only you have stopped that")
        assert store.accounts.get(2) is not None
        now += 25 * HOUR
        await bert.sends("/leave")
        await bert.sees("Do you want to leave?")


async def test_attack_7_who_stops_their_own_removal_destroys_no_voice_for_a_day(tmp_path):
    """Row 7: the tap is noted, and a day later, when the owner has the account back, asked once."""
    now = 1e6
    async with family_bot(tmp_path, now=lambda: now) as telegram:
        store, bert = store_of(telegram), telegram.person(2)
        family = store.accounts.get(2).family_id
        give_voice(telegram, 2)
        await removes(telegram, 2)
        await bert.taps("Stop this")
        await bert.sees("has stopped the removal")
        await bert.presses(VOICE + person_id(telegram, 2))
        await bert.sees("In a day I ask you here once more")
        await asks_again(telegram)
        assert len(store.voices.of_family(family)) == 1
        assert not any("You stay in the family" in shown.text for shown in bert.screen)
        now += 25 * HOUR
        await asks_again(telegram)
        asked = await bert.sees("You stay in the family")
        await bert.presses(asked.buttons["Delete my voice"])
        await bert.sees("Your voiceprint is deleted")
        assert store.voices.of_family(family) == []


async def test_attack_7_nobody_sits_out_their_own_removal_with_a_freeze(tmp_path):
    """Row 7: the thief stops it, freezes again and again so that nobody can ask anew, and waits."""
    now = 1e6
    async with family_bot(tmp_path, now=lambda: now) as telegram:
        store, bert = store_of(telegram), telegram.person(2)
        await removes(telegram, 2)
        await bert.taps("Stop this")
        await bert.sees("has stopped the removal")
        await bert.sends("/freeze")
        await telegram.quiet()
        now += 23 * HOUR
        await bert.sends("/freeze")
        await telegram.quiet()
        now += 2 * HOUR
        await refused(telegram, bert, "/export", "only you have stopped that")
        await refused(telegram, bert, "/leave", "only you have stopped that")
        now += 23 * HOUR
        assert not store.families.get(store.accounts.get(1).family_id).is_frozen(now)
        await refused(telegram, bert, "/leave", "only you have stopped that")
        await removes(telegram, 2)
        await refused(telegram, bert, "/leave", "asked to remove you from the family")


async def test_a_freeze_long_after_a_removal_was_stopped_makes_no_new_dispute(tmp_path):
    """What was settled a week ago keeps nobody from their rights."""
    now = 1e6
    async with family_bot(tmp_path, now=lambda: now) as telegram:
        bert = telegram.person(2)
        await removes(telegram, 2)
        await bert.taps("Stop this")
        await bert.sees("has stopped the removal")
        now += 7 * 24 * HOUR
        await telegram.person(3).sends("/freeze")
        await telegram.quiet()
        await bert.sends("/leave")
        await bert.sees("Do you want to leave?")


async def test_a_removal_that_another_one_stopped_leaves_no_dispute(tmp_path):
    """Somebody else has vouched for them: their rights are theirs at once."""
    async with family_bot(tmp_path, now=lambda: 1e6) as telegram:
        bert = telegram.person(2)
        await removes(telegram, 2)
        await telegram.person(3).taps("Stop this")
        await bert.sees("has stopped the removal")
        await bert.sends("/leave")
        await bert.sees("Do you want to leave?")


async def test_attack_7_a_restored_removal_is_announced_anew_and_can_be_stopped(tmp_path):
    """Row 7: its buttons of then may be gone, and a day begins in which everybody can say no."""
    now = 1e6
    async with family_bot(tmp_path, now=lambda: now) as telegram:
        store = store_of(telegram)
        family = store.accounts.get(1).family_id
        await removes(telegram, 2)
        now += 48 * HOUR
        kept = store.path.with_name("erased-none.json")
        resettle(store, Erased(kept, store.keys), 1e6, now)
        await time_passes(telegram)
        assert role_of(telegram, 2) is Role.ADULT
        cora = telegram.person(3)
        told = [shown for shown in cora.screen if "wants to remove “Person 2”" in shown.text]
        assert len(told) == 2
        await telegram.person(2).sends("/number")
        await telegram.person(2).sees("asked to remove you from the family")
        await cora.presses(told[-1].buttons["Stop this"])
        await telegram.quiet()
        assert store.changes.waiting(family) == []


async def test_attack_7_a_suspended_guardian_takes_no_childs_voice_away(tmp_path):
    """Row 7: the child's voice goes with its guardian, or stays with both."""
    async with family_bot(tmp_path, now=lambda: 1e6) as telegram:
        store, bert = with_child(telegram), telegram.person(2)
        family, child = store.accounts.get(9).family_id, store.accounts.get(9).person_id
        store.people.entrust(family, child, person_id(telegram, 2))
        give_voice(telegram, 9)
        await removes(telegram, 2)
        await bert.presses(VOICE + child)
        await bert.sees("If you are removed, I delete this voice")
        assert len(store.voices.of_family(family)) == 1
        await telegram.person(3).taps("Stop this")
        await bert.sees("has stopped the removal")
        await asks_again(telegram)
        await bert.sees("asked me to delete the voice of Person 9")


@pytest.mark.parametrize("how", ["/privacy", "/export", EXPORT])
async def test_attack_7_a_suspended_account_is_shown_nothing_that_is_stored(tmp_path, how):
    """Row 7: number, dates and log would go to whoever has the account now."""
    async with family_bot(tmp_path, now=lambda: 1e6) as telegram:
        bert = telegram.person(2)
        await stores(bert)
        await removes(telegram, 2)
        await refused(telegram, bert, how, "I do not show what I know about you")
        assert not any(shown.document or "What I know" in shown.text for shown in bert.screen)


def keeps_a_case(store):
    """A case that Bert keeps."""
    family = store.accounts.get(2).family_id
    empty = File(Case.opened(1e6, reader=None)).to_json()
    case = store.cases.open(family, 2, "sender", empty, 1e6)
    store.cases.keep(family, case.id, True)
    return family, case


async def test_attack_7_a_suspended_account_takes_no_file_for_the_police(tmp_path):
    """Row 7: recordings and words of the family's cases would go to whoever has the account."""
    async with family_bot(tmp_path, now=lambda: 1e6) as telegram:
        _, case = keeps_a_case(store_of(telegram))
        await removes(telegram, 2)
        bert = telegram.person(2)
        await bert.presses(PACK + case.id)
        await telegram.quiet()
        assert "I do not show what I know about you" in telegram.alerts[-1]
        assert not any(shown.document for shown in bert.screen)


@pytest.mark.parametrize("verb", [DELETE, REALLY, LET_GO])
async def test_attack_7_a_suspended_account_deletes_no_case(tmp_path, verb):
    """Row 7: what was kept for the police would be gone."""
    async with family_bot(tmp_path, now=lambda: 1e6) as telegram:
        store = store_of(telegram)
        family, case = keeps_a_case(store)
        await removes(telegram, 2)
        await telegram.person(2).presses(verb + case.id)
        await telegram.quiet()
        assert "Until then I delete nothing" in telegram.alerts[-1]
        assert store.cases.get(family, case.id).kept


async def test_21_a_removed_adult_leaves_nothing_behind_after_the_day(tmp_path):
    """Row 21: the same as for a member, with invitations void."""
    now = 1e6
    async with family_bot(tmp_path, now=lambda: now) as telegram:
        store, eve = store_of(telegram), telegram.person(99)
        await removes(telegram, 3)
        code = await invited(telegram)
        now += 10.0
        await time_passes(telegram)
        assert store.accounts.get(3) is not None
        now += 25 * HOUR
        await time_passes(telegram)
        assert store.accounts.get(3) is None
        assert store.changes.waiting(store.accounts.get(1).family_id) == []
        await eve.sends(f"/start {code}")
        await eve.sees("This is a private bot.")


async def test_the_last_keeper_is_not_removed_by_a_change_that_waited(tmp_path):
    """The other keeper left meanwhile, so somebody must stay who decides."""
    now = 1e6
    async with family_bot(tmp_path, now=lambda: now) as telegram:
        store = store_of(telegram)
        family = store.accounts.get(1).family_id
        store.people.appoint(family, person_id(telegram, 2), Role.KEEPER)
        await removes(telegram, 2)
        store.people.appoint(family, person_id(telegram, 1), Role.ADULT)
        now += 25 * HOUR
        await time_passes(telegram)
        assert role_of(telegram, 2) is Role.KEEPER


async def test_attack_7_a_thief_of_the_keepers_account_cannot_lock_the_keeper_out(tmp_path):
    """Row 7: a first PIN of the thief's waits a day, everyone hears of it, and anyone stops it."""
    now = 1e6
    async with family_bot(tmp_path, now=lambda: now) as telegram:
        with_child(telegram)
        store, anna, kim = store_of(telegram), telegram.person(1), telegram.person(9)
        family = store.accounts.get(1).family_id
        for _ in range(2):
            await anna.sends("/pin")
            await anna.sees("Choose a PIN")
            await anna.sends("2580")
            await anna.sees("Type it once more")
            await anna.sends("2580")
            await anna.sees("It counts in a day")
        assert store.families.pin(family) is None
        asked = await kim.sees("has chosen a PIN")
        assert list(asked.buttons) == ["Stop this"]
        now += 23 * HOUR
        await time_passes(telegram)
        assert store.families.pin(family) is None
        assert len(store.changes.waiting(family)) == 1
        await kim.taps("Stop this")
        await anna.sees("has stopped the new PIN")
        await telegram.quiet()
        now += 9 * HOUR
        await time_passes(telegram)
        assert store.families.pin(family) is None


async def test_a_first_pin_holds_after_a_day_and_is_asked_from_then_on(tmp_path):
    """What lies in the database meanwhile is sealed, and is the slow hash alone."""
    now = 1e6
    async with family_bot(tmp_path, now=lambda: now) as telegram:
        store, anna, bert = store_of(telegram), telegram.person(1), telegram.person(2)
        family = store.accounts.get(1).family_id
        await anna.sends("/pin")
        await anna.sees("Choose a PIN")
        await anna.sends("2580")
        await anna.sees("Type it once more")
        await anna.sends("2580")
        await anna.sees("It counts in a day")
        await telegram.quiet()
        assert not any("2580" in str(change.data) for change in store.changes.waiting(family))
        now += 25 * HOUR
        await time_passes(telegram)
        await bert.sees("The family has a PIN now")
        await anna.sends("/invite")
        await anna.sees("PIN")
        await anna.sends("2580")
        await anna.sees("I will not ask again")
        assert "2580" not in (store.path.read_bytes()).decode("latin-1")


async def test_attack_6_what_a_freeze_held_up_is_announced_anew_and_waits_an_hour(tmp_path):
    """Row 6: nobody sleeps through the end of a freeze and finds it done."""
    now = 1e6
    async with family_bot(tmp_path, now=lambda: now) as telegram:
        bert, cora = telegram.person(2), telegram.person(3)
        await stores(bert)
        await stores(bert, NEW)
        await cora.sees("is to change")
        await telegram.quiet()
        now += 23 * HOUR
        await cora.sends("/freeze")
        await bert.sees("has frozen the family")
        await telegram.quiet()
        now += 24 * HOUR + 60
        before = len(cora.screen)
        await time_passes(telegram)
        await time_passes(telegram)
        await telegram.quiet()
        assert len(cora.screen) == before + 1
        assert phone_of(telegram, 2) == OLD
        asked = cora.screen[-1]
        assert "is to change" in asked.text
        await cora.presses(asked.buttons["Stop this"])
        await bert.sees("has stopped the new call-back number")
        await telegram.quiet()
        now += 5 * HOUR
        await time_passes(telegram)
        assert phone_of(telegram, 2) == OLD


@pytest.mark.parametrize("how", ["removed", "forgets"])
async def test_the_family_hears_that_a_childs_voice_went_with_its_guardian(tmp_path, how):
    """Somebody else may agree to it again."""
    now = 1e6
    async with family_bot(tmp_path, now=lambda: now) as telegram:
        store = with_child(telegram)
        family = store.accounts.get(1).family_id
        child = store.people.get(family, person_id(telegram, 9))
        store.people.entrust(family, child.id, person_id(telegram, 2))
        enrol(house_of(telegram.app), child, "kim")
        anna, bert = telegram.person(1), telegram.person(2)
        if how == "removed":
            await removes(telegram, 2)
            now += 25 * HOUR
            await time_passes(telegram)
        else:
            await bert.sends("/forget")
            await bert.sees("Shall I delete everything about you?")
            await bert.taps("Yes, forget me")
        await anna.sees("The voice of “Person 9” is deleted")
        assert store.voices.of_family(family) == []
