"""Figures for sounds that need a head of their own to be judged: other channels, and splices.

    python -m voice.training.held_out MANIFEST --root DIR [--channel NAME] [--pairs N]

The sources are dealt into five folds, and one head is trained without each of them on the cached
features of `python -m voice.training`.  Every sound is judged by the head that never met its
source, in any channel.
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from platformdirs import user_cache_path
from rich.progress import Progress

from voice.activity import find_speech, speech_only
from voice.audio import SAMPLE_RATE, Samples
from voice.calibration import SYNTHETIC_LLR
from voice.cm_head import Head, as_tensor
from voice.countermeasure import EmbeddedCountermeasure
from voice.evaluation.clips import read_clip
from voice.manifest import Row, is_made
from voice.results import Score, Segment, Window
from voice.training.calibrate import Facts, report
from voice.training.collection import Copies, gather, read_rows
from voice.training.features import front_end
from voice.training.head import PENALTY, Expansion, Trained
from voice.training.ridge import Floats, Labels, fit
from voice.training.splices import Splice, pairs, spliced

FOLDS = 5
SHARES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
"""Of a memo's speech that is made; the ends are a human memo and a made one of the same length."""

SECONDS = 8.0
"""Of speech in a spliced memo; where the clips are shorter, they make a memo of five."""
SHORT_SECONDS = 5.0

SEED = 5

ACCUSED = 0.03
"""Share of human memos called made at which rules for windows are compared."""


@dataclass(frozen=True, slots=True)
class SpliceScore:
    """A memo of which `share` is made, from `boundary` seconds on."""

    share: float
    boundary: float
    score: Score


def main(arguments: list[str]) -> int:
    """Train the heads of the folds, and print the figures."""
    parser = argparse.ArgumentParser(prog="python -m voice.training.held_out")
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--root", type=Path, required=True, help="folder of the clips")
    parser.add_argument("--cache", type=Path, default=user_cache_path("familyguard-training"))
    parser.add_argument("--channel", action="append", default=[], help="repeatable")
    parser.add_argument("--every", type=int, default=10, help="take every so many clips")
    parser.add_argument("--pairs", type=int, default=0, help="splice so many pairs of clips")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args(arguments)
    rows = read_rows(options.manifest)
    with Progress() as progress:
        features, facts = gather(rows, options.root, options.cache, options.jobs, progress)
        heads, fold = fold_heads(features, facts.made, facts.source)
        for channel in options.channel:
            wanted = (Copies("stored", 0, 1), Copies(channel, 0, options.every))
            some, known = gather(rows, options.root, options.cache, options.jobs, progress, wanted)
            # Only the clips that went through the channel, in both of their forms.
            kept = np.ones(len(rows), dtype=np.bool_)
            kept[0 :: options.every] = False
            kept = np.concatenate((~kept, np.ones(len(known.made) - len(rows), dtype=np.bool_)))
            known = known.some(kept)
            progress.console.print(report(judged_by(heads, fold, some[kept], known), known))
        if options.pairs:
            task = progress.add_task("splices", total=options.pairs)
            found = splice_scores(rows, heads, fold, options, lambda: progress.advance(task))
            progress.console.print(splice_report(found))
    return 0


def fold_heads(features: Floats, made: Labels, source: Labels) -> tuple[list[Head], Labels]:
    """One head for every fold of sources, trained on the others, and each source's fold."""
    expansion = Expansion(features)
    counts = np.bincount(source)
    fold = np.zeros(len(counts), dtype=np.int64)
    sizes = np.zeros(FOLDS)
    for number in np.argsort(-counts, kind="stable"):
        fold[number] = int(sizes.argmin())
        sizes[fold[number]] += counts[number]
    heads = []
    for number in range(FOLDS):
        found = fit(expansion.kernel, made, source, (fold != number)[source], PENALTY)
        tensors = expansion.tensors(found)
        heads.append(Head({name: as_tensor(value) for name, value in tensors.items()}))
    return heads, fold


def judged_by(heads: Sequence[Head], fold: Labels, features: Floats, facts: Facts) -> Trained:
    """Scores and distances of rows by the heads that never met their sources."""
    score, distance = (np.zeros(len(features), dtype=np.float32) for _ in range(2))
    for index, row in enumerate(features):
        head = heads[fold[facts.source[index]]]
        (opinion,) = head.opinions(torch.from_numpy(row[None]))
        score[index], distance[index] = opinion.score, opinion.distance
    return Trained({}, score, distance)


def splice_scores(
    rows: Sequence[Row],
    heads: Sequence[Head],
    fold: Labels,
    options: argparse.Namespace,
    on_pair: Callable[[], None],
) -> list[SpliceScore]:
    """Memos of every share of SHARES, made of up to `options.pairs` pairs, with their scores."""
    features = front_end()
    countermeasures = [EmbeddedCountermeasure(features, head) for head in heads]
    sources = sorted({row["source_repo"] for row in rows})
    source = [sources.index(row["source_repo"]) for row in rows]
    made = np.array([is_made(row) for row in rows])
    chosen = pairs(source, made, [row["speaker"] for row in rows], np.random.default_rng(SEED))
    found: list[SpliceScore] = []
    count = 0
    for human, machine in chosen:
        first = _speech(options.root / rows[human]["clip"])
        second = _speech(options.root / rows[machine]["clip"])
        memos = [(share, _memo(first, second, share)) for share in SHARES]
        if any(memo is None for _, memo in memos):
            continue
        countermeasure = countermeasures[fold[source[human]]]
        for share, memo in memos:
            assert memo is not None
            score = countermeasure.score(memo.waveform, [Segment(0.0, memo.waveform.seconds)])
            if score is not None:
                found.append(SpliceScore(share, memo.boundary, score))
        on_pair()
        count += 1
        if count == options.pairs:
            break
    return found


def splice_report(found: Sequence[SpliceScore]) -> str:
    """How often each rule finds splices, and how often the worst window lies in the made part."""
    lines = []
    for name, rule in RULES.items():
        limit = float(
            np.quantile([rule(one.score) for one in found if one.share == 0], 1 - ACCUSED)
        )
        hits = [
            f"{share:.0%} made: {np.mean([rule(one.score) > limit for one in some]):.0%}"
            for share, some in _by_share(found)
        ]
        lines.append(f"{name} ({ACCUSED:.0%} of human memos called made): " + ", ".join(hits))
    for share, some in _by_share(found):
        called = np.mean([(one.score.llr or 0.0) >= SYNTHETIC_LLR for one in some])
        inside = [_worst_is_made(one) for one in some]
        chance = [np.mean([_is_made(one, window) for window in one.score.windows]) for one in some]
        lines.append(
            f"{share:.0%} made ({len(some)} memos): called made as a whole {called:.0%}, "
            f"worst window mostly made {np.mean(inside):.0%} (of all windows {np.mean(chance):.0%})"
        )
    return "\n".join(lines)


def _by_share(found: Sequence[SpliceScore]) -> list[tuple[float, list[SpliceScore]]]:
    return [(share, [one for one in found if one.share == share]) for share in SHARES]


def _is_made(one: SpliceScore, window: Window) -> bool:
    return (window.start + window.end) / 2 >= one.boundary


def _worst_is_made(one: SpliceScore) -> bool:
    return _is_made(one, max(one.score.windows, key=lambda window: window.score))


def _speech(path: Path) -> Samples:
    waveform = read_clip(path)
    return speech_only(waveform, find_speech(waveform)).samples


def _memo(human: Samples, machine: Samples, share: float) -> Splice | None:
    for seconds in (SECONDS, SHORT_SECONDS):
        # Every share must be possible, so that the same pairs are compared.
        if min(len(human), len(machine)) >= seconds * SAMPLE_RATE:
            return spliced(human, machine, share, seconds)
    return None


def _top(score: Score, count: int) -> float:
    return float(np.mean(sorted((window.score for window in score.windows), reverse=True)[:count]))


RULES: Mapping[str, Callable[[Score], float]] = {
    "whole memo": lambda score: score.score,
    "worst window": lambda score: _top(score, 1),
    "two worst windows": lambda score: _top(score, 2),
    "whole memo and worst window": lambda score: (score.score + _top(score, 1)) / 2,
    "worst half of the windows": lambda score: _top(score, -(-len(score.windows) // 2)),
}
"""What could decide about a memo whose windows have scores."""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
