"""How well voices are told apart, and how many clones pass as the person they imitate.

Trials are made of clips of speakers whom the corpus names.  *Same* pairs are two clips of one
speaker in one source.  *Different* pairs are two speakers of the same source (the same room and
microphone, so the harder and fairer test; it sets the threshold) or, counted apart, of two sources,
where two names may still be one reader.  A clone is compared with the recording it was made from.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voice import models
from voice.activity import find_speech, speech_only
from voice.audio import MIN_SPEECH_SECONDS, Waveform
from voice.evaluation.clips import Clip, read_clip, read_manifest
from voice.evaluation.metrics import (
    EqualErrorRate,
    Interval,
    Values,
    bootstrap,
    equal_error_rate,
)
from voice.speaker import SpeakerEncoder, load_encoder
from voice.voiceprint import Embedding

IMITATIONS = ("clone", "vc")
"""The kinds that take a given person's voice: cloned from a sample, and converted from another."""

Progress = Callable[[str, int, int], None]
Embeddings = Mapping[str, Embedding]
"""Path of a clip → its embedding of length 1; clips with too little speech are not in it."""


@dataclass(frozen=True)
class PassRate:
    """How many imitations of one family score as the person they imitate."""

    kind: str
    family: str
    passed: int
    total: int

    @property
    def share(self) -> float:
        """0 … 1; not a number where there were none."""
        return self.passed / self.total if self.total else math.nan


@dataclass(frozen=True)
class ModelFigures:
    """What one model achieves; `within` has the threshold at which imitations are counted."""

    model: str
    same_trials: int
    within_trials: int
    within: EqualErrorRate
    interval: Interval  # of the rate, over speakers
    across_trials: int
    across: EqualErrorRate
    means: Mapping[str, float]  # mean cosine of same, within, across and of each kind of imitation
    passes: tuple[PassRate, ...]

    def passed(self, kind: str) -> PassRate:
        """All families of a kind together."""
        rows = [row for row in self.passes if row.kind == kind]
        return PassRate(kind, "all", sum(r.passed for r in rows), sum(r.total for r in rows))


@dataclass(frozen=True)
class SpeakerReport:
    """The figures of every model on the same clips."""

    clips: int
    speakers: int
    sources: int
    left_out: int
    models: tuple[ModelFigures, ...]

    def to_markdown(self) -> str:
        """Two tables: the models, and the share of imitations that pass by family."""
        lines = [
            (
                f"{self.clips} recordings of {self.speakers} named speakers from {self.sources} "
                f"sources; {self.left_out} clips with less than {MIN_SPEECH_SECONDS:g} s of "
                "speech were left out."
            ),
            "",
            "| | " + " | ".join(figures.model for figures in self.models) + " |",
            "|---|" + "---:|" * len(self.models),
        ]
        rows: list[tuple[str, Callable[[ModelFigures], str]]] = [
            ("equal error rate, speakers of one source", lambda f: _percent(f.within.rate)),
            ("– 95 % interval over speakers", _interval),
            ("– threshold (cosine)", lambda f: f"{f.within.threshold:.3f}"),
            ("– pairs same / different", lambda f: f"{f.same_trials} / {f.within_trials}"),
            ("equal error rate, speakers of two sources", lambda f: _percent(f.across.rate)),
            ("– pairs different", lambda f: str(f.across_trials)),
            ("mean cosine, same speaker", lambda f: f"{f.means['same']:.2f}"),
            ("mean cosine, other speaker of the source", lambda f: f"{f.means['within']:.2f}"),
        ]
        for kind in IMITATIONS:
            rows.append((f"mean cosine, {kind}", lambda f, k=kind: f"{f.means[k]:.2f}"))  # type: ignore[misc]
            rows.append((f"**{kind} passes as its target**", lambda f, k=kind: _share(f.passed(k))))  # type: ignore[misc]
        lines += [
            f"| {title} | " + " | ".join(cell(f) for f in self.models) + " |"
            for title, cell in rows
        ]
        return "\n".join([*lines, "", *self._families()]) + "\n"

    def _families(self) -> Iterable[str]:
        yield "| passes as its target | " + " | ".join(f.model for f in self.models) + " |"
        yield "|---|" + "---:|" * len(self.models)
        for index, row in enumerate(self.models[0].passes):
            cells = (_share(figures.passes[index]) for figures in self.models)
            yield f"| {row.kind}, {row.family} | " + " | ".join(cells) + " |"


def evaluate_speaker(
    manifest: Path,
    root: Path,
    models: Sequence[str] = ("campplus", "ge2e"),
    progress: Progress | None = None,
) -> SpeakerReport:
    """Measure every model on the clips of a corpus.

    `progress` is called with what is being done, clips done and clips in total.  Raises
    ModelUnavailable, and ValueError where the corpus has no trials.
    """
    chosen = select(read_manifest(manifest))
    encoders = [_load(name) for name in models]
    embeddings = embed_clips(chosen, root, encoders, progress)
    return report(chosen, embeddings)


def select(clips: Sequence[Clip]) -> list[Clip]:
    """The clips that trials are made of: speakers with two recordings, imitations, their models."""
    counts = Counter((clip.source, clip.speaker) for clip in clips if _is_named(clip))
    imitations = [clip for clip in clips if clip.kind in IMITATIONS and clip.reference]
    references = {clip.reference for clip in imitations}
    return [
        clip
        for clip in clips
        if (_is_named(clip) and counts[clip.source, clip.speaker] > 1)
        or clip.path in references
        or (clip.kind in IMITATIONS and clip.reference)
    ]


def embed_clips(
    clips: Sequence[Clip],
    root: Path,
    encoders: Sequence[SpeakerEncoder],
    progress: Progress | None = None,
) -> dict[str, dict[str, Embedding]]:
    """Embeddings of the speech in each clip, by model and path."""
    found: dict[str, dict[str, Embedding]] = {encoder.name: {} for encoder in encoders}
    for done, clip in enumerate(clips, start=1):
        spoken = speech_of(read_clip(root / clip.path))
        if spoken.seconds >= MIN_SPEECH_SECONDS:
            for encoder in encoders:
                embedding = encoder.embed(spoken)
                found[encoder.name][clip.path] = embedding / np.linalg.norm(embedding)
        if progress:
            progress("voices", done, len(clips))
    return found


def speech_of(waveform: Waveform) -> Waveform:
    """Only the speech of a clip."""
    return speech_only(waveform, find_speech(waveform))


def report(clips: Sequence[Clip], embeddings: Mapping[str, Embeddings]) -> SpeakerReport:
    """The figures from embeddings by model.  Raises ValueError where there are no trials."""
    usable = next(iter(embeddings.values()))
    human = [clip for clip in clips if _is_named(clip) and clip.path in usable]
    counts = Counter((clip.source, clip.speaker) for clip in human)
    human = [clip for clip in human if counts[clip.source, clip.speaker] > 1]
    imitations = [
        clip
        for clip in clips
        if clip.kind in IMITATIONS and clip.path in usable and clip.reference in usable
    ]
    return SpeakerReport(
        clips=len(human),
        speakers=sum(count > 1 for count in counts.values()),
        sources=len({clip.source for clip in human}),
        left_out=len(clips) - sum(clip.path in usable for clip in clips),
        models=tuple(
            _figures(name, found, human, imitations) for name, found in embeddings.items()
        ),
    )


def _figures(
    model: str, embeddings: Embeddings, human: Sequence[Clip], imitations: Sequence[Clip]
) -> ModelFigures:
    matrix = np.stack([embeddings[clip.path] for clip in human])
    cosines = (matrix @ matrix.T).astype(np.float64)
    speakers = _numbered([(clip.source, clip.speaker) for clip in human])
    sources = _numbered([clip.source for clip in human])
    names = _numbered([clip.speaker for clip in human])
    pairs = np.triu(np.ones(cosines.shape, dtype=bool), k=1)
    is_same = pairs & (speakers[:, None] == speakers)
    is_within = pairs & (sources[:, None] == sources) & ~is_same
    # One name in two sources is one person; such a pair is neither same nor different here.
    is_across = pairs & (sources[:, None] != sources) & (names[:, None] != names)
    same, within, across = cosines[is_same], cosines[is_within], cosines[is_across]
    first, second = np.nonzero(is_within)
    owners = speakers[np.nonzero(is_same)[0]]

    def redrawn(counts: Values) -> float:
        weights = counts[speakers[first]] * counts[speakers[second]]
        return equal_error_rate(same, within, counts[owners], weights).rate

    found = equal_error_rate(same, within)
    likeness = {
        clip.path: float(embeddings[clip.path] @ embeddings[clip.reference]) for clip in imitations
    }
    means = {"same": same.mean(), "within": within.mean(), "across": across.mean()}
    for kind in IMITATIONS:
        alike = [likeness[clip.path] for clip in imitations if clip.kind == kind]
        means[kind] = np.mean(alike) if alike else np.nan
    return ModelFigures(
        model=model,
        same_trials=len(same),
        within_trials=len(within),
        within=found,
        interval=bootstrap(int(speakers.max()) + 1, redrawn),
        across_trials=len(across),
        across=equal_error_rate(same, across),
        means={name: float(mean) for name, mean in means.items()},
        passes=_passes(imitations, likeness, found.threshold),
    )


def _passes(
    imitations: Sequence[Clip], likeness: Mapping[str, float], threshold: float
) -> tuple[PassRate, ...]:
    groups: dict[tuple[str, str], list[bool]] = {}
    for clip in imitations:
        passed = likeness[clip.path] >= threshold
        groups.setdefault((clip.kind, clip.system_family), []).append(passed)
    return tuple(
        PassRate(kind, family, sum(passed), len(passed))
        for (kind, family), passed in sorted(groups.items())
    )


def _load(name: str) -> SpeakerEncoder:
    if name == "ge2e":
        from voice.evaluation.ge2e import Ge2eEncoder

        return Ge2eEncoder(models.opened(name))
    return load_encoder(name)


def _is_named(clip: Clip) -> bool:
    return clip.kind == "human" and clip.speaker_is_named


def _numbered(keys: Sequence[object]) -> NDArray[np.int64]:
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    return np.array([numbers[key] for key in keys])


def _percent(rate: float) -> str:
    return f"{100 * rate:.1f} %"


def _interval(figures: ModelFigures) -> str:
    return f"{100 * figures.interval.low:.1f} – {100 * figures.interval.high:.1f} %"


def _share(row: PassRate) -> str:
    return f"{row.passed} of {row.total} ({100 * row.share:.0f} %)"
