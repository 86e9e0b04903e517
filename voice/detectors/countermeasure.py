"""Somebody else's detector in the place of the countermeasure: windows, limits, and the ratio."""

import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from voice import quality
from voice.activity import speech_only
from voice.audio import MIN_SPEECH_SECONDS, SAMPLE_RATE, Waveform
from voice.calibration import SyntheticCalibration, synthetic_llr
from voice.detectors.kinds import Choice, DetectorUnusable, Fault
from voice.detectors.line import fitted
from voice.detectors.raw import Raw, load_raw, probe
from voice.detectors.ready import check_memory, model_of
from voice.results import Score, Segment, Window
from voice.windows import Pieces, sliding

MAX_WINDOWS = 15
"""About a minute of speech, as the built-in one hears: each takes seconds."""

log = logging.getLogger(__name__)


class DownloadedCountermeasure:
    """See `voice.countermeasure.Countermeasure`.  Its score is the mean of its windows'."""

    def __init__(
        self,
        name: str,
        raw: Raw,
        line: SyntheticCalibration,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`seconds` are what it may take for a memo."""
        self.name = name
        self._raw = raw
        self._line = line
        self._seconds = seconds
        self._clock = clock

    def score(
        self, waveform: Waveform, segments: Sequence[Segment], snr_db: float | None = None
    ) -> Score | None:
        """See `Countermeasure`; None also where it took too long or gave no number."""
        pieces = windows_of(segments, self._raw.window)
        try:
            scores = self._scores(waveform, pieces)
        except DetectorUnusable as error:
            # The memo has other walls, and the card says that this one could not judge.
            log.warning("%s; the memo was not judged by it", error)
            return None
        if not scores:
            return None
        if snr_db is None:
            snr_db = quality.measure(waveform, tuple(segments)).snr_db
        whole = sum(scores) / len(scores)
        return Score(
            model=self.name,
            score=whole,
            llr=synthetic_llr(whole, snr_db, self._line),
            windows=tuple(
                Window(part[0].start, part[-1].end, one, synthetic_llr(one, snr_db, self._line))
                for part, one in zip(pieces, scores, strict=True)
            ),
        )

    def _scores(self, waveform: Waveform, pieces: Sequence[Pieces]) -> list[float]:
        began, slowest, scores = self._clock(), 0.0, list[float]()
        for part in pieces:
            before = self._clock()
            # Not "when the time is over": then the memo would wait for one window more.
            if before - began + slowest > self._seconds:
                took = round(before - began, 1)
                raise DetectorUnusable(self.name, Fault.LATE, took=took, limit=self._seconds)
            scores.append(raw_score(self._raw, waveform, part))
            slowest = max(slowest, self._clock() - before)
        return scores


def windows_of(segments: Sequence[Segment], window: int) -> list[Pieces]:
    """The windows to score, of `window` samples of net speech, one beside the other."""
    seconds = window / SAMPLE_RATE
    return sliding(segments, seconds, seconds, MIN_SPEECH_SECONDS)[:MAX_WINDOWS]


def raw_score(raw: Raw, waveform: Waveform, part: Pieces) -> float:
    """The adapter's number for one window.  Raises DetectorUnusable."""
    return raw.score(speech_only(waveform, part).samples[: raw.window])


def load_detector(
    choice: Choice, folder: Path | None = None, threads: int = 2
) -> DownloadedCountermeasure:
    """The detector that was chosen, ready to judge.  Raises DetectorUnusable."""
    name, seconds = choice.name, choice.seconds
    model = model_of(name, folder)
    line = fitted(name, model.files[0].sha256, folder).line
    check_memory(name)
    raw = load_raw(model, folder, threads)
    began = time.monotonic()
    raw.score(probe(raw))
    took = time.monotonic() - began
    if took > seconds:
        raise DetectorUnusable(name, Fault.SLOW, took=round(took, 1), limit=seconds)
    return DownloadedCountermeasure(name, raw, line, seconds)
