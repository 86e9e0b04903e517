"""Figures from a file of scores: how often the countermeasure is right, wrong and silent."""

import csv
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from voice.calibration import SYNTHETIC_LLR
from voice.evaluation.costs import (
    Costs,
    accepted,
    actual_cost,
    minimum_cllr,
    minimum_cost,
    minimum_trial_cost,
)
from voice.evaluation.metrics import Interval, Values, bootstrap, cllr, equal_error_rate

MIN_CLIPS = 5
"""Of either kind, for an error rate of a part of the corpus to be worth a line."""

DURATIONS = (0.0, 2.0, 3.0, 5.0, 8.0, math.inf)
"""Seconds of speech between which clips are counted together."""

DRAWS = 200
"""For the intervals."""

CHANCE = "| chance | – | – | – | 50.0 % | – | – | 1.000 | 1.000 | 1.000 | 1.000 |"
"""What a coin would reach, in the order of the tables' columns."""


@dataclass(frozen=True, slots=True)
class ScoredClip:
    """A row of the scores with what the manifest knows about it; None where there is no score."""

    made: bool
    score: float | None
    llr: float | None
    judged: bool
    seconds: float
    kind: str
    family: str
    language: str
    source: str
    channel: str
    speaker: str = ""
    voice_llr: float | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured on some clips; not a number where a kind is missing.

    `miss` and `false_alarm` are at SYNTHETIC_LLR, as shares of judged clips.
    """

    human: int
    made: int
    judged: float
    eer: float
    miss: float
    false_alarm: float
    cllr: float
    cllr_minimum: float
    cost: float
    cost_minimum: float


def read_scores(scores: Path, manifest: Path) -> list[ScoredClip]:
    """The rows of `scores`, joined with those of `manifest` by clip.

    Raises KeyError where a column, or the clip in the manifest, is missing, and ValueError for a
    cell that is no number.
    """
    with manifest.open(newline="", encoding="utf-8") as stream:
        known = {row["clip"]: row for row in csv.DictReader(stream)}
    with scores.open(newline="", encoding="utf-8") as stream:
        return [_joined(row, known[row["clip"]]) for row in csv.DictReader(stream)]


def figures(clips: Sequence[ScoredClip]) -> Figures:
    """The figures of some clips.  EER and costs use every clip with a score."""
    high = _values(clip.score for clip in clips if clip.made)
    low = _values(clip.score for clip in clips if not clip.made)
    judged = [clip for clip in clips if clip.judged]
    made = _values(clip.llr for clip in judged if clip.made)
    human = _values(clip.llr for clip in judged if not clip.made)
    both = min(len(high), len(low)) > 0
    decided = min(len(made), len(human)) > 0
    return Figures(
        human=sum(not clip.made for clip in clips),
        made=sum(clip.made for clip in clips),
        judged=len(judged) / len(clips) if clips else math.nan,
        eer=equal_error_rate(high, low).rate if both else math.nan,
        miss=float(np.mean(made < SYNTHETIC_LLR)) if len(made) else math.nan,
        false_alarm=float(np.mean(human >= SYNTHETIC_LLR)) if len(human) else math.nan,
        cllr=cllr(made, human) if decided else math.nan,
        cllr_minimum=minimum_cllr(made, human) if decided else math.nan,
        cost=actual_cost(made, human, SYNTHETIC_LLR, Costs()) if decided else math.nan,
        cost_minimum=minimum_cost(made, human, Costs()) if decided else math.nan,
    )


def eer_interval(clips: Sequence[ScoredClip], by: Callable[[ScoredClip], str]) -> Interval:
    """A 95 % interval of the equal error rate, had other sources (or speakers) been collected.

    `by` names the source or speaker of a clip.
    """
    scored = [clip for clip in clips if clip.score is not None]
    names = sorted({by(clip) for clip in scored})
    number = {name: index for index, name in enumerate(names)}
    made = np.array([clip.made for clip in scored])
    values = np.array([clip.score for clip in scored], dtype=np.float64)
    group = np.array([number[by(clip)] for clip in scored])

    def rate(counts: Values) -> float:
        weights = counts[group]
        some = weights > 0
        high, low = some & made, some & ~made
        return equal_error_rate(values[high], values[low], weights[high], weights[low]).rate

    return bootstrap(len(names), rate, DRAWS)


def speaker_of(clip: ScoredClip) -> str:
    """A name for who speaks; a clip whose speaker is not known stands for its source."""
    return f"{clip.source}/{clip.speaker}"


def trial_cost(clips: Sequence[ScoredClip]) -> float | None:
    """The smallest a-DCF of voice comparison and countermeasure together, without strangers.

    Of clips that have both ratios; None where one kind is missing.
    """
    scores: dict[bool, list[float]] = {True: [], False: []}
    for clip in clips:
        if clip.llr is not None and clip.voice_llr is not None:
            both = accepted(np.array([clip.voice_llr]), np.array([clip.llr]))
            scores[clip.made].append(float(both[0]))
    if not scores[True] or not scores[False]:
        return None
    return minimum_trial_cost(np.array(scores[False]), np.array([]), np.array(scores[True]))


def per_source(clips: Sequence[ScoredClip]) -> dict[str, float]:
    """The equal error rate within each source that has MIN_CLIPS of both kinds."""
    rates = {}
    for source in sorted({clip.source for clip in clips}):
        some = [clip for clip in clips if clip.source == source and clip.score is not None]
        made = sum(clip.made for clip in some)
        if min(made, len(some) - made) >= MIN_CLIPS:
            rates[source] = figures(some).eer
    return rates


def to_markdown(clips: Sequence[ScoredClip]) -> str:
    """All tables: the whole, and by kind, family, language, channel, duration and source."""
    rates = list(per_source(clips).values())
    sources = _between(eer_interval(clips, lambda clip: clip.source))
    speakers = _between(eer_interval(clips, speaker_of))
    threshold = f"Threshold: likelihood ratio {math.exp(SYNTHETIC_LLR):.1f}."
    interval = f"95 % interval over speakers {speakers}, over sources {sources}"
    lines = [f"{threshold}  EER of the whole: {interval}."]
    joint = trial_cost(clips)
    if joint is not None:
        lines.append(f"With the voice comparison: smallest a-DCF {joint:.3f} (without strangers).")
    if rates:
        lines.append(
            f"EER within a source: mean {_percent(float(np.mean(rates)))}, "
            f"worst {_percent(max(rates))} ({len(rates)} sources)."
        )
    lines += ["", *_table("all", [("all", list(clips))]), CHANCE]
    groups: tuple[tuple[str, Callable[[ScoredClip], str], bool], ...] = (
        ("kind", lambda clip: clip.kind, True),
        ("family", lambda clip: clip.family, True),
        ("language", lambda clip: clip.language, False),
        ("channel", lambda clip: clip.channel, False),
        ("speech", _duration, False),
        ("source", lambda clip: clip.source, False),
    )
    human = [clip for clip in clips if not clip.made]
    for title, key, against_all in groups:
        parts = []
        for name in sorted({key(clip) for clip in clips}):
            some = [clip for clip in clips if key(clip) == name]
            if against_all:
                # A kind or family of synthetic speech has no human clips of its own.
                some = [clip for clip in some if clip.made] + human
                if len(some) == len(human):
                    continue
            parts.append((name, some))
        lines += ["", *_table(title, parts)]
    return "\n".join(lines) + "\n"


def draw(clips: Sequence[ScoredClip], picture: Path) -> None:
    """A DET curve and a calibration plot, as an image file."""
    from matplotlib.figure import Figure
    from scipy.stats import norm

    high = np.sort(_values(clip.score for clip in clips if clip.made))
    low = np.sort(_values(clip.score for clip in clips if not clip.made))
    thresholds = np.sort(np.concatenate((high, low)))
    misses = np.searchsorted(high, thresholds) / len(high)
    alarms = 1 - np.searchsorted(low, thresholds) / len(low)
    figure = Figure(figsize=(10, 4.5), layout="constrained")
    det, reliability = figure.subplots(1, 2)
    inside = (misses > 0) & (misses < 1) & (alarms > 0) & (alarms < 1)
    det.plot(norm.ppf(alarms[inside]), norm.ppf(misses[inside]))
    ticks = np.array([0.01, 0.05, 0.1, 0.2, 0.4, 0.6])
    det.set_xticks(norm.ppf(ticks), [f"{tick:.0%}" for tick in ticks])
    det.set_yticks(norm.ppf(ticks), [f"{tick:.0%}" for tick in ticks])
    det.set_xlabel("human clips called made")
    det.set_ylabel("made clips missed")
    judged = [clip for clip in clips if clip.judged]
    made = _values(clip.llr for clip in judged if clip.made)
    human = _values(clip.llr for clip in judged if not clip.made)
    edges = np.linspace(-math.log(10), math.log(10), 9)
    in_made = np.histogram(made, edges)[0] / max(len(made), 1)
    in_human = np.histogram(human, edges)[0] / max(len(human), 1)
    filled = (in_made > 0) & (in_human > 0)
    middles = (edges[1:] + edges[:-1]) / 2
    reliability.plot(middles[filled], np.log(in_made[filled] / in_human[filled]), "o-")
    reliability.plot(edges, edges, ":")
    reliability.set_xlabel("log-likelihood ratio given")
    reliability.set_ylabel("log-likelihood ratio found")
    figure.savefig(picture)


def _joined(row: dict[str, str], known: dict[str, str]) -> ScoredClip:
    return ScoredClip(
        made=known["label"] == "synthetic",
        score=_number(row["cm_score"]),
        llr=_number(row["cm_llr"]),
        judged=row["cm_judged"] == "1",
        seconds=_number(row["speech_seconds"]) or 0.0,
        kind=known["kind"],
        family=known["system_family"],
        language=known["language"],
        source=known["source_repo"],
        channel=row.get("channel") or "stored",
        speaker=known.get("speaker") or "",
        voice_llr=_number(row.get("sv_llr") or ""),
    )


def _between(interval: Interval) -> str:
    return f"{_percent(interval.low)} – {_percent(interval.high)}"


def _number(cell: str) -> float | None:
    return float(cell) if cell else None


def _values(numbers: Iterable[float | None]) -> Values:
    return np.array([number for number in numbers if number is not None], dtype=np.float64)


def _duration(clip: ScoredClip) -> str:
    index = int(np.searchsorted(DURATIONS, clip.seconds, side="right")) - 1
    first, last = DURATIONS[index], DURATIONS[index + 1]
    return f"{first:g} s and more" if math.isinf(last) else f"{first:g} to {last:g} s"


def _percent(share: float) -> str:
    return "–" if math.isnan(share) else f"{100 * share:.1f} %"


def _plain(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.3f}"


def _table(title: str, parts: Sequence[tuple[str, Sequence[ScoredClip]]]) -> list[str]:
    heads = ("human", "made", "judged", "EER", "missed", "called made", "Cllr", "minimum")
    lines = [f"| {title} | {' | '.join(heads)} | cost | minimum |", "|---|" + "---:|" * 10]
    for name, clips in parts:
        found = figures(clips)
        shares = (found.judged, found.eer, found.miss, found.false_alarm)
        costs = (found.cllr, found.cllr_minimum, found.cost, found.cost_minimum)
        cells = [str(found.human), str(found.made), *map(_percent, shares), *map(_plain, costs)]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines
