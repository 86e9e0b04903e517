"""Analyses as the tests want them, without listening to anything."""

from voice.results import (
    Analysis,
    Container,
    Problem,
    Provenance,
    Quality,
    Score,
    Segment,
    Transcript,
    Unchecked,
    Word,
)


def analysis(
    said: str | None = None,
    *,
    language: str = "en",
    seconds: float = 8.0,
    speaker: Score | None = None,
    synthetic: Score | None = None,
    provenance: Provenance | None = None,
    problems: tuple[Problem, ...] = (),
    unchecked: tuple[Unchecked, ...] = (),
) -> Analysis:
    """A memo of `seconds` in which `said` was heard."""
    words = (said or "").split()
    step = seconds / max(1, len(words))
    return Analysis(
        audio=Container(
            sha256="0" * 64,
            size_bytes=24_000,
            format="ogg",
            codec="opus",
            sample_rate=48_000,
            channels=1,
            bit_rate=24_000,
            seconds=seconds,
        ),
        speech=(Segment(0.2, seconds - 0.2),),
        quality=Quality(level_dbfs=-22.0, clipped_share=0.0, snr_db=30.0, bandwidth_hz=7_500.0),
        transcript=None
        if said is None
        else Transcript(
            language=language,
            language_probability=0.98,
            text=said,
            words=tuple(Word(text, i * step, (i + 1) * step, 0.9) for i, text in enumerate(words)),
        ),
        speaker=speaker,
        synthetic=synthetic,
        provenance=provenance or Provenance(),
        problems=problems,
        unchecked=unchecked,
        envelope=tuple(abs((i * 7919 % 200) - 100) / 100 for i in range(400)),
        timing={"decode": 0.2, "words": 0.7, "total": 1.1},
    )
