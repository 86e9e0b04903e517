"""The measurement itself: it counts what comes, keeps challenges apart, and says what it found."""

import sys
from pathlib import Path

import pytest

from bot.analysis import LocalAnalyst
from bot.load.arrivals import Material, Throughput, Waits, percentiles, throughput, unloaded, waits
from bot.load.report import Report
from bot.load.sites import Site
from bot.load.writes import updates_per_second

ROOT = Path(__file__).resolve().parents[3]
PRETENDER = (sys.executable, "-m", "bot.load.pretender")


@pytest.fixture
def material(tmp_path):
    """Memos that take next to no time."""
    usual, long = tmp_path / "usual", tmp_path / "long"
    usual.write_text("0.01")
    long.write_text("0.05")
    return Material(usual, long)


async def test_every_memo_is_counted_once_and_challenges_apart(material, monkeypatch):
    """As many as were to come; a processor's time is never less than nothing."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    analyst = LocalAnalyst(PRETENDER, 1000, 1000, 20.0, processes=2)
    analyst.start()
    try:
        await analyst.all_ready()
        found = await throughput(analyst, material.usual, 20)
        assert 1.0 < found.per_second <= 2 / 0.01
        assert found.processor_seconds >= 0
        assert await unloaded(analyst, material.usual, 2) >= 0.01
        one = await waits(analyst, material, 0.5, 100.0, 60, seed=1)
        assert len(one.memos) + len(one.challenges) == 60
        assert 0 < len(one.challenges) < 20
        assert min(one.memos + one.challenges) >= 0.01
    finally:
        await analyst.close()


def test_tables_show_the_share_of_the_ideal_line_and_of_the_unloaded_time():
    """Two workers that judge 1.5 times as many reach 75 %."""
    report = Report("3 memos.", megabytes=900.0)
    report.rates = {Site(1): Throughput(1.0, 0.5), Site(2): Throughput(1.5, 0.5)}
    report.unloaded = {Site(1): 2.0}
    report.waits = {Site(1): [Waits(1.5, (1.0, 2.0, 3.0), (3.0, 3.0))]}
    tables = report.to_markdown()
    assert "| local, 2 | 90.0 | 75% | 0.50 s |" in tables
    assert "| 150% | 2.00 | 2.90 | 2.98 | 2 | 3.00 | 3.00 | 1.5 × |" in tables


def test_no_memos_have_no_percentiles():
    """A short run may have no challenge at all."""
    assert all(one != one for one in percentiles(()))


def test_the_database_takes_updates(tmp_path):
    """In a folder of its own, which is gone afterwards."""
    assert updates_per_second(tmp_path, 3) > 0
    assert list(tmp_path.iterdir()) == []
