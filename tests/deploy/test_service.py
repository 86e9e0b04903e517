"""The unit is closed, systemd understands it, and what it forbids breaks nothing."""

import asyncio
import ctypes.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import Settings
from tests.deploy.under_rules import allowed, settings

ROOT = Path(__file__).resolve().parents[2]
UNIT = ROOT / "deploy/familyguard.service"
MOST_EXPOSED = 1.5
"""Of 10; 1.2 when this was written."""

needs_analyze = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="no systemd-analyze on this machine"
)
needs_seccomp = pytest.mark.skipif(
    not sys.platform.startswith("linux") or ctypes.util.find_library("seccomp") is None,
    reason="no libseccomp on this machine",
)


def analysed(*arguments: str) -> subprocess.CompletedProcess[str]:
    """What systemd-analyze says."""
    return subprocess.run(
        ["systemd-analyze", "--no-pager", *arguments], capture_output=True, text=True, check=False
    )


@needs_analyze
def test_the_exposure_stays_low():
    """The score of systemd itself, read without installing anything."""
    result = analysed("security", "--offline=true", str(UNIT))
    score = re.search(r"Overall exposure level for \S+ (\d+\.\d+)", result.stdout)
    if score is None:
        pytest.skip(f"this systemd-analyze cannot score a file: {result.stderr[:100]}")
    assert float(score[1]) <= MOST_EXPOSED


@needs_analyze
def test_systemd_understands_the_unit(tmp_path):
    """No unknown name, no value that is passed over; the program is looked for where it is here."""
    copy = tmp_path / UNIT.name
    program = Path(sys.executable).with_name("familyguard")
    copy.write_text(
        UNIT.read_text().replace("/opt/familyguard/.venv/bin/familyguard", str(program))
    )
    result = analysed("verify", "--man=no", str(copy))
    assert (result.returncode, result.stderr) == (0, "")


def test_its_times_fit_those_of_the_program():
    """It waits longer for the end than the bot drains, and hears many signs before it doubts."""
    from bot.health.pulse import BEAT_SECONDS
    from bot.health.watch import LOOK_SECONDS, STUCK_LOOKS

    [stop] = settings(UNIT, "TimeoutStopSec")
    [watchdog] = settings(UNIT, "WatchdogSec")
    drain = Settings.model_fields["drain_seconds"].default
    assert int(stop.rstrip("s")) > 2 * drain
    # The thread writes where the loop stands before systemd ends it.
    assert int(watchdog.rstrip("s")) > STUCK_LOOKS * LOOK_SECONDS + BEAT_SECONDS
    assert settings(UNIT, "Type") == ["notify"]


def under_the_rules(code: str) -> str:
    """What a Python program prints under the unit's system call rules."""
    result = subprocess.run(
        [sys.executable, "-m", "tests.deploy.under_rules", str(UNIT), sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr[-2000:]
    return result.stdout


@needs_analyze
@needs_seccomp
def test_the_rules_are_in_force_where_they_are_tested():
    """What a stolen process would try is refused, so that the next tests prove something."""
    code = """
import ctypes, os, socket
tries = {
    "mount": lambda: ctypes.CDLL(None, use_errno=True).mount(b"none", b"/tmp", b"tmpfs", 0, None),
    "ptrace": lambda: ctypes.CDLL(None, use_errno=True).ptrace(0, 0, 0, 0),
    "chroot": lambda: os.chroot("/"),
    "setuid": lambda: os.setuid(1),
    "netlink": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
    "affinity": lambda: os.sched_setaffinity(0, {0}),
}
for name, attempt in tries.items():
    try:
        done = attempt() != -1
    except OSError:
        done = False
    print(name, done)
"""
    assert "True" not in under_the_rules(code)
    assert "prlimit64" in allowed(UNIT)


@needs_analyze
@needs_seccomp
def test_the_decoders_decode_under_the_rules():
    """Their children set limits and a filter of their own, on top of the unit's."""
    code = """
import logging, sys
from pathlib import Path
logging.basicConfig(level=logging.WARNING, stream=sys.stdout)
from voice.isolation import decode_file
sound, facts = decode_file(Path("docs/samples/pizza-en.ogg"))
print("seconds", round(sound.seconds), facts.codec)
from voice.errors import UndecodableAudio
try:
    decode_file(Path("README.md"))
except UndecodableAudio as error:
    print("refused", error.reason)
"""
    said = under_the_rules(code)
    assert re.search(r"seconds [1-9]\d* opus", said)
    assert "refused" in said
    # The child would say that it could not bind itself.
    assert "seccomp" not in said


@needs_analyze
@needs_seccomp
@pytest.mark.models
def test_a_memo_is_judged_under_the_rules(models_folder):
    """The worker with all its networks: PyTorch, CTranslate2, and the drawing of the picture."""
    code = f"""
import os
os.environ["FAMILYGUARD_MODELS_DIR"] = {str(models_folder)!r}
from bot.cli import app
app(["check", "docs/samples/pizza-en.ogg", "--json"])
"""
    assert '"headline"' in under_the_rules(code)


@needs_analyze
@needs_seccomp
async def test_the_bot_serves_under_the_rules(tmp_path):
    """It asks the local Telegram, answers, tells systemd that it lives, and ends when told to."""
    import socket

    from bot.playground.people import People
    from bot.playground.server import build, serve
    from bot.playground.world import World
    from familyguard.store import open_store
    from tests.bot.houses import let_in

    world = World()
    anna = world.add_person("Anna", "mother")
    anna.language_code = "en"
    bot = world.add_bot("FamilyGuard", "family_guard_bot")
    with open_store(tmp_path / "data/familyguard.db") as store:
        let_in(store, anna.id)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.setblocking(False)
        async with serve(build(world)) as url:
            People(world).start(anna, bot)
            environment = {
                "PATH": os.environ["PATH"],
                "HOME": str(tmp_path),
                "NOTIFY_SOCKET": str(tmp_path / "notify"),
                "FAMILYGUARD_TELEGRAM_TOKEN": bot.token,
                "FAMILYGUARD_TELEGRAM_API_URL": url,
                "FAMILYGUARD_DATA_DIR": str(tmp_path / "data"),
                "FAMILYGUARD_MODELS_DIR": str(tmp_path / "models"),
                "FAMILYGUARD_LANGUAGE": "en",
            }
            code = "from bot.run import run; from bot.settings import load_settings; "
            command = (sys.executable, "-m", "tests.deploy.under_rules", str(UNIT), sys.executable)
            process = await asyncio.create_subprocess_exec(
                *command, "-c", code + "run(load_settings())", cwd=ROOT, env=environment,
                stderr=asyncio.subprocess.PIPE,
            )  # fmt: skip
            try:
                chat = world.private(anna, bot)
                async with asyncio.timeout(60):
                    while not any(one.sender is bot for one in chat.messages.values()):  # noqa: ASYNC110
                        await asyncio.sleep(0.02)
            finally:
                process.terminate()
                _, errors = await asyncio.wait_for(process.communicate(), 30)
        assert process.returncode == 0, errors.decode()[-2000:]
        assert listener.recv(1000).startswith(b"READY=1")
