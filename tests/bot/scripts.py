"""What a memo says to the stub worker: JSON in the place of sound.

`memo(...)` makes the bytes that a person «speaks» in a test; the stub worker answers as if the
models had heard them.  A voice is a name: two memos with one name are of one voice (their prints
have a cosine of 1), other names are about as unlike as two people are.
"""

import hashlib
import json
from dataclasses import replace
from typing import Any

import numpy as np

from tests.bot.analyses import analysis
from voice.calibration import voice_llr
from voice.results import (
    Analysis,
    EnrolmentMemo,
    Hearing,
    Problem,
    Provenance,
    Recording,
    Rehearing,
    Score,
    Segment,
    Unchecked,
    VoiceMatch,
    Watermark,
)
from voice.voiceprint import KnownVoice, Voiceprint

MODEL = "campplus"
DIM = 192
COPIES = ("as_spoken", "slower_10", "faster_10", "noise_10", "opus_12k")


def memo(
    say: str | None = None,
    *,
    alternatives: tuple[str, ...] = (),
    expected: tuple[str, ...] = (),
    language: str = "en",
    seconds: float = 8.0,
    voice: str | None = None,
    voices: dict[str, float] | None = None,
    synthetic: float | None = None,
    watermark: bool = False,
    sound: str | None = None,
    problems: tuple[Problem, ...] = (),
    unchecked: tuple[Unchecked, ...] = (),
    hearings: tuple[tuple[str, ...], ...] = (),
    wait: float = 0.0,
    salt: str = "",
) -> bytes:
    """A memo as the worker is to hear it.

    `say` is the transcript and `alternatives` further texts of the n-best list; `expected` is what
    a recogniser hears that was told which words may come; `voice` is whose voice it is (a name of
    the test's), `voices` are log-likelihood ratios by label that overrule what follows from the
    name; `synthetic` is a log-likelihood ratio; memos with one `sound` are one recording to the
    fingerprint (without it, those with one `say` and `voice`); `hearings` are the texts of each
    copy when it is a recording of a code word (without it, `say` and the alternatives, whatever the
    copy); `wait` is how many seconds it takes; `salt` makes another file of the same sound.
    """
    return json.dumps(
        {
            "say": say,
            "alternatives": alternatives,
            "expected": expected,
            "language": language,
            "seconds": seconds,
            "voice": voice,
            "voices": voices or {},
            "synthetic": synthetic,
            "watermark": watermark,
            "sound": sound if sound is not None else f"{say} by {voice}",
            "problems": problems,
            "unchecked": unchecked,
            "hearings": hearings,
            "wait": wait,
            "salt": salt,
        }
    ).encode()


def is_script(content: bytes) -> bool:
    """Whether a file was made by `memo`."""
    return content.startswith(b'{"say":')


def heard(
    content: bytes, known: tuple[KnownVoice, ...] = (), contexts: tuple[str, ...] = ()
) -> Analysis:
    """The analysis that a script stands for."""
    script = json.loads(content)
    said = script["say"]
    found = analysis(
        said,
        language=script["language"],
        seconds=script["seconds"],
        synthetic=_score("stub", script["synthetic"]),
        provenance=Provenance(watermark=Watermark("perth", 1.0) if script["watermark"] else None),
        problems=tuple(map(Problem, script["problems"])),
        unchecked=tuple(map(Unchecked, script["unchecked"])),
    )
    texts = tuple(dict.fromkeys([said, *script["alternatives"]])) if said is not None else ()
    expected = tuple(script["expected"]) if contexts else ()
    return replace(
        found,
        audio=replace(found.audio, sha256=hashlib.sha256(content).hexdigest()),
        transcript=found.transcript
        and replace(found.transcript, alternatives=texts, expected=expected),
        voices=tuple(VoiceMatch(one.label, _match(script, one)) for one in known),
        fingerprint=sounding(script["sound"]),
    )


def enrolled(content: bytes) -> EnrolmentMemo:
    """What a script adds to an enrolment."""
    script = json.loads(content)
    found = heard(content)
    usable = script["voice"] is not None and not found.problems
    return EnrolmentMemo(
        sha256=found.audio.sha256,
        speech_seconds=found.speech_seconds,
        voiceprint=voiceprint(script["voice"], found.speech_seconds) if usable else None,
        transcript=found.transcript,
        synthetic=found.synthetic,
        provenance=found.provenance,
        problems=found.problems,
        unchecked=found.unchecked,
        fingerprint=found.fingerprint,
    )


def reheard(contents: list[bytes]) -> Rehearing:
    """What the recordings of a code word were heard as."""
    hearings, recordings = [], []
    for number, content in enumerate(contents):
        script, found = json.loads(content), heard(content)
        whole = (Segment(0.2, script["seconds"] - 0.2),) if found.transcript else ()
        recordings.append(
            Recording(
                sha256=found.audio.sha256,
                speech=whole,
                takes=whole,
                problems=found.problems,
                fingerprint=found.fingerprint,
            )
        )
        if found.transcript is None:
            continue
        per_copy = [tuple(texts) for texts in script["hearings"]] or [
            found.transcript.alternatives
        ] * len(COPIES)
        names = [*COPIES, *(f"copy_{index}" for index in range(len(COPIES), len(per_copy)))]
        hearings += [
            Hearing(number, 0, name, texts) for name, texts in zip(names, per_copy, strict=False)
        ]
    return Rehearing(tuple(hearings), tuple(recordings), 0.01)


def voiceprint(name: str, speech_seconds: float = 8.0) -> Voiceprint:
    """The print of the voice called `name`."""
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
    numbers = np.random.default_rng(seed).standard_normal(DIM)
    numbers /= np.linalg.norm(numbers)
    return Voiceprint(MODEL, tuple(map(float, numbers)), speech_seconds)


def sounding(name: str) -> bytes:
    """A fingerprint of three seconds that is the same for one name and another for others."""
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
    bits = np.random.default_rng(seed).integers(0, 2**31, 150, dtype=np.uint32)
    return (bits | np.uint32(1 << 31)).astype("<u4").tobytes()


def _match(script: dict[str, Any], known: KnownVoice) -> Score:
    """The score for a known voice: as the script says, or as two voices of these names compare."""
    if known.label in script["voices"]:
        llr = script["voices"][known.label]
        return Score(MODEL, llr / 10, llr)
    if script["voice"] is None:
        return Score(MODEL, 0.35, 0.0)
    own = voiceprint(script["voice"]).embedding
    cosine = sum(a * b for a, b in zip(own, known.voiceprint.embedding, strict=True))
    return Score(MODEL, cosine, voice_llr(MODEL, cosine, script["seconds"]))


def _score(model: str, llr: float | None) -> Score | None:
    return None if llr is None else Score(model, llr, llr)
