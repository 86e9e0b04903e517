"""What the doctor says of a cluster: whether it answers, has our key, and anybody listens."""

import base64

import pytest

from bot.cluster.seal import MARK, Seal
from bot.cluster.wire import ALIVE, MARK_KEY
from bot.doctor.finding import State
from bot.doctor.listening import cluster
from bot.texts import LANGUAGES, Texts
from tests.bot.cluster.conftest import KEY, OTHER_KEY
from tests.bot.houses import settings_in


@pytest.fixture
def look(tmp_path, redis):
    """What is found, with both languages' sentences looked up."""

    def look() -> list[tuple[State, str]]:
        key = base64.b64encode(KEY).decode()
        settings = settings_in(tmp_path / "house", redis_url=redis.url, cluster_key=key)
        found = list(cluster(settings))
        for one in found:
            sentences = [
                Texts(name).get(one.key or "doctor.fine", **one.values) for name in LANGUAGES
            ]
            assert not any(redis.url in sentence or key in sentence for sentence in sentences)
        return [(one.state, one.key) for one in found]

    return look


def test_a_cluster_at_work_is_fine(redis, look):
    """Redis answers, everybody has the same key, and a worker gave a sign."""
    redis.client.set(MARK_KEY, Seal(KEY).seal(MARK, "mark"))
    redis.client.set(ALIVE, 1)
    assert look() == [(State.FINE, "")]


def test_each_thing_that_is_missing_is_named(redis, look):
    """First nobody was there, then no worker is, then the keys differ, then Redis is away."""
    assert look() == [(State.UNKNOWN, "doctor.cluster.nobody")]
    redis.client.set(MARK_KEY, Seal(KEY).seal(MARK, "mark"))
    assert look() == [(State.WRONG, "doctor.cluster.no_worker")]
    redis.client.set(MARK_KEY, Seal(OTHER_KEY).seal(MARK, "mark"))
    assert look() == [(State.WRONG, "doctor.cluster.other_key")]
    redis.end()
    assert look() == [(State.WRONG, "doctor.cluster.unreachable")]


def test_looking_changes_nothing(redis, look):
    """A doctor who left the mark would decide whose key counts."""
    look()
    assert redis.client.keys() == []


def test_one_machine_has_no_such_line(tmp_path):
    """Nobody who did not ask for a cluster reads of one."""
    assert list(cluster(settings_in(tmp_path))) == []


def test_without_the_library_it_says_what_to_install(look, monkeypatch):
    """The settings were copied to a machine that has the bot alone."""
    monkeypatch.setattr("bot.cluster.find_spec", lambda _name: None)
    assert look() == [(State.WRONG, "doctor.cluster.no_library")]
