"""Where a model's files can come from, and how each kind of source is asked for them.

Nothing here trusts what it receives: `voice.models` compares every file with its pinned SHA-256
before it may be used.
"""

import importlib.util
import os
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, BinaryIO

import httpx

from voice.errors import VoiceError

Progress = Callable[[str, int, int], None]
"""Called with what is being fetched, the bytes done and the bytes in total."""

CHUNK_BYTES = 256 * 1024

WHEEL_COMPRESSION = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""What installers write; anything else was not made by one."""
MAX_REDIRECTS = 5
WEB_ATTEMPTS = 3
"""A transfer that breaks off is taken up again where it stopped, this often."""
WEB_TIMEOUT = httpx.Timeout(30.0, connect=10.0)
"""Seconds.  A host that cannot be reached must not hold up the next source for long."""
PACKAGE_SECONDS = 30 * 60.0
"""80 MB over a slow line; pip has its own, shorter limits for a silent server."""
POLL_SECONDS = 0.2
OUR_PREFIX = "FAMILYGUARD_"
"""Of every variable that is a setting of ours."""


class SourceError(VoiceError):
    """One source could not deliver; the message says why in a few words."""


class UnreachableError(SourceError):
    """The source did not answer at all: asking it for the next file is no use either."""


@dataclass(frozen=True, slots=True)
class WebFile:
    """A file at a web address whose path names a fixed revision."""

    url: str

    @property
    def place(self) -> str:
        """The host (and port, where it is not the usual one) that is asked."""
        return httpx.URL(self.url).netloc.decode()

    def __str__(self) -> str:
        return self.url


@dataclass(frozen=True, slots=True)
class Wheel:
    """One version of a package on the Python package index.

    `built_for` is (Python version, ABI, platform) where the wheel is not for every machine: only a
    data file is taken out of it, so the same wheel serves all machines.
    """

    package: str
    version: str
    size_bytes: int
    built_for: tuple[str, str, str] | None = None

    @property
    def place(self) -> str:
        """The package and version that are asked for."""
        return f"{self.package} {self.version}"


@dataclass(frozen=True, slots=True)
class WheelMember:
    """A file inside a wheel."""

    wheel: Wheel
    member: str


@dataclass(frozen=True, slots=True)
class WheelMembers:
    """A file that is one member of a wheel, or several members joined in order."""

    parts: tuple[WheelMember, ...]

    def __str__(self) -> str:
        names = ", ".join(dict.fromkeys(part.wheel.place for part in self.parts))
        return f"Python package index: {names}"


@dataclass(frozen=True, slots=True)
class Bundled:
    """A file that an installed dependency brings along; it is used where it lies."""

    package: str
    member: str

    def __str__(self) -> str:
        return f"installed with {self.package}"

    def path(self) -> Path | None:
        """Where the file is, or None; the package is not imported."""
        spec = importlib.util.find_spec(self.package)
        if spec is None or spec.origin is None:
            return None
        return Path(spec.origin).parent / self.member


@dataclass(frozen=True, slots=True)
class SystemFile:
    """A file that the operating system's own package installs; it is copied from where it lies."""

    package: str
    paths: tuple[str, ...]  # where distributions and versions put it

    def __str__(self) -> str:
        return f"the system's package {self.package}"

    def copy(self, target: Path) -> None:
        """Copy the first of the files that is there.  Raises SourceError where none is."""
        for path in map(Path, self.paths):
            try:
                target.write_bytes(path.read_bytes())
            except OSError:
                continue
            return
        raise SourceError("is not installed")


Source = WebFile | WheelMembers | SystemFile | Bundled


def hub_file(repository: str, revision: str, name: str) -> WebFile:
    """A file of a Hugging Face repository at a commit."""
    return WebFile(f"https://huggingface.co/{repository}/resolve/{revision}/{name}")


def modelscope_file(repository: str, revision: str, name: str) -> WebFile:
    """A file of a ModelScope repository at a tag."""
    return WebFile(f"https://modelscope.cn/models/{repository}/resolve/{revision}/{name}")


def github_file(repository: str, revision: str, name: str) -> WebFile:
    """A file of a GitHub repository at a commit."""
    return WebFile(f"https://raw.githubusercontent.com/{repository}/{revision}/{name}")


def download(
    source: WebFile, partial: Path, size_bytes: int, report: Callable[[int], None]
) -> None:
    """Bring `partial` to `size_bytes` from a web address, going on where an earlier try stopped.

    Raises SourceError (UnreachableError where the host did not answer); what arrived stays there.
    """
    with httpx.Client(timeout=WEB_TIMEOUT, follow_redirects=False) as client:
        for attempt in range(1, WEB_ATTEMPTS + 1):
            try:
                _transfer(client, source.url, partial, size_bytes, report)
            except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
                raise UnreachableError(f"no connection to {source.place} ({error})") from error
            except httpx.HTTPError as error:
                if attempt == WEB_ATTEMPTS:
                    detail = str(error) or type(error).__name__
                    raise SourceError(f"{source.place} broke off ({detail})") from error
            else:
                return


def _transfer(
    client: httpx.Client, url: str, partial: Path, size_bytes: int, report: Callable[[int], None]
) -> None:
    have = partial.stat().st_size if partial.exists() else 0
    if have > size_bytes:
        partial.unlink()
        have = 0
    if have == size_bytes:
        return
    # Compressed transfer would make byte ranges meaningless.
    headers = {"Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    response = _open(client, client.build_request("GET", url, headers=headers))
    try:
        if response.status_code == httpx.codes.PARTIAL_CONTENT:
            if not response.headers.get("Content-Range", "").startswith(f"bytes {have}-"):
                raise SourceError(f"{response.url.host} sent another part than was asked for")
        elif response.status_code == httpx.codes.OK:
            have = 0
        else:
            raise SourceError(f"{response.url.host} answered {response.status_code}")
        with partial.open("ab" if have else "wb") as target:
            for chunk in response.iter_bytes(CHUNK_BYTES):
                have += len(chunk)
                if have > size_bytes:
                    break
                target.write(chunk)
                report(have)
    finally:
        response.close()
    if have > size_bytes:
        partial.unlink()
        raise SourceError(f"{response.url.host} sent more than {size_bytes} bytes")
    if have < size_bytes:
        raise httpx.RemoteProtocolError("the transfer ended early")


def _open(client: httpx.Client, request: httpx.Request) -> httpx.Response:
    """Send, following redirects by hand: never from https to anything else."""
    needs_https = request.url.scheme == "https"
    for _ in range(MAX_REDIRECTS):
        response = client.send(request, stream=True)
        if response.next_request is None:
            return response
        response.close()
        request = response.next_request
        if needs_https and request.url.scheme != "https":
            raise SourceError(f"{response.url.host} redirects to an unprotected address")
    raise SourceError(f"{request.url.host} redirects without end")


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
