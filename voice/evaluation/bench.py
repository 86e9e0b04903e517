"""How long a memo takes, step by step, against the time that the models alone need.

The bare times are of the same sound in the same run, one model after the other with everything
else – file, decoder, queueing, gathering – left out.  The ratio shows what the work around the
models costs; below 1 means that running them side by side saves more than the rest adds.
"""

import io
import statistics
import sys
import tempfile
import time
import wave
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from voice.activity import find_speech
from voice.audio import SAMPLE_RATE, Waveform
from voice.isolation import decode_file
from voice.loading import Models
from voice.pipeline import Analyser
from voice.quality import measure
from voice.results import Segment
from voice.speaker import enrol, hear
from voice.voiceprint import Voiceprint

GOAL_SECONDS = {10: 2.0, 60: 8.0}
"""Seconds of memo → seconds in which it is to be judged, at the median, on two cores."""
GOAL_RATIO = 1.2
GOAL_MEGABYTES = 1200.0


@dataclass(frozen=True, slots=True)
class BenchRow:
    """The medians of all runs with one memo, in seconds."""

    memo_seconds: float
    steps: dict[str, float]
    bare: dict[str, float]
    total: float
    slowest: float

    @property
    def bare_sum(self) -> float:
        """The models' own time, one after the other."""
        return sum(self.bare.values())

    @property
    def ratio(self) -> float:
        """The whole analysis over the models alone."""
        return self.total / self.bare_sum if self.bare_sum else float("inf")


@dataclass(frozen=True, slots=True)
class BenchReport:
    """What `bench` measured; `resident_mb` is this process's memory after it, in 10^6 bytes."""

    rows: tuple[BenchRow, ...]
    runs: int
    load_seconds: float
    resident_mb: float

    def to_markdown(self) -> str:
        """A table of steps by memo, and the goals beside what was reached."""
        names = list(dict.fromkeys(name for row in self.rows for name in row.steps))
        bare = list(dict.fromkeys(name for row in self.rows for name in row.bare))
        heads = [f"{row.memo_seconds:.0f} s memo" for row in self.rows]
        lines = [_line("seconds, median", heads), _line("---", ["---:"] * len(self.rows))]
        lines += [_line(name, _cells([row.steps.get(name) for row in self.rows])) for name in names]
        lines.append(_line("**whole analysis**", _cells([row.total for row in self.rows])))
        lines.append(_line("slowest run", _cells([row.slowest for row in self.rows])))
        lines += [
            _line(f"bare {name}", _cells([row.bare.get(name) for row in self.rows]))
            for name in bare
        ]
        lines.append(_line("sum of the bare models", _cells([row.bare_sum for row in self.rows])))
        lines.append(_line("**ratio**", _cells([row.ratio for row in self.rows])))
        goals = [GOAL_SECONDS.get(round(row.memo_seconds)) for row in self.rows]
        lines.append(_line("goal", [f"≤ {goal:.1f}" if goal else "" for goal in goals]))
        lines += [
            "",
            (
                f"{self.runs} runs each. Models loaded in {self.load_seconds:.1f} s; "
                f"{self.resident_mb:.0f} MB resident (goal ≤ {GOAL_MEGABYTES:.0f}); "
                f"goal for the ratio ≤ {GOAL_RATIO}."
            ),
        ]
        return "\n".join(lines)


def bench(
    analyser: Analyser,
    memo_seconds: Sequence[float] = (10, 60),
    runs: int = 5,
    samples: Path = Path("docs/samples"),
    on_run: Callable[[str], None] | None = None,
) -> BenchReport:
    """Time `analyser` on memos of these lengths, made of the recordings in the folder `samples`.

    Every memo is heard once before it counts.  `on_run` is called with a line before each run.
    Raises ValueError when `samples` holds no recording.
    """
    began = time.perf_counter()
    models = analyser.load()
    load_seconds = time.perf_counter() - began
    material = material_of(samples)
    rows = []
    for seconds in memo_seconds:
        with memo_of(material, seconds) as path:
            rows.append(_row(analyser, models, path, seconds, runs, on_run or (lambda _: None)))
    return BenchReport(tuple(rows), runs, load_seconds, resident_megabytes())


def _row(
    analyser: Analyser,
    models: Models,
    path: Path,
    seconds: float,
    runs: int,
    on_run: Callable[[str], None],
) -> BenchRow:
    reference = decode_file(path)[0].cut(0.0, 10.0)
    prints = _prints(models, reference)
    analyser.analyse(path, prints)
    whole, alone = [], []
    for run in range(runs):
        on_run(f"{seconds:.0f} s memo, run {run + 1} of {runs}")
        whole.append(analyser.analyse(path, prints).timing)
        alone.append(_bare(models, decode_file(path)[0]))
    steps = {name: statistics.median(timing[name] for timing in whole) for name in whole[0]}
    totals = [timing["total"] for timing in whole]
    del steps["total"]
    return BenchRow(
        memo_seconds=seconds,
        steps=steps,
        bare={name: statistics.median(times[name] for times in alone) for name in alone[0]},
        total=statistics.median(totals),
        slowest=max(totals),
    )


def _prints(models: Models, reference: Waveform) -> list[Voiceprint]:
    if models.encoder is None:
        return []
    return [enrol(models.encoder, [(reference, find_speech(reference))])]


def _bare(models: Models, waveform: Waveform) -> dict[str, float]:
    """Seconds that each model takes by itself."""
    times: dict[str, float] = {}
    segments: list[tuple[Segment, ...]] = []
    _timed(times, "activity", lambda: segments.append(find_speech(waveform)))
    (speech,) = segments
    recogniser, encoder, detector = models.recogniser, models.encoder, models.detector
    if recogniser is not None:
        _timed(times, "words", lambda: recogniser.transcribe(waveform, speech))
    if encoder is not None:
        _timed(times, "voice", lambda: hear(encoder, waveform, speech))
    if models.countermeasure is not None:
        countermeasure = models.countermeasure
        snr_db = measure(waveform, speech).snr_db
        _timed(times, "synthetic", lambda: countermeasure.score(waveform, speech, snr_db))
    if detector is not None:
        _timed(times, "watermark", lambda: detector.find(waveform, speech))
    return times


def _timed(times: dict[str, float], name: str, call: Callable[[], object]) -> None:
    began = time.perf_counter()
    call()
    times[name] = time.perf_counter() - began


def material_of(folder: Path) -> Waveform:
    """All recordings of the folder one after the other, the longest first."""
    sounds = [decode_file(path)[0] for path in sorted(folder.glob("*.ogg"))]
    if not sounds:
        raise ValueError(f"no recordings (*.ogg) in {folder}")
    sounds.sort(key=lambda sound: -sound.seconds)
    return Waveform(np.concatenate([sound.samples for sound in sounds]))


@contextmanager
def memo_of(material: Waveform, seconds: float) -> Iterator[Path]:
    """A file with the material, repeated and cut to a length."""
    n_samples = round(seconds * SAMPLE_RATE)
    sound = np.resize(material.samples, n_samples)
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "memo.wav"
        path.write_bytes(content.getvalue())
        yield path


def resident_megabytes() -> float:
    """Memory of this process that is in use now (on Linux), or was at most (elsewhere)."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) * 1024 / 1e6
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1e6 if sys.platform == "darwin" else most * 1024 / 1e6


def _line(head: str, cells: Sequence[str]) -> str:
    return f"| {head} | {' | '.join(cells)} |"


def _cells(numbers: Sequence[float | None]) -> list[str]:
    return ["–" if number is None else f"{number:.2f}" for number in numbers]
