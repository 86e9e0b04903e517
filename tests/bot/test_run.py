"""The bot at work over real HTTP on loopback, against the playground's Bot API server."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from bot.playground.params import Upload
from bot.playground.people import People
from bot.playground.server import build, serve
from bot.playground.world import World
from bot.run import serve as serve_family
from familyguard.store import open_store
from tests.bot.houses import let_in as make_family
from tests.bot.houses import settings_in
from tests.bot.test_check import NONE

ROOT = Path(__file__).resolve().parents[2]
FIRST_ANSWER_SECONDS = 3.0
LIGHT_MEGABYTES = 150
STUB = (sys.executable, "-m", "tests.bot.stub_worker")


class Place:
    """A served world with Anna and the bot, and what Anna can do and see."""

    def __init__(self, url: str, world: World) -> None:
        self.url = url
        self.people = People(world)
        self.anna = world.add_person("Anna", "mother")
        self.anna.language_code = "en"
        self.bot = world.add_bot("FamilyGuard", "family_guard_bot")
        self.chat = world.private(self.anna, self.bot)

    def starts(self, payload: str = "") -> None:
        """Follow a link, or press Start."""
        self.people.start(self.anna, self.bot, payload)

    def sends_voice(self, content: bytes) -> None:
        """Send a voice note."""
        upload = Upload(data=content, name="memo.ogg", mime="audio/ogg")
        self.people.send(self.anna, self.chat, "voice", upload, seconds=5)

    async def sees(self, words: str, seconds: float = 20.0) -> str:
        """Wait for a message of the bot that contains `words`."""
        async with asyncio.timeout(seconds):
            while True:
                for message in self.chat.messages.values():
                    if message.sender is self.bot and words in (message.text or ""):
                        return message.text or ""
                await asyncio.sleep(0.01)


@pytest.fixture
async def place():
    """The world, served."""
    world = World()
    async with serve(build(world)) as url:
        yield Place(url, world)


def let_in(folder: Path, user_id: int) -> None:
    """Make somebody a member before the bot starts."""
    with open_store(folder / "familyguard.db") as store:
        make_family(store, user_id)


async def test_a_voice_note_gets_its_verdict_over_http(place, tmp_path, monkeypatch, capsys):
    """The printed link lets Anna in; her memo is fetched, heard, judged; SIGTERM ends it all."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    settings = settings_in(tmp_path, telegram_token=place.bot.token, telegram_api_url=place.url)
    bot = asyncio.create_task(serve_family(settings, STUB))
    printed = ""
    async with asyncio.timeout(20):
        while "?start=" not in printed:
            await asyncio.sleep(0.05)
            printed += capsys.readouterr().out
    link = next(word for word in printed.split() if word.startswith("https://t.me/"))
    assert link.startswith("https://t.me/family_guard_bot?start=")
    place.starts(link.partition("=")[2])
    await place.sees("Good to see you")
    place.sends_voice(b"say shall we have dinner on Sunday")
    await place.sees(NONE)
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(bot, 20)


@contextlib.asynccontextmanager
async def started(place, folder: Path, models: Path):
    """`familyguard run` in a process of its own; yields it and the time at which it began."""
    secret = folder / "secrets" / "familyguard_telegram_token"
    secret.parent.mkdir()
    secret.touch(mode=0o600)
    secret.write_text(place.bot.token)
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment |= {
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
        "FAMILYGUARD_SECRETS_DIR": str(secret.parent),
        "FAMILYGUARD_TELEGRAM_API_URL": place.url,
        "FAMILYGUARD_DATA_DIR": str(folder),
        "FAMILYGUARD_MODELS_DIR": str(models),
        "FAMILYGUARD_LANGUAGE": "en",
    }
    code = "from bot.run import run; from bot.settings import load_settings; run(load_settings())"
    begun = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, cwd=folder, env=environment, stdout=PIPE, stderr=PIPE
    )
    try:
        yield process, begun
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def megabytes(pid: int) -> float:
    """Resident memory of a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def cpu_seconds(pid: int) -> float:
    """Processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="memory is read from /proc")
async def test_it_greets_at_once_stays_light_and_ends_cleanly(place, tmp_path):
    """The first answer needs no models; the process is light; SIGTERM is a normal end."""
    data = tmp_path / "data"
    let_in(data, place.anna.id)
    place.starts()
    async with started(place, data, tmp_path / "no-models") as (process, begun):
        await place.sees("Good to see you")
        seconds = time.monotonic() - begun
        size, work = megabytes(process.pid), cpu_seconds(process.pid)
        process.send_signal(signal.SIGTERM)
        _, errors = await asyncio.wait_for(process.communicate(), 30)
    print(f"first answer: {seconds:.2f} s ({work:.2f} s of work), {size:.0f} MB resident")
    assert process.returncode == 0, errors.decode()
    assert size <= LIGHT_MEGABYTES
    # Its own work, since a busy machine would make the time on the wall say nothing.
    assert work <= FIRST_ANSWER_SECONDS
    assert place.bot.token.split(":")[1] not in errors.decode()


def test_the_bot_loads_neither_networks_nor_plots():
    """Building the application imports nothing heavy."""
    import subprocess

    code = (
        "import sys, bot.run; "
        "print(sorted({name.partition('.')[0] for name in sys.modules} & "
        "{'torch', 'torchaudio', 'matplotlib', 'faster_whisper', 'ctranslate2', 'av', 'scipy',"
        " 'speechbrain', 'onnxruntime'}))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"
