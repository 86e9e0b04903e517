"""A family of four comes into being over real HTTP, against the playground's Bot API server."""

import asyncio
import contextlib
import time

import pytest

from bot.app import build_application
from bot.playground.people import People
from bot.playground.server import build, serve
from bot.playground.world import Person, World
from familyguard.store import open_store
from tests.bot.houses import StubAnalyst, settings_in


class Chats:
    """What each person does and sees in their private chat with the bot."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.people = People(world)
        self.bot = world.add_bot("FamilyGuard", "family_guard_bot")
        self.claim = ""

    def person(self, name: str, role: str) -> Person:
        """Somebody with an English telephone."""
        phone = f"+3161000{len(self.world.people):04d}"
        person = self.world.add_person(name, role, phone=phone)
        person.language_code = "en"
        return person

    def says(self, person: Person, text: str) -> None:
        """Type something."""
        self.people.say(person, self.world.private(person, self.bot), text)

    async def taps(self, person: Person, label: str) -> None:
        """Tap the latest button with this label."""
        message, row, column = await self._until(lambda: self._button(person, label), label)
        self.people.press(person, message, row, column)

    async def sees(self, person: Person, words: str) -> str:
        """Wait for a message of the bot that contains `words`."""
        return await self._until(lambda: self._text(person, words), words)

    async def sees_another(self, person: Person, words: str, former: str) -> str:
        """Like `sees`, for another message than `former`."""

        def latest() -> str | None:
            found = self._text(person, words)
            return None if found == former else found

        return await self._until(latest, f"another {words}")

    def _messages(self, person: Person):
        chat = self.world.private(person, self.bot)
        return [m for m in reversed(list(chat.messages.values())) if m.sender is self.bot]

    def _text(self, person: Person, words: str):
        found = (m.text for m in self._messages(person) if words in (m.text or ""))
        return next(found, None)

    def _button(self, person: Person, label: str):
        for message in self._messages(person):
            for row, buttons in enumerate((message.markup or {}).get("inline_keyboard", [])):
                for column, button in enumerate(buttons):
                    if button["text"] == label:
                        return message, row, column
        return None

    async def _until(self, holds, what: str):
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(20):
                while not (found := holds()):  # noqa: ASYNC110 – the world tells nobody
                    await asyncio.sleep(0.01)
                return found
        raise AssertionError(f"never came: {what}")


@pytest.fixture
async def chats(tmp_path):
    """A served world, and the bot at work in it."""
    world = World()
    town = Chats(world)
    async with serve(build(world)) as url:
        settings = settings_in(
            tmp_path, telegram_token=town.bot.token, telegram_api_url=url, message_burst=100
        )
        with open_store(settings.database) as store:
            town.claim = store.invitations.claim(time.time())
        app = build_application(settings, StubAnalyst())
        async with app:
            await app.start()
            await app.updater.start_polling()
            try:
                yield town
            finally:
                await app.updater.stop()
                await app.stop()
        app.bot_data["house"].store.close()


async def test_a_keeper_founds_a_family_of_four(chats, tmp_path):
    """Claim, set-up, three invitations, approvals, numbers: afterwards nothing is in clear."""
    bea = chats.person("Bea", "keeper")
    chats.people.start(bea, chats.bot, chats.claim)
    await chats.sees(bea, "What is your family called?")
    chats.says(bea, "Vandersteen")
    await chats.sees(bea, "Which language")
    await chats.taps(bea, "English")
    await chats.sees(bea, "In which country")
    await chats.taps(bea, "Belgium")
    await chats.sees(bea, "Now the code word")
    await chats.taps(bea, "Skip this step")
    await chats.sees(bea, "On which number")
    tom = chats.person("Tomas", "son")
    chats.people.share_contact(bea, chats.world.private(bea, chats.bot), tom)
    await chats.sees(bea, "somebody else")
    chats.people.share_contact(bea, chats.world.private(bea, chats.bot))
    await chats.sees(bea, "Your number is stored")
    await chats.sees(bea, "I learn your voice")
    await chats.taps(bea, "Skip this step")
    await chats.sees(bea, "Choose a sentence of your own")
    chats.says(bea, "The apple tree is in bloom")
    await chats.sees(bea, "Would you like a PIN?")
    await chats.taps(bea, "Set a PIN")
    await chats.sees(bea, "Choose a PIN")
    chats.says(bea, "80813579")
    await chats.sees(bea, "Type it once more")
    chats.says(bea, "80813579")
    await chats.sees(bea, "Now your relatives")
    await chats.taps(bea, "Invite somebody")
    await chats.sees(bea, "I need the PIN")
    chats.says(bea, "80813579")
    await chats.sees(bea, "For ten minutes")
    await chats.taps(bea, "Go on")
    for person, label in (
        (tom, "Someone new: adult"),
        (chats.person("Mireille", "grandmother"), "Someone new: member"),
        (chats.person("Kimberly", "child"), "Someone new: child"),
    ):
        link = await chats.sees(bea, "?start=")
        chats.people.start(person, chats.bot, link.partition("?start=")[2].split()[0])
        await chats.sees(person, "has reached the keeper")
        await chats.sees(bea, f"“{person.first_name}”, name in Telegram")
        await chats.taps(bea, label)
        await chats.sees(person, "Welcome to family “Vandersteen”")
        chats.says(bea, "/invite")
        await chats.sees_another(bea, "?start=", link)
    chats.says(tom, "/family")
    listed = await chats.sees(tom, "Family “Vandersteen”")
    assert [line.split(",")[0] for line in listed.splitlines()[1:]] == [
        "• Bea",
        "• Tomas",
        "• Mireille",
        "• Kimberly",
    ]
    typed = [m.text for m in chats.world.private(bea, chats.bot).messages.values()]
    assert "80813579" not in typed
    secrets = ("Vandersteen", "Mireille", "apple tree", "80813579", bea.phone.lstrip("+"))
    for path in (tmp_path / "data").rglob("familyguard.db*"):
        content = path.read_bytes()
        assert [secret for secret in secrets if secret.encode() in content] == []
