"""The table of times adds up."""

from pathlib import Path

import pytest

from voice.evaluation.bench import BenchReport, BenchRow, bench, resident_megabytes
from voice.pipeline import Analyser

SAMPLES = Path(__file__).resolve().parents[3] / "docs" / "samples"


def test_the_ratio_is_of_the_whole_to_the_bare_models() -> None:
    """Two seconds in all over one of models is two."""
    row = BenchRow(10, {"decode": 0.1, "words": 0.9}, {"words": 0.7, "voice": 0.3}, 2.0, 2.5)
    assert row.bare_sum == pytest.approx(1.0)
    assert row.ratio == pytest.approx(2.0)
    table = BenchReport((row,), 3, 1.5, 900.0).to_markdown()
    assert "| **whole analysis** | 2.00 |" in table
    assert "| **ratio** | 2.00 |" in table
    assert "| goal | ≤ 2.0 |" in table
    assert "900 MB" in table


def test_it_measures_without_models_too(tmp_path: Path) -> None:
    """A machine without models still gets the times of the steps that need none."""
    report = bench(Analyser(tmp_path), memo_seconds=(3,), runs=1, samples=SAMPLES)
    (row,) = report.rows
    assert {"decode", "activity", "quality"} <= set(row.steps)
    assert set(row.bare) == {"activity"}
    assert row.slowest >= row.total > row.steps["decode"]
    assert report.resident_mb > 50


def test_it_needs_something_to_listen_to(tmp_path: Path) -> None:
    """An empty folder is an error that names it."""
    with pytest.raises(ValueError, match="no recordings"):
        bench(Analyser(tmp_path), samples=tmp_path)


@pytest.mark.models
def test_it_times_every_model(models_folder: Path) -> None:
    """Each model appears in the steps and by itself."""
    report = bench(Analyser(models_folder), memo_seconds=(5,), runs=1, samples=SAMPLES)
    (row,) = report.rows
    assert {"words", "voice", "synthetic", "watermark", "activity"} == set(row.bare)
    assert {"words", "voice", "provenance"} <= set(row.steps)


def test_memory_is_that_of_this_process() -> None:
    """A Python with numpy and PyTorch in it takes more than fifty megabytes."""
    assert 50 < resident_megabytes() < 10_000
