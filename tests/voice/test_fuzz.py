"""Damaged media files by the hundred; `familyguard fuzz` runs thousands."""

import os
from pathlib import Path

import pytest

from voice import isolation
from voice.evaluation.fuzz import Case, case, children_of, fuzz, seed_files
from voice.evaluation.mutation import MAX_CASE_BYTES, MUTATIONS, SPLICE
from voice.isolation import Limits


# A hundred processes, on a build server that may be busy.
@pytest.mark.timeout(600)
def test_a_hundred_damaged_files_crash_nothing() -> None:
    """Every one is decoded or refused with the one error, in time, and no process stays behind."""
    before = children_of(os.getpid())
    cases: list[Case] = []
    report = fuzz(100, seed=2, on_case=cases.append)
    assert report.passed, report
    assert [case.number for case in cases] == list(range(100))
    assert sum(report.outcomes.values()) == 100
    # The damage reaches past the first bytes, and does not destroy everything.
    assert report.outcomes["decoded"] > 10
    assert report.outcomes["broken"] > 10
    assert report.slowest is not None
    assert report.slowest.seconds == max(case.seconds for case in cases)
    assert children_of(os.getpid()) == before


def test_a_case_can_be_made_again() -> None:
    """The seed and the number are enough to reproduce a finding."""
    seeds = seed_files()
    assert case(7, 11) == case(7, 11, seeds)
    assert case(7, 11, seeds) != case(8, 11, seeds)


def test_cases_are_small_and_of_every_kind() -> None:
    """Five thousand must stay affordable, and each way of damaging must be used."""
    seeds = seed_files()
    made = [case(1, number, seeds) for number in range(500)]
    assert max(len(data) for _, data in made) <= MAX_CASE_BYTES
    used = {name for names, _ in made for name in names.split("+")}
    assert used == {*MUTATIONS, SPLICE}


def test_it_reports_a_file_that_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that outlives its limit is a failure of the decoder even if it is refused."""
    monkeypatch.setattr("voice.evaluation.fuzz.GRACE_SECONDS", -10.0)
    report = fuzz(1, seed=1)
    assert not report.passed
    assert [slow.number for slow in report.over_limit] == [0]


def test_it_reports_whatever_is_not_the_one_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception of another class is a crash, with the case to look at."""
    monkeypatch.setattr(isolation, "_command", lambda limits: [1])
    report = fuzz(2, seed=1)
    assert not report.passed
    assert [crash.number for crash in report.crashes] == [0, 1]
    assert "TypeError" in report.crashes[0].detail


def test_it_reports_decoders_that_died(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child killed by a signal is contained, and counted."""
    monkeypatch.setattr(isolation, "_BOOT", "import os; os.abort()")
    report = fuzz(1, seed=1, limits=Limits(wall_seconds=5))
    assert report.passed
    assert report.decoder_deaths == 1


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc here")
def test_it_reports_a_process_left_behind() -> None:
    """A child that nobody waits for is found, even when it is a zombie."""
    parent = os.getpid()
    started: list[int] = []

    def leave_one(_: Case) -> None:
        if not started:
            started.append(os.posix_spawn("/bin/true", ["true"], {}))

    report = fuzz(2, seed=1, on_case=leave_one)
    assert report.left_behind == started
    assert started[0] in children_of(parent)
    os.waitpid(started[0], 0)
