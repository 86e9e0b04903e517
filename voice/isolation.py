"""Run the decoder as a child that can do nothing but decode, and believe nothing it says.

One child per file: it is started, given the bytes, listened to within bounds, and gone – by itself
or by SIGKILL to its whole process group – before `decode_file` returns.
"""

import hashlib
import json
import logging
import struct
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from voice import child
from voice.audio import MAX_FILE_BYTES, MAX_SECONDS, SAMPLE_RATE, Waveform
from voice.errors import Undecodable, UndecodableAudio
from voice.results import Container

log = logging.getLogger(__name__)

MAX_HEADER_BYTES = 64 * 1024
"""The child's JSON; its tags are bounded to fit (see `voice.decode.MAX_TAGS`)."""

_MAX_TAG = 200
MAX_TAGS = 32
MAX_SAMPLE_RATE = 768_000  # Hz
MAX_CHANNELS = 64
MAX_BIT_RATE = 1_000_000_000
"""Of what the child says about a file; more is believed of no sound."""

_BOOT = (
    "import sys; sys.path.append(sys.argv[1]); from voice.decode import main; main(sys.argv[2:])"
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one file may cost before decoding it is given up."""

    file_bytes: int = MAX_FILE_BYTES
    seconds: int = MAX_SECONDS  # of decoded sound
    wall_seconds: float = 30.0  # a quarter hour of sound decodes in a few seconds
    cpu_seconds: int = 20  # less than the wall: the child ends itself before it is killed
    memory_bytes: int = 512 * 1024 * 1024  # address space; PyAV itself maps about 120 MB

    @property
    def answer_bytes(self) -> int:
        """The most that the child may answer: length, header, samples and a resampler's tail."""
        return 4 + MAX_HEADER_BYTES + (self.seconds + 1) * SAMPLE_RATE * 4


def decode_file(path: Path, limits: Limits = Limits()) -> tuple[Waveform, Container]:
    """The sound of the file at `path` and the facts about its container.

    Raises UndecodableAudio, whatever is wrong with the path, the file or the decoder.
    """
    try:
        data = child.contents(path, limits.file_bytes)
        answer = child.answer_of(_command(limits), data, limits.answer_bytes, limits.wall_seconds)
    except child.ChildError as error:
        raise UndecodableAudio(error.reason, error.detail) from error
    header, samples = _understood(answer)
    if header.get("filtered") is not True:
        _warn_of_no_filter()
    if "reason" in header:
        raise UndecodableAudio(_reason(header["reason"]), _plain(str(header.get("detail", ""))))
    if not len(samples):
        raise UndecodableAudio(Undecodable.BROKEN, "nothing could be decoded")
    return Waveform(samples), _container(data, header, len(samples) / SAMPLE_RATE)


@cache
def _warn_of_no_filter() -> None:
    """One line in the log of a process, since every file would say the same."""
    log.warning(
        "This system does not let the decoder's process forbid itself system calls (seccomp); "
        "memos are decoded within limits of memory, time and open files alone."
    )


def _command(limits: Limits) -> list[str]:
    numbers = (SAMPLE_RATE, limits.seconds, limits.memory_bytes, limits.cpu_seconds)
    return child.python(_BOOT, *numbers)


def _understood(answer: bytearray) -> tuple[dict[str, Any], np.ndarray[Any, np.dtype[np.float32]]]:
    """Header and samples of an answer that a subverted child may have made up."""
    try:
        (length,) = struct.unpack_from(">I", answer)
        if length > MAX_HEADER_BYTES:
            raise ValueError("header")
        header = json.loads(answer[4 : 4 + length])
        if not isinstance(header, dict):
            raise TypeError("header")
        samples = np.frombuffer(answer, np.float32, offset=4 + length).copy()
    except (ValueError, TypeError, struct.error, RecursionError) as error:
        raise UndecodableAudio(Undecodable.BROKEN, "the decoder's answer makes no sense") from error
    # Files of floating-point samples may hold anything at all.
    np.nan_to_num(samples, copy=False, nan=0.0, posinf=1.0, neginf=-1.0)
    np.clip(samples, -1.0, 1.0, out=samples)
    return header, samples


def _container(data: bytes, facts: dict[str, Any], seconds: float) -> Container:
    try:
        container = Container(
            sha256=hashlib.sha256(data).hexdigest(),
            size_bytes=len(data),
            format=_plain(facts["format"]),
            codec=_plain(facts["codec"]),
            sample_rate=_number(facts["sample_rate"], MAX_SAMPLE_RATE),
            channels=_number(facts["channels"], MAX_CHANNELS),
            bit_rate=None if (rate := facts["bit_rate"]) is None else _number(rate, MAX_BIT_RATE),
            seconds=seconds,
            has_video=facts["has_video"] is True,
            encoder=_plain(facts["encoder"] or "") or None,
            created=_plain(facts["created"] or "") or None,
            tags={
                _plain(key): _plain(value) for key, value in list(facts["tags"].items())[:MAX_TAGS]
            },
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise UndecodableAudio(Undecodable.BROKEN, "the decoder's facts make no sense") from error
    return container


def _number(said: object, most: int) -> int:
    """A whole number between 1 and `most`; raises ValueError for whatever else was said."""
    if type(said) is not int or not 1 <= said <= most:
        raise ValueError("number")
    return said


def _reason(said: Any) -> Undecodable:
    try:
        return Undecodable(said)
    except (ValueError, TypeError):
        return Undecodable.BROKEN


def _plain(text: object) -> str:
    return child.plain(text, _MAX_TAG)
