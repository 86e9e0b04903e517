"""Where a worker lays the files of a memo."""

import os
import stat
import subprocess
import sys

from bot.cluster.desk import clear_desks, desk


def test_what_a_killed_worker_left_goes_at_the_next_start(tmp_path):
    """A recording of a code word may be in it; what is in use stays, and so do others' folders."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left = tmp_path / f"familyguard-worker-{ended.pid}-x"
    older = tmp_path / f"familyguard-worker-{os.getpid()}-x"
    alive = tmp_path / f"familyguard-worker-{os.getppid()}-x"
    for folder in (left, older, alive):
        folder.mkdir()
        (folder / "0").write_bytes(b"memo")
    with desk(tmp_path) as mine:
        assert stat.S_IMODE(mine.stat().st_mode) == 0o700
        assert clear_desks(tmp_path) == 2
        assert not left.exists()
        assert not older.exists()
        assert mine.is_dir()
        assert alive.is_dir()
    assert not mine.exists()
