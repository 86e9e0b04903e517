"""The speaker report counts the trials that it says it counts."""

from pathlib import Path

import numpy as np
import pytest

from voice.audio import SAMPLE_RATE, Waveform
from voice.evaluation.clips import Clip, read_manifest, through_opus
from voice.evaluation.speaker import embed_clips, report, select
from voice.speaker import load_encoder
from voice.voiceprint import Embedding


def clip(path: str, source: str, speaker: str, kind: str = "human", reference: str = "") -> Clip:
    """A row of a manifest."""
    family = "human" if kind == "human" else "some-family"
    return Clip(path, kind, "system", family, source, speaker, True, reference, "en", "dev")


CLIPS = [
    *(clip(f"{speaker}{number}", "one", speaker) for speaker in "ab" for number in range(3)),
    *(clip(f"{speaker}{number}", "two", speaker) for speaker in "cd" for number in range(2)),
    clip("lonely", "two", "e"),
    clip("good", "one", "a", "clone", "a0"),
    clip("bad", "one", "a", "clone", "a0"),
    clip("converted", "two", "c", "vc", "c0"),
    clip("unknown target", "two", "c", "vc"),
]
AXES = {"a": 0, "b": 1, "c": 2, "d": 3, "e": 4, "good": 0, "bad": 5, "converted": 2}


def embeddings(clips: list[Clip]) -> dict[str, Embedding]:
    """Every voice on its own axis, with a little noise."""
    found = {}
    for number, one in enumerate(clips):
        vector = np.random.default_rng(number).normal(0, 0.05, 16)
        vector[AXES.get(one.path, AXES.get(one.speaker, 9))] += 1
        found[one.path] = (vector / np.linalg.norm(vector)).astype(np.float32)
    return found


def test_it_takes_speakers_with_two_recordings_and_imitations_with_a_target() -> None:
    """A speaker with one recording makes no pair, and a clone of nobody has no target."""
    paths = {one.path for one in select(CLIPS)}
    assert "lonely" not in paths
    assert "unknown target" not in paths
    assert {"a0", "d1", "good", "converted"} <= paths


def test_it_counts_pairs_of_one_speaker_of_one_source_and_of_two() -> None:
    """Three recordings make three pairs, two make one; strangers pair within and across sources."""
    chosen = select(CLIPS)
    (figures,) = report(chosen, {"campplus": embeddings(chosen)}).models
    assert figures.same_trials == 3 + 3 + 1 + 1
    assert figures.within_trials == 3 * 3 + 2 * 2
    assert figures.across_trials == 6 * 4
    assert figures.within.rate == 0.0
    assert figures.interval.low == figures.interval.high == 0.0


def test_one_name_in_two_sources_is_not_a_pair_of_strangers() -> None:
    """A well-known reader recurs in many sources under the same name."""
    clips = [clip(f"{source}{n}", source, "reader") for source in ("one", "two") for n in range(2)]
    clips += [clip(f"a{n}", "one", "a") for n in range(2)]
    (figures,) = report(clips, {"campplus": embeddings(clips)}).models
    assert figures.across_trials == 2 * 2


def test_it_counts_the_imitations_that_pass() -> None:
    """A clone on its target's axis passes, one beside it does not."""
    chosen = select(CLIPS)
    (figures,) = report(chosen, {"campplus": embeddings(chosen)}).models
    assert (figures.passed("clone").passed, figures.passed("clone").total) == (1, 2)
    assert (figures.passed("vc").passed, figures.passed("vc").total) == (1, 1)


def test_the_report_is_a_table_for_all_models() -> None:
    """Each model has a column in both tables."""
    chosen = select(CLIPS)
    found = embeddings(chosen)
    text = report(chosen, {"campplus": found, "ge2e": found}).to_markdown()
    assert "| | campplus | ge2e |" in text
    assert "| **clone passes as its target** | 1 of 2 (50 %) | 1 of 2 (50 %) |" in text
    assert "| clone, some-family | 1 of 2 (50 %) | 1 of 2 (50 %) |" in text


def test_clips_that_are_too_short_are_left_out_and_counted() -> None:
    """A clip without an embedding takes part in nothing."""
    chosen = select(CLIPS)
    found = embeddings(chosen)
    del found["b0"], found["good"]
    whole = report(chosen, {"campplus": found})
    assert whole.left_out == 2
    assert whole.models[0].same_trials == 3 + 1 + 1 + 1
    assert whole.models[0].passed("clone").total == 1


def test_a_voice_memo_s_coding_keeps_length_and_loses_detail() -> None:
    """Opus at 16 kbit/s gives about as many samples, near but not equal to the original's."""
    time = np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE
    original = Waveform((0.3 * np.sin(2 * np.pi * 440 * time)).astype(np.float32))
    coded = through_opus(original)
    assert coded.seconds == pytest.approx(2.0, abs=0.05)
    assert np.sqrt(np.mean(coded.samples**2)) == pytest.approx(0.3 / np.sqrt(2), rel=0.1)
    assert not np.array_equal(coded.samples[:1000], original.samples[:1000])


@pytest.mark.models
@pytest.mark.corpus
@pytest.mark.usefixtures("one_thread")
def test_it_measures_a_few_clips_of_the_corpus(models_folder: Path, corpus: Path) -> None:
    """The whole way from a manifest to embeddings, with progress."""
    chosen = select(read_manifest(corpus / "manifest.csv"))[:3]
    seen: list[tuple[str, int, int]] = []
    encoder = load_encoder("campplus", models_folder)
    found = embed_clips(chosen, corpus, [encoder], lambda *step: seen.append(step))
    assert seen[-1] == ("voices", 3, 3)
    for embedding in found["campplus"].values():
        assert np.linalg.norm(embedding) == pytest.approx(1.0, abs=1e-4)
