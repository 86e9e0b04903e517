"""Row 23: the server dies in the middle, really: `kill -9` of the bot's process."""

import os
from pathlib import Path

import pytest

from bot.playground.crash import Report, crash

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.timeout(240)
async def test_nothing_is_lost_or_answered_twice_when_the_bot_is_killed(monkeypatch):
    """Three kills in a talk of three people; the screens look as if there had been none."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    monkeypatch.setenv("PYTHONPATH", path)
    report = await crash(3, seed=7)
    assert report.passed, report.to_markdown()
    assert report.kills == 3
    assert len(report.in_hand) == 3
    assert sum(report.in_hand) > 0
    assert report.answers >= report.acts == 18


@pytest.mark.parametrize(
    "flaw",
    [
        {"lost": 1},
        {"repeated": 1},
        {"repeated": 2, "in_the_gap": 1},
        {"in_the_gap": 11},
        {"integrity": "row missing"},
        {"left_behind": 1},
    ],
)
def test_any_flaw_is_a_failure(flaw):
    """One lost answer in a thousand is one too many; what fell into the gap may come twice."""
    good = {"kills": 20, "acts": 120, "answers": 120, "integrity": "ok"}
    assert Report(**good).passed
    assert Report(**good, repeated=1, in_the_gap=1).passed
    assert not Report(**(good | flaw)).passed
