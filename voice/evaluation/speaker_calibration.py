"""Makes the numbers of the voice calibration: `python -m voice.evaluation.speaker_calibration`.

Each trial compares one whole recording, as an enrolment, with another recording as a memo might
bring it: whole or cut to a few seconds, as stored or after a voice memo's coding.
"""

import argparse
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from voice.activity import find_speech, speech_only
from voice.audio import MIN_SPEECH_SECONDS, Waveform
from voice.calibration import (
    SECONDS_CAP,
    VOICE_DIFFERENT_LLR,
    VOICE_SIMILAR_LLR,
    VoiceCalibration,
    voice_llr,
)
from voice.evaluation.clips import Clip, read_clip, read_manifest, through_opus
from voice.evaluation.metrics import Values, cllr, equal_error_rate
from voice.evaluation.speaker import Progress
from voice.speaker import SpeakerEncoder, load_encoder
from voice.voiceprint import Embedding

RIDGE = 5e-4
"""Weight decay of the slope.  It makes the ratios milder than the corpus alone would: there, two
recordings of one speaker come from one room and one mood, and hardly overlap with strangers."""


@dataclass(frozen=True)
class Condition:
    """How the memo arrives: cut to `seconds` of speech (None: whole), coded or as stored."""

    name: str
    seconds: float | None
    coded: bool


CONDITIONS = (
    Condition("whole, as stored", None, coded=False),
    Condition("3 s, Opus 16 kbit/s", 3.0, coded=True),
    Condition("2 s, as stored", 2.0, coded=False),
    Condition("2 s, Opus 16 kbit/s", 2.0, coded=True),
)


@dataclass(frozen=True)
class Heard:
    """A recording's embedding of length 1, and the speech in it in seconds."""

    embedding: Embedding
    seconds: float


@dataclass(frozen=True)
class Trials:
    """Cosines and seconds of speech of pairs of one speaker and of two, shape = (n,) each."""

    same: Values
    same_seconds: Values
    different: Values
    different_seconds: Values


Recordings = Mapping[str, Mapping[Condition, Heard]]
"""By path of the clip."""
_OUTCOMES = (
    "relative clearly different",
    "stranger clearly different",
    "stranger similar",
    "relative similar",
)


def hear_all(
    clips: Sequence[Clip], root: Path, encoder: SpeakerEncoder, progress: Progress | None = None
) -> dict[str, dict[Condition, Heard]]:
    """Every clip with enough speech, in all conditions that its length allows."""
    found = {}
    for done, clip in enumerate(clips, start=1):
        stored = read_clip(root / clip.path)
        segments = find_speech(stored)
        versions = {
            False: speech_only(stored, segments),
            True: speech_only(through_opus(stored), segments),
        }
        if versions[False].seconds >= MIN_SPEECH_SECONDS:
            found[clip.path] = {
                condition: _heard(encoder, versions[condition.coded], condition.seconds)
                for condition in CONDITIONS
                if versions[condition.coded].seconds >= (condition.seconds or 0)
            }
        if progress:
            progress("voices", done, len(clips))
    return found


def _heard(encoder: SpeakerEncoder, spoken: Waveform, seconds: float | None) -> Heard:
    if seconds is not None:
        start = (spoken.seconds - seconds) / 2
        spoken = spoken.cut(start, start + seconds)
    embedding = encoder.embed(spoken)
    return Heard(np.asarray(embedding / np.linalg.norm(embedding)), spoken.seconds)


def trials(clips: Sequence[Clip], recordings: Recordings, condition: Condition) -> Trials:
    """All pairs within a source: the first as an enrolment, the second in `condition`."""
    whole = CONDITIONS[0]
    same: list[tuple[float, float]] = []
    different: list[tuple[float, float]] = []
    enrolled = [clip for clip in clips if clip.path in recordings]
    for first in enrolled:
        reference = recordings[first.path][whole].embedding
        for second in enrolled:
            if first is second or first.source != second.source:
                continue
            heard = recordings[second.path].get(condition)
            if heard is not None:
                pairs = same if first.speaker == second.speaker else different
                pairs.append((float(reference @ heard.embedding), heard.seconds))
    one, two = np.array(same).reshape(-1, 2), np.array(different).reshape(-1, 2)
    return Trials(one[:, 0], one[:, 1], two[:, 0], two[:, 1])


def fit(sets: Sequence[Trials]) -> VoiceCalibration:
    """Logistic regression in which both kinds, and every set, count the same."""
    features = np.concatenate([_features(one) for one in sets])
    signs = np.concatenate(
        [np.repeat([1.0, -1.0], [len(one.same), len(one.different)]) for one in sets]
    )
    weights = np.concatenate(
        [
            np.repeat(
                [1 / len(one.same), 1 / len(one.different)], [len(one.same), len(one.different)]
            )
            for one in sets
        ]
    )
    weights /= weights.sum()

    def cost(numbers: Values) -> float:
        return float(
            weights @ np.logaddexp(0, -signs * (features @ numbers)) + RIDGE * numbers[0] ** 2
        )

    slope, offset, per_log_second = minimize(cost, np.zeros(3)).x
    return VoiceCalibration(float(slope), float(offset), float(per_log_second))


def _features(one: Trials) -> Values:
    cosines = np.concatenate((one.same, one.different))
    seconds = np.concatenate((one.same_seconds, one.different_seconds))
    return np.column_stack(
        (cosines, np.ones(len(cosines)), np.log(np.clip(seconds, 1, SECONDS_CAP)))
    )


def report(sets: Mapping[Condition, Trials], model: str) -> str:
    """What the calibration in use makes of the trials, as a table."""
    lines = [
        "| memo | pairs same / different | EER | Cllr | " + " | ".join(_OUTCOMES) + " |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for condition, one in sets.items():
        same = _llrs(model, one.same, one.same_seconds)
        different = _llrs(model, one.different, one.different_seconds)
        shares = (
            (same <= VOICE_DIFFERENT_LLR).mean(),
            (different <= VOICE_DIFFERENT_LLR).mean(),
            (different >= VOICE_SIMILAR_LLR).mean(),
            (same >= VOICE_SIMILAR_LLR).mean(),
        )
        rate = equal_error_rate(same, different).rate
        lines.append(
            f"| {condition.name} | {len(same)} / {len(different)} | {100 * rate:.1f} % "
            f"| {cllr(same, different):.2f} | "
            + " | ".join(f"{100 * share:.1f} %" for share in shares)
            + " |"
        )
    return "\n".join(lines) + "\n"


def _llrs(model: str, cosines: Values, seconds: Values) -> Values:
    found = (voice_llr(model, *pair) for pair in zip(cosines, seconds, strict=True))
    return np.array([math.nan if llr is None else llr for llr in found])


def main() -> None:
    """Fit on a corpus, print the numbers, and print what those in use do there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--model", default="campplus")
    chosen = parser.parse_args()
    clips = [
        clip
        for clip in read_manifest(chosen.manifest)
        if clip.kind == "human" and clip.speaker_is_named
    ]
    counts = Counter((clip.source, clip.speaker) for clip in clips)
    clips = [clip for clip in clips if counts[clip.source, clip.speaker] > 1]
    recordings = hear_all(clips, chosen.root, load_encoder(chosen.model))
    sets = {condition: trials(clips, recordings, condition) for condition in CONDITIONS}
    print(fit(list(sets.values())))
    print(report(sets, chosen.model))


if __name__ == "__main__":
    main()
