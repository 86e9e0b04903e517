"""Fixtures of the chat's tests."""

import pytest


@pytest.fixture
def looks_when_told(monkeypatch):
    """The stories say when the bot looks what is due; by itself it would look once more in them.

    It first does so a second after its start, which on a slow machine is in the middle of a story.
    """
    monkeypatch.setattr("bot.aftercare.aftercare_routes.FIRST_LOOK_SECONDS", 3600.0)
