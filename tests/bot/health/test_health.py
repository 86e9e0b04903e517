"""Signs of life, who notices when they stop, and the pages that show them."""

import asyncio
import contextlib
import logging
import socket
import threading
import time
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
import structlog
from prometheus_client import generate_latest

from bot.analysis import Memo
from bot.app import house_of
from bot.errors import QueueFull, UnusableSettings
from bot.health.endpoint import serve
from bot.health.figures import CountedAnalyst, Figures, children, resident
from bot.health.pulse import DEAF_SECONDS, Pulse, Trouble, beat
from bot.health.systemd import notify
from bot.health.watch import DEAD_LOOKS, EX_SOFTWARE, STUCK_LOOKS, Watch
from tests.bot.families import name_them
from tests.bot.houses import StubAnalyst, family_bot
from voice.errors import Undecodable


class Clock:
    """A clock that stands until it is moved."""

    at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def manager(tmp_path, monkeypatch):
    """The socket on which systemd would listen."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        yield listener


def test_systemd_hears_what_it_is_told(manager):
    """One datagram, a line a field."""
    assert notify(READY="1", STATUS="Serving")
    assert manager.recv(1000) == b"READY=1\nSTATUS=Serving"


def test_where_nobody_listens_nothing_happens(monkeypatch, tmp_path):
    """Without systemd, with a socket that is gone, and with an address that is none."""
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    assert not notify(READY="1")
    for address in (str(tmp_path / "gone"), "vsock:1:2", "@", "/" + "x" * 300):
        monkeypatch.setenv("NOTIFY_SOCKET", address)
        assert not notify(READY="1"), address


def test_nobody_who_asks_telegram_is_noticed():
    """Five minutes without one attempt, with or without an answer."""
    clock = Clock()
    pulse = Pulse(clock)
    clock.at += DEAF_SECONDS
    assert pulse.trouble() is None
    clock.at += 1
    assert pulse.trouble() is Trouble.DEAF
    pulse.asked()
    pulse.queue(0, 0)
    assert pulse.trouble() is None


def test_updates_that_nobody_takes_are_noticed():
    """A queue that stands still, not one that is long."""
    clock = Clock()
    pulse = Pulse(clock)
    for taken in range(10):
        clock.at += DEAF_SECONDS / 2
        pulse.asked()
        pulse.queue(waiting=500, taken=taken + 1)
        assert pulse.trouble() is None
    clock.at += DEAF_SECONDS + 1
    pulse.asked()
    pulse.queue(waiting=500, taken=10)
    assert pulse.trouble() is Trouble.IDLE


async def test_systemd_is_told_that_all_is_well_only_as_long_as_it_is(manager):
    """The beat ends with the trouble, and no sign is sent with it."""
    clock = Clock()
    pulse = Pulse(clock)
    beats = 0

    def look() -> None:
        nonlocal beats
        beats += 1
        if beats == 3:
            clock.at += DEAF_SECONDS + 1

    assert await beat(pulse, look, seconds=0.0) is Trouble.DEAF
    assert [manager.recv(100) for _ in range(2)] == [b"WATCHDOG=1"] * 2
    with pytest.raises(BlockingIOError):
        manager.recv(100)


def test_a_loop_that_stands_still_is_told_and_then_ended():
    """After a minute where it stands, after three the end; one beat and all is forgotten."""
    ended: list[int] = []
    pulse = Pulse()
    watch = Watch(pulse, ended.append)
    here = threading.get_ident()
    with structlog.testing.capture_logs() as lines:
        for _ in range(STUCK_LOOKS):
            watch.look(here)
        assert lines == []  # the first look has nothing to compare with
        pulse.beats += 1
        for _ in range(STUCK_LOOKS + 1):
            watch.look(here)
        [stuck] = lines
        assert stuck["event"] == "loop_stuck"
        assert any("test_a_loop_that_stands_still" in place for place in stuck["where"])
        for _ in range(DEAD_LOOKS - STUCK_LOOKS):
            watch.look(here)
    assert ended == [EX_SOFTWARE]


def test_a_machine_that_slept_is_not_taken_for_a_loop_that_is_stuck():
    """It looks once when it wakes, however long it slept."""
    ended: list[int] = []
    pulse = Pulse()
    watch = Watch(pulse, ended.append)
    for _ in range(1000):
        watch.look(threading.get_ident())
        watch.look(threading.get_ident())
        pulse.beats += 1
    assert ended == []


async def test_jobs_are_counted_by_how_they_ended(tmp_path):
    """Heard, undecodable, refused; and how many are in hand."""
    figures, stub = Figures(), StubAnalyst()
    counted = CountedAnalyst(stub, figures)
    path = tmp_path / "memo"
    path.write_bytes(b"sound")
    memo = Memo(1, path, "en")
    stub.free.clear()
    waiting = asyncio.create_task(counted.listen(memo, _quiet))
    await asyncio.sleep(0)
    assert figures.in_hand == 1
    stub.free.set()
    await waiting
    for answer in (Undecodable.BROKEN, QueueFull(own=True)):
        stub.heard = answer
        with contextlib.suppress(QueueFull):
            await counted.listen(memo, _quiet)
    page = generate_latest(figures.registry).decode()
    for outcome in ("heard", "undecodable", "full"):
        assert f'familyguard_jobs_total{{kind="check",outcome="{outcome}"}} 1.0' in page
    assert "familyguard_jobs_in_hand 0.0" in page


async def test_a_step_that_the_worker_makes_up_is_no_label():
    """The names of steps come from another process."""
    figures, stub = Figures(), StubAnalyst()
    timing = {"decode": 0.2, "Annabel": 0.3, "words": 4.0, "total": 4.5}
    stub.heard = replace(stub.heard, timing=timing)
    await CountedAnalyst(stub, figures).listen(Memo(1, Path(__file__), "en"), _quiet)
    page = generate_latest(figures.registry).decode()
    assert 'familyguard_step_seconds_count{step="other"} 1.0' in page
    assert 'familyguard_step_seconds_count{step="words"} 1.0' in page
    assert "Annabel" not in page


def _quiet(*_arguments, **_more) -> None:
    pass


def test_memory_is_read_of_itself_and_of_its_children():
    """From /proc; where that says nothing, 0."""
    assert resident("self") > 1_000_000
    assert resident(2**22 + 1) == 0
    assert all(isinstance(one, int) for one in children())


@pytest.fixture
async def pages():
    """The pages, served; their address, pulse and figures."""
    clock = Clock()
    pulse, figures = Pulse(clock), Figures()
    async with serve(pulse, figures, 0) as port:
        yield f"http://127.0.0.1:{port}", pulse, figures


async def fetched(address: str, **headers: str) -> tuple[int, str]:
    """Status and text of a page."""
    async with (
        aiohttp.ClientSession(trust_env=False) as session,
        session.get(address, headers=headers) as response,
    ):
        return response.status, await response.text()


async def test_healthz_is_200_while_all_is_well_and_503_after(pages):
    """A container's health check needs the number, a person the word."""
    url, pulse, _ = pages
    assert await fetched(f"{url}/healthz") == (200, "ok\n")
    pulse.clock.at += DEAF_SECONDS + 1
    assert await fetched(f"{url}/healthz") == (503, "deaf\n")


async def test_livez_is_503_only_where_a_new_start_may_help(pages):
    """A container's engine ends what is not well; that would not mend a proxy."""
    url, pulse, _ = pages
    assert await fetched(f"{url}/livez") == (200, "ok\n")
    pulse.deliveries(3, 0)
    pulse.clock.at += DEAF_SECONDS + 1
    pulse.asked()
    pulse.queue(0, 0)
    pulse.deliveries(4, 0)
    assert await fetched(f"{url}/healthz") == (503, "unreached\n")
    assert await fetched(f"{url}/livez") == (200, "unreached\n")
    pulse.deliveries(4, 1)
    assert await fetched(f"{url}/healthz") == (200, "ok\n")
    pulse.clock.at += DEAF_SECONDS + 1
    assert await fetched(f"{url}/livez") == (503, "deaf\n")


async def test_only_this_machine_is_answered(pages):
    """The socket is on loopback; a page in a browser that rebinds its name is refused."""
    url, _, _ = pages
    for headers in ({"Host": "evil.example"}, {"Origin": "http://evil.example"}):
        status, text = await fetched(f"{url}/metrics", **headers)
        assert status == 403
        assert "familyguard_" not in text


async def test_a_port_that_is_taken_is_one_sentence(pages):
    """Not a traceback, and with the name of the setting."""
    url, pulse, figures = pages
    with pytest.raises(UnusableSettings, match="FAMILYGUARD_HEALTH_PORT"):
        async with serve(pulse, figures, int(url.rsplit(":", 1)[1])):
            pass


async def test_row_14_no_figure_carries_a_name_or_a_number_of_anybodys(tmp_path):
    """Not after memos, texts, strangers and errors, with hostile names and captions."""
    figures = Figures()
    people = (734_512_001, 734_512_002)
    handler = figures.counting()
    logging.getLogger().addHandler(handler)
    try:
        async with family_bot(
            tmp_path, CountedAnalyst(StubAnalyst(), figures), members=people, figures=figures
        ) as telegram:
            name_them(house_of(telegram.app), Annabel=people[0], Roderick=people[1])
            for number in (*people, 999_888_777):
                person = telegram.person(number)
                await person.records(b"say Jeremiah needs 800 pounds")
                await person.sends("Hi mum, it is Ottoline, pay NL91ABNA0417164300")
            logging.getLogger("x").error("Annabel %s", people[0])
            await telegram.quiet()
    finally:
        logging.getLogger().removeHandler(handler)
    page = generate_latest(figures.registry).decode()
    assert 'familyguard_jobs_total{kind="check",outcome="heard"}' in page
    assert 'familyguard_log_lines_total{level="error"}' in page
    known = ("Annabel", "Roderick", "Jeremiah", "Ottoline", "NL91", *map(str, people), "999888777")
    assert [one for one in known if one in page.replace("_", "")] == []
    labels = {label for line in page.splitlines() for label in _labels(line)}
    assert labels <= {
        "version", "process", "kind", "outcome", "step", "level", "le"
    }  # fmt: skip


def _labels(line: str) -> list[str]:
    inside = line.partition("{")[2].partition("}")[0]
    return [pair.partition("=")[0] for pair in inside.split(",") if "=" in pair]


def test_begun_is_a_time_of_day():
    """/status shows it."""
    assert abs(Figures().started_at - time.time()) < 60
