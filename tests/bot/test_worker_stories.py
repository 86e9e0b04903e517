"""Stories in which the worker process has a bad day, told from the chat."""

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path

import pytest

from bot.analysis import LocalAnalyst
from tests.bot.houses import family_bot
from tests.bot.test_check import NONE, UNCLEAR

ROOT = Path(__file__).resolve().parents[2]


@contextlib.asynccontextmanager
async def bot_with_a_worker(folder, *how):
    """The bot with a real worker process whose models are pretended."""
    analyst = LocalAnalyst(
        (sys.executable, "-m", "tests.bot.stub_worker", *how), 20, 10, 20.0, retry_seconds=0.01
    )
    analyst.start()
    try:
        async with family_bot(folder, analyst) as telegram:
            yield telegram, analyst
    finally:
        await analyst.close()


@pytest.fixture(autouse=True)
def in_the_checkout(monkeypatch):
    """The worker finds the packages also when they are not installed."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


async def test_a_worker_killed_in_the_middle_costs_a_sentence_and_a_moment(tmp_path):
    """kill -9 while Anna's memo is heard: she is told, and gets her verdict."""
    async with bot_with_a_worker(tmp_path) as (telegram, analyst):
        anna = telegram.person(1)
        await anna.forwards_voice(b"sleep 0.6")
        await anna.sees("opening the recording")
        os.kill(analyst.worker.pid, signal.SIGKILL)
        await anna.sees("I had to start again.")
        await anna.sees(NONE)
        assert len(anna.screen) == 1


async def test_a_memo_that_kills_the_worker_is_unclear_and_others_are_served(tmp_path):
    """Anna's memo ends the process each time; Bert's is judged by the next one."""
    async with bot_with_a_worker(tmp_path) as (telegram, _):
        anna, bert = telegram.person(1), telegram.person(2)
        await anna.forwards_voice(b"die")
        await bert.forwards_voice(b"say shall we have dinner")
        await bert.sees(NONE)
        await anna.sees(UNCLEAR)


async def test_someone_who_sends_rubbish_gets_a_sentence(tmp_path):
    """A decoder that gives up is one card, and the worker stays."""
    async with bot_with_a_worker(tmp_path) as (telegram, analyst):
        anna = telegram.person(1)
        await anna.forwards("document", b"undecodable not_media")
        await anna.sees(UNCLEAR)
        pid = analyst.worker.pid
        await anna.forwards("document", b"bug")
        await telegram.quiet()
        assert [UNCLEAR in shown.text for shown in anna.screen] == [True, True]
        assert analyst.worker.pid == pid


async def test_greetings_are_answered_while_the_models_load(tmp_path):
    """And a memo that comes too early is told so."""
    async with bot_with_a_worker(tmp_path, "slow") as (telegram, _):
        anna = telegram.person(1)
        await anna.sends("/start")
        await anna.sees("Good to see you")
        await anna.forwards_voice(b"say shall we have dinner")
        await anna.sees("just woken up")
        await anna.sees(NONE)


async def test_those_who_wait_are_told_how_many_come_first(tmp_path):
    """And that they should not pay meanwhile."""
    async with bot_with_a_worker(tmp_path) as (telegram, _):
        anna, bert = telegram.person(1), telegram.person(2)
        await anna.forwards_voice(b"sleep 0.5")
        await anna.sees("opening the recording")
        await bert.forwards_voice(b"say shall we have dinner")
        shown = await bert.sees("There is one before you.")
        assert "Do not pay yet." in shown.text
        await bert.sees(NONE)


async def test_a_stop_tells_those_whose_memo_cannot_be_finished(tmp_path):
    """Nobody is left with «I am listening …»."""
    async with bot_with_a_worker(tmp_path) as (telegram, analyst):
        anna = telegram.person(1)
        await anna.forwards_voice(b"hang")
        await anna.sees("opening the recording")
        await asyncio.gather(analyst.close(), anna.sees("I am just being restarted."))


async def test_without_models_the_person_is_told_to_call_back(tmp_path):
    """The bot itself stays reachable."""
    async with bot_with_a_worker(tmp_path, "no-models") as (telegram, _):
        anna = telegram.person(1)
        await anna.forwards_voice(b"say shall we have dinner")
        await anna.sees("I cannot listen right now.")
        await anna.sends("/help")
        await anna.sees("How it works")
