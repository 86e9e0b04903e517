"""The models: which there are, where they come from, and the files on this machine."""

from voice.models.fetching import fetch
from voice.models.files import (
    held,
    is_offline,
    locate,
    missing,
    models_folder,
    opened,
    total_size,
    verify,
)
from voice.models.keeper import (
    OPEN_MODELS,
    NotPinned,
    OpenModel,
    fetch_pinned,
    pinned,
    pinned_table,
)
from voice.models.rows import Model, ModelFile
from voice.models.sources import Progress
from voice.models.table import DEFAULT_MODELS, MODELS

__all__ = [
    "DEFAULT_MODELS",
    "MODELS",
    "OPEN_MODELS",
    "Model",
    "ModelFile",
    "NotPinned",
    "OpenModel",
    "Progress",
    "fetch",
    "fetch_pinned",
    "held",
    "is_offline",
    "locate",
    "missing",
    "models_folder",
    "opened",
    "pinned",
    "pinned_table",
    "total_size",
    "verify",
]
