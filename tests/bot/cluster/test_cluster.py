"""Memos that are judged on other machines: by whom, in which order, how often, and who can read."""

import asyncio
import contextlib
import re
import subprocess
import sys
from collections import Counter

import pytest
from redis.exceptions import NoPermissionError

from bot.analysis import CodeWordMemos, PromptMemo
from bot.cluster.analyst import IN_FLIGHT_PER_MEMBER
from bot.cluster.wire import MEMOS, URGENT
from bot.errors import CannotListen, QueueFull, Stopping, UnusableSettings
from tests.bot import scripts
from tests.bot.cluster.conftest import OTHER_KEY, ROOT, Teller, bot_at, until, worker_at, worker_of
from voice.errors import Undecodable
from voice.results import Analysis, EnrolmentMemo, Rehearing
from voice.voiceprint import KnownVoice


@contextlib.contextmanager
def services(server, count):
    """Workers of the cluster as processes."""
    command = [sys.executable, "-m", "tests.bot.cluster.service", server.url, "1"]
    started = [subprocess.Popen(command, cwd=ROOT) for _ in range(count)]
    try:
        yield started
    finally:
        for service in started:
            service.kill()
            service.wait()


def begin(bot, order, **changes):
    """Listen to a memo beside whatever else is done."""
    return asyncio.create_task(bot.listen(order, Teller(), **changes))


def in_work(server):
    """How many memos workers have in hand."""
    if not server.client.exists(MEMOS) or not server.client.xinfo_groups(MEMOS):
        return 0
    return server.client.xpending(MEMOS, "workers")["pending"]


async def found_in(server):
    """Everything that lies in Redis, as one lump of bytes."""
    client = server.client
    lumps = []
    for key in client.scan_iter():
        lumps += [key, client.dump(key) or b""]
        if client.type(key) == b"stream":
            lumps += [field for _, fields in client.xrange(key) for field in fields.values()]
        elif client.type(key) == b"string":
            lumps.append(client.get(key))
    return b"\n".join(lumps)


async def test_memos_are_heard_by_a_worker_elsewhere_as_on_one_machine(redis, memo):
    """Steps, analysis and picture; code words, enrolments; reasons and crashes; nothing is left."""
    async with worker_at(redis), bot_at(redis) as bot:
        teller = Teller()
        finding = await bot.listen(memo("say good morning"), teller)
        assert isinstance(finding.heard, Analysis)
        assert finding.heard.transcript.text == "good morning"
        assert await finding.picture == b"PNG in nl"
        assert teller.steps[0] == "waking"
        assert "decode" in teller.steps
        said = scripts.memo("it is me", voice="mum").decode()
        known = (KnownVoice("mum", scripts.voiceprint("mum")),)
        finding = await bot.listen(memo(said, voices=known), Teller())
        assert [match.label for match in finding.heard.voices] == ["mum"]
        takes = tuple(
            memo(scripts.memo("purple lantern", salt=salt).decode()).path for salt in "ab"
        )
        heard = await bot.rehear(CodeWordMemos(1, takes, "en"), Teller())
        assert isinstance(heard, Rehearing)
        assert [hearings[0].texts for hearings in heard.by_take] == [("purple lantern",)] * 2
        prompt = memo(scripts.memo("the prompt", voice="mum").decode())
        enrolled = await bot.enrol(PromptMemo(1, prompt.path, "en"), Teller())
        assert isinstance(enrolled, EnrolmentMemo)
        for order, reason in (("undecodable limit", Undecodable.LIMIT), ("die", "crashed")):
            assert (await bot.listen(memo(order), Teller())).heard == reason
        await until(lambda: not redis.client.xlen(MEMOS))
        kinds = {key.split(b":")[1] for key in redis.client.scan_iter()}
        assert kinds <= {b"memos", b"urgent", b"alive", b"mark"}


async def test_a_worker_killed_in_the_middle_of_100_memos_loses_none(redis, memo):
    """None lost, none twice; the one that died with it in hand goes to the other worker."""
    answered = Counter()
    with services(redis, 2) as (victim, _survivor):
        async with bot_at(redis, in_flight=10) as bot:

            async def listen(number):
                finding = await bot.listen(memo(f"say memo {number}", number), Teller())
                answered[finding.heard.transcript.text] += 1

            async with asyncio.timeout(60), asyncio.TaskGroup() as group:
                for number in range(100):
                    group.create_task(listen(number))
                await until(lambda: answered.total() >= 40, 40)
                victim.kill()
    assert answered == Counter(f"memo {number}" for number in range(100))


async def test_a_memo_that_ends_two_workers_does_not_meet_a_third(redis, memo):
    """It is given up; the third goes on."""
    with services(redis, 3) as started:
        async with bot_at(redis) as bot, asyncio.timeout(60):
            finding = await bot.listen(memo("kill-parent"), Teller())
            assert finding.heard == "crashed"
            await until(lambda: sum(service.poll() is None for service in started) == 1)
            finding = await bot.listen(memo("say hello"), Teller())
            assert isinstance(finding.heard, Analysis)


async def test_answers_to_challenges_go_before_all_memos_that_wait(redis, memo, tmp_path):
    """Also before those of other bots; a process kept for them does not even wait for one."""
    async with worker_at(redis), bot_at(redis) as bot, bot_at(redis, name="other") as other:
        gate, done = tmp_path / "gate", []

        async def listen(name, analyst, order):
            await analyst.listen(order, Teller())
            done.append(name)

        async with asyncio.TaskGroup() as group:
            group.create_task(listen("first", bot, memo(f"await {gate}")))
            await until(lambda: in_work(redis))
            for number in range(3):
                group.create_task(listen("memo", bot, memo("say hi", number)))
            await until(lambda: redis.client.xlen(MEMOS) == 4)
            answer = memo("say two words", 7, is_answer=True)
            group.create_task(listen("answer", other, answer))
            await until(lambda: redis.client.xlen(URGENT))
            gate.touch()
        assert done == ["first", "answer", "memo", "memo", "memo"]


async def test_processes_kept_for_challenges_leave_the_memos_to_the_others(redis, memo, tmp_path):
    """The memo before it ends only after the answer was heard."""
    async with worker_at(redis, for_urgent=1), bot_at(redis) as bot:
        heard = tmp_path / "heard"
        busy = begin(bot, memo(f"await {heard}"))
        behind = begin(bot, memo("say hi", 2))
        answer = memo("say two words", 3, is_answer=True)
        assert isinstance((await bot.listen(answer, Teller())).heard, Analysis)
        assert not busy.done()
        assert not behind.done()
        heard.touch()
        await asyncio.gather(busy, behind)


async def test_nobody_who_reads_redis_learns_what_was_said(redis, memo):
    """Neither words nor files, people or names of families: in orders, results and news alike."""
    spoken = ("marmalade", "say marmalade", "424242", "mum", "campplus")
    news = redis.client.pubsub()
    news.psubscribe("*")
    seen = []
    async with bot_at(redis) as bot:
        known = (KnownVoice("mum", scripts.voiceprint("mum")),)
        task = begin(bot, memo("say marmalade", 424242, voices=known))
        await until(lambda: redis.client.xlen(MEMOS))
        seen.append(await found_in(redis))
        task.cancel()
        for work in bot._tasks:
            work.cancel()
        async with worker_at(redis):
            await until(lambda: redis.client.keys("*:result:*"))
            seen.append(await found_in(redis))
    while message := news.get_message(timeout=0.1):
        seen.append(str(message["data"]).encode())
    assert len(seen) > 4
    assert not [word for word in spoken for lump in seen if word.encode() in lump]


async def test_the_account_of_the_page_may_do_what_is_needed_and_no_more(redis, memo):
    """docs/cluster.md gives bots and workers an account that cannot look into other things."""
    page = (ROOT / "docs/cluster.md").read_text()
    rules = re.findall(r"^\s+user (familyguard .*)$", page, re.MULTILINE)[0].split()
    redis.client.execute_command("ACL", "SETUSER", *rules)
    redis.client.set("something else", "hidden")
    password = next(rule[1:] for rule in rules if rule.startswith(">"))
    redis.login = f"familyguard:{password}@"
    async with worker_at(redis), bot_at(redis) as bot:
        assert isinstance((await bot.listen(memo("say hello"), Teller())).heard, Analysis)
        for command in (("GET", "something else"), ("FLUSHALL",), ("CONFIG", "GET", "*")):
            with pytest.raises(NoPermissionError):
                await bot._broker.redis.execute_command(*command)


async def test_another_key_opens_nothing(redis, memo):
    """The worker refuses to start, the bot tells people that it cannot listen."""
    async with bot_at(redis) as bot:
        task = begin(bot, memo("say hello"))
        await until(lambda: redis.client.xlen(MEMOS))
        with pytest.raises(UnusableSettings, match="CLUSTER_KEY"):
            await worker_of(redis, key=OTHER_KEY).serve()
        assert redis.client.xlen(MEMOS) == 1
        async with worker_at(redis):
            assert isinstance((await task).heard, Analysis)
            async with bot_at(redis, key=OTHER_KEY, patience_seconds=0.2) as stranger:
                with pytest.raises(CannotListen):
                    await stranger.listen(memo("say hello"), Teller())


async def test_one_member_fills_neither_the_cluster_nor_the_bot(redis, memo):
    """Few of a member are in Redis at once, few of a bot; the queue before it is bounded."""
    async with bot_at(redis, in_flight=4, queue_length=12, queue_per_member=5) as bot:
        tasks = [begin(bot, memo("say hi", 1)) for _ in range(5)]
        await until(lambda: redis.client.xlen(MEMOS) == IN_FLIGHT_PER_MEMBER)
        tasks += [begin(bot, memo("say hi", member)) for member in range(2, 8)]
        await until(lambda: redis.client.xlen(MEMOS) == 4)
        tasks += [begin(bot, memo("say no", 8, is_answer=True))]
        await until(lambda: redis.client.xlen(URGENT) == 1)
        assert redis.client.xlen(MEMOS) == 4
        tasks += [begin(bot, memo("say hi", 1)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(QueueFull) as full:
            await bot.listen(memo("say hi", 1), Teller())
        assert full.value.own
        await bot.close()
        assert all(
            isinstance(error, Stopping)
            for error in await asyncio.gather(*tasks, return_exceptions=True)
        )
        assert not redis.client.keys("*:parcel:*")


async def test_memos_outlast_a_redis_that_was_away_and_came_back_empty(redis, memo, tmp_path):
    """Those in hand, those on their way and new ones are answered; it may have lost everything."""
    gate = tmp_path / "gate"
    async with worker_at(redis), bot_at(redis) as bot, asyncio.timeout(40):
        busy = begin(bot, memo(f"await {gate}"))
        await until(lambda: in_work(redis))
        waiting = [begin(bot, memo("say hi", member)) for member in range(3)]
        await until(lambda: redis.client.xlen(MEMOS) == 4)
        redis.end()
        new = begin(bot, memo("say new", 9))
        gate.touch()
        await asyncio.sleep(0.2)
        redis.start()
        for task in (busy, *waiting, new):
            assert isinstance((await task).heard, Analysis)


async def test_when_redis_stays_away_people_are_told_and_served_again_afterwards(redis, memo):
    """Nobody waits for ever, and nobody need restart the bot."""
    redis.end()
    async with bot_at(redis, patience_seconds=0.3) as bot:
        with pytest.raises(CannotListen):
            await bot.listen(memo("say hello"), Teller())
        with pytest.raises(CannotListen):
            await bot.listen(memo("say hello"), Teller())
        redis.start()
        async with worker_at(redis), asyncio.timeout(20):
            finding = None
            while finding is None:
                await asyncio.sleep(0.02)
                with contextlib.suppress(CannotListen):
                    finding = await bot.listen(memo("say hello"), Teller())
        assert isinstance(finding.heard, Analysis)


async def test_a_bot_that_was_killed_finds_what_it_had_asked_for(redis, memo, tmp_path):
    """The update is handled again, the memo is not heard again."""
    heard = tmp_path / "heard"
    order = memo(f"count {heard}")
    async with bot_at(redis) as bot:
        task = begin(bot, order)
        await until(lambda: redis.client.xlen(MEMOS))
        task.cancel()
        for work in bot._tasks:
            work.cancel()
        async with worker_at(redis):
            await until(lambda: redis.client.keys("*:result:*"))
            async with bot_at(redis) as again:
                finding = await again.listen(order, Teller())
        assert isinstance(finding.heard, Analysis)
        assert heard.read_text() == "heard\n"


async def test_a_worker_that_is_stopped_finishes_and_leaves_the_rest_at_once(redis, memo, tmp_path):
    """Others need not wait until it counts as dead, which here would take longer than the test."""
    gate = tmp_path / "gate"
    async with bot_at(redis) as bot:
        async with worker_at(redis, stale_seconds=100.0) as worker:
            busy = begin(bot, memo(f"await {gate}"))
            await until(lambda: in_work(redis))
            rest = [begin(bot, memo("say hi", member)) for member in range(3)]
            await until(lambda: redis.client.xlen(MEMOS) == 4)
            worker.stop()
            gate.touch()
            assert isinstance((await busy).heard, Analysis)
        assert redis.client.xlen(MEMOS) == 3
        assert not redis.client.xinfo_consumers(MEMOS, "workers")
        async with worker_at(redis, stale_seconds=100.0), asyncio.timeout(40):
            found = await asyncio.gather(*rest)
        assert all(isinstance(finding.heard, Analysis) for finding in found)


async def test_a_worker_without_models_ends_and_leaves_the_memos_to_another(redis, memo):
    """It says so; no memo is answered with a crash."""
    async with bot_at(redis) as bot:
        task = begin(bot, memo("say hello"))
        with pytest.raises(CannotListen):
            await worker_of(redis, "no-models").serve()
        async with worker_at(redis):
            assert isinstance((await task).heard, Analysis)
