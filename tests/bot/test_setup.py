"""The set-up in chat: guided, each step skippable, and there again after a restart."""

import pytest

from bot.app import house_of
from bot.dutch_commands import DUTCH
from bot.settings import Settings
from tests.bot.fake_telegram import running_bot
from tests.bot.houses import StubAnalyst, family_bot, settings_in
from tests.bot.test_check import NONE, SCAM

PHONE = "+31612345678"


def family_of(telegram, user_id: int):
    """The family of an account, as it is now."""
    store = house_of(telegram.app).store
    return store.families.get(store.accounts.get(user_id).family_id)


async def claims(telegram, user_id: int = 50, language: str = "en"):
    """Somebody becomes keeper of a new family."""
    house = house_of(telegram.app)
    keeper = telegram.person(user_id, language, "Bea")
    await keeper.sends(f"/start {house.store.invitations.claim(house.now())}")
    return keeper


async def shares(person, phone: str = PHONE, whose: int | None = None) -> None:
    """Tap the contact button, or send somebody's contact."""
    contact = {"phone_number": phone, "first_name": "B", "user_id": whose or person.user_id}
    await person.sends_message(contact=contact)


async def test_a_keeper_is_led_from_the_claim_to_the_end(tmp_path):
    """Name, language, country, code word, number, voice, greeting, PIN, relatives: one by one."""
    async with family_bot(tmp_path, members=()) as telegram:
        bea = await claims(telegram)
        greeted = await bea.sees("Good to see you")
        assert "Telegram itself can see" in greeted.text
        await bea.sees("What is your family called?")
        await bea.sends("Jansen")
        await bea.sees("Nice to meet you, family “Jansen”")
        await bea.sees("Which language does the family speak?")
        await bea.taps("English")
        await bea.sees("In which country")
        await bea.taps("Netherlands")
        await bea.sees("Now the code word")
        await bea.taps("Skip this step")
        await bea.sees("On which number")
        await shares(bea)
        await bea.sees("Your number is stored")
        await bea.sees("I learn your voice")
        await bea.taps("Skip this step")
        await bea.sees("Choose a sentence of your own")
        await bea.sends("The apple tree is in bloom")
        await bea.sees("I will put this below every verdict")
        await bea.sees("Would you like a PIN?")
        await bea.taps("Skip this step")
        await bea.sees("Now your relatives")
        await bea.taps("Skip this step")
        await bea.sees("That was all")
        family = family_of(telegram, 50)
        assert (family.name, family.country, family.language) == ("Jansen", "NL", "en")
        assert family.greeting == "The apple tree is in bloom"
        assert family.setup_step is None
        store = house_of(telegram.app).store
        assert store.people.of_family(family.id)[0].phone == PHONE
        await bea.sends("/setup")
        shown = await bea.sees("This is still open")
        assert list(shown.buttons) == ["Code word", "Your voice", "PIN", "Invite relatives"]
        assert "✓ Name of the family" in shown.text


async def test_messages_are_checked_at_any_step(tmp_path):
    """Useful after the first minute: a forward and a pasted fraud are checks, not a family name."""
    async with family_bot(tmp_path, members=()) as telegram:
        bea = await claims(telegram)
        await bea.sees("What is your family called?")
        await bea.forwards_voice()
        await bea.sees(NONE)
        await bea.sends(SCAM)
        await bea.sees("Do not pay yet")
        assert family_of(telegram, 50).name == ""
        await bea.sends("Jansen")
        await bea.sees("Nice to meet you")


@pytest.mark.parametrize("said", ["ehh wat bedoel je?", "12345", "we are a family of six people"])
async def test_a_sentence_becomes_no_family_name_and_a_wrong_name_can_be_changed(tmp_path, said):
    """It is said what is wrong with it; and who typed another name than they meant goes back."""
    async with family_bot(tmp_path, members=()) as telegram:
        bea = await claims(telegram)
        await bea.sees("What is your family called?")
        await bea.sends(said)
        await bea.sees("I do not take that for a name")
        assert family_of(telegram, 50).name == ""
        await bea.sends("De familie van der Berg")
        await bea.sees("Nice to meet you")
        await bea.sees("Which language")
        await bea.taps("Another name")
        await bea.sends("Berg")
        await bea.sees("Nice to meet you, family “Berg”")
        assert family_of(telegram, 50).name == "Berg"


async def comes_to_the_code_word(telegram):
    """A keeper at whom the bot's question about the code word waits."""
    bea = await claims(telegram)
    await bea.presses("setup:go:code_word")
    await bea.sees("Now the code word")
    return bea


async def test_a_code_word_that_comes_too_soon_leaves_the_chat_and_is_kept_nowhere(
    tmp_path, caplog
):
    """Typed or spoken before the bot listens: it is no memo to judge, and no scam."""
    async with family_bot(tmp_path, members=()) as telegram:
        bea = await comes_to_the_code_word(telegram)
        await bea.sends("velvet tractor")
        await bea.sees("Was that to be your code word?")
        assert telegram.count("deleteMessage") == 1
        await bea.records(b"the word")
        await telegram.until(lambda: telegram.count("deleteMessage") == 2, "the memo goes")
        telegram.fails("deleteMessage", 400, "Bad Request: message can't be deleted")
        await bea.sends("velvet tractor")
        await bea.sees("delete your message yourself")
        await telegram.quiet()
        assert house_of(telegram.app).analyst.memos == []
        for file in tmp_path.rglob("*"):
            if file.is_file():
                assert b"velvet" not in file.read_bytes().lower(), file
        assert "velvet" not in caplog.text
        await bea.taps("Set a code word")
        await bea.sees("You may take these words")


@pytest.mark.parametrize("said", [SCAM, "I have paid", "help", "is this right?", "call 0612345678"])
async def test_what_is_no_code_word_is_answered_as_ever(tmp_path, said):
    """A fraud and a cry for help are never taken for the word, and stay in the chat."""
    async with family_bot(tmp_path, members=()) as telegram:
        bea = await comes_to_the_code_word(telegram)
        await bea.sends(said)
        await telegram.quiet()
        await bea.forwards_voice()
        await bea.sees(NONE)
        assert telegram.count("deleteMessage") == 0
        assert not any("Was that to be" in shown.text for shown in bea.screen)


async def test_it_goes_on_after_a_restart(tmp_path):
    """The step that was due still is: the answer is taken without asking again."""
    settings: Settings = settings_in(tmp_path)
    async with running_bot(settings, StubAnalyst()) as telegram:
        bea = await claims(telegram)
        await bea.sends("Jansen")
        await bea.sees("Which language")
        await bea.taps("English")
        await bea.sees("In which country")
        await bea.taps("Another country")
        await bea.sees("Type the name of the country")
    async with running_bot(settings, StubAnalyst()) as telegram:
        bea = telegram.person(50)
        await bea.sends("België")
        await bea.sees("Good: Belgium")
        assert family_of(telegram, 50).country == "BE"
        await bea.sends("/start")
        await bea.sees("Now the code word")


async def test_a_country_nobody_knows_is_asked_again(tmp_path):
    """Two letters or a name in either language will do."""
    async with family_bot(tmp_path, members=()) as telegram:
        bea = await claims(telegram)
        await bea.presses("setup:other:")
        await bea.sends("Atlantis")
        await bea.sees("I do not know that country")
        await bea.sends("de")
        await bea.sees("Good: Germany")
        await bea.presses("setup:country:ZZZ")
        await telegram.quiet()
        assert family_of(telegram, 50).country == "DE"


async def test_the_country_of_init_is_not_asked_again(tmp_path):
    """What the self-hoster answered in the terminal is known in the chat."""
    async with family_bot(tmp_path, members=(), country="BE") as telegram:
        bea = await claims(telegram, language="nl")
        await bea.sends("Peeters")
        await bea.sees("Welke taal")
        await bea.taps("Nederlands")
        await bea.sees("Nu het codewoord")
        assert not bea.has_seen("In welk land")


async def test_an_old_skip_skips_nothing_twice(tmp_path):
    """A second tap on «Skip this step» of a step that is over is forgotten."""
    async with family_bot(tmp_path, members=()) as telegram:
        bea = await claims(telegram)
        await bea.sees("What is your family called?")
        await bea.taps("Skip this step")
        await bea.sees("Which language")
        await bea.presses("setup:skip:name")
        await telegram.quiet()
        assert family_of(telegram, 50).setup_step == "language"
        assert len(telegram.alerts) == 1


async def test_only_a_keeper_sets_the_family_up(tmp_path):
    """Row 7: an adult who types /setup, or presses its buttons, changes nothing."""
    async with family_bot(tmp_path) as telegram:
        bert = telegram.person(2)
        await bert.sends("/setup")
        await bert.sees("Only the keeper")
        for data in ("setup:country:NL", "setup:language:nl", "setup:go:name", "setup:go:pin"):
            await bert.presses(data)
        await telegram.quiet()
        assert family_of(telegram, 2).country is None
        assert family_of(telegram, 2).setup_step == "name"


@pytest.mark.parametrize("typed", ["ab", "x" * 200])
async def test_a_greeting_has_a_few_words(tmp_path, typed):
    """Row 19: too short is asked again, too long is a message to check."""
    async with family_bot(tmp_path, members=()) as telegram:
        bea = await claims(telegram)
        await bea.presses("setup:go:greeting")
        await bea.sees("Choose a sentence of your own")
        await bea.sends(typed)
        await telegram.quiet()
        assert family_of(telegram, 50).greeting == ""


async def test_a_frozen_family_is_not_set_up(tmp_path):
    """Row 6: neither name nor greeting changes while the family is frozen."""
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        await anna.presses("setup:go:greeting")
        await anna.sees("Choose a sentence of your own")
        await telegram.person(2).sends("/freeze")
        await anna.sees("has frozen the family")
        await anna.sends("The pear tree")
        await anna.sees("nothing can be changed for a day")
        assert family_of(telegram, 1).greeting == ""


async def test_attack_7_a_pin_that_is_typed_too_early_becomes_no_name(tmp_path):
    """Row 7: another step was chosen while the name was still asked; everybody would read it."""
    async with family_bot(tmp_path, members=()) as telegram:
        bea = await claims(telegram)
        await bea.sees("What is your family called?")
        await bea.presses("setup:go:pin")
        await bea.sees("Would you like a PIN?")
        await bea.sends("4826")
        await telegram.quiet()
        assert family_of(telegram, 50).name == ""
        assert not bea.has_seen("family “4826”")


async def test_commands_have_their_dutch_names_too(tmp_path):
    """Who reads «codewoord» and «zaak» types them; no two commands share a name."""
    async with family_bot(tmp_path) as telegram:
        anna = telegram.person(1)
        for command, said in (
            ("/codewoord", "code word"),
            ("/zaak", "You have no case yet"),
            ("/instellen", "still open"),
        ):
            await anna.sends(command)
            await anna.sees(said)
    names = [*DUTCH, *DUTCH.values()]
    assert len(set(names)) == len(names)
