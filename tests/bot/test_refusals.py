"""What our packages refuse is told in the language of the terminal."""

from pathlib import Path

import pytest

from bot.refusals import sentence
from bot.texts import LANGUAGES
from familyguard.backup import DISK_FULL, BackupFailed
from familyguard.errors import (
    BackupFault,
    InTheWay,
    KeyFault,
    SealBroken,
    UnusableBackup,
    UnusableKeys,
)
from voice.errors import ModelMismatch, ModelUnavailable

PATH = Path("/data/keys.json")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("fault", list(KeyFault))
def test_every_fault_of_the_keys_is_a_sentence_with_their_place(monkeypatch, language, fault):
    """And none of it in the other language."""
    monkeypatch.setenv("LC_ALL", f"{language}.UTF-8")
    said = sentence(UnusableKeys(PATH, fault, "Input/output error"))
    assert str(PATH) in said
    assert ("sleutels" in said) == (language == "nl")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_back_up_that_fails_says_why(monkeypatch, language):
    """A full disk by its own sentence, anything else in the system's words."""
    monkeypatch.setenv("LC_ALL", f"{language}.UTF-8")
    folder = Path("/mnt/usb")
    full = sentence(BackupFailed(folder, DISK_FULL))
    assert str(folder) in full
    assert ("schijf" in full) == (language == "nl")
    assert "Permission denied" in sentence(BackupFailed(folder, "Permission denied"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("fault", list(BackupFault))
def test_every_fault_of_a_back_up_is_a_sentence_with_its_name(monkeypatch, language, fault):
    """With what the system or SQLite says of it, where that is part of the sentence."""
    monkeypatch.setenv("LC_ALL", f"{language}.UTF-8")
    file = Path("/mnt/usb/familyguard-20260101.age")
    said = sentence(UnusableBackup(file, fault, "<detail>"))
    assert str(file) in said
    with_detail = {"unreadable", "changed", "damaged", "key_gone", "misfit", "no_place"}
    assert ("<detail>" in said) == (fault in with_detail)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_database_in_the_way_names_the_option_that_helps(monkeypatch, language):
    """And says that nothing is deleted by it."""
    monkeypatch.setenv("LC_ALL", f"{language}.UTF-8")
    said = sentence(InTheWay(Path("/data/familyguard.db")))
    assert "/data/familyguard.db" in said
    assert "--replace" in said
    assert ("gewist" in said) == (language == "nl")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", [ModelUnavailable, ModelMismatch])
def test_a_model_that_is_not_there_or_another_file_is_named(monkeypatch, language, kind):
    """With what was found, for whoever searches for it."""
    monkeypatch.setenv("LC_ALL", f"{language}.UTF-8")
    said = sentence(kind("whisper-base", "model.bin has 3 bytes"))
    assert "whisper-base" in said
    assert "model.bin has 3 bytes" in said
    assert ("Het model" in said) == (language == "nl")
    assert "models fetch whisper-base" in said


def test_what_has_no_sentence_of_its_own_says_what_it_says():
    """Better in English than not at all."""
    assert "persons.name" in sentence(SealBroken("persons", "name"))
