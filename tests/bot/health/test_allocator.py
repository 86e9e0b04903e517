"""Memory that was needed once goes back to the machine."""

import platform
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

PROBE = """
import sys
from pathlib import Path
from bot.health.allocator import give_back, sweep

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 // 1_000_000

assert sys.argv[1] == "as it is" or give_back()
before = resident()
large = bytes(20_000_000)
del large  # from now on glibc keeps whatever is smaller
buffers = [bytes([1]) * 200_000 for _ in range(200)]
last = buffers.pop()
buffers.clear()
pieces = [bytes([1]) * 4_000 for _ in range(10_000)]
scattered = pieces[::100]
pieces.clear()
if sys.argv[1] == "swept":
    sweep()
print(resident() - before)
"""


def held(how: str) -> int:
    """Megabytes that a process still holds after it needed forty."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, how], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library has other ways")
def test_what_is_freed_goes_back_to_the_machine():
    """Left alone, glibc keeps it for later, and a bot on a small server grows for days."""
    assert held("as it is") > 30
    assert held("swept") < 5 < held("not swept")
