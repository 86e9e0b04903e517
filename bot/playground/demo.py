"""`familyguard demo`: the local Telegram and the real bot, side by side, until Ctrl-C.

The bot runs in a process of its own, from a throw-away folder, with nothing but the address of the
local Telegram to tell it from a bot at work.  Nothing is left when the demo ends; what a killed one
left, the next one sweeps away (`bot.playground.leftovers`).
"""

import asyncio
import contextlib
import os
import signal
import time
import webbrowser
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.playground.leftovers import demo_folder
from bot.playground.page import Page, page_texts
from bot.playground.people import People
from bot.playground.process import start_bot
from bot.playground.server import build, serve
from bot.playground.town import CLAIM, Town, build_town
from familyguard.admission import approve, knock
from familyguard.family import Role
from familyguard.keys import FILE_NAME as KEYS
from familyguard.store import open_store

STOP_SECONDS = 8.0
"""How long the bot gets to end by itself."""

COUNTRY = "NL"
"""Where the family lives: its numbers stand on the pages after a scam, and its law in letters.
With nobody let in the keeper chooses it, as the story of the set-up does."""


@dataclass(frozen=True)
class Demo:
    """A running demo: `address` is the page with its key, `bot` the process of the bot."""

    address: str
    town: Town
    page: Page
    bot: Process
    folder: Path


@asynccontextmanager
async def running_demo(
    models: Path, port: int = 0, language: str = "nl", fresh: bool = False
) -> AsyncIterator[Demo]:
    """Start everything, and take everything away at the end.

    `models` is the folder of the models.  With `fresh` nobody is a member yet, and the first step
    is the keeper's; otherwise mother and daughter have been let in already.
    """
    town = build_town(language)
    page = Page(town.world, language=language)
    app = build(town.world)
    page.mount(app)
    with demo_folder() as folder:
        if not fresh:
            _let_in(town, folder, language)
        page.spoken = lambda spoken: speak_to_all(folder / "data" / "familyguard.db", spoken)
        async with (
            serve(app, port) as url,
            _bot(
                url, town, folder, models, language, {} if fresh else {"COUNTRY": COUNTRY}
            ) as process,
        ):
            yield Demo(f"{url}/{page.key}/", town, page, process, folder)


def speak_to_all(database: Path, language: str) -> None:
    """Let the bot, which runs in a process of its own, speak `language` to all of its members.

    As /language would; what it has said already stays as it is.
    """
    if not database.with_name(KEYS).exists() or not database.exists():
        return  # the bot is starting, and finds out by itself whom it meets
    with open_store(database) as store:
        for family in store.families.all():
            store.families.speak(family.id, language)
            for account in store.accounts.of_family(family.id):
                store.accounts.speak(account.user_id, language)


def _let_in(town: Town, folder: Path, language: str) -> None:
    """A family whose keeper has let in mother and daughter, who have stored their numbers."""
    now = time.time()
    people = People(town.world)
    with open_store(folder / "data" / "familyguard.db") as store:
        keeper = town.keeper
        knock(store, store.invitations.claim(now), keeper.id, keeper.name, language, now)
        account = store.accounts.get(keeper.id)
        assert account is not None
        family = account.family_id
        store.families.rename(family, "de Vries")
        for role in ("mother", "daughter"):
            person = town.world.person(role)
            code = store.invitations.create(family, keeper.id, now)
            knock(store, code, person.id, person.name, language, now)
            let_in = approve(store, family, person.id, Role.ADULT, now)
            assert let_in is not None
            store.people.rename(family, let_in.person_id, person.first_name)
            store.people.call_on(family, let_in.person_id, person.phone, now)
        for person in (keeper, town.world.person("mother"), town.world.person("daughter")):
            people.start(person, town.bot)
    # With nobody let in the bot prints a claim of its own when it starts; see _read_claim.


def _tell_keeper(town: Town, people: People, claim: str, language: str) -> None:
    link = f"https://t.me/{town.bot.username}?start={claim}"
    chat = people.open(town.server, town.keeper)
    people.say(town.server, chat, CLAIM[language].format(link=link))


@asynccontextmanager
async def _bot(
    url: str, town: Town, folder: Path, models: Path, language: str, more: dict[str, str]
) -> AsyncIterator[Process]:
    """The bot's process; at the end it and all that it started are gone."""
    with (folder / "bot.log").open("wb") as log:
        process = await start_bot(url, town.bot, folder, models, language, log, **more)
    reader = asyncio.create_task(_read_claim(process, town, language))
    try:
        yield process
    finally:
        await _end(process)
        reader.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await reader


async def _read_claim(process: Process, town: Town, language: str) -> None:
    """Pass a claim link that the bot prints on to the keeper; drop the rest."""
    assert process.stdout is not None
    start = f"https://t.me/{town.bot.username}?start="
    async for line in process.stdout:
        text = line.decode("utf-8", "replace").strip()
        if text.startswith(start):
            _tell_keeper(town, People(town.world), text.removeprefix(start), language)


async def _end(process: Process) -> None:
    if process.stdin is not None:
        process.stdin.close()
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(process.wait(), STOP_SECONDS)
    # Whatever is left of its session: a worker that did not listen, a decoder in the middle.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


async def run_demo(
    models: Path,
    port: int,
    language: str,
    fresh: bool,
    browser: bool,
    say: Callable[[str], None],
) -> int:
    """Run until Ctrl-C or SIGTERM and give the exit code; `say` prints a line to the terminal."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with running_demo(models, port, language, fresh) as demo:
        say(page_texts()[language]["open"])
        say(demo.address)
        if browser:
            await asyncio.to_thread(webbrowser.open, demo.address)
        died = asyncio.create_task(demo.bot.wait())
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({died, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if died.done() and not stop.is_set():
            say((demo.folder / "bot.log").read_text("utf-8", "replace")[-4000:])
            return 1
        died.cancel()
    return 0
