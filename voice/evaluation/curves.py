"""Pictures of scored clips: the trade between the two errors, and how honest the ratios are."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from voice.calibration import SYNTHETIC_LLR
from voice.evaluation.figures import figures, values_of
from voice.evaluation.metrics import Values
from voice.evaluation.scored import DETECTOR, ScoredClip

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TICKS = np.array([0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8])
"""Shares at the axes of the DET curve, from end to end of what it shows."""

BINS = 9
"""Of ratios whose shares are counted."""

MIN_COUNT = 10
"""Clips in a bin, for its ratio to be shown: fewer say nothing."""

DOTS_PER_INCH = 150


def draw(systems: Mapping[str, Sequence[ScoredClip]], picture: Path) -> None:
    """DET curves of all `systems`, name → clips, and their calibration, as an image file.

    Each needs clips of both kinds with a score.  Raises OSError, and ValueError for a file name
    without an ending that tells the kind of image.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 6), layout="constrained")
    det, calibration = figure.subplots(1, 2)
    for name, clips in systems.items():
        _draw_det(det, name, clips)
        _draw_calibration(calibration, name, clips)
    _finish_det(det)
    _finish_calibration(calibration)
    figure.savefig(picture, dpi=DOTS_PER_INCH)


def _draw_det(axes: "Axes", name: str, clips: Sequence[ScoredClip]) -> None:
    high = np.sort(values_of(clip.score for clip in clips if clip.made))
    low = np.sort(values_of(clip.score for clip in clips if not clip.made))
    thresholds = np.unique(np.concatenate((high, low)))
    misses = np.searchsorted(high, thresholds) / len(high)
    alarms = 1 - np.searchsorted(low, thresholds) / len(low)
    found = figures(clips)
    inside = (misses > 0) & (misses < 1) & (alarms > 0) & (alarms < 1)
    label = f"{name}: EER {100 * found.eer:.1f} %"
    (line,) = axes.plot(_probit(alarms[inside]), _probit(misses[inside]), label=label)
    if name == DETECTOR and 0 < found.false_alarm < 1 and 0 < found.miss < 1:
        point = _probit(np.array([found.false_alarm, found.miss]))
        axes.plot(*point, "o", color=line.get_color(), label="at the threshold, judged clips")


def _finish_det(axes: "Axes") -> None:
    places = _probit(TICKS)
    axes.plot(places, places, ":", color="gray", label="equal rates")
    for set_ticks in (axes.set_xticks, axes.set_yticks):
        set_ticks(places, [f"{100 * tick:.0f} %" for tick in TICKS])
    axes.set_xlim(places[0], places[-1])
    axes.set_ylim(places[0], places[-1])
    axes.set_xlabel("human clips called made")
    axes.set_ylabel("made clips missed")
    axes.set_title("errors at every threshold (DET)")
    axes.grid(alpha=0.3)
    _legend(axes)


def _draw_calibration(axes: "Axes", name: str, clips: Sequence[ScoredClip]) -> None:
    judged = [clip for clip in clips if clip.judged]
    made = values_of(clip.llr for clip in judged if clip.made)
    human = values_of(clip.llr for clip in judged if not clip.made)
    edges = np.linspace(-math.log(10), math.log(10), BINS + 1)
    # The caps themselves belong to the outer bins, whatever rounding made of them.
    edges[[0, -1]] = -math.inf, math.inf
    in_made, in_human = np.histogram(made, edges)[0], np.histogram(human, edges)[0]
    enough = (in_made + in_human >= MIN_COUNT) & (in_made > 0) & (in_human > 0)
    given = _means(np.concatenate((made, human)), edges)
    share = (in_made / max(len(made), 1), in_human / max(len(human), 1))
    found = np.log(share[0][enough] / share[1][enough])
    axes.plot(given[enough], found, "o-", label=name)


def _finish_calibration(axes: "Axes") -> None:
    limit = math.log(10)
    axes.plot((-limit, limit), (-limit, limit), ":", color="gray", label="as they should be")
    axes.axvline(SYNTHETIC_LLR, linestyle="--", color="gray", linewidth=1, label="threshold")
    ratios = (0.1, 0.2, 0.5, 1, 2, 5, 10)
    names = ["1 : 10", "1 : 5", "1 : 2", "1 : 1", "2 : 1", "5 : 1", "10 : 1"]
    for set_ticks in (axes.set_xticks, axes.set_yticks):
        set_ticks([math.log(ratio) for ratio in ratios], names)
    axes.set_xlabel("likelihood ratio given (made : human)")
    axes.set_ylabel("ratio found among the clips that got it")
    axes.set_title("calibration of judged clips")
    axes.grid(alpha=0.3)
    _legend(axes)


def _legend(axes: "Axes") -> None:
    """Below the axes, as a curve can be anywhere in them."""
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), fontsize="small")


def _probit(shares: Values) -> Values:
    """Where a share lies on the axes of a DET curve, on which bell curves make straight lines."""
    from scipy.stats import norm

    return np.asarray(norm.ppf(shares), dtype=np.float64)


def _means(values: Values, edges: Values) -> Values:
    """The mean of the values between neighbouring edges, not a number where there are none."""
    counts = np.histogram(values, edges)[0]
    sums = np.histogram(values, edges, weights=values)[0]
    return np.asarray(np.where(counts > 0, sums / np.maximum(counts, 1), math.nan))
