"""The queue and the worker process, with a real process whose models are pretended."""

import asyncio
import contextlib
import dataclasses
import gc
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import structlog

from bot.analysis import CodeWordMemos, LocalAnalyst, Memo, PromptMemo
from bot.errors import CannotListen, QueueFull, Stopping
from bot.worker_process import worker_command
from tests.bot import scripts
from tests.bot.houses import settings_in
from voice.calibration import VOICE_DIFFERENT_LLR, VOICE_SIMILAR_LLR
from voice.errors import Undecodable
from voice.fingerprint import same_recording
from voice.results import Analysis, EnrolmentMemo, Rehearing
from voice.voiceprint import KnownVoice, consistent

ROOT = Path(__file__).resolve().parents[2]


@contextlib.asynccontextmanager
async def analyst_at_work(*how: str, drain=0.0, **changes):
    """A local analyst with the stub worker."""
    values = {
        "queue_length": 20, "queue_per_member": 10, "memo_seconds": 20.0, "retry_seconds": 0.01,
    }  # fmt: skip
    command = (sys.executable, "-m", "tests.bot.stub_worker", *how)
    analyst = LocalAnalyst(command, **(values | changes))
    analyst.start()
    try:
        yield analyst
    finally:
        await analyst.close(drain)


class Teller:
    """Notes what is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, int | None]] = []

    def __call__(self, step: str, ahead: int | None = None) -> None:
        self.told.append((step, ahead))

    @property
    def steps(self) -> list[str]:
        """The steps alone."""
        return [step for step, _ in self.told]


class Counter:
    """Notes how far it is."""

    def __init__(self) -> None:
        self.counted: list[tuple[int, int]] = []

    def __call__(self, step: str, *, done: int | None = None, total: int | None = None) -> None:
        if step == "rehear":
            self.counted.append((done, total))


@pytest.fixture(autouse=True)
def in_the_checkout(monkeypatch):
    """The worker finds the packages also when they are not installed."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


@pytest.fixture
def memo(tmp_path):
    """Make a memo whose content is an order to the stub worker."""

    def make(order: str, member: int = 1, language: str = "nl") -> Memo:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}"
        path.write_text(order)
        return Memo(member, path, language)

    return make


async def test_a_memo_is_heard_and_drawn(memo):
    """The analysis comes back whole, the picture in the language of the chat."""
    async with analyst_at_work() as analyst:
        teller = Teller()
        finding = await analyst.listen(memo("say good morning"), teller)
        assert isinstance(finding.heard, Analysis)
        assert finding.heard.transcript.text == "good morning"
        assert await finding.picture == b"PNG in nl"
        assert teller.steps == ["waking", "decode"]


async def test_what_libraries_print_does_not_disturb_the_protocol(memo):
    """The stub prints at every turn, also from a child process."""
    async with analyst_at_work() as analyst:
        for _ in range(3):
            finding = await analyst.listen(memo("say hello"), Teller())
            assert isinstance(finding.heard, Analysis)


async def test_a_memo_that_cannot_be_drawn_is_judged_all_the_same(memo):
    """No picture is no reason for no verdict."""
    async with analyst_at_work() as analyst:
        finding = await analyst.listen(memo("say undrawable"), Teller())
        assert isinstance(finding.heard, Analysis)
        assert await finding.picture is None


async def test_the_reason_of_the_decoder_arrives(memo):
    """Every one of them."""
    async with analyst_at_work() as analyst:
        for reason in Undecodable:
            finding = await analyst.listen(memo(f"undecodable {reason}"), Teller())
            assert finding.heard is reason


async def test_a_bug_costs_one_memo_and_no_restart(memo):
    """The next memo is heard by the same process."""
    async with analyst_at_work() as analyst:
        finding = await analyst.listen(memo("bug"), Teller())
        assert finding.heard == "crashed"
        pid = analyst.worker.pid
        await analyst.listen(memo("say on we go"), Teller())
        assert analyst.worker.pid == pid


async def test_a_worker_that_dies_is_started_again_and_the_memo_retried(memo, tmp_path):
    """Attack 16 got through once; the person is told, and gets the verdict."""
    async with analyst_at_work() as analyst:
        teller = Teller()
        finding = await analyst.listen(memo(f"die-once {tmp_path / 'marker'}"), teller)
        assert isinstance(finding.heard, Analysis)
        assert "restarted" in teller.steps


async def test_a_memo_that_ends_the_worker_twice_is_not_tried_again(memo):
    """It cannot be judged; the memo behind it is."""
    async with analyst_at_work() as analyst:
        bad, good = await asyncio.gather(
            analyst.listen(memo("die", 1), Teller()), analyst.listen(memo("say hi", 2), Teller())
        )
        assert bad.heard == "crashed"
        assert isinstance(good.heard, Analysis)


async def test_a_memo_that_takes_too_long_is_given_up(memo):
    """The process that hangs is gone, the next memo is heard."""
    async with analyst_at_work(memo_seconds=0.4) as analyst:
        finding = await analyst.listen(memo("hang"), Teller())
        assert finding.heard is Undecodable.LIMIT
        finding = await analyst.listen(memo("say hello"), Teller())
        assert isinstance(finding.heard, Analysis)


async def test_a_worker_killed_between_two_memos_is_replaced(memo):
    """kill -9 while nothing is going on."""
    async with analyst_at_work() as analyst:
        await analyst.listen(memo("say one"), Teller())
        pid = analyst.worker.pid
        os.kill(pid, signal.SIGKILL)
        finding = await analyst.listen(memo("say two"), Teller())
        assert isinstance(finding.heard, Analysis)
        assert analyst.worker.pid != pid


async def test_a_memo_leaves_nothing_in_memory_that_waits_for_the_worker_to_end(memo):
    """A bot that runs for a year hears a hundred thousand memos, with one worker."""

    def waiting() -> int:
        gc.collect()
        return sum(type(one) is asyncio.Future for one in gc.get_objects())

    async with analyst_at_work() as analyst:
        await (await analyst.listen(memo("say one"), Teller())).picture
        before = waiting()
        for _ in range(30):
            await (await analyst.listen(memo("say more"), Teller())).picture
        assert waiting() < before + 10


async def test_memos_may_come_while_the_models_load(memo):
    """They wait, and are told why."""
    async with analyst_at_work("slow") as analyst:
        teller = Teller()
        await analyst.listen(memo("say hello"), teller)
        assert teller.told[0] == ("waking", None)


async def test_members_take_turns_and_know_their_place(memo):
    """Anna sends three, then Bert one: his is second, and everyone is told how many come first."""
    async with analyst_at_work() as analyst:
        await analyst.listen(memo("say warm"), Teller())
        done: list[str] = []
        tellers = {name: Teller() for name in ("a1", "a2", "a3", "b1")}

        async def listen(name: str, member: int) -> None:
            await analyst.listen(memo("sleep 0.1", member), tellers[name])
            done.append(name)

        tasks = []
        for name, member in (("a1", 1), ("a2", 1), ("a3", 1), ("b1", 2)):
            tasks.append(asyncio.create_task(listen(name, member)))
            await asyncio.sleep(0.02)
        await asyncio.gather(*tasks)
        assert done == ["a1", "a2", "b1", "a3"] or done == ["a1", "b1", "a2", "a3"]
        assert ("waiting", 1) in tellers["a2"].told
        assert ("waiting", 3) in tellers["a3"].told


async def test_a_memo_is_compared_with_every_known_voice(memo):
    """One pass, one score for each label; an enrolled voice is like itself and unlike others."""
    async with analyst_at_work() as analyst:
        order = memo(scripts.memo("it is me", voice="mum", alternatives=("it is she",)).decode())
        known = tuple(KnownVoice(name, scripts.voiceprint(name)) for name in ("mum", "dad"))
        finding = await analyst.listen(dataclasses.replace(order, voices=known), Teller())
        mum, dad = finding.heard.voices
        assert (mum.label, dad.label) == ("mum", "dad")
        assert mum.score.llr > VOICE_SIMILAR_LLR
        assert dad.score.llr < VOICE_DIFFERENT_LLR
        assert finding.heard.transcript.alternatives == ("it is me", "it is she")
        assert same_recording(finding.heard.fingerprint, finding.heard.fingerprint)


async def test_a_code_word_is_heard_again_with_progress(memo):
    """Three recordings; the texts come back, and how far it is is told."""
    async with analyst_at_work() as analyst:
        teller = Counter()
        recordings = [
            memo(scripts.memo("purple lantern", salt=str(number)).decode()).path
            for number in range(3)
        ]
        found = await analyst.rehear(CodeWordMemos(1, tuple(recordings), "en"), teller)
        assert isinstance(found, Rehearing)
        assert [hearings[0].texts for hearings in found.by_take] == [("purple lantern",)] * 3
        assert teller.counted == [(0, 3), (1, 3), (2, 3)]


async def test_a_memo_of_an_enrolment_brings_its_voiceprint(memo):
    """Three of one voice agree; with one of another they do not."""
    async with analyst_at_work() as analyst:
        prints = {}
        for voice in ("mum", "dad"):
            path = memo(scripts.memo("the prompt", voice=voice).decode()).path
            found = await analyst.enrol(PromptMemo(1, path, "en"), Teller())
            assert isinstance(found, EnrolmentMemo)
            assert found.transcript.text == "the prompt"
            prints[voice] = found.voiceprint
        assert consistent([prints["mum"]] * 3)
        assert not consistent([prints["mum"], prints["mum"], prints["dad"]])


@pytest.mark.parametrize(("order", "reason"), [("die", "crashed"), ("bug", "crashed")])
async def test_code_words_and_prompts_that_end_the_worker_are_given_up(memo, order, reason):
    """Attack 16: as for any other memo."""
    async with analyst_at_work() as analyst:
        path = memo(order).path
        assert await analyst.rehear(CodeWordMemos(1, (path,), "en"), Teller()) == reason
        assert await analyst.enrol(PromptMemo(1, path, "en"), Teller()) == reason
        finding = await analyst.listen(memo("say hello"), Teller())
        assert isinstance(finding.heard, Analysis)


async def test_a_code_word_that_takes_too_long_is_given_up(memo):
    """And so is a prompt that cannot be decoded, with its reason."""
    async with analyst_at_work(memo_seconds=0.4) as analyst:
        hang = CodeWordMemos(1, (memo("hang").path,), "en")
        assert await analyst.rehear(hang, Teller()) is Undecodable.LIMIT
        prompt = PromptMemo(1, memo("undecodable broken").path, "en")
        assert await analyst.enrol(prompt, Teller()) is Undecodable.BROKEN


async def test_an_answer_to_a_challenge_goes_before_the_memos_that_wait(memo):
    """Somebody is on the telephone with the caller right now."""
    async with analyst_at_work() as analyst:
        await analyst.listen(memo("say warm"), Teller())
        done: list[str] = []

        async def listen(name: str, order: Memo) -> None:
            await analyst.listen(order, Teller())
            done.append(name)

        answer = dataclasses.replace(memo("say two words", 2), is_answer=True)
        orders = {"first": memo("sleep 0.2"), "second": memo("say hi"), "answer": answer}
        tasks = []
        for name, order in orders.items():
            tasks.append(asyncio.create_task(listen(name, order)))
            await asyncio.sleep(0.02)
        await asyncio.gather(*tasks)
        assert done == ["first", "answer", "second"]


async def test_two_processes_hear_two_memos_at_once(memo, tmp_path):
    """Each waits for a sign of the other, so one after the other they would never end."""
    async with analyst_at_work(processes=2) as analyst:
        first, second = tmp_path / "first", tmp_path / "second"
        orders = (memo(f"meet {first} {second}", 1), memo(f"meet {second} {first}", 2))
        found = await asyncio.gather(*(analyst.listen(order, Teller()) for order in orders))
        assert all(isinstance(finding.heard, Analysis) for finding in found)


async def test_a_process_kept_for_answers_hears_one_while_the_others_are_busy(memo, tmp_path):
    """The memo before it ends only when the answer is heard; no memo takes the kept place."""
    async with analyst_at_work(processes=1, for_urgent=1) as analyst:
        heard = tmp_path / "heard"
        busy = asyncio.create_task(analyst.listen(memo(f"await {heard}"), Teller()))
        behind = asyncio.create_task(analyst.listen(memo("say hi", 2), Teller()))
        answer = dataclasses.replace(memo("say two words", 3), is_answer=True)
        finding = await analyst.listen(answer, Teller())
        assert isinstance(finding.heard, Analysis)
        assert not busy.done()
        assert not behind.done()
        heard.touch()
        await asyncio.gather(busy, behind)


async def test_the_queue_is_bounded(memo):
    """For each member, and for all of them together."""
    async with analyst_at_work(queue_length=3, queue_per_member=2) as analyst:
        waiting = [
            asyncio.create_task(analyst.listen(memo("hang", member), Teller()))
            for member in (1, 1, 2)
        ]
        await asyncio.sleep(0)
        with pytest.raises(QueueFull) as own:
            await analyst.listen(memo("x", 1), Teller())
        with pytest.raises(QueueFull) as full:
            await analyst.listen(memo("x", 3), Teller())
        assert (own.value.own, full.value.own) == (True, False)
        await analyst.close()
        assert all(isinstance(error, Stopping) for error in await _errors(waiting))


async def _errors(tasks):
    return await asyncio.gather(*tasks, return_exceptions=True)


async def test_without_models_nobody_waits_for_ever(memo):
    """After a few starts that fail, those who wait are told, and so is everyone after them."""
    async with analyst_at_work("no-models") as analyst:
        with pytest.raises(CannotListen):
            await analyst.listen(memo("say hello"), Teller())
        with pytest.raises(CannotListen):
            await analyst.listen(memo("say hello"), Teller())


async def test_a_worker_that_cannot_even_be_started_leaves_nobody_waiting(memo, tmp_path):
    """No program, no memory, no descriptors: told like a worker that dies, and tried again."""
    program = tmp_path / "python"
    analyst = LocalAnalyst((str(program), "-m", "tests.bot.stub_worker"), 20, 10, 20.0, 0.01)
    analyst.start()
    try:
        async with asyncio.timeout(20):
            with pytest.raises(CannotListen):
                await analyst.listen(memo("say hello"), Teller())
            program.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
            program.chmod(0o700)
            finding = None
            while finding is None:
                await asyncio.sleep(0.01)
                with contextlib.suppress(CannotListen):
                    finding = await analyst.listen(memo("say hello"), Teller())
        assert isinstance(finding.heard, Analysis)
    finally:
        await analyst.close()


async def test_an_analyst_that_ends_by_itself_leaves_nobody_waiting(memo, monkeypatch):
    """An error that nobody expected ends the work, not the answers."""

    async def break_down(_self, _seat):
        raise LookupError("unexpected")

    monkeypatch.setattr(LocalAnalyst, "_wake", break_down)
    with structlog.testing.capture_logs() as lines:
        async with analyst_at_work() as analyst, asyncio.timeout(5):
            with pytest.raises(CannotListen):
                await analyst.listen(memo("say hello"), Teller())
            with pytest.raises(CannotListen):
                await analyst.listen(memo("say hello"), Teller())
    assert [line["event"] for line in lines] == ["analyst_ended"]


def test_nothing_in_the_working_folder_is_imported_by_the_worker(tmp_path):
    """Someone may start the bot in a folder of downloads; ours is found all the same."""
    settings = settings_in(tmp_path)
    folder = tmp_path / "here"
    (folder / "bot").mkdir(parents=True)
    for name in ("bot/__init__.py", "bot/worker.py", "voice.py", "json.py", "argparse.py"):
        (folder / name).write_text("raise SystemExit(99)")
    command = [*worker_command(settings), "--help"]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "--threads" in done.stdout


async def test_stopping_finishes_what_is_in_hand(memo):
    """A drain that is long enough loses nothing."""
    async with analyst_at_work(drain=10.0) as analyst:
        tasks = [asyncio.create_task(analyst.listen(memo("sleep 0.2"), Teller())) for _ in "abc"]
        await asyncio.sleep(0)
    findings = await asyncio.gather(*tasks)
    assert all(isinstance(finding.heard, Analysis) for finding in findings)


async def test_stopping_tells_those_whom_it_cannot_finish(memo):
    """And leaves no process behind."""
    async with analyst_at_work() as analyst:
        await analyst.listen(memo("say warm"), Teller())
        task = asyncio.create_task(analyst.listen(memo("hang"), Teller()))
        await asyncio.sleep(0.1)
        pid = analyst.worker.pid
        await analyst.close(0.1)
        with pytest.raises(Stopping):
            await task
        with pytest.raises(Stopping):
            await analyst.listen(memo("say hello"), Teller())
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


async def test_the_worker_never_gets_the_token(memo, monkeypatch):
    """Attack 20: nothing of the bot's settings is in its environment."""
    monkeypatch.setenv("FAMILYGUARD_TELEGRAM_TOKEN", "123456:secret")
    monkeypatch.setenv("SOME_OTHER_SECRET", "hush")
    async with analyst_at_work() as analyst:
        finding = await analyst.listen(memo("environment"), Teller())
        names = finding.heard.transcript.text.split()
        assert "PATH" in names
        assert "FAMILYGUARD_TELEGRAM_TOKEN" not in names
        assert "SOME_OTHER_SECRET" not in names


async def test_sigterm_lets_the_worker_finish_the_memo_in_hand(memo):
    """A service manager that ends the whole group loses nothing."""
    async with analyst_at_work() as analyst:
        await analyst.listen(memo("say warm"), Teller())
        task = asyncio.create_task(analyst.listen(memo("sleep 0.5"), Teller()))
        await asyncio.sleep(0.2)
        os.kill(analyst.worker.pid, signal.SIGTERM)
        finding = await task
        assert isinstance(finding.heard, Analysis)


def has_ended(number):
    """Whether a process is gone, or waits for somebody who reaps it; nobody here does."""
    try:
        state = Path(f"/proc/{number}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"


@pytest.mark.skipif(sys.platform != "linux", reason="the death signal is Linux's")
def test_the_worker_ends_with_its_parent(tmp_path):
    """The bot is killed with the worker in the middle of a memo: no process stays behind."""
    (tmp_path / "memo").write_text("hang")
    code = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from bot.analysis import LocalAnalyst, Memo\n"
        "async def main():\n"
        "    analyst = LocalAnalyst((sys.executable, '-m', 'tests.bot.stub_worker'), 5, 5, 60)\n"
        "    analyst.start()\n"
        "    def tell(step, **_):\n"
        "        if step == 'decode': print(\"worker\", analyst.worker.pid, flush=True)\n"
        f"    await analyst.listen(Memo(1, Path({str(tmp_path / 'memo')!r}), 'nl'), tell)\n"
        "asyncio.run(main())\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    with parent:
        try:
            line = next(line for line in parent.stdout if line.startswith("worker "))
        finally:
            parent.kill()
    worker = int(line.split()[1])
    for _ in range(100):
        if has_ended(worker):
            break
        subprocess.run(["sleep", "0.05"], check=True)
    assert has_ended(worker), "the worker outlived its parent"
