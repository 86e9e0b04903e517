"""The bot behind a reverse proxy, where Telegram delivers, and under systemd, which looks on."""

import asyncio
import contextlib
import hmac
import json
import os
import secrets
import signal
import socket
import sqlite3
from pathlib import Path

import aiohttp
import pytest
import structlog

from bot.app import house_of
from bot.context import App
from bot.deliveries import MAX_BYTES
from bot.errors import UnusableSettings
from bot.health.pulse import DEAF_SECONDS, Pulse, beat
from bot.playground.server import build, serve
from bot.playground.webhooks import SECRET_HEADER
from bot.playground.world import World
from bot.run import GaveUp
from bot.run import serve as serve_family
from familyguard.store import open_store
from tests.bot.houses import let_in, settings_in
from tests.bot.test_check import NONE
from tests.bot.test_run import STUB, Place

ROOT = Path(__file__).resolve().parents[2]
HELP = "How it works"
SECRET = secrets.token_urlsafe(32)


def free_port() -> int:
    """A port of this machine that nobody has just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Behind(Place):
    """A world, and a bot to which it delivers."""

    def __init__(self, url: str, world: World, folder: Path) -> None:
        super().__init__(url, world)
        port = free_port()
        self.address = f"http://127.0.0.1:{port}/guard/telegram"
        self.folder = folder
        self.apps: list[App] = []
        self.more = {
            "webhook_url": self.address,
            "webhook_port": port,
            "webhook_secret": SECRET,
        }

    def begins(self, monkeypatch) -> "asyncio.Task[None]":
        """The bot, which begins to work; its task."""
        import bot.run

        build_usual = bot.run.build_application
        monkeypatch.setattr(
            bot.run,
            "build_application",
            lambda *a, **k: self.apps.append(build_usual(*a, **k)) or self.apps[-1],
        )
        monkeypatch.setenv("PYTHONPATH", str(ROOT))
        settings = settings_in(
            self.folder,
            telegram_token=self.bot.token,
            telegram_api_url=self.url,
            **self.more,
        )
        return asyncio.create_task(serve_family(settings, STUB))

    async def started(self, monkeypatch) -> "asyncio.Task[None]":
        """The bot at work; its task."""
        task = self.begins(monkeypatch)
        async with asyncio.timeout(60):
            while not self.is_served():
                assert not task.done(), task.exception()
                await asyncio.sleep(0.01)
        return task

    async def sees(self, words: str, seconds: float = 60.0) -> str:
        """See there; patient, for a machine with much to do."""
        return await super().sees(words, seconds)

    def is_served(self) -> bool:
        """Whether updates are delivered, or asked for."""
        queue = self.bot.queue
        if "webhook_url" not in self.more:
            return queue.webhook is None and queue._poller is not None
        # It listens before it tells Telegram its address.
        with socket.socket() as probe:
            port = self.more["webhook_port"]
            return bool(queue.webhook) and probe.connect_ex(("127.0.0.1", port)) == 0

    async def delivers(
        self, body: object, secret: str | None = SECRET, coding: str = "identity"
    ) -> int:
        """What the bot answers to a delivery."""
        headers = {"Content-Type": "application/json", "Content-Encoding": coding}
        headers |= {SECRET_HEADER: secret} if secret else {}
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        async with (
            aiohttp.ClientSession(trust_env=False) as session,
            session.post(self.address, data=data, headers=headers) as response,
        ):
            return response.status


@contextlib.asynccontextmanager
async def ended(task: "asyncio.Task[None]"):
    """SIGTERM at the end, and a clean end after it."""
    try:
        yield
    finally:
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(task, 60)


@pytest.fixture
async def behind(tmp_path):
    """The world, served, with Anna let in."""
    world = World()
    async with serve(build(world)) as url:
        place = Behind(url, world, tmp_path)
        with open_store(tmp_path / "data/familyguard.db") as store:
            let_in(store, place.anna.id)
        yield place


def an_update(number: int, place: Behind, text: str) -> dict[str, object]:
    """A message of Anna's as Telegram delivers it."""
    sender = {"id": place.anna.id, "is_bot": False, "first_name": "Anna", "language_code": "en"}
    chat = {"id": place.anna.id, "type": "private", "first_name": "Anna"}
    message = {"message_id": number, "date": 1_750_000_000, "chat": chat, "from": sender}
    entities = [{"type": "bot_command", "offset": 0, "length": len(text)}]
    return {"update_id": number, "message": {**message, "text": text, "entities": entities}}


async def never(*_arguments: object) -> None:
    """Delivers nothing."""
    await asyncio.sleep(0.01)


def answers(place: Behind, words: str) -> int:
    """How many messages of the bot hold these words."""
    return sum(
        message.sender is place.bot and words in (message.text or "")
        for message in place.chat.messages.values()
    )


async def test_a_memo_that_is_delivered_gets_its_verdict(behind, monkeypatch):
    """The journey of a memo with a webhook: set, delivered with the secret, judged, answered."""
    async with ended(await behind.started(monkeypatch)):
        hook = behind.bot.queue.webhook
        assert (hook.url, hook.secret) == (behind.address, SECRET)
        behind.sends_voice(b"say shall we have dinner on Sunday")
        await behind.sees(NONE)
        assert hook.last_error is None


async def test_without_the_secret_nothing_is_taken(behind, monkeypatch):
    """Whoever finds the address may not speak in anybody's name."""
    async with ended(await behind.started(monkeypatch)):
        update = an_update(5, behind, "pay at once")
        for secret in (None, "x" * 43, SECRET[:-1], SECRET.upper()):
            assert await behind.delivers(update, secret) == 403
        assert house_of(behind.apps[0]).store.mailbox.unfinished() == []


async def test_the_secret_is_compared_in_a_time_that_tells_nothing(behind, monkeypatch):
    """Else whoever measures long enough finds it letter by letter."""
    compared = []
    usual = hmac.compare_digest
    async with ended(await behind.started(monkeypatch)):
        with monkeypatch.context() as seen:
            seen.setattr(
                "bot.deliveries.hmac.compare_digest",
                lambda one, two: compared.append((one, two)) or usual(one, two),
            )
            assert await behind.delivers(an_update(5, behind, "hello"), "ä guess") == 403
    assert compared == [("ä guess".encode(), SECRET.encode())]


@pytest.mark.parametrize(
    "body",
    [
        b"[1, 2]",
        b"no JSON",
        b"\xff\xfe",
        b"{}",
        b"[" * 100_000,
        b'{"update_id": true}',
        b'{"update_id": 99999999999999999999}',
        b'{"update_id": 9, "message": {"text": "\\ud83d", "x": ' + b"[" * 900 + b"]" * 900 + b"}}",
        b'{"update_id": 9, "message": {"message_id": "x", "date": null}}',
        b'{"update_id": 9, "message": {"message_id": 1, "date": 1, "chat": 5, "text": "\\ud83d"}}',
        b" " * (MAX_BYTES + 1),
    ],
)
async def test_what_cannot_be_read_passes_with_one_line(behind, monkeypatch, body):
    """Refused, Telegram would send it for ever, and everything else would wait behind it."""
    async with ended(await behind.started(monkeypatch)):
        with structlog.testing.capture_logs() as lines:
            assert await behind.delivers(body) == 200
        wrong = [one for one in lines if one["log_level"] == "error"]
        assert len(wrong) == 1
        assert "not_understood" in wrong[0]["event"]
        assert await behind.delivers(an_update(10, behind, "/help")) == 200
        await behind.sees(HELP)


async def test_what_is_packed_and_damaged_passes_with_one_line(behind, monkeypatch):
    """A proxy may pack what it hands on, and break it: no stack trace, and no endless repeats."""
    async with ended(await behind.started(monkeypatch)):
        with structlog.testing.capture_logs() as lines:
            assert await behind.delivers(b"no gzip at all", coding="gzip") == 200
        wrong = [one["event"] for one in lines if one["log_level"] == "error"]
        assert wrong == ["delivery_not_understood"]


async def test_a_bot_that_is_not_reached_says_so_and_works_on(behind, monkeypatch):
    """The proxy passes nothing on: a new start would not help, whoever looks after it must know."""
    clock = [1000.0]
    behind.more |= {"health_port": (port := free_port())}
    monkeypatch.setattr("bot.deliveries.LOOK_SECONDS", 0.02)
    monkeypatch.setattr("bot.run.Pulse", lambda: Pulse(lambda: clock[0]))
    monkeypatch.setattr("bot.run.beat", lambda pulse, look: beat(pulse, look, 0.01))
    pages = f"http://127.0.0.1:{port}"
    task = await behind.started(monkeypatch)
    async with ended(task), aiohttp.ClientSession(trust_env=False) as session:

        async def page(name: str, wanted: str) -> int:
            async with asyncio.timeout(60):
                while True:
                    async with session.get(f"{pages}/{name}") as response:
                        if await response.text() == f"{wanted}\n":
                            return response.status
                    await asyncio.sleep(0.01)

        # A delivery that is on its way for ever, as behind a proxy that hangs.
        behind.bot.queue.webhook.url = behind.address
        monkeypatch.setattr("bot.playground.webhooks._push", never)
        behind.starts()
        assert await page("healthz", "ok") == 200
        with structlog.testing.capture_logs() as lines:
            for _ in range(3):
                clock[0] += DEAF_SECONDS / 2 + 1
                await asyncio.sleep(0.1)
            assert await page("healthz", "unreached") == 503
        assert [one["event"] for one in lines].count("deliveries_fail") == 1
        assert await page("livez", "unreached") == 200
        assert not task.done()
        assert await behind.delivers(dict(behind.bot.queue.pending[0])) == 200
        await behind.sees("Good to see you")
        assert await page("healthz", "ok") == 200


async def test_an_address_that_somebody_took_away_is_set_again(behind, monkeypatch):
    """Another program asked for the messages with the same token, and ended."""
    monkeypatch.setattr("bot.deliveries.LOOK_SECONDS", 0.02)
    async with ended(await behind.started(monkeypatch)):
        behind.bot.queue.webhook = None
        behind.starts()
        await behind.sees("Good to see you")
        assert behind.bot.queue.webhook.url == behind.address


async def test_telegram_hears_200_only_when_the_update_is_stored(behind, monkeypatch):
    """A full disk is 500, so that Telegram sends again; what comes twice is answered once."""

    def no_room(*_arguments: object) -> bool:
        raise sqlite3.OperationalError("database or disk is full")

    async with ended(await behind.started(monkeypatch)):
        mailbox = house_of(behind.apps[0]).store.mailbox
        with monkeypatch.context() as full:
            full.setattr(mailbox, "receive", no_room)
            assert await behind.delivers(an_update(7, behind, "/help")) == 500
        steps: list[str] = []
        receive, handle = mailbox.receive, mailbox.try_again

        def noted(number: int, body: str, now: float) -> bool:
            steps.append("stored")
            return receive(number, body, now)

        monkeypatch.setattr(mailbox, "receive", noted)
        monkeypatch.setattr(mailbox, "try_again", lambda n: (steps.append("begun"), handle(n)))
        assert await behind.delivers(an_update(7, behind, "/help")) == 200
        assert steps[0] == "stored"
        await behind.sees(HELP)
        assert await behind.delivers(an_update(7, behind, "/help")) == 200
        assert await behind.delivers(an_update(8, behind, "/status")) == 200
        await behind.sees("I am at work, since")
        assert answers(behind, HELP) == 1
        assert steps.count("begun") == 2


async def test_after_a_crash_what_was_acknowledged_is_answered(behind, monkeypatch):
    """200 was said, and the power failed: the next start answers, and nobody need send again."""
    with open_store(behind.folder / "data/familyguard.db") as store:
        body = json.dumps(an_update(9, behind, "/help"))
        assert store.mailbox.receive(9, body, 1.0)
    async with ended(await behind.started(monkeypatch)):
        await behind.sees(HELP)


async def test_back_to_asking(behind, monkeypatch):
    """Without the setting the bot takes its address back and asks again."""
    async with ended(await behind.started(monkeypatch)):
        pass
    behind.more = {}
    async with ended(await behind.started(monkeypatch)):
        assert behind.bot.queue.webhook is None
        behind.starts()
        await behind.sees("Good to see you")


async def test_a_port_that_is_taken_is_one_sentence(behind, monkeypatch):
    """With the name of the setting."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", behind.more["webhook_port"]))
        other.listen()
        task = behind.begins(monkeypatch)
        with pytest.raises(UnusableSettings, match="FAMILYGUARD_WEBHOOK_PORT"):
            await asyncio.wait_for(task, 60)


async def test_systemd_hears_of_start_life_and_end(behind, monkeypatch, tmp_path):
    """READY before Telegram was reached, signs of life, then that it stops."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        async with ended(await behind.started(monkeypatch)):
            behind.starts()
            await behind.sees("Good to see you")
        heard = []
        with contextlib.suppress(BlockingIOError):
            while True:
                heard.append(listener.recv(1000).decode())
    assert heard[0].startswith("READY=1")
    assert "WATCHDOG=1" in heard
    assert "STATUS=Serving" in heard
    assert heard[-1] in ("STOPPING=1", "WATCHDOG=1")
    assert "STOPPING=1" in heard


async def test_a_bot_that_hears_nothing_more_ends_so_that_it_is_started_again(behind, monkeypatch):
    """The loop that asks for updates died; five minutes later the process gives up, in words."""
    behind.more = {}
    clock = [1000.0]
    monkeypatch.setattr("bot.health.pulse.BEAT_SECONDS", 0.01)
    monkeypatch.setattr("bot.run.Pulse", lambda: Pulse(lambda: clock[0]))
    monkeypatch.setattr("bot.run.beat", lambda pulse, look: beat(pulse, look, 0.01))
    task = await behind.started(monkeypatch)
    updater = behind.apps[0].updater
    updater._Updater__polling_task.cancel()
    clock[0] += DEAF_SECONDS + 1
    with pytest.raises(GaveUp, match="Start it again"):
        await asyncio.wait_for(task, 60)


async def test_the_pages_are_there_if_a_port_is_set(behind, monkeypatch):
    """And what they show is this bot's."""
    behind.more |= {"health_port": (port := free_port())}
    async with ended(await behind.started(monkeypatch)):
        behind.starts()
        await behind.sees("Good to see you")
        begun = house_of(behind.apps[0]).figures.started_at
        async with aiohttp.ClientSession(trust_env=False) as session:
            async with session.get(f"http://127.0.0.1:{port}/healthz") as response:
                assert await response.text() == "ok\n"
            async with session.get(f"http://127.0.0.1:{port}/metrics") as response:
                page = await response.text()
    started = page.partition("\nfamilyguard_start_time_seconds ")[2].split()[0]
    assert float(started) == begun
    assert str(behind.anna.id) not in page
