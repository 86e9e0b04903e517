"""Run the decoder as a child that can do nothing but decode, and believe nothing it says.

One child per file: it is started, given the bytes, listened to within bounds, and gone – by itself
or by SIGKILL to its whole process group – before `decode_file` returns.
"""

import contextlib
import hashlib
import json
import os
import selectors
import signal
import stat
import struct
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from voice.audio import MAX_FILE_BYTES, MAX_SECONDS, SAMPLE_RATE, Waveform
from voice.errors import Undecodable, UndecodableAudio
from voice.results import Container

MAX_HEADER_BYTES = 64 * 1024
"""The child's JSON; its tags are bounded to fit (see `voice.decode.MAX_TAGS`)."""

_MAX_TAG = 200
_CHUNK = 256 * 1024
_PACKAGE_ROOT = Path(__file__).resolve().parent.parent

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
    data = _contents(path, limits.file_bytes)
    header, samples = _understood(_run(data, limits))
    if "reason" in header:
        raise UndecodableAudio(_reason(header["reason"]), _plain(str(header.get("detail", ""))))
    if not len(samples):
        raise UndecodableAudio(Undecodable.BROKEN, "nothing could be decoded")
    return Waveform(samples), _container(data, header, len(samples) / SAMPLE_RATE)


def _contents(path: Path, most: int) -> bytes:
    """The file's bytes, read only after its kind and size were looked at."""
    try:
        # Without O_NONBLOCK, opening a named pipe would wait for somebody to write to it.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        # Not its text: that would carry the path into a log.
        raise UndecodableAudio(Undecodable.MISSING, type(error).__name__) from error
    try:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode):
            raise UndecodableAudio(Undecodable.MISSING, "not a regular file")
        if facts.st_size > most:
            raise UndecodableAudio(Undecodable.TOO_LARGE, f"over {most} bytes")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            data = file.read(most + 1)
    except OSError as error:
        raise UndecodableAudio(Undecodable.MISSING, type(error).__name__) from error
    finally:
        os.close(descriptor)
    if len(data) > most:  # it grew meanwhile
        raise UndecodableAudio(Undecodable.TOO_LARGE, f"over {most} bytes")
    if not data:
        raise UndecodableAudio(Undecodable.EMPTY)
    return data


def _run(data: bytes, limits: Limits) -> bytearray:
    """What a child answered to `data`; it is gone when this returns or raises."""
    deadline = time.monotonic() + limits.wall_seconds
    try:
        child = subprocess.Popen(
            _command(limits),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=_environment(),
            start_new_session=True,
            bufsize=0,
        )
    except OSError as error:
        raise UndecodableAudio(Undecodable.LIMIT, "no process could be started") from error
    try:
        answer = _converse(child, data, limits.answer_bytes, deadline)
        code = child.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired as error:
        raise UndecodableAudio(Undecodable.LIMIT, "time") from error
    finally:
        _end(child)
    if code == 0:
        return answer
    stopped = code in (-signal.SIGXCPU, -signal.SIGKILL)
    reason = Undecodable.LIMIT if stopped else Undecodable.BROKEN
    raise UndecodableAudio(reason, f"the decoder ended with {code}")


def _command(limits: Limits) -> list[str]:
    # -I: no PYTHON* variables, no user packages, not the current folder.
    numbers = (SAMPLE_RATE, limits.seconds, limits.memory_bytes, limits.cpu_seconds)
    return [sys.executable, "-I", "-c", _BOOT, str(_PACKAGE_ROOT), *map(str, numbers)]


def _environment() -> dict[str, str]:
    """What Python needs to start and not one variable more: the bot's hold a token."""
    wanted = {name: os.environ.get(name) for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")}
    return {"LC_ALL": "C.UTF-8"} | {name: value for name, value in wanted.items() if value}


def _converse(
    child: "subprocess.Popen[bytes]", data: bytes, most: int, deadline: float
) -> bytearray:
    """Hand over `data` and collect at most `most` bytes, both at the child's pace."""
    assert child.stdin is not None
    assert child.stdout is not None
    rest, answer = memoryview(data), bytearray()
    with selectors.DefaultSelector() as ends:
        for end, event in (
            (child.stdin, selectors.EVENT_WRITE),
            (child.stdout, selectors.EVENT_READ),
        ):
            os.set_blocking(end.fileno(), False)
            ends.register(end, event)
        while ends.get_map():
            left = deadline - time.monotonic()
            if left <= 0:
                raise UndecodableAudio(Undecodable.LIMIT, "time")
            for key, _ in ends.select(left):
                if key.fileobj is child.stdin:
                    try:
                        rest = rest[os.write(key.fd, rest[:_CHUNK]) :]
                    except BlockingIOError:
                        continue
                    except BrokenPipeError:
                        rest = rest[:0]  # it ended early; its exit code tells why
                    if not rest:
                        ends.unregister(child.stdin)
                        child.stdin.close()
                    continue
                chunk = os.read(key.fd, _CHUNK)
                if not chunk:
                    ends.unregister(child.stdout)
                answer += chunk
                if len(answer) > most:
                    raise UndecodableAudio(Undecodable.BROKEN, "the decoder says too much")
    return answer


def _end(child: "subprocess.Popen[bytes]") -> None:
    if child.returncode is None:
        # Unless it has been waited for, its process group cannot belong to anybody else.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        child.kill()
        child.wait()
    for end in (child.stdin, child.stdout):
        if end is not None:
            end.close()


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
            sample_rate=facts["sample_rate"],
            channels=facts["channels"],
            bit_rate=facts["bit_rate"],
            seconds=seconds,
            has_video=facts["has_video"],
            encoder=_plain(facts["encoder"] or "") or None,
            created=_plain(facts["created"] or "") or None,
            tags={_plain(key): _plain(value) for key, value in facts["tags"].items()},
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise UndecodableAudio(Undecodable.BROKEN, "the decoder's facts make no sense") from error
    return container


def _reason(said: Any) -> Undecodable:
    try:
        return Undecodable(said)
    except ValueError:
        return Undecodable.BROKEN


def _plain(text: str) -> str:
    """Foreign text without control, format or line characters, and short."""
    return "".join(letter for letter in text[:_MAX_TAG] if letter.isprintable()).strip()
