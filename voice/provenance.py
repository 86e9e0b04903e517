"""Traces of a generator that a file brings along: watermark, Content Credentials, container tags.

Positive evidence only.  Any of them can be stripped, and most memos never had one.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from voice import credentials
from voice.audio import Waveform
from voice.results import Container, Provenance, Segment
from voice.watermark import PerthDetector

GENERATORS = {
    # Names that only a maker of speech writes into its files.  Encoders that everybody uses prove
    # nothing ("Lavf", "LAME", "Audacity"), and neither do names that are ordinary words.
    "ElevenLabs": r"eleven ?labs",
    "PlayHT": r"play\.?ht",
    "Resemble AI": r"resemble[ .]?ai|chatterbox ?tts",
    "Murf": r"murf[ .]ai",
    "Respeecher": r"respeecher",
    "Speechify": r"speechify",
    "LOVO": r"lovo[ .]ai|genny by lovo",
    "WellSaid": r"well ?said ?labs",
    "Voicemod": r"voicemod",
    "Voice.ai": r"voice\.ai",
    "HeyGen": r"heygen",
    "Synthesia": r"synthesia",
    "Descript": r"descript overdub",
    "Fish Audio": r"fish ?audio|fish[ -]speech",
    "Amazon Polly": r"amazon ?polly",
    "Azure Speech": r"azure (neural )?(speech|tts)",
    "OpenAI speech": r"openai[ .-]?(tts|speech|audio)",
    "Coqui": r"coqui[ .-]?(tts|ai|xtts)",
    "Piper": r"piper[ -]?tts",
    "eSpeak": r"e?speak[ -]?ng",
    # Not a name but a statement: the mark that Chinese law (GB 45438-2025) asks for in metadata,
    # and IPTC's word for what a trained model made.
    "AI label": r"\baigc\b|trainedalgorithmicmedia|\bai[ -]generated\b|\bgenerated (by|with) ai\b",
}
"""What is reported → the words in a tag that show it, whatever their case."""

_PATTERNS = {name: re.compile(words, re.IGNORECASE) for name, words in GENERATORS.items()}


def look(
    path: Path,
    container: Container,
    waveform: Waveform,
    segments: Sequence[Segment],
    detector: PerthDetector | None,
) -> Provenance:
    """What the file at `path` and its sound tell about a generator."""
    return Provenance(
        watermark=detector.find(waveform, segments) if detector else None,
        credentials=credentials.read(path, container),
        generator_tags=generator_tags(container),
    )


def generator_tags(container: Container) -> tuple[str, ...]:
    """Names from `GENERATORS` that the container's tags mention; never the foreign text itself."""
    written = " \n ".join(
        [container.encoder or "", *(part for tag in container.tags.items() for part in tag)]
    )
    return tuple(name for name, pattern in _PATTERNS.items() if pattern.search(written))
