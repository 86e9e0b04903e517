"""Tables of how often the countermeasure is right, wrong and silent, from scored clips.

Other detectors that judged the same clips stand in the same tables (voice/evaluation/baselines.py).
"""

import math
import textwrap
from collections.abc import Mapping, Sequence

import numpy as np

from voice.calibration import SYNTHETIC_LLR
from voice.evaluation.costs import Costs, minimum_cllr, minimum_cost
from voice.evaluation.figures import (
    DRAWS,
    MIN_CLIPS,
    Group,
    eer_difference,
    eer_interval,
    enough,
    figures,
    per_source,
    speaker_of,
    trial_cost,
    values_of,
)
from voice.evaluation.literature import literature
from voice.evaluation.markdown import table
from voice.evaluation.metrics import Interval
from voice.evaluation.scored import BASELINES, DETECTOR, ScoredClip

DURATIONS = (0.0, 2.0, 3.0, 5.0, 8.0, math.inf)
"""Seconds of speech between which clips are counted together."""

CHANCE = "chance"
UNKNOWN = "–"
"""In a cell where nothing was or can be measured."""


def systems(clips: Sequence[ScoredClip]) -> dict[str, list[ScoredClip]]:
    """The clips as the detector judged them, and as each baseline did that all of them know."""
    found = {DETECTOR: list(clips)}
    for column, name in BASELINES.items():
        if clips and all(column in clip.baselines for clip in clips):
            found[name] = [clip.by(column) for clip in clips]
    return found


def to_markdown(clips: Sequence[ScoredClip]) -> str:
    """All tables: the whole, and by kind, family, language, channel, duration and source.

    Raises ValueError where no error rate can be worked out, as clips of one kind have no score.
    """
    found = systems(clips)
    for name, some in found.items():
        for made, kind in ((False, "human"), (True, "synthetic")):
            if not any(clip.made is made and clip.score is not None for clip in some):
                raise ValueError(
                    f"there is no {kind} clip with a score ({name}): error rates need both kinds"
                )
    parts = [*_legend(), "", *table("telling apart", _APART, _apart(found))]
    parts += ["", *table("deciding", _DECIDING, _deciding(found))]
    parts += ["", *_differences(found), *literature()]
    human = [clip for clip in clips if not clip.made]
    for title, key, against_all in GROUPS:
        rows = []
        for name in sorted({key(clip) for clip in clips}):
            some = [clip for clip in clips if key(clip) == name]
            if against_all:
                # A kind or family of synthetic speech has no human clips of its own.
                some = [clip for clip in some if clip.made] + human
                if len(some) == len(human):
                    continue
            rows.append((name, _part(some)))
        others = [f"EER {column}" for column in BASELINES if BASELINES[column] in found]
        parts += ["", *table(title, [*_PART, *others], rows)]
    return "\n".join(parts) + "\n"


GROUPS: Sequence[tuple[str, Group, bool]] = (
    ("kind", lambda clip: clip.kind, True),
    ("family", lambda clip: clip.family, True),
    ("language", lambda clip: clip.language, False),
    ("channel", lambda clip: clip.channel, False),
    ("speech", lambda clip: _duration(clip), False),
    ("source", lambda clip: clip.source, False),
)
"""Title, what clips are grouped by, and whether made clips are set against all human ones."""

_APART = (
    *("human", "made", "EER", "over speakers", "over sources"),
    *("within a source", "worst", "minDCF", "least Cllr"),
)
_DECIDING = ("judged", "missed", "called made", "Cllr", "least Cllr", "DCF", "minDCF", "a-DCF")
_PART = (
    *("human", "made", "judged", "EER", "over speakers", "missed", "called made"),
    *("Cllr", "least Cllr", "DCF", "minDCF"),
)


def _legend() -> list[str]:
    """What the columns mean, as paragraphs."""
    ratio, prior = math.exp(SYNTHETIC_LLR), Costs().prior
    text = f"""
Missed and called made: shares of the judged clips at the shipped threshold, a likelihood ratio
of {ratio:.0f} to 1.  EER: equal error rate of all clips with a score.  Over speakers, over sources:
95 % intervals from {DRAWS} draws of them.  Within a source: the mean EER of sources with
{MIN_CLIPS} clips of either kind, and the worst.  Cllr and DCF (detection cost, {prior:.0%} of memos
made): 0 is perfect, 1 says nothing; least Cllr and minDCF: with the best calibration or threshold.
a-DCF: least cost of
voice comparison and detector together, without strangers.  Parts with fewer than {MIN_CLIPS} clips
of a kind have no rate.
"""
    return textwrap.wrap(" ".join(text.split()), 100)


def _apart(found: Mapping[str, Sequence[ScoredClip]]) -> list[tuple[str, list[str]]]:
    rows = []
    for name, clips in found.items():
        scored = figures([clip for clip in clips if clip.score is not None])
        rates = list(per_source(clips).values())
        high = values_of(clip.score for clip in clips if clip.made)
        low = values_of(clip.score for clip in clips if not clip.made)
        cells = [str(scored.human), str(scored.made), _percent(scored.eer)]
        cells += [_between(eer_interval(clips, by)) for by in (speaker_of, lambda one: one.source)]
        cells += [_percent(float(np.mean(rates))), _percent(max(rates))] if rates else [UNKNOWN] * 2
        cells += [_plain(minimum_cost(high, low)), _plain(minimum_cllr(high, low))]
        rows.append((name, cells))
    chance = [UNKNOWN, UNKNOWN, _percent(0.5), UNKNOWN, UNKNOWN]
    chance += [_percent(0.5), _percent(0.5), _plain(1.0), _plain(1.0)]
    return [*rows, (CHANCE, chance)]


def _deciding(found: Mapping[str, Sequence[ScoredClip]]) -> list[tuple[str, list[str]]]:
    rows = []
    for name, clips in found.items():
        some = figures(clips)
        joint = trial_cost(clips)
        shares = (some.judged, some.miss, some.false_alarm)
        costs = (some.cllr, some.cllr_minimum, some.cost, some.cost_minimum)
        cells = [*map(_percent, shares), *map(_plain, costs)]
        rows.append((name, [*cells, UNKNOWN if joint is None else _plain(joint)]))
    # A coin's ratio is always one, so that it never reaches the threshold.
    chance = [_percent(1.0), _percent(1.0), _percent(0.0), *[_plain(1.0)] * 5]
    return [*rows, (CHANCE, chance)]


def _differences(found: Mapping[str, Sequence[ScoredClip]]) -> list[str]:
    """How far the detector is from each baseline, on the same draws of speakers."""
    lines = []
    for name, clips in found.items():
        if name != DETECTOR:
            less, interval = eer_difference(found[DETECTOR], clips, speaker_of)
            lines.append(
                f"EER of the {DETECTOR} less that of “{name}”, on clips that both have a score "
                f"for: {100 * less:+.1f} points ({100 * interval.low:+.1f} to "
                f"{100 * interval.high:+.1f} over speakers)."
            )
    if not lines:
        return []
    note = """
The baselines learned from the other sources of the manifest.  The detector learned elsewhere; on
clips that it was trained on its row flatters, unless its scores are held out as well.
"""
    return [*lines, *textwrap.wrap(" ".join(note.split()), 100), ""]


def _part(clips: Sequence[ScoredClip]) -> list[str]:
    """A row of a part of the clips."""
    found = figures(clips)
    judged = [clip for clip in clips if clip.judged]
    made, human = (sum(clip.made is kind for clip in judged) for kind in (True, False))
    cells = [str(found.human), str(found.made), _percent(found.judged)]
    if enough(clips):
        cells += [_percent(found.eer), _between(eer_interval(clips, speaker_of))]
    else:
        cells += [UNKNOWN, UNKNOWN]
    cells.append(_percent(found.miss) if made >= MIN_CLIPS else UNKNOWN)
    cells.append(_percent(found.false_alarm) if human >= MIN_CLIPS else UNKNOWN)
    costs = (found.cllr, found.cllr_minimum, found.cost, found.cost_minimum)
    both = min(made, human) >= MIN_CLIPS
    cells += [_plain(cost) if both else UNKNOWN for cost in costs]
    for name, some in systems(clips).items():
        if name != DETECTOR:
            cells.append(_percent(figures(some).eer) if enough(some) else UNKNOWN)
    return cells


def _between(interval: Interval) -> str:
    return f"{100 * interval.low:.1f} – {100 * interval.high:.1f} %"


def _duration(clip: ScoredClip) -> str:
    index = int(np.searchsorted(DURATIONS, clip.seconds, side="right")) - 1
    first, last = DURATIONS[index], DURATIONS[index + 1]
    return f"{first:g} s and more" if math.isinf(last) else f"{first:g} to {last:g} s"


def _percent(share: float) -> str:
    return UNKNOWN if math.isnan(share) else f"{100 * share:.1f} %"


def _plain(value: float) -> str:
    return UNKNOWN if math.isnan(value) else f"{value:.3f}"
