"""The machine itself: processor, memory, disk, and who may read the bot's files."""

import contextlib
import os
import platform
import shutil
from collections.abc import Iterator
from pathlib import Path

from bot.doctor.finding import Finding, unknown, wrong
from bot.settings import OTHERS, Settings
from familyguard.keys import FILE_NAME as KEYS

DISK_BYTES = 1_000_000_000
"""Room for the models once more, memos in hand, and eleven back-ups of a family."""

MEMORY_BYTES = 1_800_000_000
"""A machine sold with 2 GB: the worker with all its models, and the bot beside it."""


def processor(file: Path = Path("/proc/cpuinfo")) -> Iterator[Finding]:
    """Whether it has the instructions that make listening bearable."""
    try:
        words = set(file.read_text("utf-8", "replace").lower().split())
    except OSError:
        words = set()
    features = {"avx2"} if platform.machine() in ("x86_64", "AMD64") else {"asimd", "neon"}
    if not words:
        yield unknown("processor", "unread")
    elif not words & features:
        yield wrong("processor", "slow", feature=" / ".join(sorted(features)))
    else:
        yield Finding("processor")


def memory(file: Path = Path("/proc/meminfo")) -> Iterator[Finding]:
    """Whether there is enough of it for bot and worker, swap included."""
    total = total_memory(file)
    if total is None:
        yield unknown("memory", "unread")
    elif total < MEMORY_BYTES:
        yield wrong("memory", "little", megabytes=total // 1_000_000)
    else:
        yield Finding("memory")


def total_memory(file: Path = Path("/proc/meminfo")) -> int | None:
    """Bytes that the machine has, swap included; None where it does not say."""
    try:
        rows = dict(line.split(":", 1) for line in file.read_text().splitlines())
        return sum(int(rows[name].split()[0]) * 1024 for name in ("MemTotal", "SwapTotal"))
    except (OSError, ValueError, KeyError):
        return None


def disk(settings: Settings) -> Iterator[Finding]:
    """Whether there is room for data and back-ups."""
    found = False
    for folder in dict.fromkeys((settings.data_dir, settings.backups)):
        there = next((one for one in (folder, *folder.parents) if one.exists()), Path("/"))
        free = shutil.disk_usage(there).free
        if free < DISK_BYTES:
            found = True
            yield wrong("disk", "little", path=folder, megabytes=free // 1_000_000)
    if not found:
        yield Finding("disk")


def modes(settings: Settings) -> Iterator[Finding]:
    """Files that only the bot's account may read."""
    data, backups = settings.data_dir, settings.backups
    files = [data, settings.database, data / KEYS, data / "recovery-sheet.txt", backups]
    files += backups.glob("*.age") if backups.is_dir() else []
    found = False
    for path in files:
        with contextlib.suppress(FileNotFoundError):
            facts = path.stat()
            if facts.st_mode & OTHERS:
                found = True
                mode = "700" if path.is_dir() else "600"
                yield wrong("modes", "open", path=path, mode=mode)
            elif facts.st_uid not in (os.geteuid(), 0):
                found = True
                yield wrong("modes", "foreign", path=path)
    if not found:
        yield Finding("modes")
