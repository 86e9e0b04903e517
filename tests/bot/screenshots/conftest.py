"""The recogniser's data, or a skip, and one screenshot that is good."""

import io
import os
from pathlib import Path

import pytest

from bot.screenshots.draw import SIZES, Said, draw_chat
from bot.screenshots.looks import LOOKS
from bot.screenshots.reader import MODEL
from voice import models
from voice.errors import ModelUnavailable

CHAT = (
    Said("Hoi mam, dit is mijn nieuwe nummer"),
    Said("Wat is er gebeurd?", own=True),
    Said("Kun je vandaag 850 euro overmaken? Ik kan nu niet bellen."),
)
SENDER = "+31 6 1000 0099"


@pytest.fixture(scope="session")
def tessdata() -> Path:
    """The folder of the models, with the recogniser's data in it."""
    folder = models.models_folder()
    try:
        models.fetch(MODEL, folder)
    except ModelUnavailable as error:
        if os.environ.get("FAMILYGUARD_REQUIRE_TESSERACT"):
            raise
        pytest.skip(f"no data for reading pictures: {error}")
    return folder


@pytest.fixture(scope="session")
def screenshot() -> bytes:
    """A small screenshot as PNG."""
    file = io.BytesIO()
    draw_chat(LOOKS[0], SIZES[0], SENDER, CHAT).save(file, "PNG")
    return file.getvalue()
