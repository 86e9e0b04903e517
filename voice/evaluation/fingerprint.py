"""How surely a recording is known again: `python -m voice.evaluation.fingerprint`.

Pairs of different recordings – of one speaker, and of two – say how alike strangers can be; each
recording with its first 0.3 s (at most) cut off, through every channel, says how alike it stays to
itself; two seconds of it between other people's words say whether a part is found.
"""

import argparse
import itertools
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from voice.audio import Waveform
from voice.evaluation.channels import CHANNELS, through
from voice.evaluation.clips import Clip, read_clip, read_manifest
from voice.fingerprint import SAME_SIMILARITY, fingerprint, shared_part, similarity

MAX_CUT_SECONDS = 0.3
PART_SECONDS = (1.5, 2.0, 3.0)
PART_CHANNEL = "opus-16k"
AROUND_SECONDS = 2.5
"""Of another recording, before and behind a part."""

MIN_CLIP_SECONDS = 6.0


@dataclass(frozen=True)
class FingerprintReport:
    """Similarities by the name of what was compared."""

    strangers: Mapping[str, tuple[float, ...]]
    itself: Mapping[str, tuple[float, ...]]

    def to_markdown(self) -> str:
        """Two tables."""
        lines = ["| two recordings | pairs | median | highest | taken for one |"]
        lines.append("|---|---:|---:|---:|---:|")
        for name, values in self.strangers.items():
            median, most = np.median(values), max(values)
            lines.append(
                f"| {name} | {len(values)} | {median:.2f} | {most:.2f} | {_share(values)} |"
            )
        lines += ["", "| one recording | clips | lowest | median | known again |"]
        lines.append("|---|---:|---:|---:|---:|")
        for name, values in self.itself.items():
            least, median = min(values), np.median(values)
            lines.append(
                f"| {name} | {len(values)} | {least:.2f} | {median:.2f} | {_share(values)} |"
            )
        return "\n".join(lines)


def evaluate_fingerprint(manifest: Path, root: Path, count: int = 100) -> FingerprintReport:
    """`count` human recordings for the channels and four times as many for strangers."""
    draw = random.Random(5)  # noqa: S311 - a sample, not a secret
    clips = [clip for clip in read_manifest(manifest) if clip.kind == "human"]
    draw.shuffle(clips)
    sounds = [(clip, read_clip(root / clip.path)) for clip in clips[: 4 * count]]
    prints = [fingerprint(sound) for _, sound in sounds]
    one, two = _pairs([clip for clip, _ in sounds], 20 * count, draw)
    strangers = {
        "one speaker, whole": [similarity(prints[a], prints[b]) for a, b in one],
        "two speakers, whole": [similarity(prints[a], prints[b]) for a, b in two],
        "one speaker, best part": [shared_part(prints[a], prints[b]) for a, b in one],
        "two speakers, best part": [shared_part(prints[a], prints[b]) for a, b in two[: 5 * count]],
    }
    itself: dict[str, list[float]] = {name: [] for name in CHANNELS}
    long = [index for index, (_, sound) in enumerate(sounds) if sound.seconds >= MIN_CLIP_SECONDS]
    for seed, index in enumerate(range(count)):
        sound = sounds[index][1]
        late = sound.cut(draw.uniform(0.0, MAX_CUT_SECONDS), sound.seconds)
        for name in CHANNELS:
            itself[name].append(similarity(prints[index], fingerprint(through(name, late, seed))))
    for seconds in PART_SECONDS:
        found = itself.setdefault(f"{seconds:g} s of it inside another, {PART_CHANNEL}", [])
        for seed, index in enumerate(long[:count]):
            spliced = _spliced(sounds[index][1], sounds[index - 1][1], seconds, draw)
            found.append(
                shared_part(prints[index], fingerprint(through(PART_CHANNEL, spliced, seed)))
            )
    return FingerprintReport(
        {name: tuple(values) for name, values in strangers.items()},
        {name: tuple(values) for name, values in itself.items()},
    )


def _pairs(
    clips: Sequence[Clip], count: int, draw: random.Random
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Pairs of recordings of one speaker, and of two."""
    one = [
        (a, b)
        for a, b in itertools.combinations(range(len(clips)), 2)
        if (clips[a].source, clips[a].speaker) == (clips[b].source, clips[b].speaker)
    ]
    two = [
        (a, b)
        for a, b in (draw.sample(range(len(clips)), 2) for _ in range(count))
        if clips[a].speaker != clips[b].speaker
    ]
    return draw.sample(one, min(count, len(one))), two


def _spliced(sound: Waveform, other: Waveform, seconds: float, draw: random.Random) -> Waveform:
    """A part of `sound` between two parts of `other`."""
    start = draw.uniform(0.2, sound.seconds - seconds - 0.2)
    parts = (
        other.cut(0.0, AROUND_SECONDS),
        sound.cut(start, start + seconds),
        other.cut(AROUND_SECONDS, 2 * AROUND_SECONDS),
    )
    return Waveform(np.concatenate([part.samples for part in parts]))


def _share(values: Sequence[float]) -> str:
    found = sum(value >= SAME_SIMILARITY for value in values)
    return f"{found} ({100 * found / len(values):.1f} %)"


def main() -> None:
    """Measure on a corpus and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--count", type=int, default=100, help="recordings through every channel")
    chosen = parser.parse_args()
    print(evaluate_fingerprint(chosen.manifest, chosen.root, chosen.count).to_markdown())


if __name__ == "__main__":
    main()
