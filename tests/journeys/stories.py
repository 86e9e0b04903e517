"""A family, a criminal, and the real application between them, over HTTP on loopback.

`Story` is what people do and see in their apps.  The models are played by the stub worker: a memo
says in its own bytes what it sounds like (see `tests.bot.scripts`).
"""

import asyncio
import contextlib
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from bot.analysis import LocalAnalyst
from bot.app import ALLOWED_UPDATES, build_application, house_of
from bot.context import App, House
from bot.markup import GAP
from bot.playground.params import Upload
from bot.playground.people import People
from bot.playground.server import build, serve
from bot.playground.world import Chat, Message, Person, World
from familyguard.codeword import CHEAP_COST_FOR_TESTS
from familyguard.family import Person as Relative
from familyguard.store import open_store
from tests.bot import families
from tests.bot.houses import let_in, settings_in

STUB = (sys.executable, "-m", "tests.bot.stub_worker")
PATIENCE = 20.0
LOOK_SECONDS = 0.02
PHRASE = re.compile(r"\n\n(\w+ \w+ \d \d)\n\n")


class Story:
    """Anna (keeper), Tom and Bert with the bot, and a stranger who writes to Anna."""

    def __init__(self, world: World, house: House, bot, people: dict[str, Person]) -> None:
        self.house = house
        self.relatives: dict[str, Relative] = {}
        self._world = world
        self._bot = bot
        self._people = people
        self._acts = People(world)

    @property
    def family(self) -> str:
        """The family's id."""
        return self.relatives["Anna"].family_id

    def writes(self, who: str, to: str, text: str) -> Message:
        """Somebody writes to somebody in an app."""
        return self._acts.say(self._people[who], self._between(who, to), text)

    def writes_to_bot(self, who: str, text: str) -> Message:
        """Somebody writes to the bot."""
        return self._acts.say(self._people[who], self._chat(who), text)

    def sends_memo(self, who: str, to: str, content: bytes) -> Message:
        """Somebody sends a voice note to somebody."""
        file = Upload(data=content, name="memo.ogg", mime="audio/ogg")
        return self._acts.send(self._people[who], self._between(who, to), "voice", file, seconds=5)

    def forwards(self, who: str, message: Message) -> None:
        """Somebody forwards a message to the bot."""
        self._acts.forward(self._people[who], message, self._chat(who))

    def gets_and_forwards(self, who: str, said: str | bytes) -> None:
        """The stranger writes or speaks, and whoever got it forwards that to the bot."""
        if isinstance(said, str):
            message = self.writes("Stranger", who, said)
        else:
            message = self.sends_memo("Stranger", who, said)
        self.forwards(who, message)

    async def taps(self, who: str, label: str) -> None:
        """Tap the latest button with this label."""

        def find() -> tuple[Message, int, int] | None:
            for message in reversed(self.screen(who)):
                rows = (message.markup or {}).get("inline_keyboard", [])
                for row, buttons in enumerate(rows):
                    for column, button in enumerate(buttons):
                        if button["text"] == label:
                            return message, row, column
            return None

        found = await self._until(find, f"the button «{label}»", who)
        self._acts.press(self._people[who], *found)

    async def sees(self, who: str, words: str) -> str:
        """Wait until a message of the bot to somebody contains `words`; the latest such."""

        def find() -> str | None:
            shown = (plain(message) for message in reversed(self.screen(who)))
            return next((text for text in shown if words in text), None)

        return await self._until(find, f"«{words}»", who)

    def screen(self, who: str) -> list[Message]:
        """What the bot wrote to somebody, as it looks now."""
        messages = self._chat(who).messages.values()
        return [message for message in messages if message.sender is self._bot]

    def has_seen(self, who: str, words: str) -> bool:
        """Whether `words` stand on somebody's screen."""
        return any(words in plain(message) for message in self.screen(who))

    async def phrase(self, who: str) -> str:
        """Ask for the code word, and read the one-time phrase."""
        await self.taps(who, "Ask for the code word")
        shown = await self.sees(who, "Ask for a new voice memo")
        found = PHRASE.search(shown)
        assert found is not None
        return found[1]

    def _between(self, who: str, to: str) -> Chat:
        return self._world.private(self._people[who], self._people[to])

    def _chat(self, who: str) -> Chat:
        return self._world.private(self._people[who], self._bot)

    async def _until(self, find, what, who):
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while not (found := find()):  # noqa: ASYNC110 – a screen calls nobody
                    await asyncio.sleep(LOOK_SECONDS)
                return found
        raise AssertionError(f"{who} never saw {what}: {[plain(m) for m in self.screen(who)]}")


def plain(message: Message) -> str:
    """The words of a message as somebody reads them."""
    return (message.text or "").replace(GAP, "")


@contextlib.asynccontextmanager
async def story(folder: Path) -> AsyncIterator[Story]:
    """A story that can begin: everyone was let in, the bot is at work."""
    world = World()
    names = ("Anna", "Tom", "Bert", "Stranger")
    people = {name: world.add_person(name, name.lower(), language_code="en") for name in names}
    bot = world.add_bot("FamilyGuard", "family_guard_bot")
    async with serve(build(world)) as url:
        settings = settings_in(folder, telegram_token=bot.token, telegram_api_url=url)
        with open_store(settings.database) as store:
            let_in(store, *(people[name].id for name in names[:3]))
        analyst = LocalAnalyst(STUB, queue_length=20, queue_per_member=8, memo_seconds=30.0)
        app = build_application(settings, analyst, word_cost=CHEAP_COST_FOR_TESTS)
        for name in names[:3]:
            People(world).start(people[name], bot)
        async with _working(app, analyst):
            told = Story(world, house_of(app), bot, people)
            told.relatives = families.name_them(
                told.house, **{name: people[name].id for name in names[:3]}
            )
            for name in names[:3]:
                await told.sees(name, "Good to see you")
            yield told


@contextlib.asynccontextmanager
async def _working(app: App, analyst: LocalAnalyst) -> AsyncIterator[None]:
    """The application polls the local Telegram, as `bot.run` has it."""
    assert app.updater is not None
    await app.initialize()
    await app.start()
    await app.updater.start_polling(allowed_updates=ALLOWED_UPDATES)
    analyst.start()
    try:
        yield
    finally:
        await app.updater.stop()
        await analyst.close()
        await app.stop()
        await app.shutdown()
        house_of(app).store.close()
