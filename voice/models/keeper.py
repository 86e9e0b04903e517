"""Models whose revision and hash are not known here: the keeper reads both on the model's page.

What the keeper typed lies beside the file, and the file is compared with it like every other with
the table.  It keeps a file from being exchanged at its source or damaged; whoever can write into
the folder can write both, and is kept out by the modes of the folder (docs/decisions/0015).
"""

import contextlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from voice.errors import ModelMismatch, ModelUnavailable
from voice.models.fetching import fetch, no_source, refuse_offline
from voice.models.files import models_folder, sha256_of
from voice.models.rows import Model, ModelFile
from voice.models.sources import Progress, SourceError, WebFile, hub_file
from voice.models.table import MODELS
from voice.models.web import size_of

RECORD = ".pin.json"
REVISION_FORM = re.compile("[0-9a-f]{40}")
SHA256_FORM = re.compile("[0-9a-f]{64}")
MOST_BYTES = 2_000_000_000
"""More than any of these models has in 32-bit numbers, and less than would fill a small disk."""

MOST_RECORD_BYTES = 100_000
OTHERS_MAY_WRITE = 0o022


@dataclass(frozen=True, slots=True)
class OpenModel:
    """A row without a hash.  `places` are web addresses with `{revision}` in them."""

    name: str
    purpose: str
    licence: str
    home_page: str
    file: str
    places: tuple[str, ...]


def _hub(repository: str, name: str) -> str:
    return hub_file(repository, "{revision}", name).url


_TABLE = (
    OpenModel(
        name="spectra-0",
        purpose="tells made speech from human speech, instead of the built-in detector",
        licence="Apache-2.0",
        home_page="https://huggingface.co/lab260/spectra_0",
        file="model.onnx",
        # The authors' own pipeline took the file from either of the two; a revision is of one.
        places=(
            _hub("lab260/spectra_0", "model.onnx"),
            _hub("NikiPshg/spectra_0_onnx", "spectra_0.onnx"),
        ),
    ),
)

OPEN_MODELS: Mapping[str, OpenModel] = {model.name: model for model in _TABLE}


class NotPinned(ModelUnavailable):
    """Nobody said yet which revision and which hash."""

    def __init__(self, model: OpenModel) -> None:
        super().__init__(
            model.name,
            f"needs --revision and --sha256, which {model.home_page} shows under its files",
        )
        self.home_page = model.home_page


def pinned_table(
    folder: Path | None = None, open_models: Mapping[str, OpenModel] = OPEN_MODELS
) -> dict[str, Model]:
    """The whole table: what is pinned here, and what the keeper pinned in `folder`.

    A record that is damaged, or that others may have written, pins nothing.
    """
    table = dict(MODELS)
    for name in open_models:
        with contextlib.suppress(ModelUnavailable):
            table[name] = pinned(name, folder, open_models)
    return table


def pinned(
    name: str, folder: Path | None = None, open_models: Mapping[str, OpenModel] = OPEN_MODELS
) -> Model:
    """A model with the hash that it must have, whoever pinned it.

    Raises ModelUnavailable for an unknown name, NotPinned, and ModelMismatch for a record that is
    damaged, or that others may have written.
    """
    if name in MODELS:
        return MODELS[name]
    if name not in open_models:
        known = ", ".join((*MODELS, *open_models))
        raise ModelUnavailable(name, f"no such model; there are {known}")
    model = open_models[name]
    path = (folder or models_folder()) / name / RECORD
    try:
        return _row(model, **read_record(path))
    except FileNotFoundError:
        raise NotPinned(model) from None
    except (OSError, ValueError, TypeError) as error:
        raise ModelMismatch(name, f"{path} cannot be used ({error}); fetch it again") from error


def fetch_pinned(
    name: str,
    revision: str,
    sha256: str,
    folder: Path | None = None,
    progress: Progress | None = None,
    open_models: Mapping[str, OpenModel] = OPEN_MODELS,
) -> dict[str, Path]:
    """Fetch a model that the keeper pins: `revision` of 40, `sha256` of 64 hexadecimal digits.

    A file that lies there already and has that hash is kept, without a network.  Raises ValueError
    for digits of another form, ModelUnavailable with every source and why it failed.
    """
    folder = folder or models_folder()
    model = open_models[name]
    revision, sha256 = revision.strip().lower(), sha256.strip().lower()
    if not REVISION_FORM.fullmatch(revision) or not SHA256_FORM.fullmatch(sha256):
        raise ValueError("a revision has 40 hexadecimal digits, a SHA-256 has 64")
    size = _size_here(folder / name / model.file, sha256) or _size_there(model, revision, folder)
    row = _row(model, revision, sha256, size)
    paths = fetch(name, folder, progress, {name: row})
    record = {"revision": revision, "sha256": sha256, "size_bytes": size}
    try:
        write_record(folder / name / RECORD, record)
    except OSError as error:
        raise ModelUnavailable(name, f"cannot write to {folder} ({error})") from error
    return paths


def read_record(path: Path) -> dict[str, Any]:
    """What `write_record` wrote.

    Raises OSError, and ValueError for what is damaged or what others may have written.
    """
    with path.open("rb") as stream:
        refuse_foreign(stream)
        found = json.loads(stream.read(MOST_RECORD_BYTES))
    if not isinstance(found, dict):
        raise ValueError("it is damaged")
    return found


def refuse_foreign(stream: IO[Any]) -> None:
    """Raise ValueError for an open file that others may have written."""
    facts = os.fstat(stream.fileno())
    if facts.st_mode & OTHERS_MAY_WRITE:
        raise ValueError("others can write it")
    if facts.st_uid not in (os.geteuid(), 0):
        raise ValueError("it belongs to another account")


def write_record(path: Path, record: Mapping[str, Any]) -> None:
    """Write a small JSON file that only this account can read or change.  Raises OSError."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        json.dump(record, stream, indent=2)
    fresh.replace(path)


def _row(model: OpenModel, revision: str, sha256: str, size_bytes: int) -> Model:
    """Raises ValueError or TypeError for what nobody can have written with `fetch_pinned`."""
    forms = REVISION_FORM.fullmatch(revision) and SHA256_FORM.fullmatch(sha256)
    if not forms or not 0 < size_bytes <= MOST_BYTES:
        raise ValueError("it is damaged")
    sources = tuple(WebFile(place.format(revision=revision)) for place in model.places)
    file = ModelFile(model.file, sha256, size_bytes, sources)
    return Model(model.name, model.purpose, model.licence, model.home_page, (file,))


def _size_here(path: Path, sha256: str) -> int | None:
    """Bytes of a file that was copied into its place and is the one that is wanted."""
    try:
        return path.stat().st_size if sha256_of(path) == sha256 else None
    except OSError:
        return None


def _size_there(model: OpenModel, revision: str, folder: Path) -> int:
    refuse_offline(model.name, folder)
    failures = []
    for place in model.places:
        source = WebFile(place.format(revision=revision))
        try:
            return size_of(source, MOST_BYTES)
        except SourceError as error:
            failures.append(f"{source}: {error}")
    raise no_source(model.name, model.file, folder, failures)
