"""A child process that is handed foreign bytes, listened to within bounds, and gone afterwards.

What the child does with the bytes is its own affair (see `voice.confinement`); nothing that it
says is believed here, only measured and collected.
"""

import contextlib
import os
import selectors
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from voice.errors import Undecodable, VoiceError

PACKAGE_ROOT = Path(__file__).resolve().parent.parent
"""Where the child, which sees no PYTHON* variable, finds our packages."""

_CHUNK = 256 * 1024


class ChildError(VoiceError):
    """The file could not be handed over, or the child gave no answer within its bounds."""

    def __init__(self, reason: Undecodable, detail: str = "") -> None:
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.reason = reason
        self.detail = detail


def contents(path: Path, most: int) -> bytes:
    """The file's bytes, read only after its kind and size were looked at.

    Raises ChildError: MISSING, TOO_LARGE or EMPTY.
    """
    try:
        # Without O_NONBLOCK, opening a named pipe would wait for somebody to write to it.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        # Not its text: that would carry the path into a log.
        raise ChildError(Undecodable.MISSING, type(error).__name__) from error
    try:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode):
            raise ChildError(Undecodable.MISSING, "not a regular file")
        if facts.st_size > most:
            raise ChildError(Undecodable.TOO_LARGE, f"over {most} bytes")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            data = file.read(most + 1)
    except OSError as error:
        raise ChildError(Undecodable.MISSING, type(error).__name__) from error
    finally:
        os.close(descriptor)
    if len(data) > most:  # it grew meanwhile
        raise ChildError(Undecodable.TOO_LARGE, f"over {most} bytes")
    if not data:
        raise ChildError(Undecodable.EMPTY)
    return data


def python(boot: str, *arguments: object) -> list[str]:
    """The command of a child that runs the program `boot`.

    It finds PACKAGE_ROOT as its first argument and `arguments` behind that.
    """
    # -I: no PYTHON* variables, no user packages, not the current folder.
    return [sys.executable, "-I", "-c", boot, str(PACKAGE_ROOT), *map(str, arguments)]


def answer_of(command: Sequence[str], data: bytes, most: int, wall_seconds: float) -> bytearray:
    """At most `most` bytes that a child answered to `data`; it is gone when this returns or raises.

    Raises ChildError: LIMIT where time, memory or processor seconds ran out, BROKEN otherwise.
    """
    deadline = time.monotonic() + wall_seconds
    try:
        child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=_environment(),
            start_new_session=True,
            bufsize=0,
        )
    except OSError as error:
        raise ChildError(Undecodable.LIMIT, "no process could be started") from error
    try:
        answer = _converse(child, data, most, deadline)
        code = child.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired as error:
        raise ChildError(Undecodable.LIMIT, "time") from error
    finally:
        _end(child)
    if code == 0:
        return answer
    stopped = code in (-signal.SIGXCPU, -signal.SIGKILL)
    reason = Undecodable.LIMIT if stopped else Undecodable.BROKEN
    raise ChildError(reason, f"the decoder ended with {code}")


def plain(text: object, most: int) -> str:
    """The first `most` characters of foreign text, without control, format or line characters.

    Raises TypeError for anything else than text, which a subverted child may have sent.
    """
    if not isinstance(text, str):
        raise TypeError("text")
    return "".join(letter for letter in text[:most] if letter.isprintable()).strip()


def _environment() -> dict[str, str]:
    """What Python needs to start and not one variable more: the bot's hold a token.

    One thread is all that a child may have, so that its libraries need not try for more.
    """
    wanted = {name: os.environ.get(name) for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")}
    fixed = {"LC_ALL": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    return fixed | {name: value for name, value in wanted.items() if value}


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
                raise ChildError(Undecodable.LIMIT, "time")
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
                    raise ChildError(Undecodable.BROKEN, "the decoder says too much")
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
