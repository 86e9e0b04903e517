"""What is kept of a person's voice, and how alike such prints are: arithmetic without a network.

The light process uses this to store prints and to see whether the memos of an enrolment are of one
person.  Nothing here imports more than NumPy.
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import field

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass

from voice.calibration import VOICE_SIMILAR_LLR, voice_llr

Embedding = NDArray[np.float32]

MIN_ENROLMENT_MEMOS = 3
"""Fewer cannot show that they are of one person: of two that differ, either may be the odd one."""

MIN_ENROLMENT_SECONDS = 20.0
"""Net speech of all memos together from which an enrolment is complete."""


@dataclass(frozen=True)
class Voiceprint:
    """What is kept of a relative's voice; `embedding` has `dim` numbers and length 1.

    It is biometric data, so it is not shown where an object is printed.
    """

    model: str
    embedding: tuple[float, ...] = field(repr=False)
    speech_seconds: float


@dataclass(frozen=True)
class KnownVoice:
    """A voiceprint that a memo is to be compared with; `label` is given back with the score."""

    label: str
    voiceprint: Voiceprint


def combined(prints: Sequence[Voiceprint]) -> Voiceprint:
    """One print of several memos of one person; each counts by its speech.

    Raises ValueError without prints, or with prints of several models.
    """
    if len({one.model for one in prints}) != 1:
        raise ValueError("voiceprints of one model are needed")
    total = sum(
        np.asarray(one.embedding, dtype=np.float32) * np.float32(one.speech_seconds)
        for one in prints
    )
    seconds = sum(one.speech_seconds for one in prints)
    return Voiceprint(prints[0].model, tuple(map(float, unit(np.asarray(total)))), seconds)


def likeness(one: Voiceprint, other: Voiceprint) -> float | None:
    """Natural-log likelihood ratio that two prints are of one voice, by the shorter one's speech.

    None for a model that was not calibrated.  Raises ValueError for prints of two models.
    """
    if one.model != other.model:
        raise ValueError(f"a {one.model} voiceprint cannot be compared with {other.model}")
    cosine = float(np.dot(np.asarray(one.embedding), np.asarray(other.embedding)))
    return voice_llr(one.model, cosine, min(one.speech_seconds, other.speech_seconds))


def consistency(prints: Sequence[Voiceprint]) -> tuple[float | None, ...]:
    """For each memo of an enrolment, how alike it is to all the others together (see `likeness`).

    Raises ValueError for fewer than two prints, or prints of several models.
    """
    if len(prints) < 2:
        raise ValueError("one memo has nothing to agree with")
    return tuple(
        likeness(one, combined([*prints[:index], *prints[index + 1 :]]))
        for index, one in enumerate(prints)
    )


def consistent(prints: Sequence[Voiceprint]) -> bool:
    """Whether the memos of an enrolment are of one person, each of them clearly.

    Raises like `consistency`.
    """
    return all(llr is not None and llr >= VOICE_SIMILAR_LLR for llr in consistency(prints))


def to_bytes(voiceprint: Voiceprint) -> bytes:
    """The print as bytes, to be sealed and stored."""
    numbers = np.asarray(voiceprint.embedding, dtype="<f4").tobytes()
    return json.dumps(
        {
            "model": voiceprint.model,
            "embedding": base64.b64encode(numbers).decode(),
            "speech_seconds": voiceprint.speech_seconds,
        }
    ).encode()


def from_bytes(data: bytes) -> Voiceprint:
    """The print that `to_bytes` made; raises ValueError for anything else."""
    try:
        stored = json.loads(data)
        numbers = np.frombuffer(base64.b64decode(stored["embedding"], validate=True), "<f4")
        return _VOICEPRINT.validate_python({**stored, "embedding": tuple(map(float, numbers))})
    except (TypeError, KeyError) as error:
        raise ValueError("not a voiceprint") from error


def unit(vectors: Embedding) -> Embedding:
    """The vectors, shape = (…, dim), with length 1."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), dtype=np.float32)


_VOICEPRINT = TypeAdapter(Voiceprint)
