"""The model files on this machine: found, and compared with their pinned hashes.

Files lie in one folder, a subfolder per model, and can simply be copied to a machine without a
network.  Nothing is used whose SHA-256 is not the pinned one (`voice.models.table`).  What was
compared is remembered by the process alone: a note on disk could be forged by whoever forged the
file.
"""

import contextlib
import hashlib
import io
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import platformdirs

from voice.errors import ModelMismatch, ModelUnavailable
from voice.models.rows import Model, ModelFile
from voice.models.sources import Bundled
from voice.models.table import DEFAULT_MODELS, MODELS

FOLDER_VARIABLE = "FAMILYGUARD_MODELS_DIR"
OFFLINE_VARIABLE = "FAMILYGUARD_OFFLINE"
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


def missing(
    names: Iterable[str] = DEFAULT_MODELS,
    folder: Path | None = None,
    table: Mapping[str, Model] = MODELS,
) -> tuple[Model, ...]:
    """Those of the models that `fetch` would have to download, wholly or in part."""
    absent = []
    for name in names:
        try:
            locate(name, folder, table)
        except ModelUnavailable:
            absent.append(table[name])
    return tuple(absent)


def locate(
    name: str, folder: Path | None = None, table: Mapping[str, Model] = MODELS
) -> dict[str, Path]:
    """The model's files by name, after checking that they are the pinned ones.

    A hash is computed once in a process and remembered with the size and times that the file had;
    a file that changed since is hashed again.  Raises ModelUnavailable for an unknown model or a
    missing file, ModelMismatch for a file that is not the pinned one or is none of the model's.
    """
    return _check(model_in(name, table), folder or models_folder(), use_memory=True)


def verify(
    name: str, folder: Path | None = None, table: Mapping[str, Model] = MODELS
) -> dict[str, Path]:
    """Like `locate`, but hashes every file whatever was remembered."""
    return _check(model_in(name, table), folder or models_folder(), use_memory=False)


def opened(
    name: str, folder: Path | None = None, table: Mapping[str, Model] = MODELS
) -> io.BytesIO:
    """The bytes of a model of one file, which are the very bytes that were hashed.

    Nobody can exchange the file between the comparison and the loading.  Raises like `locate`.
    """
    model = model_in(name, table)
    folder = folder or models_folder()
    refuse_strangers(model, folder)
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
    model = model_in(name, table)
    folder = folder or models_folder()
    refuse_strangers(model, folder)
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


def model_in(name: str, table: Mapping[str, Model]) -> Model:
    """The model of that name.  Raises ModelUnavailable, with the names that there are."""
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
    refuse_strangers(model, folder)
    paths = {file.name: _path(model, file, folder) for file in model.files}
    for file in model.files:
        _check_file(model, file, paths[file.name], use_memory=use_memory)
    return paths


def refuse_strangers(model: Model, folder: Path) -> None:
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
        digest = sha256_of(path)
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


def sha256_of(path: Path) -> str:
    """The file's SHA-256 in hexadecimal digits.  Raises OSError."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
