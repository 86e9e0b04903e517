"""What is known of a model: a row of the table, and its files with their hashes."""

from dataclasses import dataclass

from voice.models.sources import Bundled, Source


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file, and its sources in order of preference."""

    name: str
    sha256: str
    size_bytes: int
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """A row of the table."""

    name: str
    purpose: str
    licence: str
    home_page: str
    files: tuple[ModelFile, ...]

    @property
    def size_bytes(self) -> int:
        """Bytes on disk."""
        return sum(file.size_bytes for file in self.files)

    @property
    def is_bundled(self) -> bool:
        """Whether every file comes with an installed dependency, so that nothing is fetched."""
        return all(isinstance(source, Bundled) for file in self.files for source in file.sources)

    @property
    def is_non_commercial(self) -> bool:
        """Whether the licence forbids commercial use, which is to be accepted before fetching."""
        return "-NC" in self.licence
