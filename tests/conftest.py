"""What every test may ask for: the model files, the speech corpus, and sounds made on the spot."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of recorded and cloned speech that lies beside the checkout, or a skip."""
    folder = SHARED / "corpus"
    if not (folder / "manifest.csv").is_file():
        pytest.skip("the speech corpus (../shared/corpus) is not on this machine")
    return folder


@pytest.fixture(scope="session")
def models_folder() -> Path:
    """The folder with the model files, fetched into the user's cache on first use.

    Without a network the tests that need them are skipped – except on the build server, where that
    would hide a broken download.
    """
    from voice import models
    from voice.errors import ModelUnavailable

    folder = models.models_folder()
    for name in ("silero-vad", "whisper-base", "campplus", "ge2e", "perth"):
        try:
            models.fetch(name, folder)
        except ModelUnavailable as error:
            if os.environ.get("CI"):
                raise
            pytest.skip(f"no model files here and no way to fetch them: {error}")
    return folder
