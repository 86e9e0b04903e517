"""A local Telegram per test: two people, a bot, a group, and a client library to talk to it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from aiohttp import web

from bot.playground.people import People
from bot.playground.server import build, serve
from bot.playground.world import BotAccount, Chat, Person, World
from tests.playground.clients import Aiogram, Client, Ptb


class Clock:
    """Seconds since 1970 that pass only when a test says so."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Town:
    """A served world and the accounts in it."""

    world: World
    people: People
    clock: Clock
    url: str
    app: web.Application
    anna: Person
    scammer: Person
    bot: BotAccount
    chat: Chat  # Anna's with the bot
    group: Chat


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    """A world with Anna, a scammer and a bot, served on loopback."""
    clock = Clock()
    world = World(clock)
    anna = world.add_person("Anna", "mother", last_name="de Vries", phone="+31600000001")
    scammer = world.add_person("Lotte", "scammer", username="lotte_new", phone="+31600000002")
    bot = world.add_bot("FamilyGuard", "family_guard_bot")
    people = People(world)
    group = world.add_group("Family", [anna, scammer])
    app = build(world)
    async with serve(app) as url:
        chat = world.private(anna, bot)
        yield Town(world, people, clock, url, app, anna, scammer, bot, chat, group)


@pytest.fixture(params=[Ptb, Aiogram], ids=["ptb", "aiogram"])
async def client(request: pytest.FixtureRequest, town: Town) -> AsyncIterator[Client]:
    """The bot as seen through a client library; every test runs once with each."""
    made: Client = request.param(town.url, town.bot.token)
    await made.open()
    yield made
    await made.close()


async def soon(condition, seconds: float = 5.0) -> None:
    """Wait until `condition()` holds, or fail."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 – what is waited for has no event
            await asyncio.sleep(0.01)
