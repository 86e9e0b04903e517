"""What a killed demo leaves behind goes at the next start, and nothing else does."""

import tempfile

import pytest

from bot.playground.leftovers import LOCK, PREFIX, demo_folder, sweep


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    """A folder for temporary files that no other demo uses."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def dead(temporary, name="dead"):
    """The folder of a demo whose process is gone."""
    folder = temporary / f"{PREFIX}{name}"
    (folder / "data").mkdir(parents=True)
    (folder / LOCK).touch()
    (folder / "data" / "keys.json").write_text("{}")
    return folder


def test_the_folder_of_a_dead_demo_goes_with_its_keys(temporary):
    """Nobody holds its lock any more, however its process ended."""
    folder = dead(temporary)
    assert sweep() == 1
    assert not folder.exists()
    assert sweep() == 0


def test_a_running_demo_keeps_its_folder():
    """Two demos side by side are allowed."""
    with demo_folder() as folder:
        assert sweep() == 0
        assert (folder / LOCK).exists()
    assert not folder.exists()


def test_links_and_folders_that_no_demo_marked_are_left_alone(temporary):
    """Somebody else may put anything under such a name into a folder that all share."""
    precious = temporary / "precious"
    precious.mkdir()
    (precious / LOCK).touch()
    (temporary / f"{PREFIX}link").symlink_to(precious)
    unmarked = temporary / f"{PREFIX}unmarked"
    unmarked.mkdir()
    linked = temporary / f"{PREFIX}linked"
    linked.mkdir()
    (linked / LOCK).symlink_to(precious / LOCK)
    assert sweep() == 0
    assert all(one.exists() for one in (precious / LOCK, unmarked, linked))


def test_a_folder_of_another_account_is_left_alone(temporary, monkeypatch):
    """Even the administrator sweeps only their own."""
    folder = dead(temporary)
    monkeypatch.setattr("os.geteuid", lambda: folder.stat().st_uid + 1)
    assert sweep() == 0
    assert folder.exists()
