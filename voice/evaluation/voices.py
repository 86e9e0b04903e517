"""How often one person is taken for two, and two for one: `python -m voice.evaluation.voices`.

One person: a named speaker's recording with at least 6 s of speech.  Two people: 4, 5 or 6 s of one
named speaker followed by as much of another, of the same source where there is one.
"""

import argparse
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from voice.audio import Waveform
from voice.evaluation.clips import Clip, read_clip, read_manifest
from voice.evaluation.speaker import Progress, speech_of
from voice.results import Segment
from voice.speaker import SpeakerEncoder, hear, load_encoder
from voice.voices import SAME_VOICE_LIKENESS, side_likeness

SINGLE_SECONDS = 6.0
PAIR_SECONDS = (4.0, 5.0, 6.0)
"""Seconds of each voice, in turn."""


@dataclass(frozen=True)
class VoicesReport:
    """Likeness of the two groups of windows, for one and for two voices; 1.0 where no groups."""

    one: tuple[float, ...]
    two: tuple[float, ...]

    def to_markdown(self) -> str:
        """A table with the shares called several voices."""
        return (
            "| | memos | called several voices | nearest to the bound |\n|---|---:|---:|---:|\n"
            f"| one speaker, at least {SINGLE_SECONDS:g} s | {len(self.one)} "
            f"| {_share(self.one)} | {min(self.one):.2f} |\n"
            f"| two speakers, {PAIR_SECONDS[0]:g} – {PAIR_SECONDS[-1]:g} s each | {len(self.two)} "
            f"| {_share(self.two)} | {max(self.two):.2f} |\n"
        )


def evaluate_voices(
    manifest: Path,
    root: Path,
    encoder: SpeakerEncoder,
    count: int = 100,
    progress: Progress | None = None,
) -> VoicesReport:
    """Up to `count` memos of one speaker and as many of two, drawn with a fixed seed."""
    clips = [
        clip for clip in read_manifest(manifest) if clip.kind == "human" and clip.speaker_is_named
    ]
    random.Random(3).shuffle(clips)  # noqa: S311 - a sample, not a secret
    one: list[float] = []
    two: list[float] = []
    spoken: list[tuple[Clip, Waveform]] = []
    for clip in clips:
        if len(spoken) >= 2 * count and len(one) >= count:
            break
        speech = speech_of(read_clip(root / clip.path))
        if speech.seconds >= SINGLE_SECONDS and len(one) < count:
            one.append(_likeness(encoder, speech))
        if speech.seconds >= PAIR_SECONDS[0]:
            spoken.append((clip, speech))
        if progress:
            progress("one voice", len(one), count)
    for first, second in _pairs(spoken):
        if len(two) == count:
            break
        wanted = PAIR_SECONDS[len(two) % len(PAIR_SECONDS)]
        seconds = min(wanted, first.seconds, second.seconds)
        halves = [part.cut(0, seconds).samples for part in (first, second)]
        two.append(_likeness(encoder, Waveform(np.concatenate(halves))))
        if progress:
            progress("two voices", len(two), count)
    return VoicesReport(tuple(one), tuple(two))


def _pairs(spoken: Sequence[tuple[Clip, Waveform]]) -> Iterator[tuple[Waveform, Waveform]]:
    """Two speakers each, every recording once, of one source as far as possible."""
    left = list(spoken)
    while left:
        clip, speech = left.pop(0)
        others = [other for other in left if other[0].speaker != clip.speaker]
        near = [other for other in others if other[0].source == clip.source]
        partner = next(iter(near or others), None)
        if partner is not None:
            left.remove(partner)
            yield speech, partner[1]


def _likeness(encoder: SpeakerEncoder, speech: Waveform) -> float:
    heard = hear(encoder, speech, [Segment(0.0, speech.seconds)])
    found = side_likeness(heard.windows, heard.pieces)
    return 1.0 if found is None else found


def _share(values: Sequence[float]) -> str:
    found = sum(value < SAME_VOICE_LIKENESS for value in values)
    return f"{found} ({100 * found / len(values):.1f} %)"


def main() -> None:
    """Measure on a corpus and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--count", type=int, default=100, help="memos of each sort")
    chosen = parser.parse_args()
    found = evaluate_voices(chosen.manifest, chosen.root, load_encoder(), chosen.count)
    print(found.to_markdown())


if __name__ == "__main__":
    main()
